"""Faults that no signal can bring about at the right instant: they happen inside a process of the server under test.

No defects in themselves: the code has to stand them. TEST_SWITCHES names a folder in which a test leaves files for
them.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
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


def clock_jumps() -> None:
    """The machine's clock is wrong by as many seconds as the file `clock` says."""
    from reposto.model import clock
    from reposto.model.zones import DEFAULT_ZONE

    now_before, today_before = clock.utc_now, clock.local_today

    def offset() -> timedelta:
        try:
            return timedelta(seconds=float(switch("clock").read_text()))
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


def poison() -> None:
    """Whoever analyses the product 001 dies of it."""
    from reposto.app.analysis import Progress

    before = Progress.step

    def step(self: Progress, name: str, state: str) -> None:
        before(self, name, state)
        if self.job.sku == "001" and name == "prices":
            die()

    put(Progress, "step", step)


def little_patience() -> None:
    """The limits that take half a minute in earnest: dead peers, silent sockets, analyses that run away."""
    from reposto.app import patience, pool, server

    put(server, "PING_INTERVAL_S", 1.0)
    put(server, "PING_TIMEOUT_S", 1.0)
    put(patience, "REQUEST_WITHIN_S", 1.0)
    put(pool, "HARD_LIMIT_S", 3.0)
