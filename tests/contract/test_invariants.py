"""The invariants over both databases: silent while all is well, and each finds a violation planted for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, select, update

from reposto.app.invariants import InvariantRounds, check_everything, print_report
from reposto.conversation import runs, sessions, work
from reposto.conversation.invariants import INVARIANTS, Mark, check, first_mark
from reposto.model.clock import utc_now
from reposto.storage import tables
from reposto.storage.engine import Store
from tests.support.office import NOW, Office

messages, jobs, chats = tables.chat_messages, tables.jobs, tables.chat_sessions
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def office(store: Store) -> Office:
    """Two conversations: one with an answer, a failure and a cancelled analysis, one with what still runs and waits."""
    office = Office(store)
    office.ask("oi")
    office.ask()
    work.answer(store, office.claim(), "resultado", {"analysis": {}}, now=NOW)
    office.ask("demanda da Cadeira Lua")
    work.fail(store, office.claim(), reason="internal", detail="x", now=NOW)
    asked = office.ask()
    sessions.cancel(store, office.session, office.ana.user_id, asked.change.jobs[0].id, now=NOW)
    office.ask()
    office.ask("cancela")
    other = sessions.open_session(store, office.ana.user_id, now=NOW).id
    office.ask(session_id=other)
    office.claim(now=LATER)
    office.ask("demanda da Cadeira Lua", session_id=other)
    return office


def found(store: Store, since: Mark | None = None) -> set[str]:
    since = since or Mark()
    first = check(store, now=LATER, since=since)
    second = check(store, now=LATER + timedelta(minutes=3), since=since, suspects=first.overdue)
    return {violation.invariant for violation in second.violations}


def test_nothing_is_wrong_with_a_healthy_company(office: Office, store: Store) -> None:
    report = check(store, now=LATER, since=Mark())
    assert report.violations == ()
    assert report.messages > 10 and report.mark.message_id > 0
    assert found(store, first_mark(store, now=NOW)) == set()
    assert check_everything(store).messages == report.messages


def first_job(store: Store, state: str) -> tuple[str, int]:
    with store.read() as connection:
        row = connection.execute(select(jobs.c.id, jobs.c.session_id).where(jobs.c.state == state).limit(1)).one()
    return row.id, row.session_id


def lose_a_message(store: Store, session_id: int) -> None:
    with store.write() as connection:
        connection.execute(delete(messages).where(messages.c.session_id == session_id, messages.c.seq == 2))


def lose_the_counter(store: Store, session_id: int) -> None:
    with store.write() as connection:
        connection.execute(update(chats).where(chats.c.id == session_id).values(last_seq=99))


def leave_a_question_alone(store: Store, session_id: int) -> None:
    with store.write() as connection:
        replies = messages.c.session_id == session_id, messages.c.in_reply_to == 1
        connection.execute(update(messages).where(*replies).values(in_reply_to=None))


def lose_a_job(store: Store, _session_id: int) -> None:
    with store.write() as connection:
        connection.execute(delete(jobs).where(jobs.c.state == "queued"))


def answer_twice(store: Store, _session_id: int) -> None:
    _job_id, session_id = first_job(store, "done")
    with store.write() as connection:
        row = connection.execute(select(messages).where(messages.c.sender == "ai")).one()
        seq = connection.execute(
            update(chats)
            .where(chats.c.id == session_id)
            .values(last_seq=chats.c.last_seq + 1)
            .returning(chats.c.last_seq)
        ).scalar_one()
        again = {"session_id": session_id, "seq": seq, "sender": "ai", "content": "de novo", "criado_em": NOW}
        connection.execute(insert(messages).values(**again, metadata=row.metadata, in_reply_to=row.in_reply_to))


def end_without_a_word(store: Store, _session_id: int) -> None:
    with store.write() as connection:
        open_job = jobs.c.state == "queued"
        connection.execute(update(jobs).where(open_job).values(state="done", finished_at=NOW, result_seq=None))


def let_a_lease_rot(store: Store, _session_id: int) -> None:
    with store.write() as connection:
        running = jobs.c.state == "running"
        connection.execute(update(jobs).where(running).values(lease_until=LATER - timedelta(seconds=61)))


PLANTED: list[tuple[Callable[[Store, int], None], str]] = [
    (lose_a_message, "seq_without_gaps"),
    (lose_the_counter, "seq_without_gaps"),
    (leave_a_question_alone, "question_answered"),
    (lose_a_job, "announced_has_job"),
    (answer_twice, "one_result_per_job"),
    (end_without_a_word, "ended_has_result"),
    (let_a_lease_rot, "running_has_lease"),
]


@pytest.mark.parametrize(("plant", "invariant"), PLANTED)
def test_a_planted_violation_is_found(
    office: Office, store: Store, plant: Callable[[Store, int], None], invariant: str
) -> None:
    plant(store, office.session)
    assert invariant in found(store)
    assert invariant in found(store, first_mark(store, now=NOW))


def test_every_invariant_has_a_planted_violation() -> None:
    assert {invariant for _, invariant in PLANTED} == set(INVARIANTS)


def test_a_run_waits_for_its_parts_without_a_lease_but_not_for_ever(store: Store) -> None:
    office = Office(store)
    office.ask("O que devo comprar hoje?")
    run = office.claim()
    assert run.kind == "catalogue"
    assert runs.cut_up(store, run, day=NOW.date(), now=NOW) is not None
    part = office.claim()
    assert part.parent_id == run.id
    with store.write() as connection:
        connection.execute(update(jobs).where(jobs.c.id == part.id).values(lease_until=LATER))
    assert found(store) == set()
    with store.write() as connection:  # its last part ended, and nobody queued it
        connection.execute(update(jobs).where(jobs.c.id == part.id).values(state="done", finished_at=NOW))
    assert found(store) == {"running_has_lease"}


def test_a_worker_whose_clock_is_behind_has_abandoned_nothing(office: Office, store: Store) -> None:
    """Its leases are over before they begin, by our clock; but its heartbeats go on."""
    let_a_lease_rot(store, office.session)
    first = check(store, now=LATER, since=Mark())
    assert first.overdue and first.violations == ()
    with store.write() as connection:
        behind = update(jobs).where(jobs.c.state == "running").values(lease_until=LATER - timedelta(seconds=62))
        connection.execute(behind)
    assert check(store, now=LATER, since=Mark(), suspects=first.overdue).violations == ()


def test_a_conversation_that_lost_everything_is_found(office: Office, store: Store) -> None:
    with store.write() as connection:
        connection.execute(delete(messages).where(messages.c.session_id == office.session))
    assert "seq_without_gaps" in found(store)


def test_a_round_reads_only_what_is_new_and_joins_it_to_what_was(office: Office, store: Store) -> None:
    mark = check(store, now=NOW, since=Mark()).mark
    assert check(store, now=LATER, since=mark).messages == 0
    office.ask("oi de novo")
    report = check(store, now=LATER, since=mark)
    assert report.messages == 2 and report.violations == ()
    with store.write() as connection:  # the last one that was there before: the new stretch no longer joins
        last_before = select(messages.c.seq).where(messages.c.id <= mark.message_id)
        last_before = (
            last_before.where(messages.c.session_id == office.session).order_by(messages.c.seq.desc()).limit(1)
        )
        seq = connection.execute(last_before).scalar_one()
        connection.execute(delete(messages).where(messages.c.session_id == office.session, messages.c.seq == seq))
    assert found(store, mark) == {"seq_without_gaps"}


def test_a_violation_is_counted_once_however_often_it_is_met(office: Office, store: Store) -> None:
    with store.write() as connection:  # the rounds go by the real clock
        connection.execute(update(jobs).where(jobs.c.state == "running").values(lease_until=utc_now()))
    rounds = InvariantRounds(store)
    rounds.run()
    assert sum(rounds.violations.values()) == 0 and rounds.rounds == 1
    lose_a_message(store, office.session)
    rounds.run()
    rounds.run()
    rounds.run()
    assert rounds.violations["seq_without_gaps"] == 1 and rounds.rounds == 4


def test_the_report_names_the_place(office: Office, store: Store) -> None:
    lose_the_counter(store, office.session)
    lines = list(print_report(check(store, now=LATER, since=Mark())))
    assert any(line.startswith("FALHA  seq_without_gaps") for line in lines)
    assert any(f"session_id {office.session}" in line for line in lines)
    assert lines[-1].endswith("1 falhas")


def test_a_round_never_reads_all_messages(office: Office, store: Store) -> None:
    """SQLite once read every message, in the order of the sessions, to find the gaps of a few: 130 ms for nothing."""
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL chooses by the size of its tables, which are tiny here")
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and not connection.info.get("explaining"):
            connection.info["explaining"] = True
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(str(row[-1]) for row in plan)
            connection.info["explaining"] = False

    mark = check(store, now=NOW, since=Mark()).mark
    event.listen(store.engine, "before_cursor_execute", explain)
    try:
        check(store, now=LATER, since=mark)
    finally:
        event.remove(store.engine, "before_cursor_execute", explain)
    assert sum("USING INTEGER PRIMARY KEY (rowid>?)" in plan for plan in plans) >= 5
    assert not [plan for plan in plans if plan.startswith(("SCAN chat_", "SCAN jobs"))]
