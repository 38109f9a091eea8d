"""Claiming takes one statement, which reads no more of the queue than the job that it takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event, text, update

from reposto.conversation import work
from reposto.model.message import Job, JobState, Step
from reposto.storage import jobs, tables
from reposto.storage.claims import _CLAIMS
from reposto.storage.engine import Store
from tests.support.office import NOW, Office, at_once

WORKERS, EACH = 6, 5


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def test_a_new_attempt_begins_with_the_first_consultation(office: Office) -> None:
    office.ask()
    first = office.claim()
    steps = [Step(step.name, step.label, "done", 0.5) for step in first.steps]
    with office.store.write() as connection:
        jobs.save_progress(connection, first.id, first.attempt, steps, lease_until=NOW)
        jobs.release(connection, first.id, first.attempt)
    second = office.claim()
    assert (second.attempt, second.state) == (2, JobState.RUNNING)
    assert second.steps == first.steps
    assert [step.state for step in second.steps] == ["running", *["waiting"] * (len(steps) - 1)]
    with office.store.read() as connection:
        assert jobs.get_job(connection, first.id) == second


def test_the_most_urgent_is_claimed_first_and_the_oldest_of_those(office: Office) -> None:
    asked = [office.ask(client_id=str(number)).change.messages[0].seq for number in range(4)]
    table = tables.jobs
    with office.store.write() as connection:
        for seq, priority in zip(asked, (-2, 0, 0, -1), strict=True):
            connection.execute(update(table).where(table.c.question_seq == seq).values(priority=priority))
        # asked later, by its clock
        connection.execute(
            update(table).where(table.c.question_seq == asked[1]).values(created_at=NOW.replace(year=2027))
        )
    taken = []
    while (claimed := work.claim(office.store, worker="w", now=NOW, bulk=False)) is not None:
        taken.append(claimed[0].question_seq)
    assert taken == [asked[2], asked[1]]
    assert [office.claim().question_seq for _ in range(2)] == [asked[3], asked[0]]


def test_no_two_workers_get_the_same_job(office: Office) -> None:
    for number in range(WORKERS * EACH):
        office.ask(client_id=str(number))

    def run(index: int) -> list[str]:
        return [office.claim(f"w{index}").id for _ in range(EACH)]

    taken = [job_id for some in at_once(WORKERS, run) for job_id in some]
    assert len(set(taken)) == len(taken) == WORKERS * EACH
    assert work.claim(office.store, worker="w", now=NOW) is None


def test_a_claim_reads_the_index_of_what_waits_and_sorts_nothing(office: Office) -> None:
    """It sorted all that waited: with a thousand, a millisecond in which nobody else could write."""
    seen: list[tuple[str, object]] = []
    event.listen(office.store.engine, "before_cursor_execute", lambda *call: seen.append((call[2], call[3])))
    assert work.claim(office.store, worker="w", now=NOW) is None
    [(claim, given)] = [(sql, given) for sql, given in seen if "UPDATE jobs" in sql]
    kind = "EXPLAIN QUERY PLAN " if office.store.dialect == "sqlite" else "EXPLAIN "
    with office.store.write() as connection:
        if office.store.dialect == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # of an empty table
        plan = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(kind + claim, given))  # type: ignore[arg-type]
    assert "ix_jobs_queued" in plan
    found = plan.partition("CORRELATED" if office.store.dialect == "sqlite" else "SubPlan")[0]  # the rest are its steps
    assert "ORDER BY" not in found
    assert "Sort" not in found


def test_what_follows_a_claim_lasts_again(office: Office) -> None:
    """On PostgreSQL the claim's own statement says that it need not wait for the disk; the answer must."""
    if office.store.dialect != "postgresql":
        pytest.skip("there it is a setting of the transaction, which `Store.write` sets each time")
    office.ask()
    lasting = []
    with office.store.single(lasting=False) as connection:
        given = {"to_worker": "w", "to_lease": NOW, "to_started": NOW}
        row = connection.execute(_CLAIMS["postgresql", True], given).one()
        assert row.lasting == "off"
        lasting.append(connection.scalar(text("SHOW synchronous_commit")))
    with office.store.write() as connection:
        lasting.append(connection.scalar(text("SHOW synchronous_commit")))
    assert lasting == ["on", "on"]


def test_a_run_keeps_its_own_steps(office: Office) -> None:
    office.ask()
    table = tables.jobs
    with office.store.write() as connection:
        connection.execute(update(table).values(kind="catalogue"))
    [before] = _all(office.store)
    assert office.claim().steps == before.steps == tuple(replace(step, state="waiting") for step in before.steps)


def _all(store: Store) -> list[Job]:
    with store.read() as connection:
        return [jobs.to_job(row) for row in connection.execute(tables.jobs.select())]
