"""Jobs that kill, hog or never end, nudges that lie, and deaths at the worst instant: W3, W5-W8, B6."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import redis

from reposto.app.celery_app import INTERACTIVE, TASK, make_celery, queue_name
from reposto.model.message import MAX_ATTEMPTS
from tests.support.company import QUESTION
from tests.support.hops import Breakable, delays_of, start_again
from tests.support.soak import note, times
from tests.support.tabs import Tab

Changed = Callable[..., Breakable]
OTHER = "quanto devo comprar da cadeira lua?"  # the product 001


async def beside_a_neighbour(breakable: Breakable, patience: float) -> Tab:
    """One product makes trouble while somebody else asks for another one; the troubled tab."""
    buyers = await breakable.buyers(sessions=2, tabs=1)
    victim, neighbour = buyers.all_tabs()
    try:
        buyers.sent[victim.session_id].append(await victim.ask(OTHER))
        for count in range(1, 4):
            buyers.sent[neighbour.session_id].append(await neighbour.ask(QUESTION))
            await neighbour.wait_for(lambda tab, count=count: len(tab.of_type("analysis_result")) == count, 60.0)
        await victim.wait_for(lambda tab: tab.of_type("analysis_error"), within=patience)
        await buyers.drain()
        await asyncio.to_thread(buyers.check)
    finally:
        await buyers.leave()
    return victim


def attempts(breakable: Breakable, sku: str) -> int:
    return int(breakable.query("SELECT max(attempt) FROM jobs WHERE sku = %s", sku)[0][0])


@pytest.mark.timeout(240)
def test_a_poison_job_ends_with_a_sentence_and_the_others_go_on(changed: Changed) -> None:
    breakable = changed("poison")
    victim = asyncio.run(beside_a_neighbour(breakable, patience=120.0))
    (error,) = victim.of_type("analysis_error")
    assert error["content"] and error["metadata"]["actions"][0]["action_type"] == "retry"
    assert attempts(breakable, "001") == MAX_ATTEMPTS
    note("W7", attempts=MAX_ATTEMPTS, error_after_s=victim.delay(error) + seconds_of(victim))


def seconds_of(victim: Tab) -> float:
    """From the acknowledgement to the error."""
    (started,), (error,) = victim.of_type("analysis_started"), victim.of_type("analysis_error")
    return victim.shown_at[error["seq"]] - victim.shown_at[started["seq"]]


@pytest.mark.soak
@pytest.mark.timeout(240)
def test_a_poison_job_that_is_never_given_up_is_found_out(changed: Changed) -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(beside_a_neighbour(changed("poison", "never_gives_up"), patience=10.0))


@pytest.mark.timeout(240)
def test_an_analysis_that_eats_memory_is_stopped_in_its_process(changed: Changed) -> None:
    breakable = changed("eats_memory")
    asyncio.run(beside_a_neighbour(breakable, patience=120.0))
    assert attempts(breakable, "001") == 1  # a MemoryError of its own, not the kernel's hand


@pytest.mark.soak
@pytest.mark.timeout(240)
def test_an_analysis_that_never_ends_is_stopped_by_the_soft_limit(changed: Changed) -> None:
    breakable = changed("never_ends", "short_limits")
    asyncio.run(beside_a_neighbour(breakable, patience=120.0))


@pytest.mark.soak
@pytest.mark.timeout(240)
def test_an_analysis_that_ignores_the_soft_limit_is_stopped_by_the_hard_one(changed: Changed) -> None:
    breakable = changed("never_listens", "short_limits")
    asyncio.run(beside_a_neighbour(breakable, patience=120.0))
    assert attempts(breakable, "001") == MAX_ATTEMPTS


# -------------------------------------------------------------------- W3: a nudge may come as often as it likes


async def nudged_too_often(breakable: Breakable) -> None:
    buyers = await breakable.buyers(sessions=1, tabs=2)
    (session_id,) = buyers.sent
    tab = buyers.all_tabs()[0]
    try:
        await asyncio.to_thread(breakable.hold)
        buyers.sent[session_id].append(await tab.ask(QUESTION))
        await tab.wait_for(lambda tab: any(p["state"] == "running" for p in tab.progress))
        await asyncio.to_thread(nudge, breakable, 200)
        await asyncio.to_thread(breakable.release)
        await buyers.drain()
        await asyncio.to_thread(buyers.check)
    finally:
        await buyers.leave()


def nudge(breakable: Breakable, number: int) -> None:
    """As a broker does that hands out everything again and again."""
    with make_celery(f"redis://127.0.0.1:{breakable.system.redis.port}/1") as celery:
        for _ in range(number):
            celery.send_task(TASK, queue=queue_name(INTERACTIVE), ignore_result=True)


def test_a_nudge_that_comes_two_hundred_times_is_one_analysis(breakable: Breakable) -> None:
    before = breakable.query("SELECT count(*), coalesce(sum(attempt), 0) FROM jobs")[0]
    asyncio.run(nudged_too_often(breakable))
    after = breakable.query("SELECT count(*), coalesce(sum(attempt), 0) FROM jobs")[0]
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)


# -------------------------------------------------------------------- W5, W6


async def answers_of(breakable: Breakable, number: int, patience: float) -> list[float]:
    """Ask one after the other; how far behind its messages each tab was, in seconds."""
    buyers = await breakable.buyers(sessions=1, tabs=2)
    tab = buyers.all_tabs()[0]
    (session_id,) = buyers.sent
    try:
        for count in range(1, number + 1):
            buyers.sent[session_id].append(await tab.ask(QUESTION))
            for each in buyers.all_tabs():
                await each.wait_for(lambda tab, count=count: len(tab.of_type("analysis_result")) == count, patience)
        await buyers.drain()
        await asyncio.to_thread(buyers.check)
        return delays_of(buyers)
    finally:
        await buyers.leave()


@pytest.mark.timeout(600)
def test_a_worker_that_dies_before_it_tells_has_still_answered(changed: Changed) -> None:
    number = times(3, 50)
    breakable = changed("dies_before_telling", apis=2)
    delays = asyncio.run(answers_of(breakable, number, patience=60.0))
    assert attempts(breakable, "84903501") == 1
    note("W5", trials=number, worst_s=max(delays))


@pytest.mark.soak
@pytest.mark.timeout(120)
def test_without_the_sweep_that_answer_is_never_shown(changed: Changed) -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(answers_of(changed("dies_before_telling", "never_sweeps"), 1, patience=8.0))


async def ask_the_dying(breakable: Breakable, number: int, patience: float) -> None:
    """The process that takes a question dies right after storing it; the other one's reaper must nudge."""
    buyers = await breakable.buyers(sessions=1, tabs=2)
    first, second = buyers.all_tabs()
    (session_id,) = buyers.sent
    api = breakable.system.apis[0]
    try:
        for count in range(1, number + 1):
            buyers.sent[session_id].append(await first.ask(QUESTION))
            await asyncio.to_thread(api.wait)
            await second.wait_for(lambda tab, count=count: len(tab.of_type("analysis_result")) == count, patience)
            await start_again(api)
            await asyncio.wait_for(first.ready.wait(), 30)
        await buyers.drain()
        await asyncio.to_thread(buyers.check)
    finally:
        await buyers.leave()


