"""What the read model would pass over in silence it refuses when a view is defined, with names and what to do."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from rest_framework import serializers

from movies.catalogue import shape_of
from movies.catalogue.cards import SHARED, Card, DirectorName, GenreName
from movies.references import DirectorField, GenreListField
from movies.serializers import MovieSerializer
from movies.views import MovieViewSet

CARD = Card(
    **dict.fromkeys(SHARED)  # a field that is not here is None
    | {
        "id": 1,
        "uuid": "00000000-0000-4000-8000-000000000001",
        "title": "Brazil",
        "description": "",
        "release_date": date(1985, 2, 20),
        "duration": 142,
        "cover_image": "",
        "average_rating": 4.5,
        "ratings_count": 2,
        "likes_count": 0,
        "favorites_count": 0,
        "comments_count": 0,
        "created_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "updated_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "director": DirectorName(1, "Terry Gilliam", "2026-01-01T00:00:00", "2026-01-01T00:00:00"),
        "user": None,
        "genre_list": [GenreName(1, "Satire")],
    }
)


class OwnGetAttribute(serializers.CharField):
    def get_attribute(self, instance):
        return instance.title.upper()


class OwnRepresentation(serializers.Serializer):
    title = serializers.CharField()

    def to_representation(self, instance):
        return {"title": instance.title.upper()}


def with_field(**fields):
    return type("Odd", (serializers.Serializer,), fields)


REFUSED = {
    "a source that Card lacks": (
        with_field(subtitle=serializers.CharField()),
        r"Odd\.subtitle \(CharField\) has the source 'subtitle', which Card lacks: declare it in movies/catalogue/cards",
    ),
    "a way through a relation": (
        with_field(director_name=serializers.CharField(source="director.name")),
        r"Odd\.director_name \(CharField\) has the source 'director\.name', which Card lacks",
    ),
    "the whole movie": (
        with_field(summary=serializers.CharField(source="*")),
        r"Odd\.summary \(CharField\) has the source '\*', which Card lacks",
    ),
    "what is kept beside the card": (
        with_field(rendered=serializers.CharField()),
        r"Odd\.rendered \(CharField\) has the source 'rendered', which Card lacks",
    ),
    "a method": (
        with_field(age=serializers.SerializerMethodField(), get_age=lambda self, movie: 1),
        r"Odd\.age \(SerializerMethodField\): reads never call its method\. Declare a field whose `source`",
    ),
    "a field with a get_attribute()": (
        with_field(title=OwnGetAttribute()),
        r"Odd\.title \(OwnGetAttribute\) has its own get_attribute\(\), which reads never call: let its `source`",
    ),
    "a related field": (
        with_field(director=serializers.PrimaryKeyRelatedField(read_only=True)),
        r"Odd\.director \(PrimaryKeyRelatedField\) has its own get_attribute\(\)",
    ),
    "a serializer with a to_representation()": (
        OwnRepresentation,
        r"OwnRepresentation overrides to_representation\(\), which reads never call: let its fields",
    ),
}


@pytest.mark.parametrize(("serializer_class", "said"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_when_the_view_is_defined(serializer_class, said):
    with pytest.raises(ImproperlyConfigured, match=said):
        type("OddMovieViewSet", (MovieViewSet,), {"serializer_class": serializer_class})


def test_everything_that_is_wrong_is_said_at_once():
    odd = with_field(one=serializers.CharField(), two=serializers.CharField())
    with pytest.raises(ImproperlyConfigured) as refusal:
        shape_of(odd)
    assert re.findall(r"^Odd\.(\w+)", str(refusal.value), re.MULTILINE) == ["one", "two"]


def test_what_is_never_read_may_be_anything():
    only_written = with_field(title=serializers.CharField(), secret=serializers.CharField(write_only=True))
    assert shape_of(only_written)(CARD) == {"title": "Brazil"}


@pytest.mark.parametrize("command", ["check", "the server"])
def test_neither_the_check_nor_the_server_starts_with_such_a_serializer(tmp_path, command):
    start = "execute_from_command_line(['', 'check'])" if command == "check" else "import config.wsgi"
    script = f"""
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "config.test_settings"
os.environ["VAR_DIR"] = {str(tmp_path)!r}
from rest_framework import serializers
from config.apps import ConfigConfig
ready = ConfigConfig.ready
def with_an_odd_field(self):
    from movies.serializers import MovieSerializer
    MovieSerializer._declared_fields["subtitle"] = serializers.CharField()
    MovieSerializer.Meta.fields = [*MovieSerializer.Meta.fields, "subtitle"]
    ready(self)
ConfigConfig.ready = with_an_odd_field
from django.core.management import execute_from_command_line
{start}
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert ended.returncode != 0
    assert "MovieSerializer.subtitle (CharField) has the source 'subtitle', which Card lacks" in ended.stderr


# --- What is not refused is done ------------------------------------------------------------------------------------


class ShoutingListField(GenreListField):
    def to_representation(self, value):
        return [genre.name.upper() for genre in value]


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        (serializers.DateField(source="release_date"), date(1985, 2, 20)),
        (serializers.DateField(source="release_date", format="%d.%m.%Y"), "20.02.1985"),
        (serializers.DateTimeField(source="created_at", format="%Y"), "2026"),
        (serializers.CharField(source="duration"), "142"),
        (serializers.IntegerField(source="duration"), 142),
        (serializers.FloatField(source="duration"), 142.0),
        (serializers.CharField(source="stats.ratings_count"), "2"),
        (ShoutingListField(source="genre_list"), ["SATIRE"]),
        (GenreListField(source="genre_list"), [{"id": 1, "name": "Satire"}]),
        (DirectorField(source="director"), {"id": 1, "name": "Terry Gilliam"}),
    ],
    ids=repr,
)
def test_a_field_shows_what_its_to_representation_says(field, shown):
    represented = shape_of(with_field(field=field))(CARD)["field"]
    assert (type(represented), represented) == (type(shown), shown)


def test_every_field_of_the_canonical_serializer_is_a_line_of_card():
    sources = {field.source.removeprefix("stats.") for field in MovieSerializer().fields.values()}
    assert sources <= set(Card._fields)
