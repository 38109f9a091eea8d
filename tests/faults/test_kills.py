"""kill -9 of workers and of the whole server, at random moments, under load. G2, G3, G5, G9."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Awaitable, Callable

import pytest

from tests.support.load import Buyers
from tests.support.processes import ServerProcess
from tests.support.soak import times

Serve = Callable[..., ServerProcess]
WORKER_KILLS = times(20, 50)
SERVER_KILLS = times(12, 30)


Harm = Callable[[Buyers, random.Random], Awaitable[None]]


async def under_load(server: ServerProcess, harm: Harm, *, patience: float = 60.0) -> Buyers:
    """Buyers ask, something happens to the server, then everything is given the time to settle, and checked."""
    chance = random.Random(20261122)
    buyers = await Buyers.arrive(server)
    stop = asyncio.Event()
    asking = asyncio.create_task(buyers.ask_until(stop, every_s=0.15, chance=chance))
    try:
        await harm(buyers, chance)
        stop.set()
        await asking
        await buyers.drain(within=patience)
        await asyncio.to_thread(buyers.check)
    finally:
        stop.set()
        await buyers.leave()
    return buyers


async def kill_workers(buyers: Buyers, chance: random.Random, *, times: int = WORKER_KILLS) -> None:
    killed: set[int] = set()
    while len(killed) < times:
        await asyncio.sleep(chance.uniform(0.05, 0.9))
        pids = [pid for pid in await asyncio.to_thread(buyers.server.worker_pids) if pid not in killed]
        with contextlib.suppress(ProcessLookupError, IndexError):
            pid = chance.choice(pids)
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)


async def kill_servers(buyers: Buyers, chance: random.Random, *, times: int = SERVER_KILLS) -> None:
    for _ in range(times):
        await asyncio.sleep(chance.uniform(0.0, 1.0))
        await asyncio.to_thread(buyers.server.kill9)
        await asyncio.to_thread(buyers.server.start)


@pytest.mark.timeout(240)
def test_killed_workers_lose_and_double_nothing(serve: Serve) -> None:
    server = serve("slow")
    asyncio.run(under_load(server, kill_workers))
    assert server.logs().count('"worker.died"') >= WORKER_KILLS  # they really died


@pytest.mark.timeout(400)
def test_a_killed_server_loses_and_doubles_nothing(serve: Serve) -> None:
    asyncio.run(under_load(serve("slow"), kill_servers))


@pytest.mark.timeout(240)
def test_killed_workers_are_missed_when_nobody_takes_over(serve: Serve) -> None:
    async def harm(buyers: Buyers, chance: random.Random) -> None:
        await kill_workers(buyers, chance, times=15)

    with pytest.raises(TimeoutError):  # an analysis that never ends
        asyncio.run(mutant_under_load(serve("slow", "forgets_the_dead"), harm))


@pytest.mark.timeout(240)
def test_a_server_that_tells_before_it_commits_is_found_out(serve: Serve) -> None:
    async def harm(buyers: Buyers, chance: random.Random) -> None:
        await kill_servers(buyers, chance, times=6)

    with pytest.raises((AssertionError, TimeoutError)):
        asyncio.run(mutant_under_load(serve("slow", "tells_before_commit"), harm))


async def mutant_under_load(server: ServerProcess, harm: Harm) -> None:
    """The same with little patience: a mutant's jobs never end."""
    await under_load(server, harm, patience=15.0)
