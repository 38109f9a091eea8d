"""Answers that are stored at the same moment, and connections that broke while nobody used them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy import select, text

from reposto.conversation import work
from reposto.model.errors import AnalysisCancelled, StaleAttempt
from reposto.model.message import JobState, Step
from reposto.storage import engine, jobs, tables
from reposto.storage.engine import Store
from tests.support.office import NOW, Office, at_once

WORKERS, EACH = 6, 5


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def test_answers_to_one_conversation_at_once_get_each_its_own_number(office: Office) -> None:
    """With heartbeats in between: on PostgreSQL both rows change under the one statement that ends a job."""
    for number in range(WORKERS * EACH):
        office.ask(client_id=str(number))
    held = [office.claim() for _ in range(WORKERS * EACH)]

    def run(index: int) -> None:
        for job in held[index::WORKERS]:
            with suppress(StaleAttempt):  # another thread may have ended that one
                work.heartbeat(office.store, held[-1 - held.index(job)], now=NOW)
            work.answer(office.store, job, f"answer to {job.question_seq}", {}, now=NOW)

    at_once(WORKERS, run)
    messages = office.history()
    assert [message.seq for message in messages] == list(range(1, 3 * WORKERS * EACH + 1))
    answers = {message.seq: message for message in messages if message.sender == "ai"}
    assert len(answers) == WORKERS * EACH
    with office.store.read() as connection:
        stored = list(connection.execute(select(tables.jobs.c.question_seq, tables.jobs.c.result_seq)))
    assert {row.result_seq for row in stored} == set(answers)
    for row in stored:
        assert answers[row.result_seq].metadata["in_reply_to"] == row.question_seq


def test_a_refused_answer_takes_no_number(office: Office) -> None:
    office.ask()
    first = office.claim()
    with office.store.write() as connection:
        assert jobs.release(connection, first.id, first.attempt) is not None
    second = office.claim()
    with pytest.raises(StaleAttempt):
        work.answer(office.store, first, "stale", {}, now=NOW)
    assert work.answer(office.store, second, "ok", {}, now=NOW).messages[0].seq == 3
    with pytest.raises(StaleAttempt):
        work.answer(office.store, second, "again", {}, now=NOW)
    assert [message.content for message in office.history()][2:] == ["ok"]


def test_tabs_are_told_of_the_job_as_it_was_stored(office: Office) -> None:
    office.ask()
    job = office.claim()
    steps = [Step(step.name, step.label, "done", 0.25) for step in job.steps]
    work.progress(office.store, job, steps, now=NOW)
    [told] = work.answer(office.store, job, "ok", {}, now=NOW).jobs
    with office.store.read() as connection:
        assert told == jobs.get_job(connection, job.id)
    assert told.steps == tuple(steps)
    assert (told.state, told.result_seq) == (JobState.DONE, 3)


def test_an_answer_to_a_conversation_that_was_deleted_is_refused(office: Office) -> None:
    office.ask()
    job = office.claim()
    with office.store.write() as connection:
        connection.execute(tables.chat_sessions.delete().where(tables.chat_sessions.c.id == office.session))
    with pytest.raises(AnalysisCancelled):
        work.answer(office.store, job, "nobody reads it", {}, now=NOW)


def test_a_connection_that_broke_while_it_was_idle_is_not_used(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    if office.store.dialect != "postgresql":
        pytest.skip("SQLite has no connections that break")
    with office.store.read() as connection:
        mine = connection.scalar(text("select pg_backend_pid()"))
    other = Store(office.store.url.render_as_string(hide_password=False))
    with other.write() as connection:
        assert connection.scalar(text("select pg_terminate_backend(:pid, 5000)"), {"pid": mine})
    other.close()
    monkeypatch.setattr(engine, "TRIED_AFTER_S", 0.0)
    with office.store.read() as connection:
        assert connection.scalar(text("select pg_backend_pid()")) != mine
