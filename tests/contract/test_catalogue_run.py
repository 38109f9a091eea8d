"""A run over the catalogue and its parts: progress, deaths, takeovers, cancelling; over both databases."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from reposto.app.analysis import Stopped
from reposto.conversation import runs, sessions, work
from reposto.model.errors import AnalysisCancelled, StaleAttempt
from reposto.model.message import MAX_ATTEMPTS, PART, JobState
from reposto.storage import jobs, tables
from tests.support.shop import NOW, PRODUCTS, TODAY, Shop


@pytest.fixture(autouse=True)
def nothing_is_kept(shop: Shop) -> None:
    shop.forget()


def test_the_parts_are_nobodys_business(shop: Shop) -> None:
    asked = shop.ask()
    cut = shop.claim()
    assert cut is not None and cut.id == (asked.reply.metadata or {})["job_id"]
    shop.work(cut)
    assert len(shop.parts()) == 3
    shown = sessions.resume(shop.store, shop.session, shop.buyer.user_id).jobs
    assert [(job.id, job.state, job.done, job.total) for job in shown] == [(cut.id, JobState.RUNNING, 0, PRODUCTS)]
    assert work.look_at_queue(shop.store, now=NOW).oldest_seconds == 0.0
    shop.drain()
    assert [(m.metadata or {}).get("type") for m in shop.history()[1:]] == ["analysis_started", "analysis_result"]
    assert shop.parts() == []


def test_progress_counts_products_and_shows_the_first_lines(shop: Shop) -> None:
    shop.ask()
    seen = []
    while (job := shop.claim()) is not None:
        shop.work(job)
        seen += [(j.done, len(j.partial)) for j in sessions.resume(shop.store, shop.session, shop.buyer.user_id).jobs]
    assert [done for done, _ in seen] == [0, 8, 16, PRODUCTS]
    assert seen[-1][1] == 5


def test_a_question_overtakes_the_parts(shop: Shop) -> None:
    shop.ask()
    run = shop.claim()
    assert run is not None
    shop.work(run)
    shop.ask("qual a demanda do produto 84903501?")
    claimed = shop.claim()
    assert claimed is not None and claimed.sku == "84903501"


def test_a_question_waits_for_a_product_not_for_a_part(shop: Shop) -> None:
    shop.ask()
    run = shop.claim()
    assert run is not None
    shop.work(run)
    part = shop.claim()
    assert part is not None and part.kind == PART
    shop.ask("qual a demanda do produto 84903501?")
    shop.work(part)
    row = next(row for row in shop.parts() if row.id == part.id)
    assert (row.state, row.forgiven, row.total) == (JobState.QUEUED, 1, 8)
    assert 0 < row.done < 8
    assert len(row.request["skus"]) == 8 - row.done
    claimed = shop.claim()
    assert claimed is not None and claimed.sku == "84903501"
    shop.work(claimed)
    (shown,) = sessions.resume(shop.store, shop.session, shop.buyer.user_id).jobs
    assert (shown.done, shown.total) == (row.done, PRODUCTS)
    assert shop.drain() == 4  # three parts, what is left of one among them, and the finish
    result = shop.history()[-1].metadata or {}
    assert (result["type"], result["list"]["products"], result["list"]["counts"]["failed"]) == (
        "analysis_result",
        PRODUCTS,
        0,
    )


def test_only_the_part_of_a_killed_worker_is_done_again(shop: Shop) -> None:
    shop.ask()
    for worker in ("w1", "w2"):
        job = shop.claim(worker)
        assert job is not None
        shop.work(job)
    held = shop.claim("w3")  # and dies
    assert held is not None and held.kind == PART
    changes = work.hand_back_all(shop.store, worker="w3", now=NOW)
    assert [(change.jobs, change.queued) for change in changes] == [((), True)]
    assert sorted(row.attempt for row in shop.parts()) == [0, 1, 1]
    assert shop.drain() == 3  # two parts and the finish
    assert (shop.history()[-1].metadata or {})["type"] == "analysis_result"


def test_a_part_that_was_taken_over_writes_nothing(shop: Shop) -> None:
    shop.ask()
    run = shop.claim()
    assert run is not None
    shop.work(run)
    slow = shop.claim("slow")
    assert slow is not None
    work.hand_back_all(shop.store, worker="slow", now=NOW)
    again = shop.claim("quick")
    assert again is not None and again.id == slow.id
    with pytest.raises(Stopped):
        shop.work(slow)
    with pytest.raises(StaleAttempt):
        runs.end_part(shop.store, slow, runs.PartDone((), (), ()), basis="", now=NOW)
    shop.work(again)
    (shown,) = sessions.resume(shop.store, shop.session, shop.buyer.user_id).jobs
    assert shown.done == 8
    shop.drain()


def test_cancelling_ends_it_all(shop: Shop) -> None:
    asked = shop.ask()
    run = shop.claim()
    assert run is not None
    shop.work(run)
    part = shop.claim("busy")
    assert part is not None
    change = sessions.cancel(shop.store, shop.session, shop.buyer.user_id, run.id, now=NOW)
    assert set(change.cancelled) == {run.id, part.id}
    assert shop.parts() == []
    assert shop.claim() is None
    with pytest.raises(AnalysisCancelled):
        work.heartbeat(shop.store, part, now=NOW)
    with pytest.raises(Stopped):
        shop.work(part)
    assert [(m.metadata or {}).get("type") for m in shop.history()[1:]] == ["analysis_started", "analysis_cancelled"]
    assert (asked.reply.metadata or {})["job_id"] == run.id


def test_a_part_that_kills_every_worker_is_named_in_the_list(shop: Shop) -> None:
    shop.ask()
    run = shop.claim()
    assert run is not None
    shop.work(run)
    poison = shop.parts()[0]
    for attempt in range(MAX_ATTEMPTS):
        held = shop.claim(f"dies-{attempt}")
        assert held is not None and held.id == poison.id
        work.hand_back_all(shop.store, worker=f"dies-{attempt}", now=NOW)
    shop.drain()
    found = (shop.history()[-1].metadata or {})["list"]
    assert found["counts"]["failed"] == 8
    assert {row["sku"] for row in found["failed"]} <= set(poison.request["skus"])


def test_a_run_whose_worker_dies_while_cutting_or_finishing_goes_on(shop: Shop) -> None:
    shop.ask()
    assert shop.claim("w1") is not None
    work.hand_back_all(shop.store, worker="w1", now=NOW)
    for job in iter(shop.claim, None):
        if job.parent_id is None and job.done == PRODUCTS:
            work.hand_back_all(shop.store, worker="w", now=NOW)  # died before the list was saved
            break
        shop.work(job)
    shop.drain()
    assert [(m.metadata or {}).get("type") for m in shop.history()[1:]] == ["analysis_started", "analysis_result"]


def test_a_server_that_starts_leaves_a_waiting_run_alone(shop: Shop) -> None:
    shop.ask()
    run = shop.claim()
    assert run is not None
    shop.work(run)
    assert work.hand_back_orphans(shop.store, now=NOW) == []
    watch = work.Watch()
    assert [work.reap(shop.store, watch, now=NOW, at=float(second)) for second in range(9)] == [[]] * 9
    shop.drain()
    assert (shop.history()[-1].metadata or {})["type"] == "analysis_result"


def test_a_run_taken_up_while_its_last_part_ends_is_finished(shop: Shop) -> None:
    """On PostgreSQL the part saw the run in a worker's hands, and the worker saw the part open: nobody finished it."""
    shop.ask()
    first = shop.claim()
    assert first is not None
    shop.work(first)
    with shop.store.write() as connection:  # handed back by a worker that was being killed
        assert jobs.release(connection, first.id, first.attempt) is not None
    run = shop.claim()
    assert run is not None and run.id == first.id
    parts = [job for _ in range(3) if (job := shop.claim()) is not None]
    for part in parts[:-1]:
        shop.work(part)
    taking_up = threading.Thread(target=shop.work, args=(run,))
    with shop.store.write() as connection:
        assert runs.give_up_part(connection, parts[-1], now=NOW, error="died") is not None
        taking_up.start()
        taking_up.join(0.5)  # it reads, then waits for us
    taking_up.join(20)
    shop.drain()
    assert (shop.history()[-1].metadata or {})["type"] == "analysis_result"


def test_a_product_analysed_after_midnight_stays_in_the_run_of_the_day_before(shop: Shop) -> None:
    shop.ask()
    run = shop.claim()
    assert run is not None
    shop.work(run)
    for _ in range(3):
        part = shop.claim()
        assert part is not None
        shop.work(part)
    kept = tables.product_results.c
    with shop.store.write() as connection:  # as a question of the new day leaves it
        later = update(tables.product_results).where(kept.sku == "84903501").values(day=TODAY + timedelta(days=1))
        assert connection.execute(later).rowcount == 1
    assert len(runs.load_lines(shop.store, run, day=TODAY)) == PRODUCTS
