"""The pages of the kinds of problem: what each `type` of a problem document leads to, also without the internet."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from rest.problems import PROBLEMS, by_status


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "problems/index.html", {"problems": by_status()})


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    problem = PROBLEMS.get(code)
    if problem is None:
        raise Http404(code)
    shown = {
        "problem": problem,
        "statuses": [f"{status} {HTTPStatus(status).phrase}" for status in problem.statuses],
        "meaning": with_code(problem.meaning),
        "advice": with_code(problem.advice),
    }
    return render(request, "problems/problem.html", shown)


def with_code(text: str) -> SafeString:
    """The text with what stands between backticks as code."""
    forms = ("{}", "<code>{}</code>")
    parts = (format_html(forms[place % 2], part) for place, part in enumerate(text.split("`")))
    return format_html_join("", "{}", ((part,) for part in parts))
