"""What is written outside of the database goes with the transaction that it belongs to."""

import pytest
from django.db import transaction

from rest.database.undo import STEPS, on_rollback, undoable

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def done():
    return []


def test_what_is_kept_is_not_undone(done):
    with undoable():
        on_rollback(lambda: done.append(1))
    assert done == []


def test_where_the_transaction_fails_the_steps_are_done_from_the_last_to_the_first(done):
    def fail():
        with undoable():
            on_rollback(lambda: done.append(1))
            on_rollback(lambda: done.append(2))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert done == [2, 1]


def test_where_it_is_taken_back_without_an_error_they_are_done_too(done):
    with undoable():
        on_rollback(lambda: done.append(1))
        transaction.set_rollback(True)
    assert done == [1]


def test_the_outermost_decides(done):
    def fail():
        with undoable():
            with undoable():
                on_rollback(lambda: done.append(1))
            assert done == []
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert done == [1]


def test_outside_of_one_nothing_is_remembered(done):
    on_rollback(lambda: done.append(1))
    assert STEPS.taken is None
    with pytest.raises(ZeroDivisionError), undoable():
        raise ZeroDivisionError
    assert done == []
