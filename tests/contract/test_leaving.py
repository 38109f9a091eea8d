"""A worker that is told to leave has done nothing wrong, and neither has its job."""

from __future__ import annotations

import pytest

from reposto.conversation import work
from reposto.model.message import MAX_ATTEMPTS, JobState
from reposto.storage.alone import Chore, alone
from reposto.storage.engine import Store
from tests.support.office import NOW, Office


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def test_workers_that_have_to_leave_use_up_no_attempt(office: Office) -> None:
    """Three deployments during one long analysis told its buyer that it had failed."""
    office.ask()
    attempts = []
    for _ in range(MAX_ATTEMPTS + 2):
        attempts.append(office.claim("leaves").attempt)
        (change,) = work.hand_back_all(office.store, worker="leaves", now=NOW, forgive=True)
        assert change.jobs[0].state is JobState.QUEUED
    assert attempts == sorted(set(attempts))  # the number fences: never the same twice
    for _ in range(MAX_ATTEMPTS):
        office.claim("doomed")
        (change,) = work.hand_back_all(office.store, worker="doomed", now=NOW)
    assert change.jobs[0].state is JobState.FAILED


def test_a_chore_is_done_by_one_process_at_a_time(postgres_url: str) -> None:
    here, there = Store(postgres_url), Store(postgres_url)
    with alone(here, Chore.FIT) as first:
        with alone(there, Chore.FIT) as second, alone(there, Chore.DEMO) as other:
            assert (first, second, other) == (True, False, True)
        with alone(there, Chore.FIT) as still:
            assert not still
    with alone(there, Chore.FIT) as free:
        assert free
    here.close()
    there.close()
