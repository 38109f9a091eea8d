"""Nudges over a real broker: many while workers live, next to none while they don't."""

from __future__ import annotations

import asyncio
import time

import pytest
import redis as client

from reposto.app import nudge
from reposto.app.celery_app import BULK, INTERACTIVE, queue_name
from reposto.app.nudge import AGAIN, CeleryWorkers
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
        assert go_round(workers, broker) == 2 + 2 + 5 * 2 * AGAIN


def started(url: str) -> CeleryWorkers:
    workers = CeleryWorkers(url, tell=lambda _note: None)
    asyncio.run(workers.start())
    return workers


def waiting(broker: client.Redis) -> int:
    return sum(int(broker.llen(queue_name(kind))) for kind in (INTERACTIVE, BULK))
