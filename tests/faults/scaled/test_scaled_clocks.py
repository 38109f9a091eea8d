"""R6 between machines: a worker host whose clock is an hour off, or jumps. Leases are neither lost nor immortal."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Callable

import pytest

from tests.faults.scaled.test_scaled_kills import kill_children, worker_at_work
from tests.support.company import QUESTION
from tests.support.hops import Breakable, results_of, under_load
from tests.support.load import Buyers
from tests.support.soak import note, times

Changed = Callable[..., Breakable]


async def be_wrong(breakable: Breakable, seconds: int) -> None:
    await asyncio.to_thread((breakable.switches / "worker-clock").write_text, str(seconds))


async def work_for_long(breakable: Breakable, seconds: int) -> None:
    """A worker whose clock is wrong holds a job for longer than a lease, and is killed with the next one."""
    await be_wrong(breakable, seconds)
    buyers = await breakable.buyers(sessions=1, tabs=1)
    (session_id,), (tab,) = buyers.sent, buyers.all_tabs()
    try:
        await asyncio.to_thread(breakable.hold)
        buyers.sent[session_id].append(await tab.ask(QUESTION))
        await asyncio.to_thread(worker_at_work, breakable)
        await asyncio.sleep(10.0)  # the lease lasts 7 s: not to be lost is what is looked at
        await asyncio.to_thread(breakable.release)
        await tab.wait_for(lambda tab: tab.of_type("analysis_result"))
        attempts = breakable.query("SELECT attempt FROM jobs WHERE session_id = %s", session_id)
        assert attempts == [(1,)], "a worker that was alive lost its lease"
        await asyncio.to_thread(breakable.hold)
        buyers.sent[session_id].append(await tab.ask(QUESTION))
        pid, _job = await asyncio.to_thread(worker_at_work, breakable)
        os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(breakable.release)
        await tab.wait_for(lambda tab: len(tab.of_type("analysis_result")) == 2, within=60.0)
        await buyers.drain()
        await asyncio.to_thread(buyers.check)
    finally:
        await asyncio.to_thread(breakable.release)
        await buyers.leave()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seconds", [-3600, pytest.param(3600, marks=pytest.mark.soak)])
def test_a_worker_whose_clock_is_wrong_keeps_its_lease_until_it_dies(changed: Changed, seconds: int) -> None:
    asyncio.run(work_for_long(changed("clock_jumps", "switchable"), seconds))


@pytest.mark.soak
@pytest.mark.timeout(240)
def test_who_compares_the_clocks_of_two_machines_is_found_out(changed: Changed) -> None:
    with pytest.raises((AssertionError, TimeoutError)):
        asyncio.run(work_for_long(changed("clock_jumps", "switchable", "compares_clocks"), -3600))


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_clocks_that_jump_while_workers_die_lose_and_double_nothing(changed: Changed) -> None:
    async def harm(breakable: Breakable, buyers: Buyers, chance: random.Random) -> None:
        for _ in range(times(5, 30)):
            await be_wrong(breakable, chance.choice((3600, -3600, 0, -60, 60)))
            await kill_children(breakable, buyers, chance, number=1)

    buyers = asyncio.run(under_load(changed("clock_jumps", "slow"), harm, patience=90.0))
    note("R6, scaled", jumps=times(5, 30), answers=results_of(buyers))
