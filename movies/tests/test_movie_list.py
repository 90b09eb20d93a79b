"""GET /api/v1/movies/, /api/movies/, /movies/, /api/auth/movies and /"""

from movies.tests.contract import CANONICAL_KEYS, Canonical, Classic, Community, Compact, ListSuite, Showcase


class TestCanonical(Canonical, ListSuite):
    def test_a_movie_is_shown_whole(self, alice, movie):
        (item,) = self.page(alice.get(self.list_url))
        assert item == {
            **dict.fromkeys(CANONICAL_KEYS),  # a field that is not here is null
            "id": movie.pk,
            "uuid": str(movie.uuid),
            "title": "Alien",
            "description": "In space.",
            "release_date": "1979-05-25",
            "duration": 117,
            "director": {"id": movie.director.pk, "name": "Ridley Scott"},
            "directors": [{"id": movie.director.pk, "name": "Ridley Scott"}],
            "genre": [{"id": genre.pk, "name": genre.name} for genre in movie.genre_list],
            "cover_image": None,
            "average_rating": 0,
            "ratings_count": 0,
            "likes_count": 0,
            "favorites_count": 0,
            "comments_count": 0,
            "favorite": False,
            "liked": False,
            "my_rating": None,
            "user": {"id": alice.user.pk, "username": "alice"},
            "created_at": item["created_at"],
            "updated_at": item["updated_at"],
        }
        assert item["created_at"].endswith("Z")

    def test_a_movie_with_a_title_only_is_shown_with_nulls(self, anonymous, make_movie):
        make_movie("Alien")
        (item,) = self.page(anonymous.get(self.list_url))
        assert (item["description"], item["directors"], item["genre"]) == ("", [], [])
        assert {item[name] for name in ("release_date", "duration", "director", "cover_image", "user")} == {None}

    def test_everybody_sees_their_own_favourite_like_and_rating(self, anonymous, alice, bob, charlie, movie):
        bob.put(f"{self.list_url}{movie.pk}/favorite/")
        bob.post(f"{self.list_url}{movie.pk}/like/")
        bob.put(f"{self.list_url}{movie.pk}/rating/", {"rating": 3.5})
        charlie.put(f"{self.list_url}{movie.pk}/rating/", {"rating": 5})
        expected = {bob: (True, True, 3.5), charlie: (False, False, 5), anonymous: (False, False, None)}
        for client, own in expected.items():
            (item,) = self.page(client.get(self.list_url))
            assert (item["favorite"], item["liked"], item["my_rating"]) == own
            counted = ("favorites_count", "likes_count", "ratings_count", "average_rating")
            assert tuple(item[name] for name in counted) == (1, 1, 2, 4.25)

    def test_an_unrated_average_is_a_plain_zero_and_a_rated_one_has_two_places(
        self, anonymous, bob, charlie, sam, movie
    ):
        assert b'"average_rating":0,' in anonymous.get(self.list_url).content
        for who, stars in ((bob, 1), (charlie, 1), (sam, 2)):
            who.put(f"{self.list_url}{movie.pk}/rating/", {"rating": stars})
        assert b'"average_rating":1.33,' in anonymous.get(self.list_url).content


class TestShowcase(Showcase, ListSuite):
    def test_directors_and_genres_are_text_and_whoever_added_it_is_an_id(self, alice, movie):
        (item,) = alice.get(self.list_url).json()
        assert self.values(item, "director", "genre", "user") == (
            "Ridley Scott",
            "Horror, Science Fiction",
            alice.user.pk,
        )

    def test_a_movie_with_a_title_only_is_shown_with_nulls(self, anonymous, make_movie):
        movie = make_movie("Alien")
        expected = dict.fromkeys(self.keys) | {
            "id": movie.pk,
            "title": "Alien",
            "description": "",
            "genre": "",
        }
        expected |= {"favorite": False, "average_rating": 0, "likes_count": 0, "favorites_count": 0}
        assert anonymous.get(self.list_url).json() == [expected]

    def test_what_the_document_does_not_know_is_not_there(self, alice, movie):
        for path in (f"{movie.pk}/like/", f"{movie.pk}/comments/", f"{movie.pk}/rating/", "genre/?genre=horror"):
            assert alice.get(self.list_url + path).status_code == 404, path


class TestCommunity(Community, ListSuite):
    def test_without_the_slash_it_redirects(self, anonymous):
        response = anonymous.get("/movies?page=2")
        assert (response.status_code, response["Location"]) == (301, "/movies/?page=2")

    def test_it_shows_what_the_canonical_list_shows(self, alice, make_movies):
        make_movies(3)
        canonical = Canonical().page(alice.get(Canonical.list_url))
        assert self.page(alice.get(self.list_url)) == [
            {**item, "like_count": item["likes_count"]} for item in canonical
        ]

    def test_likes_are_counted_under_both_names(self, bob, movie):
        bob.post(f"{self.list_url}{movie.pk}/like/")
        (item,) = self.page(bob.get(self.list_url))
        assert (item["like_count"], item["likes_count"]) == (1, 1)


class TestCompact(Compact, ListSuite):
    def test_the_list_of_document_001(self, anonymous, make_movie):
        first, second = (make_movie("Transformer", director="XYZ") for _ in range(2))
        assert anonymous.get("/api/auth/movies").json() == [
            {"id": first.pk, "title": "Transformer", "director": "XYZ"},
            {"id": second.pk, "title": "Transformer", "director": "XYZ"},
        ]

    def test_a_movie_without_director_shows_null(self, anonymous, make_movie):
        movie = make_movie("Koyaanisqatsi")
        expected = [{"id": movie.pk, "title": "Koyaanisqatsi", "director": None}]
        assert anonymous.get("/api/auth/movies").json() == expected

    def test_there_is_no_address_for_a_single_movie(self, alice, movie):
        for method in ("get", "put", "patch", "delete"):
            assert getattr(alice, method)(f"/api/auth/movies/{movie.pk}").status_code == 404


class TestClassic(Classic, ListSuite):
    def test_the_list_of_document_000(self, anonymous, make_movie):
        movie = make_movie("DDLJ 2", director="DDLJ Director", genre_list=["Adventure", "Drama"])
        (item,) = anonymous.get("/").json()
        stamps = {name: item["director"].pop(name) for name in ("created_on", "updated_on")}
        assert all(stamp.endswith("Z") for stamp in stamps.values())
        assert item == {
            "id": movie.pk,
            "title": "DDLJ 2",
            "description": "",
            "average_rating": 0,
            "total_review": 0,
            "released_date": None,
            "duration": None,
            "director": {"id": movie.director.pk, "name": "DDLJ Director"},
            "genre": [{"genre": "Adventure"}, {"genre": "Drama"}],
        }

    def test_total_review_counts_the_ratings(self, anonymous, bob, movie):
        bob.put(f"/api/v1/movies/{movie.pk}/rating/", {"rating": 4.5})
        (item,) = anonymous.get("/").json()
        assert (item["total_review"], item["average_rating"]) == (1, 4.5)
