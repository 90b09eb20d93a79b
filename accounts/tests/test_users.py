"""GET /api/v1/users/ and /api/users/"""

from accounts.models import User


def test_anybody_sees_names_but_no_addresses(anonymous, alice, bob):
    response = anonymous.get("/api/v1/users/")
    assert response.status_code == 200
    assert response.json() == {
        "count": 2,
        "next": None,
        "previous": None,
        "results": [{"id": alice.user.pk, "username": "alice"}, {"id": bob.user.pk, "username": "bob"}],
    }


def test_another_user_sees_no_addresses_either(alice, bob, scheme):
    for user in bob.use(scheme).get("/api/v1/users/").json()["results"]:
        assert set(user) == {"id", "username"}


def test_staff_see_the_addresses(alice, sam, scheme):
    assert sam.use(scheme).get("/api/v1/users/").json()["results"] == [
        {"id": alice.user.pk, "username": "alice", "email": "alice@example.com"},
        {"id": sam.user.pk, "username": "sam", "email": "sam@example.com"},
    ]


def test_in_showcase_the_list_is_an_array(anonymous, alice, sam):
    names = [{"id": alice.user.pk, "username": "alice"}, {"id": sam.user.pk, "username": "sam"}]
    assert anonymous.get("/api/users/").json() == names
    assert [user["email"] for user in sam.get("/api/users/").json()] == ["alice@example.com", "sam@example.com"]
    assert anonymous.post("/api/users/", {"username": "eve"}).status_code == 401


def test_inactive_users_are_not_listed(anonymous, alice, bob):
    User.objects.filter(pk=bob.user.pk).update(is_active=False)
    assert [user["username"] for user in anonymous.get("/api/v1/users/").json()["results"]] == ["alice"]


def test_nobody_can_add_a_user_here(anonymous, alice, sam):
    for client, status in ((anonymous, 401), (alice, 405), (sam, 405)):
        assert client.post("/api/v1/users/", {"username": "eve", "password": "password123@"}).status_code == status
    assert not User.objects.filter(username="eve").exists()


def test_filters_of_the_database_are_no_oracle(anonymous, alice):
    for query in ("password__startswith=md5", "email__startswith=zzz", "is_staff=1", "email=nobody@example.com"):
        assert anonymous.get(f"/api/v1/users/?{query}").status_code == 400
        assert len(anonymous.get(f"/api/users/?{query}").json()) == 1


def test_the_number_of_queries_does_not_depend_on_the_number_of_users(anonymous, django_assert_num_queries):
    User.objects.create_user("one")
    with django_assert_num_queries(2):
        anonymous.get("/api/v1/users/")
    for number in range(15):
        User.objects.create_user(f"user{number}")
    with django_assert_num_queries(2):
        assert anonymous.get("/api/v1/users/").json()["count"] == 16
