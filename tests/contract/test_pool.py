"""The embedded workers' keeper with real processes: what goes wrong while they start, work and leave."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from reposto.app.pool import Pool
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate

WITHIN_S = 15.0  # a worker starts in one to two seconds alone, in many beside other tests


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = sqlite_url(tmp_path / "reposto.sqlite")
    store = Store(url)
    migrate(store)
    store.close()
    return url


@asynccontextmanager
async def running(url: str) -> AsyncIterator[Pool]:
    store = Store(url)

    async def in_thread(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(call, *args, **kwargs)

    pool = Pool(
        store,
        url,
        size=1,
        publish=lambda _wake: None,
        publish_change=lambda _change: None,
        in_thread=in_thread,
        log_level="error",
        log_format="json",
    )
    await pool.start()
    try:
        yield pool
    finally:
        async with asyncio.timeout(10):
            await pool.close()
        store.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not holds():  # noqa: ASYNC110 - the pool tells nobody, and the moment must not be missed
            await asyncio.sleep(0)


def count_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def count_children() -> int:
    """Processes of this one."""
    return sum(len(path.read_text().split()) for path in Path("/proc/self/task").glob("*/children"))


def test_a_worker_that_is_being_replaced_does_not_keep_the_server_from_leaving(url: str) -> None:
    before = count_children()  # servers of other tests

    async def kill_and_leave() -> None:
        async with running(url) as pool:
            await until(lambda: pool.ready)
            os.kill(pool.pids()[0], signal.SIGKILL)
            await until(lambda: pool.restarts == 1 and not pool.pids() and count_children() > before)  # not known yet

    asyncio.run(kill_and_leave())


def test_a_worker_that_could_not_be_started_is_started_later(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No memory or no process id left for a moment: the slot must not stay empty for ever."""

    async def start_late() -> None:
        with monkeypatch.context() as without_python:
            without_python.setattr(sys, "executable", "/nowhere/python")
            opened = count_descriptors()
            async with running(url) as pool:
                await asyncio.sleep(0.3)
                assert count_descriptors() <= opened + 1  # SQLite's turn file at most
                without_python.undo()
                await until(lambda: pool.ready)

    asyncio.run(start_late())


SLOW_TO_SAY_IDLE = """
import os, struct, sys, time, json

def send(data):
    body = json.dumps(data).encode()
    os.write(int(sys.argv[3]), struct.pack("!I", len(body)) + body)

send({"kind": "ready", "seconds": None})
number = 0
while header := os.read(0, 4):
    os.read(0, struct.unpack("!I", header)[0])
    number += 1
    send({"kind": "busy", "job_id": f"round {number}"})
    time.sleep(0.5)
    send({"kind": "idle"})
"""


def test_a_nudge_while_a_worker_goes_idle_is_not_lost(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had looked and found nothing, but not said so yet: the question waited up to a second for the reaper."""
    (tmp_path / "slow_to_say_idle.py").write_text(SLOW_TO_SAY_IDLE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(Pool, "module", "slow_to_say_idle")

    async def nudge_meanwhile() -> None:
        async with running(url) as pool:
            await until(lambda: working_on(pool) == "round 1")
            pool.nudge()
            await until(lambda: working_on(pool) == "round 2")
            await until(lambda: working_on(pool) is None)
            await asyncio.sleep(0.2)
            assert working_on(pool) is None  # one nudge, one look

    asyncio.run(nudge_meanwhile())


def working_on(pool: Pool) -> str | None:
    child = pool._children[0]
    return None if child is None else child.job_id
