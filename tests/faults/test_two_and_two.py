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
from tests.support.rabbitmq import RabbitServer, is_installed, run_rabbitmq
from tests.support.redis import RedisServer
from tests.support.scaled import ScaledSystem, run_scaled

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = ROOT / "tests" / "support" / "mutants"


@pytest.fixture
def system(tmp_path: Path, postgres_server: PostgresServer, redis_server: RedisServer) -> Iterator[ScaledSystem]:
    slow = {"TEST_CHANGES": "slow", "PYTHONPATH": f"{MUTANTS}:{ROOT}"}
    with run_scaled(tmp_path / "system", postgres_server, redis_server, env=slow) as system:
        yield system


@pytest.fixture(scope="module")
def rabbitmq() -> Iterator[RabbitServer]:
    if not is_installed():
        pytest.skip("RabbitMQ is not installed: apt-get install rabbitmq-server")
    with run_rabbitmq() as server:
        yield server


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


@pytest.mark.timeout(240)
def test_over_rabbitmq_which_dies_and_comes_back(
    tmp_path: Path, postgres_server: PostgresServer, redis_server: RedisServer, rabbitmq: RabbitServer
) -> None:
    """While the broker is away workers look into the table by themselves: slower, but everything is answered."""

    async def scenario(system: ScaledSystem) -> None:
        buyers = await ten_tabs(system)
        stop = asyncio.Event()
        asking = asyncio.create_task(buyers.ask_until(stop, every_s=0.3, chance=random.Random(2)))
        try:
            await asyncio.sleep(2)
            await asyncio.to_thread(rabbitmq.kill9)
            await asyncio.sleep(5)  # what was nudged before is done by now
            tab = buyers.all_tabs()[0]
            answered = len(tab.of_type("analysis_result"))
            await tab.wait_for(lambda tab: len(tab.of_type("analysis_result")) > answered, within=30)
            await asyncio.to_thread(rabbitmq.start)
            await asyncio.to_thread(system.workers[0].kill9)
            await asyncio.to_thread(system.workers[0].start)
            stop.set()
            await asking
            await buyers.drain(within=60)
            await asyncio.to_thread(buyers.check)
        finally:
            stop.set()
            await buyers.leave()

    broker = {"broker": rabbitmq.url, "broker_port": rabbitmq.port}
    with run_scaled(tmp_path / "system", postgres_server, redis_server, **broker) as system:
        asyncio.run(scenario(system))
        assert "worker.not_nudged" in system.logs()
