"""The use cases over both databases: asking, claiming, answering, cancelling, taking up again."""

from __future__ import annotations

import threading
import time
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, text

from reposto.conversation import sessions, work
from reposto.conversation.ask import Asked
from reposto.model.errors import AnalysisCancelled, Conflict, InvalidInput, NotFound, TooLong
from reposto.model.message import JobState
from reposto.storage import chat, tables
from reposto.storage.engine import Store
from tests.support.office import NOW, QUESTION, SKU, Office, at_once


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


# -------------------------------------------------------------------- asking


def test_a_question_is_stored_acknowledged_and_queued(office: Office) -> None:
    asked = office.ask(typical_seconds=0.4)
    question, reply = office.history()
    assert (question.seq, question.sender, question.content) == (1, "human", QUESTION)
    assert (reply.seq, reply.sender) == (2, "agent")
    metadata = reply.metadata
    assert (metadata["type"], metadata["async"], metadata["sku"]) == ("analysis_started", True, SKU)
    assert metadata["in_reply_to"] == 1
    assert 0.4 <= metadata["eta_seconds"] <= 0.6
    assert SKU in reply.content and "A vantagem de ganhar sem preocupação" in reply.content
    assert asked.change.queued and asked.change.jobs[0].state is JobState.QUEUED
    assert office.claim().sku == SKU


def test_the_expected_time_comes_from_finished_runs(office: Office) -> None:
    office.ask()
    job = office.claim()
    work.answer(office.store, job, "ok", {}, now=NOW + timedelta(seconds=3))
    metadata = office.ask().reply.metadata
    assert metadata is not None
    assert 3.0 <= metadata["eta_seconds"] <= 3.2


def test_a_choice_is_offered_when_several_fit(office: Office) -> None:
    reply = office.ask("demanda do parafuso sextavado M8").reply
    assert reply.metadata is not None and reply.metadata["type"] == "choose_product"
    assert {option["sku"] for option in reply.metadata["options"]} == {"M8X20", "M8X30"}
    assert work.claim(office.store, worker="w", now=NOW) is None


def test_an_unknown_product_is_said_to_be_unknown(office: Office) -> None:
    reply = office.ask("estoque do trator azul 4000").reply
    assert reply.metadata is not None and reply.metadata["type"] == "product_not_found"
    assert work.claim(office.store, worker="w", now=NOW) is None


@pytest.mark.parametrize(
    ("content", "error"), [("  \n ", InvalidInput), ("x" * 4001, TooLong), ("\x00\x07", InvalidInput)]
)
def test_what_cannot_be_a_question_is_refused_and_nothing_stored(
    office: Office, content: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        office.ask(content)
    assert office.history() == []


def test_four_thousand_characters_are_taken(office: Office) -> None:
    office.ask("x" * 4000)
    assert len(office.history()) == 2


def test_a_resend_changes_nothing_and_gets_the_same_reply(office: Office) -> None:
    """C3: the same client id from five tabs at once is one question, one job, one reply."""
    for number in range(10):
        replies = at_once(5, partial(resend, office, f"c{number}"))
        assert len({asked.reply.id for asked in replies}) == 1
        assert sum(not asked.repeated for asked in replies) == 1
    with office.store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.jobs)) == 10
    assert [message.seq for message in office.history()] == list(range(1, 21))


def resend(office: Office, client_id: str, _index: int) -> Asked:
    return office.ask(client_id=client_id)


def test_somebody_elses_conversation_looks_like_none(office: Office) -> None:
    for call in (
        lambda: office.ask(asker=office.rui),
        lambda: sessions.read_history(office.store, office.session, office.rui.user_id, after=0, limit=5),
        lambda: sessions.resume(office.store, office.session, office.rui.user_id),
        lambda: sessions.delete_session(office.store, office.session, office.rui.user_id, now=NOW),
        lambda: office.press("choose_product", {"sku": SKU}, office.rui),
        lambda: office.ask(session_id=10**9),
    ):
        with pytest.raises(NotFound, match="no such conversation"):
            call()


# -------------------------------------------------------------------- seq


def test_seq_has_no_gaps_and_readers_miss_nothing(office: Office) -> None:
    """D3: 16 writers into one conversation; what a cursor reader sees is each message once, in order."""
    stop = threading.Event()
    seen: list[int] = []

    def read() -> None:
        while True:
            last = stop.is_set()
            after = seen[-1] if seen else 0
            seen.extend(m.seq for m in sessions.read_after(office.store, office.session, after=after, limit=50))
            if last and not sessions.read_after(office.store, office.session, after=seen[-1], limit=1):
                return

    reader = threading.Thread(target=read)
    reader.start()

    def write(index: int) -> None:
        for number in range(15):
            with office.store.write() as connection:
                chat.append_message(connection, office.session, "agent", f"{index}.{number}", now=NOW)

    at_once(8, write)
    stop.set()
    reader.join()
    assert seen == list(range(1, 8 * 15 + 1))


