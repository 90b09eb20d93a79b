"""The URL conf with the dialects of scratch_dialect.py."""

from types import SimpleNamespace

from config import urls
from config.tests.scratch_dialect import QUIET, SPOKEN, QuietMovieViewSet, SpokenMovieViewSet, urlpatterns_of
from rest.dialects import mount

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
urlpatterns = [
    mount(SPOKEN.name, {SPOKEN.prefix[1:]: [SimpleNamespace(urlpatterns=urlpatterns_of(SpokenMovieViewSet))]}),
    mount(QUIET.name, {QUIET.prefix[1:]: [SimpleNamespace(urlpatterns=urlpatterns_of(QuietMovieViewSet))]}),
    *urls.urlpatterns,
]
