"""POST /api/v1/auth/logout/, /api/auth/logout/, /api/auth/logout, /logout/ and /account/logout/."""

from accounts.tests.contract import Classic, Community, Compact, LogoutSuite, Showcase


class TestCanonicalLogout(LogoutSuite):
    pass


class TestShowcaseLogout(Showcase, LogoutSuite):
    pass


class TestCompactLogout(Compact, LogoutSuite):
    def test_the_address_answers_with_and_without_its_slash(self, alice, bob):
        assert alice.post("/api/auth/logout").status_code == 204
        assert bob.post("/api/auth/logout/").status_code == 204


class TestCommunityLogout(Community, LogoutSuite):
    pass


class TestClassicLogout(Classic, LogoutSuite):
    pass