def test_a_cursor_over_ids_would_miss_messages(office: Office) -> None:
    """The mutant of D3: ids are given out before the commit, so a later id can become visible first."""
    if office.store.dialect == "sqlite":
        pytest.skip("SQLite has one writer at a time: ids cannot overtake each other there")
    other = sessions.open_session(office.store, office.ana.user_id, now=NOW).id
    with office.store.write() as slow:
        early = chat.append_message(slow, office.session, "agent", "early", now=NOW).id
        with office.store.write() as fast:
            late = chat.append_message(fast, other, "agent", "late", now=NOW).id
        with office.store.read() as connection:
            visible = list(connection.scalars(select(tables.chat_messages.c.id)))
    assert early < late and visible == [late]  # a reader at id `late` would never see `early`


# -------------------------------------------------------------------- workers


def test_each_job_is_claimed_once(office: Office) -> None:
    """W12: many claimers, each job once."""
    for number in range(30):
        office.ask(client_id=str(number))
    claimed: list[str] = []

    def claim_all(index: int) -> None:
        while (found := work.claim(office.store, worker=f"w{index}", now=NOW)) is not None:
            claimed.append(found[0].id)

    at_once(8, claim_all)
    assert len(claimed) == len(set(claimed)) == 30


def test_an_answer_ends_the_job_and_is_a_message(office: Office) -> None:
    office.ask()
    job = office.claim()
    change = work.answer(office.store, job, "**ok**", {"analysis": {"sku": SKU}}, now=NOW)
    message = office.history()[-1]
    assert change.messages == (message,)
    assert (message.seq, message.sender, message.metadata["type"]) == (3, "ai", "analysis_result")
    assert message.metadata["in_reply_to"] == 1
    assert change.jobs[0].state is JobState.DONE


def test_a_starting_server_takes_up_what_was_running(office: Office) -> None:
    office.ask()
    office.claim("of a server that is gone")
    (change,) = work.hand_back_orphans(office.store, now=NOW)
    assert change.queued
    assert office.claim().attempt == 2


def test_cancelling_stops_the_worker_and_says_so_once(office: Office) -> None:
    office.ask()
    job = office.claim()
    change = sessions.cancel(office.store, office.session, office.ana.user_id, job.id, now=NOW)
    assert change.cancelled == (job.id,)
    assert change.messages[0].metadata is not None
    assert change.messages[0].metadata["type"] == "analysis_cancelled"
    with pytest.raises(AnalysisCancelled):
        work.answer(office.store, job, "late", {}, now=NOW)
    with pytest.raises(Conflict):
        sessions.cancel(office.store, office.session, office.ana.user_id, job.id, now=NOW)
    assert len(office.history()) == 3


def test_cancelling_by_words(office: Office) -> None:
    office.ask()
    asked = office.ask("cancela a análise")
    assert len(asked.change.cancelled) == 1
    assert asked.reply.metadata is not None and asked.reply.metadata["type"] == "analysis_cancelled"


def test_a_deleted_conversation_takes_its_jobs_along(office: Office) -> None:
    office.ask()
    job = office.claim()
    change = sessions.delete_session(office.store, office.session, office.ana.user_id, now=NOW)
    assert change.deleted and change.cancelled == (job.id,)
    with pytest.raises(AnalysisCancelled):
        work.answer(office.store, job, "late", {}, now=NOW)
    fresh = sessions.open_session(office.store, office.ana.user_id, now=NOW)
    assert fresh.id > office.session  # an id is never used again


def test_progress_revisions_only_grow(office: Office) -> None:
    office.ask()
    job = office.claim()
    first = work.progress(office.store, job, job.steps, now=NOW).jobs[0]
    second = work.progress(office.store, job, job.steps, now=NOW).jobs[0]
    assert job.rev < first.rev < second.rev
    assert sessions.resume(office.store, office.session, office.ana.user_id).jobs[0].rev == second.rev


# -------------------------------------------------------------------- buttons


def advice(**changes: Any) -> dict[str, Any]:
    recommendation = {
        "supplier_id": 1,
        "supplier": "Ferragens",
        "quantity": 120.0,
        "unit_price": "12.50",
        "total": "1500.00",
        "expected_arrival": "2026-12-01",
    }
    known = {"sku": SKU, "name": "A vantagem de ganhar sem preocupação", "unit": "UN"}
    return {"analysis": {**known, "recommendation": recommendation | changes}}


