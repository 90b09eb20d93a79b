"""A short run of `make machine`: whatever is done, in whatever order, every answer is what the model in memory says."""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from config.tests.machine.machine import Machine, how_long
from movies import reactions
from movies.models import Favorite, Like

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
SHORT = how_long(examples=24, steps=25, derandomize=True)  # the same steps in each run


def test_no_answer_differs_from_the_model_and_verify_finds_nothing():
    before = sum(Machine.steps.values())
    run_state_machine_as_test(Machine, settings=SHORT)
    assert sum(Machine.steps.values()) - before >= 500


def test_likes_that_are_counted_as_favourites_are_found(monkeypatch):
    """The machine can fail: on PostgreSQL the counts are in a function, on SQLite in a statement."""
    monkeypatch.setattr(reactions, "COUNTERS", {Like: "favorites_count", Favorite: "likes_count"})
    monkeypatch.setattr(reactions, "MARKING", {Like: reactions.MARKING[Favorite], Favorite: reactions.MARKING[Like]})
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Machine, settings=settings(SHORT, phases=[Phase.generate]))
