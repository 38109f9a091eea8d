"""Random faults over the whole scaled mode, for as long as one likes: `soak.py --random MINUTES --seed N`."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter

import pytest

from tests.support.chaos import minutes, on_scaled, resident_mib, seed, strike
from tests.support.hops import Breakable, delays_of, under_load
from tests.support.load import Buyers
from tests.support.soak import note, percentile


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_random_faults_lose_and_double_nothing(breakable: Breakable) -> None:
    system = breakable.system
    happened: Counter[str] = Counter()
    api: list[float] = []
    host: list[float] = []
    delays: list[float] = []
    until = time.monotonic() + minutes() * 60
    chance = random.Random(seed())

    async def harm(breakable: Breakable, buyers: Buyers, _chance: random.Random) -> None:
        await strike(on_scaled(breakable, buyers), chance, happened)

    while time.monotonic() < until:
        round_seed = chance.randrange(2**31)
        buyers = asyncio.run(
            under_load(breakable, harm, tabs=3, every_s=0.3, patience=120.0, balanced=True, seed=round_seed)
        )
        delays += delays_of(buyers)
        api.append(resident_mib(system.apis[0].pid))
        host.append(resident_mib(system.workers[0].pid))
        note(
            "random, scaled",
            seed=seed(),
            faults=sum(happened.values()),
            kinds=dict(happened),
            shown=len(delays),
            p99_s=percentile(delays, 0.99),
            worst_s=max(delays),
            api_mib=[round(weight) for weight in api],
            host_mib=[round(weight) for weight in host],
        )