@pytest.mark.timeout(900)
def test_a_process_that_dies_after_storing_a_question_leaves_it_to_the_others(changed: Changed) -> None:
    number = times(1, 50)
    asyncio.run(ask_the_dying(changed("dies_after_storing", apis=2), number, patience=60.0))
    note("W6", trials=number, answered=number)


@pytest.mark.soak
@pytest.mark.timeout(240)
def test_a_process_that_queues_after_the_commit_is_found_out(changed: Changed) -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(ask_the_dying(changed("dies_after_storing", "queues_after_commit", apis=2), 1, patience=8.0))


# -------------------------------------------------------------------- B6


@pytest.mark.timeout(180)
@pytest.mark.parametrize("policy", ["noeviction", pytest.param("allkeys-random", marks=pytest.mark.soak)])
def test_a_redis_without_memory_costs_time_only(breakable: Breakable, policy: str) -> None:
    """Refused or evicted nudges are found in the table."""
    with redis.Redis(port=breakable.system.redis.port, socket_timeout=5) as client:
        client.config_set("maxmemory-policy", policy)
        client.config_set("maxmemory", 1)
        try:
            delays = asyncio.run(answers_of(breakable, times(2, 20), patience=30.0))
        finally:
            client.config_set("maxmemory", 0)
    note("B6", policy=policy, answers=times(2, 20), worst_s=max(delays))
