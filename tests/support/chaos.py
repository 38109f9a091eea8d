"""An hour of random faults: what may happen to a system, chosen by a seed, and what its processes weigh meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from tests.support.hops import HOPS, Breakable, lose_host, start_again
from tests.support.load import Buyers
from tests.support.processes import ServerProcess
from tests.support.scaled import ScaledSystem
from tests.support.soak import times

MINUTES, SEED = "TEST_RANDOM_MINUTES", "TEST_RANDOM_SEED"
ROUND_S = 30.0  # of faults; then everything is healed, drained and checked

Fault = Callable[[random.Random], Awaitable[None]]


def minutes() -> float:
    """How long, in each way to run."""
    return float(os.environ.get(MINUTES, times(1, 10)))


def seed() -> int:
    """The same seed, the same faults in the same order; when they hit, the machine decides."""
    return int(os.environ.get(SEED, "20261122"))


async def strike(faults: dict[str, Fault], chance: random.Random, happened: Counter[str]) -> None:
    """One fault after the other, for a round."""
    loop = asyncio.get_running_loop()
    until = loop.time() + ROUND_S
    while loop.time() < until:
        await asyncio.sleep(chance.uniform(0.3, 2.0))
        name = chance.choice(sorted(faults))
        happened[name] += 1
        await faults[name](chance)


def on_embedded(server: ServerProcess, buyers: Buyers) -> dict[str, Fault]:
    """To one server with its workers."""

    async def kill_worker(chance: random.Random) -> None:
        hit(chance, await asyncio.to_thread(server.worker_pids), signal.SIGKILL)

    async def stop_worker(chance: random.Random) -> None:
        pid = hit(chance, await asyncio.to_thread(server.worker_pids), signal.SIGSTOP)
        await asyncio.sleep(chance.uniform(0.5, 9.0))  # a lease lasts seven
        hit(chance, [pid] if pid else [], signal.SIGCONT)

    async def cut_tabs(chance: random.Random) -> None:
        for tab in chance.sample(buyers.all_tabs(), 3):
            tab.reset_connection()

    async def stop_server(chance: random.Random) -> None:
        os.kill(server.pid, signal.SIGSTOP)
        await asyncio.sleep(chance.uniform(0.2, 3.0))
        os.kill(server.pid, signal.SIGCONT)

    async def kill_server(chance: random.Random) -> None:
        if chance.random() < 0.3:  # seldom: it takes seconds to come back, and its memory is to be watched
            await asyncio.to_thread(server.kill9)
            await start_again(server)

    async def restart_server(chance: random.Random) -> None:
        if chance.random() < 0.3:
            await asyncio.to_thread(server.terminate)
            await asyncio.to_thread(server.wait)
            await start_again(server)

    faults = (kill_worker, stop_worker, cut_tabs, stop_server, kill_server, restart_server)
    return {fault.__name__: fault for fault in faults}


def on_scaled(breakable: Breakable, buyers: Buyers) -> dict[str, Fault]:
    """To everything but the memory of the first API process and the first worker host, which are never killed."""
    system = breakable.system

    async def kill_api(_chance: random.Random) -> None:
        await lose_host(system.apis[1])
        await start_again(system.apis[1])

    async def restart_api(_chance: random.Random) -> None:
        await asyncio.to_thread(system.apis[1].terminate)
        await asyncio.to_thread(system.apis[1].wait)
        await start_again(system.apis[1])

    async def kill_host(_chance: random.Random) -> None:
        await lose_host(system.workers[1])
        await start_again(system.workers[1])

    async def restart_host(_chance: random.Random) -> None:
        await asyncio.to_thread(system.workers[1].terminate)
        await asyncio.to_thread(system.workers[1].wait)
        await start_again(system.workers[1])

    async def kill_child(chance: random.Random) -> None:
        hit(chance, await asyncio.to_thread(chance.choice(system.workers).child_pids), signal.SIGKILL)

    async def stop_child(chance: random.Random) -> None:
        pid = hit(chance, await asyncio.to_thread(chance.choice(system.workers).child_pids), signal.SIGSTOP)
        await asyncio.sleep(chance.uniform(0.5, 9.0))
        hit(chance, [pid] if pid else [], signal.SIGCONT)

    async def stop_api(chance: random.Random) -> None:
        pid = chance.choice(system.apis).pid
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(chance.uniform(0.2, 3.0))
        os.kill(pid, signal.SIGCONT)

    async def disturb_hop(chance: random.Random) -> None:
        proxy = breakable.hops[chance.choice(HOPS)]
        break_it = chance.choice(
            (proxy.cut, proxy.go_dark, proxy.go_down, partial(proxy.set, latency_s=0.05, jitter_s=0.05))
        )
        await asyncio.to_thread(break_it)
        await asyncio.sleep(chance.uniform(0.2, 5.0))
        await asyncio.to_thread(proxy.heal)

    async def cut_tabs(chance: random.Random) -> None:
        for tab in chance.sample(buyers.all_tabs(), 3):
            tab.reset_connection()

    processes = (kill_api, restart_api, kill_host, restart_host, kill_child, stop_child, stop_api)
    faults = {fault.__name__: fault for fault in (*processes, disturb_hop, cut_tabs)}
    return faults | on_daemons(system)


def on_daemons(system: ScaledSystem) -> dict[str, Fault]:
    """To PostgreSQL and Redis."""

    async def break_redis(chance: random.Random) -> None:
        if chance.random() < 0.5:
            await asyncio.to_thread(system.redis.kill9)
            await start_again(system.redis)
        else:
            await asyncio.to_thread(system.redis.pause)
            await asyncio.sleep(chance.uniform(0.2, 4.0))
            await asyncio.to_thread(system.redis.resume)

    async def break_postgres(chance: random.Random) -> None:
        if chance.random() < 0.5:
            await asyncio.to_thread(system.postgres.kill9)
            await start_again(system.postgres)
        else:
            await asyncio.to_thread(system.postgres.pause)
            await asyncio.sleep(chance.uniform(0.2, 6.0))
            await asyncio.to_thread(system.postgres.resume)

    return {fault.__name__: fault for fault in (break_redis, break_postgres)}


def hit(chance: random.Random, pids: list[int], number: signal.Signals) -> int | None:
    """Send a signal to one of them, if any is left."""
    if not pids:
        return None
    pid = chance.choice(pids)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
    return pid


def resident_mib(pid: int) -> float:
    """What a process holds in memory."""
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text("utf-8"), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
