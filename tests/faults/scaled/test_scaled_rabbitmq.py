"""The same with RabbitMQ as the broker: cut, dark, killed and restarted under load, and workers killed beside it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.faults.scaled.test_scaled_hops import disturb
from tests.faults.scaled.test_scaled_kills import kill_children
from tests.support.hops import Breakable, delays_of, results_of, run_breakable, start_again, under_load
from tests.support.load import Buyers
from tests.support.postgres import run_postgres
from tests.support.rabbitmq import RabbitServer, is_installed, run_rabbitmq
from tests.support.redis import run_redis
from tests.support.soak import note, times

pytestmark = [pytest.mark.soak, pytest.mark.skipif(not is_installed(), reason="RabbitMQ is not installed")]


@pytest.fixture(scope="module")
def rabbit() -> Iterator[RabbitServer]:
    with run_rabbitmq() as server:
        yield server


@pytest.fixture(scope="module")
def breakable(tmp_path_factory: pytest.TempPathFactory, rabbit: RabbitServer) -> Iterator[Breakable]:
    folder: Path = tmp_path_factory.mktemp("rabbit") / "s"
    with (
        run_postgres() as postgres,
        run_redis() as redis,
        run_breakable(folder, postgres, redis, "slow", broker=rabbit.url, broker_port=rabbit.port) as breakable,
    ):
        yield breakable


@pytest.mark.timeout(900)
def test_killed_worker_processes_lose_and_double_nothing(breakable: Breakable) -> None:
    buyers = asyncio.run(under_load(breakable, partial(kill_children, number=times(5, 25))))
    note("W1, RabbitMQ", kills=times(5, 25), answers=results_of(buyers), worst_s=max(delays_of(buyers)))


@pytest.mark.timeout(900)
def test_disturbed_hops_to_the_broker_lose_and_double_nothing(breakable: Breakable) -> None:
    buyers = asyncio.run(under_load(breakable, partial(disturb, hops=("api_broker", "worker_broker")), patience=90.0))
    note("hops, RabbitMQ", rounds=times(1, 10), answers=results_of(buyers), worst_s=max(delays_of(buyers)))


@pytest.mark.timeout(900)
def test_a_broker_that_crashes_and_restarts_loses_nothing(breakable: Breakable, rabbit: RabbitServer) -> None:
    async def harm(_breakable: Breakable, _buyers: Buyers, chance: random.Random) -> None:
        for _ in range(times(1, 5)):
            await asyncio.sleep(chance.uniform(0.5, 1.5))
            await asyncio.to_thread(rabbit.kill9)
            await asyncio.sleep(chance.uniform(0.0, 3.0))
            await start_again(rabbit)

    buyers = asyncio.run(under_load(breakable, harm, patience=90.0))
    note("B2, RabbitMQ", crashes=times(1, 5), answers=results_of(buyers), worst_s=max(delays_of(buyers)))
