"""Faults that no signal can bring about at the right instant: they happen inside a process of the server under test.

No defects in themselves: the code has to stand them. TEST_SWITCHES names a folder in which a test leaves files for
them.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.mutants.changes import put


def switch(name: str) -> Path:
    """The file of a switch."""
    return Path(os.environ["TEST_SWITCHES"]) / name


def die() -> None:
    """As by kill -9, here and now."""
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()


def _in_prices_of_001(trouble: Callable[[], None]) -> None:
    """Something happens in the second analyst of the product 001."""
    from reposto.app.analysis import Progress

    before = Progress.step

    def step(self: Progress, name: str, state: str) -> None:
        before(self, name, state)
        if self.job.sku == "001" and name == "prices" and state == "running":
            trouble()

    put(Progress, "step", step)


def poison() -> None:
    """Whoever analyses the product 001 dies of it."""
    _in_prices_of_001(die)


def eats_memory() -> None:
    """The product 001 takes 4 GiB."""

    def eat() -> None:
        kept = [bytearray(1 << 26) for _ in range(64)]
        raise AssertionError(f"nobody stopped it at {len(kept)} pieces")

    _in_prices_of_001(eat)


def never_ends() -> None:
    """The product 001 takes ten minutes."""
    _in_prices_of_001(lambda: time.sleep(600))


def never_listens() -> None:
    """The product 001 takes ten minutes, and swallows what should stop it."""

    def trouble() -> None:
        until = time.monotonic() + 600
        while time.monotonic() < until:
            with suppress(Exception):
                time.sleep(1)

    _in_prices_of_001(trouble)


def short_limits() -> None:
    """Celery's time limits, which are a minute and more in earnest."""
    from reposto.app import celery_app

    put(celery_app, "SOFT_LIMIT_S", 2)
    put(celery_app, "HARD_LIMIT_S", 4)


def weightless() -> None:
    """An analysis is made once per process and product, then given again: for loads beyond two cores' analysts."""
    from reposto.app import analysis

    before = analysis._analyse
    known: dict[str, Any] = {}

    def analyse(store: Any, job: Any, progress: Any, bound: Any) -> Any:
        if job.sku not in known:
            known[job.sku] = before(store, job, progress, bound)
        return known[job.sku]

    put(analysis, "_analyse", analyse)


def clock_jumps() -> None:
    """The machine's clock is wrong by as many seconds as the file `clock` says, a worker host's as `worker-clock`."""
    assert "reposto.conversation" not in sys.modules, "name it first: who has imported the clock keeps the old one"
    from reposto.model import clock
    from reposto.model.zones import DEFAULT_ZONE

    now_before, today_before = clock.utc_now, clock.local_today

    def offset() -> timedelta:
        try:
            return timedelta(seconds=float(switch("worker-clock" if "worker" in sys.argv else "clock").read_text()))
        except (OSError, ValueError):
            return timedelta()

    def utc_now() -> datetime:
        return now_before() + offset()

    def local_today(zone: ZoneInfo = DEFAULT_ZONE) -> date:
        return today_before(zone) if not offset() else (now_before() + offset()).astimezone(zone).date()

    put(clock, "utc_now", utc_now)
    put(clock, "local_today", local_today)


def dies_before_telling() -> None:
    """A worker dies between the commit of its answer and telling anybody, each time."""
    from reposto.app import analysis

    before = analysis.run_job

    def run_job(*args: Any, tell: Callable[[Any], None], **given: Any) -> None:
        def tell_or_die(wake: Any) -> None:
            if wake.messages:
                die()
            tell(wake)

        before(*args, tell=tell_or_die, **given)

    put(analysis, "run_job", run_job)


def dies_after_storing() -> None:
    """The server dies between the commit of a question and everything that follows from it, each time."""
    from reposto.app.runtime import Runtime

    before = Runtime.publish

    def publish(self: Runtime, change: Any) -> None:
        if change.queued and change.messages:
            die()
        before(self, change)

    put(Runtime, "publish", publish)


def deaf() -> None:
    """Nothing that Redis carries is heard (its subscriptions are, and what a process tells itself)."""
    from reposto.delivery.bus_redis import RedisBus

    put(RedisBus, "_take", lambda _self, _channel, _data: None)


def shuffles_wakes() -> None:
    """Of the wakes that Redis carries one in five is lost, and the others come up to ten times, up to 5 s late."""
    import asyncio
    import random

    from reposto.delivery.bus_redis import RedisBus

    before = RedisBus._take
    chance = random.Random(5)

    def take(self: RedisBus, channel: bytes, data: bytes) -> None:
        for _ in range(chance.choice((0, 1, 2, 5, 10))):
            asyncio.get_running_loop().call_later(chance.expovariate(4.0) % 5.0, before, self, channel, data)

    put(RedisBus, "_take", take)


def little_patience() -> None:
    """The limits that take half a minute in earnest: dead peers, silent sockets, analyses that run away."""
    from reposto.app import patience, pool, server

    put(server, "PING_INTERVAL_S", 1.0)
    put(server, "PING_TIMEOUT_S", 1.0)
    put(patience, "REQUEST_WITHIN_S", 1.0)
    put(pool, "HARD_LIMIT_S", 3.0)
