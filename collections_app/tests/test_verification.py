"""`manage.py verify` knows how much text each collection has."""

import pytest
from django.core.management import call_command

from collections_app.models import Collection
from collections_app.services import create_collection


@pytest.fixture
def collection(alice):
    return create_collection(user=alice.user, title="Mine", description="é", movies=[{"title": "Alien"}])


def verify(capsys, **options):
    try:
        call_command("verify", verbosity=0, **options)
        code = 0
    except SystemExit as end:
        code = end.code
    return code, capsys.readouterr().out


def test_an_exact_one_is_no_difference(collection, capsys):
    assert verify(capsys) == (0, "0 movies verified, 0 differences.\n")


def test_another_length_is_said_and_mended(collection, capsys):
    right = collection.text_bytes
    Collection.objects.update(text_bytes=3)
    said = f"collection {collection.pk}: text_bytes is 3, should be {right}\n"
    assert verify(capsys) == (1, f"{said}0 movies verified, 1 differences.\n")
    assert verify(capsys, fix=True)[0] == 1
    collection.refresh_from_db()
    assert collection.text_bytes == right
    assert verify(capsys)[0] == 0
