"""Two API processes and two workers over PostgreSQL and Redis: what one conversation's ten tabs see. G4, G9."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.load import Buyers
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.scaled import ScaledSystem, run_scaled

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = ROOT / "tests" / "support" / "mutants"


@pytest.fixture
def system(tmp_path: Path, postgres_server: PostgresServer, redis_server: RedisServer) -> Iterator[ScaledSystem]:
    slow = {"TEST_CHANGES": "slow", "PYTHONPATH": f"{MUTANTS}:{ROOT}"}
    with run_scaled(tmp_path / "system", postgres_server, redis_server, env=slow) as system:
        yield system


async def ten_tabs(system: ScaledSystem) -> Buyers:
    return await Buyers.arrive(system.apis[0], sessions=1, tabs=10, also=system.apis[1:])


@pytest.mark.timeout(240)
def test_ten_tabs_over_both_get_everything_while_one_of_each_is_killed(system: ScaledSystem) -> None:
    async def scenario() -> None:
        buyers = await ten_tabs(system)
        stop = asyncio.Event()
        asking = asyncio.create_task(buyers.ask_until(stop, every_s=0.2, chance=random.Random(20261122)))
        try:
            for api, worker in zip(system.apis, system.workers, strict=True):
                await asyncio.sleep(2)
                await asyncio.to_thread(worker.kill9)
                await asyncio.sleep(1)
                await asyncio.to_thread(api.kill9)
                await asyncio.to_thread(api.start)
                await asyncio.to_thread(worker.start)
            stop.set()
            await asking
            await buyers.drain(within=60)
            await asyncio.to_thread(buyers.check)
        finally:
            stop.set()
            await buyers.leave()
        assert len(buyers.sent[next(iter(buyers.sent))]) >= 5  # else nothing was tried

    asyncio.run(scenario())


@pytest.mark.timeout(120)
def test_a_worker_that_is_told_to_stop_hands_back_and_leaves_in_time(system: ScaledSystem) -> None:
    async def scenario() -> None:
        buyers = await ten_tabs(system)
        stop = asyncio.Event()
        asking = asyncio.create_task(buyers.ask_until(stop, every_s=0.1, chance=random.Random(1)))
        try:
            for worker in system.workers:
                await asyncio.sleep(1)
                worker.terminate()
                assert await asyncio.to_thread(worker.wait, 10) in {0, -signal.SIGTERM}
                await asyncio.to_thread(worker.start)
            stop.set()
            await asking
            await buyers.drain(within=60)
            await asyncio.to_thread(buyers.check)
        finally:
            stop.set()
            await buyers.leave()

    asyncio.run(scenario())
