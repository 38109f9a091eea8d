"""A worker's loop at the moments that no buyer hits on purpose, over both databases, and Celery's process around it."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from reposto.app import celery_child
from reposto.app.celery_child import Child, Host, make_slot
from reposto.app.runner import JobRunner
from reposto.conversation import sessions, work
from reposto.model.message import JobState
from reposto.storage.engine import Store
from tests.support.office import NOW, Office
from tests.support.redis import RedisServer


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def test_a_cancel_while_the_claim_is_on_its_way_stops_the_analysis_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note came before the worker knew whose job it was, and was dropped: the next heartbeat was 2 s away."""
    runner = JobRunner(office.store, "w", tell=lambda _wake: None)
    (job,) = office.ask().change.jobs
    claim = work.claim

    def claim_and_be_cancelled(*args: Any, **kwargs: Any) -> Any:
        claimed = claim(*args, **kwargs)
        sessions.cancel(office.store, office.session, office.ana.user_id, job.id, now=NOW)
        runner.stop(job.id)
        return claimed

    monkeypatch.setattr(work, "claim", claim_and_be_cancelled)
    with capture_logs() as logs:
        assert runner.work_once()
    events = [line["event"] for line in logs]
    assert "agents.task.stopped" in events and "agents.analysis.completed" not in events
    kinds = [(message.metadata or {}).get("type") for message in office.history()]
    assert kinds[-1] == "analysis_cancelled" and kinds.count("analysis_result") == 0


def test_who_was_cancelled_before_stops_no_other_job(office: Office) -> None:
    runner = JobRunner(office.store, "w", tell=lambda _wake: None)
    runner.stop("another")
    office.ask()
    assert runner.work_once()
    assert (office.history()[-1].metadata or {})["type"] == "analysis_result"


@contextmanager
def celery_process(store: Store, redis: RedisServer) -> Iterator[tuple[Child, Host]]:
    """As after the fork, but for its threads."""
    url = store.url.render_as_string(hide_password=False)
    host = Host("h", url, redis.url, "lineage", (make_slot(),), mmap.mmap(-1, 1))
    child = Child(host)
    try:
        yield child, host
    finally:
        child._runner.store.close()
        for slot in child._slots:
            slot.close()


def queued(store: Store) -> int:
    return work.look_at_queue(store, now=NOW).by_state.get(JobState.QUEUED, 0)


def test_one_nudge_is_enough_for_all_questions_that_wait(store: Store, redis_server: RedisServer) -> None:
    """Celery took a tenth of a second to pass each one on, and questions waited in front of idle processes."""
    office = Office(store)
    for number in range(5):
        office.ask(client_id=str(number))
    with celery_process(store, redis_server) as (child, host):
        assert child.work() and queued(store) == 0
        assert not child.work()
        office.ask(client_id="later")
        host.leaving[0] = 1
        assert not child.work() and queued(store) == 1  # it was told to leave


def test_one_nudge_does_not_occupy_a_process_for_ever(
    store: Store, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Celery's time limits count from the nudge."""
    monkeypatch.setattr(celery_child, "KEEP_ON_S", 0.0)
    office = Office(store)
    for number in range(3):
        office.ask(client_id=str(number))
    with celery_process(store, redis_server) as (child, _host):
        assert child.work() and queued(store) == 2
