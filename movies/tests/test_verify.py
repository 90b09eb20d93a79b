"""`manage.py verify`: every kind of difference is found, said, and mended on request."""

import pytest
from django.core.management import call_command

from movies import services
from movies.models import Comment, Director, Favorite, Like, Movie, MovieStats, Rating, SearchPosting


@pytest.fixture
def busy_movie(movie, bob, charlie):
    services.rate(movie_id=movie.pk, user=bob.user, half_stars=7)
    services.rate(movie_id=movie.pk, user=charlie.user, half_stars=4)
    services.set_mark(Like, movie_id=movie.pk, user=bob.user, wanted=True)
    services.set_mark(Favorite, movie_id=movie.pk, user=bob.user, wanted=True)
    services.comment(movie=movie, user=charlie.user, text="Hm.")
    return movie


@pytest.fixture
def verify(capsys):
    def run(**options):
        try:
            call_command("verify", verbosity=0, **options)
            code = 0
        except SystemExit as end:
            code = end.code
        return code, capsys.readouterr().out

    return run


def test_an_exact_database_has_no_differences(busy_movie, verify):
    assert verify() == (0, "1 movies verified, 0 differences.\n")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda movie: MovieStats.objects.update(likes_count=5), "likes_count is 5, should be 1"),
        (lambda movie: MovieStats.objects.update(ratings_sum=12), "ratings_sum is 12, should be 11"),
        (lambda movie: Rating.objects.filter(half_stars=7).delete(), "ratings_count is 2, should be 1"),
        (lambda movie: Favorite.objects.all().delete(), "favorites_count is 1, should be 0"),
        (lambda movie: Comment.objects.all().delete(), "comments_count is 1, should be 0"),
        (lambda movie: MovieStats.objects.all().delete(), "has no statistics"),
        (lambda movie: Movie.objects.update(title="Aliens"), "title_key is 'alien', should be 'aliens'"),
        (lambda movie: Director.objects.update(name="R. Scott"), "name_key is 'ridley scott', should be 'r. scott'"),
        (lambda movie: SearchPosting.objects.first().delete(), "the search index does not match its texts"),
    ],
)
def test_each_difference_is_said_ends_with_1_and_can_be_mended(busy_movie, verify, spoil, said):
    spoil(busy_movie)
    code, out = verify()
    assert code == 1
    assert said in out
    assert verify()[0] == 1  # looking changes nothing
    assert verify(fix=True)[0] == 1
    assert verify() == (0, "1 movies verified, 0 differences.\n")
