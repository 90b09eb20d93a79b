"""GET /api/v1/movies/{id}/, /api/movies/{id}/, /movies/{id}/ and /{id}/"""

from movies.tests.contract import Canonical, Classic, Community, DetailSuite, Showcase


class TestCanonical(Canonical, DetailSuite):
    def test_without_the_slash_it_redirects(self, anonymous, movie):
        assert anonymous.get(f"/api/v1/movies/{movie.pk}").status_code == 301

    def test_an_unknown_movie_is_a_problem_document(self, anonymous):
        response = anonymous.get("/api/v1/movies/12/")
        assert response["Content-Type"] == "application/problem+json"
        assert response.json() == {
            "type": "/problems/not_found/",
            "title": "There is no such thing",
            "status": 404,
            "detail": "No Movie matches the given query.",
            "instance": "/api/v1/movies/12/",
            "code": "not_found",
            "request_id": response["X-Request-ID"],
        }


class TestShowcase(Showcase, DetailSuite):
    pass


class TestCommunity(Community, DetailSuite):
    def test_an_unknown_movie_has_the_plain_error(self, anonymous):
        response = anonymous.get("/movies/12/")
        assert response["Content-Type"] == "application/json"
        assert response.json() == {"detail": "No Movie matches the given query."}


class TestClassic(Classic, DetailSuite):
    pass
