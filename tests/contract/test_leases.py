"""Leases over both databases: kept by heartbeats, ended by the watcher's own clock, taken up three times."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reposto.conversation import work
from reposto.conversation.change import Change
from reposto.model.errors import StaleAttempt
from reposto.model.message import MAX_ATTEMPTS, JobState
from reposto.storage.engine import Store
from tests.support.office import NOW, Office


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def test_a_stale_attempt_can_do_nothing(office: Office) -> None:
    office.ask()
    slow = office.claim("slow")
    watch = work.Watch()
    for second in range(6):
        assert reap(office, watch, second) == []
    (change,) = reap(office, watch, 6)
    assert change.queued and change.jobs[0].state is JobState.QUEUED
    for attempt in (
        lambda: work.heartbeat(office.store, slow, now=NOW),
        lambda: work.progress(office.store, slow, slow.steps, now=NOW),
        lambda: work.answer(office.store, slow, "late", {}, now=NOW),
        lambda: work.fail(office.store, slow, reason="crash", detail="", now=NOW),
    ):
        with pytest.raises(StaleAttempt):
            attempt()
    fast = office.claim("fast", NOW + timedelta(seconds=9))
    assert fast.attempt == slow.attempt + 1
    with pytest.raises(StaleAttempt):
        work.answer(office.store, slow, "late", {}, now=NOW)
    work.answer(office.store, fast, "ok", {}, now=NOW)
    assert [m.content for m in office.history() if m.sender == "ai"] == ["ok"]


def test_a_heartbeat_keeps_the_lease(office: Office) -> None:
    office.ask()
    job = office.claim()
    watch = work.Watch()
    for second in range(0, 30, 3):
        work.heartbeat(office.store, job, now=NOW + timedelta(seconds=second))
        assert [reap(office, watch, second + n) for n in range(3)] == [[], [], []]


def reap(office: Office, watch: work.Watch, second: int) -> list[Change]:
    return work.reap(office.store, watch, now=NOW, at=float(second))


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_worker_whose_clock_is_wrong_keeps_its_lease_and_loses_it_when_it_dies(office: Office, hours: int) -> None:
    """R6: its job was taken up again and again, or an hour after its death."""
    office.ask()
    elsewhere = NOW + timedelta(hours=hours)
    job = office.claim(now=elsewhere)
    watch = work.Watch()
    for second in range(0, 20, 2):
        work.heartbeat(office.store, job, now=elsewhere + timedelta(seconds=second))
        assert reap(office, watch, second) == []
    (change,) = [change for second in range(20, 28) for change in reap(office, watch, second)]
    assert change.queued


def test_heartbeats_that_a_database_could_not_take_are_forgiven(office: Office) -> None:
    office.ask()
    office.claim()
    watch = work.Watch()
    assert reap(office, watch, 0) == []
    assert reap(office, watch, 60) == []  # away for a minute; the worker's next beat comes within two seconds


def test_after_three_attempts_the_buyer_is_told(office: Office) -> None:
    """G9: a poison job ends in one message that can be read, with a way to try again."""
    office.ask()
    for _ in range(MAX_ATTEMPTS):
        office.claim("doomed")
        (change,) = work.hand_back_all(office.store, worker="doomed", now=NOW)
    assert change.jobs[0].state is JobState.FAILED
    message = office.history()[-1]
    assert message.metadata["type"] == "analysis_error"
    assert "A vantagem de ganhar" in message.content
    reply, again = office.press("retry", message.metadata["actions"][0]["action_data"])
    assert reply.metadata["type"] == "analysis_started" and again.queued
