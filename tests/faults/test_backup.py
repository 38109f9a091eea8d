"""A copy made while buyers work, and its restoring: C6, D8."""

from __future__ import annotations

import asyncio
import random
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.support.api import Api
from tests.support.company import QUESTION
from tests.support.load import Buyers
from tests.support.processes import REPOSTO, ServerProcess, clean_environment
from tests.support.tabs import Tab

Serve = Callable[..., ServerProcess]


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(REPOSTO), *arguments, "--home", str(home)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_copy_under_load_can_be_restored_and_pages_start_over(serve: Serve, tmp_path: Path) -> None:
    asyncio.run(copy_and_restore(serve(), tmp_path / "copy.sqlite"))


async def copy_and_restore(server: ServerProcess, copy: Path) -> None:
    buyers = await Buyers.arrive(server, sessions=2, tabs=2)
    stop = asyncio.Event()
    asking = asyncio.create_task(buyers.ask_until(stop, every_s=0.05, chance=random.Random(3)))
    await asyncio.sleep(2.0)
    made = await asyncio.to_thread(run, server.home, "backup", str(copy))
    assert made.returncode == 0, made.stderr
    await asyncio.sleep(1.0)
    stop.set()
    await asking
    await buyers.drain()
    seen = {session_id: tabs[0].cursor for session_id, tabs in buyers.tabs.items()}

    refused = await asyncio.to_thread(run, server.home, "restore", str(copy))
    assert refused.returncode == 1 and str(server.pid) in refused.stderr  # not under a running server
    server.terminate()
    await asyncio.to_thread(server.wait)
    restored = await asyncio.to_thread(run, server.home, "restore", str(copy))
    assert restored.returncode == 0, restored.stderr
    await asyncio.to_thread(server.start)
    for tab in buyers.all_tabs():
        await asyncio.wait_for(tab.ready.wait(), 30)
        assert tab.resets == 1
    (first, *_others) = buyers.all_tabs()
    await first.ask(QUESTION)
    await first.wait_for(lambda tab: not tab.has_unanswered and tab.open_analyses == 0)
    with Api(server.url, buyers.token) as api:
        for session_id, tabs in buyers.tabs.items():
            history = api.history(session_id)
            assert len(history) < (seen[session_id] or 0) + 3  # the copy is older than what was seen
            for tab in tabs:
                await tab.wait_for(partial(has_seen, len(history)))
                assert sorted(tab.messages) == [message["seq"] for message in history]
    await buyers.leave()


def has_seen(number: int, tab: Tab) -> bool:
    return len(tab.messages) >= number


def test_what_is_no_copy_is_refused(tmp_path: Path) -> None:
    nonsense = tmp_path / "photo.png"
    nonsense.write_bytes(b"\x89PNG" * 100)
    done = run(tmp_path / "home", "restore", str(nonsense))
    assert done.returncode == 1 and "não é uma cópia" in done.stderr
    assert "não há banco" in run(tmp_path / "home", "backup", str(tmp_path / "x")).stderr.lower()
