"""Processes and hosts killed, put to sleep and told to leave, under load, over PostgreSQL, Redis and Celery.

RELIABILITY G2, G3, W1, W2, W4, W10, C4.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Callable

import pytest

from tests.support.company import QUESTION
from tests.support.hops import (
    Breakable,
    delays_of,
    lose_host,
    results_of,
    start_again,
    under_load,
)
from tests.support.load import Buyers
from tests.support.soak import note, percentile, times

Changed = Callable[..., Breakable]


# -------------------------------------------------------------------- W1


async def kill_children(breakable: Breakable, _buyers: Buyers, chance: random.Random, *, number: int) -> None:
    killed: set[int] = set()
    while len(killed) < number:
        await asyncio.sleep(chance.uniform(0.1, 0.8))
        host = chance.choice(breakable.system.workers)
        children = [pid for pid in await asyncio.to_thread(host.child_pids) if pid not in killed]
        with contextlib.suppress(ProcessLookupError, IndexError):
            pid = chance.choice(children)
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)


@pytest.mark.timeout(600)
def test_killed_worker_processes_lose_and_double_nothing(breakable: Breakable) -> None:
    number = times(8, 50)

    async def harm(breakable: Breakable, buyers: Buyers, chance: random.Random) -> None:
        await kill_children(breakable, buyers, chance, number=number)

    buyers = asyncio.run(under_load(breakable, harm))
    note("W1", kills=number, answers=results_of(buyers), worst_s=max(delays_of(buyers)))


@pytest.mark.soak
@pytest.mark.timeout(240)
def test_who_forgets_the_dead_is_found_out(changed: Changed) -> None:
    async def harm(breakable: Breakable, buyers: Buyers, chance: random.Random) -> None:
        await kill_children(breakable, buyers, chance, number=6)

    with pytest.raises(TimeoutError):
        asyncio.run(under_load(changed("slow", "forgets_the_dead"), harm, patience=15.0))


# -------------------------------------------------------------------- W2


async def kill_hosts(breakable: Breakable, _buyers: Buyers, chance: random.Random) -> None:
    for _ in range(times(2, 20)):
        await asyncio.sleep(chance.uniform(0.2, 1.5))
        host = chance.choice(breakable.system.workers)
        await lose_host(host)
        await asyncio.sleep(chance.uniform(0.0, 2.0))
        await start_again(host)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_lost_worker_hosts_lose_and_double_nothing(breakable: Breakable) -> None:
    buyers = asyncio.run(under_load(breakable, kill_hosts))
    note("W2", hosts_lost=times(2, 20), answers=results_of(buyers), worst_s=max(delays_of(buyers)))


# -------------------------------------------------------------------- C4, G2


async def kill_one_of_each(breakable: Breakable, _buyers: Buyers, chance: random.Random) -> None:
    for number in range(times(2, 10)):
        api, host = breakable.system.apis[number % 2], breakable.system.workers[number % 2]
        await asyncio.sleep(chance.uniform(0.5, 1.5))
        await lose_host(api)
        await asyncio.sleep(chance.uniform(0.0, 0.5))
        await lose_host(host)
        await start_again(api, host)


@pytest.mark.timeout(900)
def test_ten_tabs_over_two_processes_get_everything_while_one_of_each_dies(breakable: Breakable) -> None:
    buyers = asyncio.run(under_load(breakable, kill_one_of_each, sessions=1, tabs=10, every_s=0.1))
    (tabs,) = buyers.tabs.values()
    assert all(len(tab.connections) > 1 for tab in tabs[:2])  # both processes were killed under them
    note("C4, G2", kills=times(2, 10), answers=results_of(buyers), tabs=len(tabs))


def test_two_processes_tell_each_other_at_once(breakable: Breakable) -> None:
    """G4, C4: without any fault, the tabs of both processes see an answer at the same time."""

    async def ask() -> list[float]:
        buyers = await breakable.buyers(sessions=1, tabs=10)
        (session_id,) = buyers.sent
        spreads = []
        for _ in range(times(10, 50)):
            buyers.sent[session_id].append(await buyers.all_tabs()[0].ask(QUESTION))
            await buyers.drain()
            shown = [tab.shown_at[tab.cursor or 0] for tab in buyers.all_tabs()]
            spreads.append(max(shown) - min(shown))
        await asyncio.to_thread(buyers.check)
        await buyers.leave()
        return spreads

    spreads = asyncio.run(ask())
    assert percentile(spreads, 0.5) < 1.0  # the sweep alone would take half a second on average, and up to one
    note("G4", answers=len(spreads), tabs=10, spread_p50_s=percentile(spreads, 0.5), spread_worst_s=max(spreads))


# -------------------------------------------------------------------- W4


async def sleep_beyond_the_lease(breakable: Breakable, number: int) -> None:
    buyers = await breakable.buyers(sessions=1, tabs=2)
    tab, _other = buyers.all_tabs()
    (session_id,) = buyers.sent
    try:
        for count in range(1, number + 1):
            await asyncio.to_thread(breakable.hold)
            buyers.sent[session_id].append(await tab.ask(QUESTION))
            pid, job_id = await asyncio.to_thread(worker_at_work, breakable)
            os.kill(pid, signal.SIGSTOP)
            await asyncio.to_thread(breakable.release)
            try:
                await tab.wait_for(lambda tab, count=count: len(ends(tab)) >= count, within=40.0)
            finally:
                os.kill(pid, signal.SIGCONT)
            await asyncio.to_thread(until_attempts_end, breakable, job_id)
        await buyers.drain(within=30.0)
        await asyncio.to_thread(buyers.check)
    finally:
        await buyers.leave()


def ends(tab: object) -> list[object]:
    return [*tab.of_type("analysis_result"), *tab.of_type("analysis_error")]  # type: ignore[attr-defined]


def worker_at_work(breakable: Breakable) -> tuple[int, str]:
    """The process that holds the only running job, and the job."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for worker, job_id in breakable.query("SELECT worker, id FROM jobs WHERE state = 'running'"):
            return int(worker.rpartition("/")[2]), job_id
        time.sleep(0.02)
    raise TimeoutError("nobody works")


