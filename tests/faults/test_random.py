"""Random faults for as long as one likes, under load, with an eye on memory: `soak.py --random MINUTES --seed N`."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.support.chaos import minutes, on_embedded, resident_mib, seed, strike
from tests.support.load import Buyers
from tests.support.processes import ServerProcess
from tests.support.soak import note, percentile


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_random_faults_lose_and_double_nothing(serve: Callable[..., ServerProcess]) -> None:
    server, chance = serve("slow"), random.Random(seed())
    happened: Counter[str] = Counter()
    weights: dict[int, list[float]] = {}
    delays: list[float] = []
    until = time.monotonic() + minutes() * 60
    while time.monotonic() < until:
        delays += asyncio.run(one_round(server, chance, happened))
        weights.setdefault(server.pid, []).append(resident_mib(server.pid))
        longest = max(weights.values(), key=len)
        note(
            "random, embedded",
            seed=seed(),
            faults=sum(happened.values()),
            kinds=dict(happened),
            shown=len(delays),
            p99_s=percentile(delays, 0.99),
            worst_s=max(delays),
            rounds_of_one_server=len(longest),
            mib=[round(weight) for weight in longest],
        )


async def one_round(server: ServerProcess, chance: random.Random, happened: Counter[str]) -> list[float]:
    """New buyers, faults, the time to settle, the checker; how long after its time stamp everything was shown."""
    buyers = await Buyers.arrive(server, sessions=3, tabs=3)
    stop = asyncio.Event()
    asking = asyncio.create_task(buyers.ask_until(stop, every_s=0.3, chance=chance))
    try:
        await strike(on_embedded(server, buyers), chance, happened)
        stop.set()
        await asking
        await buyers.drain(within=120.0)
        await asyncio.to_thread(buyers.check)
    finally:
        stop.set()
        await buyers.leave()
        await asyncio.gather(asking, return_exceptions=True)
    return [tab.delay(message) for tab in buyers.all_tabs() for message in tab.messages.values()]