def test_approving_twice_makes_one_order(office: Office) -> None:
    office.ask()
    job = office.claim()
    work.answer(office.store, job, "compre", advice(), now=NOW)
    pressed = at_once(5, lambda _index: office.press("approve_purchase", {"job_id": job.id}))
    assert len({message.id for message, _change in pressed}) == 1
    with office.store.read() as connection:
        orders = connection.execute(select(tables.purchase_orders)).all()
        (line,) = connection.execute(select(tables.purchase_order_lines)).all()
    assert [order.status for order in orders] == ["draft"]
    assert (line.sku, line.quantity, str(line.unit_price)) == (SKU, 120.0, "12.5")
    assert orders[0].expected_on == date(2026, 12, 1)
    message = pressed[0][0]
    assert (message.sender, message.metadata["type"]) == ("system", "order_created")
    assert message.metadata["order_number"] == orders[0].number


def test_the_numbers_of_an_order_never_come_from_the_client(office: Office) -> None:
    office.ask()
    job = office.claim()
    work.answer(office.store, job, "compre", advice(), now=NOW)
    message, _ = office.press("approve_purchase", {"job_id": job.id, "quantity": 99999, "unit_price": "0.01"})
    assert message.metadata["quantity"] == 120.0


def test_what_is_not_recommended_cannot_be_approved(office: Office) -> None:
    office.ask()
    job = office.claim()
    work.answer(office.store, job, "espere", advice(supplier_id=None), now=NOW)
    with pytest.raises(Conflict):
        office.press("approve_purchase", {"job_id": job.id})
    with pytest.raises(NotFound):
        office.press("approve_purchase", {"job_id": "nope"})
    with pytest.raises(InvalidInput):
        office.press("drop_tables", {})


def test_choosing_runs_the_question_on_the_chosen_product(office: Office) -> None:
    office.ask("previsão de 60 dias do parafuso sextavado M8")
    message, change = office.press("choose_product", {"sku": "M8X30", "in_reply_to": 1})
    assert message.metadata["type"] == "analysis_started" and message.metadata["sku"] == "M8X30"
    assert change.messages[0].sender == "human"
    job = office.claim()
    assert job.sku == "M8X30" and job.request["params"] == {"horizon_days": 60}
    again, nothing = office.press("choose_product", {"sku": "M8X30", "in_reply_to": 1})
    assert again.id == message.id and not nothing.messages


# -------------------------------------------------------------------- lineage


def test_the_epoch_belongs_to_the_database(office: Office) -> None:
    before = sessions.resume(office.store, office.session, office.ana.user_id).epoch
    assert before == sessions.resume(office.store, office.session, office.ana.user_id).epoch
    assert len(before) == 32


def test_nothing_is_kept_of_a_transaction_that_fails(office: Office) -> None:
    with pytest.raises(RuntimeError), office.store.write() as connection:
        chat.append_message(connection, office.session, "agent", "x", now=NOW)
        raise RuntimeError
    assert office.history() == []
    with office.store.read() as connection:
        assert connection.execute(text("select 1")).scalar() == 1


def test_a_store_refuses_to_cross_a_fork(office: Office) -> None:
    forked = replace_pid(office.store)
    with pytest.raises(RuntimeError, match="fork"), forked.read():
        pass


def replace_pid(store: Store) -> Store:
    other = Store(store.url.render_as_string(hide_password=False))
    other._pid -= 1
    return other


def test_everybody_locks_the_session_before_its_job(office: Office) -> None:
    """In different orders, a spoken cancel and an answer would wait for each other until PostgreSQL shoots one."""
    if office.store.dialect == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    office.ask()
    job = office.claim()
    answering = threading.Thread(target=work.answer, args=(office.store, job, "ok", {}), kwargs={"now": NOW})
    with office.store.write() as connection:
        chat.lock_session(connection, office.session)
        answering.start()
        while not connection.scalar(text("select count(*) from pg_locks where not granted")):
            time.sleep(0.005)  # until the answer waits for the session
        free = select(tables.jobs.c.id).where(tables.jobs.c.id == job.id).with_for_update(nowait=True)
        assert connection.scalar(free) == job.id  # so it doesn't hold the job meanwhile
    answering.join()
    assert office.history()[-1].content == "ok"


def test_more_data_do_not_make_it_another_button(office: Office) -> None:
    office.ask()
    job = office.claim()
    work.answer(office.store, job, "compre", advice(), now=NOW)
    first, _ = office.press("approve_purchase", {"job_id": job.id})
    second, _ = office.press("approve_purchase", {"job_id": job.id, "x": 1})
    assert first.id == second.id