def until_attempts_end(breakable: Breakable, job_id: str) -> None:
    """Until both attempts have said what became of them."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        lines = [line for line in breakable.system.logs().splitlines() if job_id in line]
        if sum("agents.task.result_saved" in line or "agents.task.stopped" in line for line in lines) >= 2:
            return
        time.sleep(0.1)
    raise TimeoutError("the sleeper never said that it was overtaken")


@pytest.mark.timeout(1200)
def test_a_worker_that_slept_beyond_its_lease_is_refused(breakable: Breakable) -> None:
    number = times(1, 20)
    asyncio.run(sleep_beyond_the_lease(breakable, number))
    note("W4", trials=number, refused=number)


@pytest.mark.timeout(180)
def test_without_the_fence_it_answers_twice(changed: Changed) -> None:
    with pytest.raises(AssertionError, match="ended twice"):
        asyncio.run(sleep_beyond_the_lease(changed("slow", "switchable", "no_fence"), 1))


# -------------------------------------------------------------------- W10, G3


async def ask_them_to_leave(breakable: Breakable, _buyers: Buyers, chance: random.Random) -> None:
    system = breakable.system
    for number in range(times(1, 20)):
        await asyncio.sleep(chance.uniform(0.3, 1.0))
        for process in (system.workers[number % 2], system.apis[number % 2]):
            began = time.monotonic()
            process.terminate()
            assert await asyncio.to_thread(process.wait) in {0, -signal.SIGTERM}
            note("W10, G3", process=process.home.name, seconds=time.monotonic() - began)
            await start_again(process)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_who_is_told_to_leave_finishes_or_hands_back(breakable: Breakable) -> None:
    buyers = asyncio.run(under_load(breakable, ask_them_to_leave))
    attempts = breakable.query("SELECT max(attempt) FROM jobs WHERE session_id = ANY(%s)", list(buyers.sent))
    assert attempts[0][0] < 3
