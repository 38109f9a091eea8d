"""Nudges over a real broker: many while workers live, next to none while they don't."""

from __future__ import annotations

import asyncio
import time

import pytest
import redis as client

from reposto.app import nudge
from reposto.app.celery_app import BULK, INTERACTIVE, queue_name
from reposto.app.nudge import AGAIN, ENOUGH, ENOUGH_EACH, CeleryWorkers
from tests.support.redis import run_redis


def test_the_broker_does_not_fill_up_while_no_worker_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis keeps a nudge that has expired until somebody takes it: a weekend without workers is a gigabyte."""
    monkeypatch.setattr(nudge, "AGAIN_EVERY_S", 0.0)

    def go_round(workers: CeleryWorkers, broker: client.Redis) -> int:
        for _ in range(5):  # of the reaper
            workers.nudge_all()
        until = time.monotonic() + 20
        while not workers._waiting.empty() and time.monotonic() < until:
            time.sleep(0.01)
        asyncio.run(workers.close())  # the last one is sent
        return waiting(broker)

    with run_redis() as server, client.Redis(port=server.port) as broker:
        workers = started(server.url)
        assert go_round(workers, broker) == 2
        workers = started(server.url)
        workers.nudge_all()
        workers.hear({"alive": "one"})
        assert go_round(workers, broker) == 2 * ENOUGH
        assert workers.sent == 2 * ENOUGH - 2 and workers.spared == 2 + 5 * 2 * AGAIN - workers.sent


def test_a_nudge_is_sent_only_where_it_is_of_use() -> None:
    """Questions came faster than Celery passed nudges on, and Redis kept them all; whoever takes one sees all jobs."""
    with run_redis() as server, client.Redis(port=server.port) as broker:
        workers = started(server.url)
        ask(workers, 30)
        assert workers.spared == 30 - ENOUGH and waiting(broker) == ENOUGH
        for process in range(6):  # more of them are heard of
            workers.hear({"alive": str(process)})
        ask(workers, 10)
        assert waiting(broker) == 6 * ENOUGH_EACH
        broker.lpop(queue_name(INTERACTIVE))
        ask(workers, 10)
        assert waiting(broker) == 6 * ENOUGH_EACH
        asyncio.run(workers.close())


def ask(workers: CeleryWorkers, times: int) -> None:
    """As many questions, and until each was thought about."""
    done = workers.sent + workers.spared + times
    for _ in range(times):
        workers.nudge()
    until = time.monotonic() + 20
    while workers.sent + workers.spared < done and time.monotonic() < until:
        time.sleep(0.01)
    assert (workers.sent + workers.spared, workers.failed) == (done, 0)


def started(url: str) -> CeleryWorkers:
    workers = CeleryWorkers(url, tell=lambda _note: None)
    asyncio.run(workers.start())
    return workers


def waiting(broker: client.Redis) -> int:
    return sum(int(broker.llen(queue_name(kind))) for kind in (INTERACTIVE, BULK))
