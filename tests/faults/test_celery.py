"""Workers nudged over RabbitMQ instead of Redis, and what a Celery worker does with a cancelled analysis."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.test_server_process import eventually
from tests.support.company import QUESTION
from tests.support.load import Buyers
from tests.support.postgres import PostgresServer
from tests.support.rabbitmq import RabbitServer, is_installed, run_rabbitmq
from tests.support.redis import RedisServer
from tests.support.scaled import ScaledSystem, run_scaled

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = ROOT / "tests" / "support" / "mutants"


@pytest.fixture(scope="module")
def rabbitmq() -> Iterator[RabbitServer]:
    if not is_installed():
        pytest.skip("RabbitMQ is not installed: apt-get install rabbitmq-server")
    with run_rabbitmq() as server:
        yield server


async def ten_tabs(system: ScaledSystem) -> Buyers:
    return await Buyers.arrive(system.apis[0], sessions=1, tabs=10, also=system.apis[1:])


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

    slow = {"TEST_CHANGES": "slow", "PYTHONPATH": f"{MUTANTS}:{ROOT}"}
    broker = {"broker": rabbitmq.url, "broker_port": rabbitmq.port}
    with run_scaled(tmp_path / "system", postgres_server, redis_server, env=slow, **broker) as system:
        asyncio.run(scenario(system))
        assert "worker.not_nudged" in system.logs()


@pytest.mark.timeout(120)
def test_a_cancelled_analysis_that_does_not_listen_is_killed_where_it_runs(
    tmp_path: Path, postgres_server: PostgresServer, redis_server: RedisServer
) -> None:
    """Every tab is told at once, and the worker has its place back: by a new process, because the old one hangs."""

    async def scenario(system: ScaledSystem) -> None:
        buyers = await ten_tabs(system)
        worker, tab = system.workers[0], buyers.all_tabs()[1]
        try:
            session_id = next(iter(buyers.tabs))
            buyers.sent[session_id].append(await tab.ask(QUESTION))
            await tab.wait_for(lambda tab: tab.of_type("analysis_started"))
            assert await asyncio.to_thread(eventually, lambda: "test.endless" in worker.logs(), 30)
            before = set(await asyncio.to_thread(worker.child_pids))
            await tab.cancel(tab.of_type("analysis_started")[0]["metadata"]["job_id"])
            for other in buyers.all_tabs():
                await other.wait_for(lambda tab: tab.of_type("analysis_cancelled"))
            assert await asyncio.to_thread(eventually, lambda: "worker.killed" in worker.logs(), 5)
            assert await asyncio.to_thread(eventually, lambda: not set(worker.child_pids()) <= before, 30)
            await asyncio.to_thread(buyers.check)
        finally:
            await buyers.leave()

    endless = {"TEST_CHANGES": "endless", "PYTHONPATH": f"{MUTANTS}:{ROOT}"}
    with run_scaled(tmp_path / "system", postgres_server, redis_server, workers=1, env=endless) as system:
        asyncio.run(scenario(system))
