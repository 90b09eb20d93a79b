"""POST …/comments/{id}/report/"""

import pytest

from movies.models import Comment, CommentReport
from movies.services import comment as add_comment
from movies.tests.contract import UNKNOWN_ID, refused_fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment(movie, bob):
    return add_comment(movie=movie, user=bob.user, text="It was the butler.")


@pytest.fixture(params=["/api/v1/comments/", "/comments/"], ids=["api", "community"])
def url(request, comment):
    return f"{request.param}{comment.pk}/report/"


def test_a_comment_is_reported(charlie, comment, url, scheme):
    response = charlie.use(scheme).post(url, {"reason": "Tells the end."})
    assert response.status_code == 201
    report = CommentReport.objects.get()
    created_at = response.json()["created_at"]
    expected = {"id": report.pk, "comment": comment.pk, "reason": "Tells the end.", "created_at": created_at}
    assert response.json() == expected
    assert (report.user, report.comment) == (charlie.user, comment)


def test_a_second_report_is_answered_with_the_first(charlie, alice, url):
    first = charlie.post(url, {"reason": "Tells the end."})
    second = charlie.post(url, {"reason": "And is rude."})
    assert (second.status_code, second.json()) == (200, first.json())
    assert alice.post(url, {"reason": "Indeed."}).status_code == 201
    assert CommentReport.objects.count() == 2


def test_a_report_that_was_dismissed_is_not_opened_again(charlie, url):
    charlie.post(url, {"reason": "Tells the end."})
    CommentReport.objects.update(dismissed_at="2026-01-01T00:00:00Z")
    assert charlie.post(url, {"reason": "It does!"}).status_code == 200
    assert not CommentReport.objects.open().exists()


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " \n"}, {"reason": None}, {"reason": []},
                                  {"reason": "x" * 1001}, {"reason": "a\0b"}])  # fmt: skip
def test_a_bad_reason_is_400_on_the_reason(charlie, url, body):
    assert refused_fields(charlie.post(url, body)) == {"reason"}
    assert not CommentReport.objects.exists()


def test_anonymous_gets_401(anonymous, url):
    assert anonymous.post(url, {"reason": "Hm."}).status_code == 401


@pytest.mark.parametrize("pk", [UNKNOWN_ID, 10**20])
def test_an_unknown_comment_is_404(charlie, pk):
    assert charlie.post(f"/api/v1/comments/{pk}/report/", {"reason": "Hm."}).status_code == 404


def test_a_hidden_comment_is_404(charlie, comment, url):
    Comment.objects.update(is_hidden=True)
    assert charlie.post(url, {"reason": "Hm."}).status_code == 404


def test_reports_are_limited_for_each_user(charlie, alice, url, settings, monkeypatch):
    from rest_framework.settings import api_settings

    settings.THROTTLING = True
    monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "report", "2/day")
    statuses = [charlie.post(url, {"reason": "Hm."}).status_code for _ in range(3)]
    assert statuses == [201, 200, 429]
    assert alice.post(url, {"reason": "Hm."}).status_code == 201


def test_reports_go_with_the_comment_and_with_who_made_them(charlie, alice, bob, url, comment):
    charlie.post(url, {"reason": "Hm."})
    alice.post(url, {"reason": "Hm."})
    assert charlie.delete("/api/v1/users/me/").status_code == 204
    assert [report.user for report in CommentReport.objects.all()] == [alice.user]
    assert bob.delete(f"/api/v1/comments/{comment.pk}/").status_code == 204
    assert not CommentReport.objects.exists()
