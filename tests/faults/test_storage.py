"""A disk that is full, a database that is locked or broken, file descriptors that run out: D2, D4, D7."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from reposto.storage.engine import Store, sqlite_url
from tests.support import company
from tests.support.api import Api, make_token
from tests.support.company import QUESTION
from tests.support.load import Buyers
from tests.support.processes import REPOSTO, ServerProcess, clean_environment
from tests.support.tabs import Tab

Serve = Callable[..., ServerProcess]
DISK = 8 * 1024 * 1024  # bytes


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip(f"a file system can't be mounted here: {made.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill_up(file: Path) -> None:
    with file.open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(bytes(4096))


def answered(api: Api, session_id: int, number: int) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        kinds = [(m["metadata"] or {}).get("type") for m in api.history(session_id)]
        if kinds.count("analysis_result") == number:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.timeout(180)
def test_a_full_disk_refuses_with_a_sentence_and_needs_no_restart(small_disk: Path) -> None:
    home = small_disk / "home"
    company.fill(home)
    with ServerProcess(home, env={"REPOSTO_LOG_FORMAT": "json"}) as server, Api(server.url, make_token(home)) as api:
        session_id = api.open_session()
        assert api.ask(session_id, QUESTION).status_code == 201
        assert answered(api, session_id, 1)
        before = api.history(session_id)
        fill_up(small_disk / "ballast")
        refused = fill_with_questions(api, session_id)
        assert refused.status_code == 503 and refused.headers["retry-after"]
        assert "Traceback" not in refused.text and refused.json()["detail"]
        assert api.history(session_id)[: len(before)] == before  # reading goes on
        (small_disk / "ballast").unlink()
        stored = len([m for m in api.history(session_id) if m["sender"] == "human"])
        assert api.ask(session_id, QUESTION).status_code == 201
        assert answered(api, session_id, stored + 1)


def fill_with_questions(api: Api, session_id: int) -> httpx.Response:
    """The log of SQLite may still have some pages that were reserved before the disk was full."""
    for _ in range(200):
        response = api.ask(session_id, QUESTION)
        if response.status_code != 201:
            return response
    raise AssertionError("the disk never filled up")


@pytest.mark.parametrize("holder", [pytest.param("ours", marks=pytest.mark.soak), "foreign"])
def test_a_lock_held_too_long_is_said_in_time_and_leaves_nothing_behind(serve: Serve, holder: str) -> None:
    """D2: by one of our own processes, which queue for their turn, or by somebody's sqlite3 shell."""
    server = serve()
    url = sqlite_url(server.home / "reposto.sqlite")
    with Api(server.url, make_token(server.home)) as api:
        session_id = api.open_session()
        with hold(url, holder):
            began = time.monotonic()
            refused = api.ask(session_id, QUESTION)
            waited = time.monotonic() - began
            assert refused.status_code == 503 and refused.headers["retry-after"]
            assert 4.0 < waited < 15.0  # busy_timeout is 5 s; the rest is for busy machines
            assert api.history(session_id) == []
        assert api.ask(session_id, QUESTION).status_code == 201
        assert answered(api, session_id, 1)


@contextlib.contextmanager
def hold(url: str, holder: str) -> Iterator[None]:
    if holder == "ours":
        store = Store(url)
        with store.write():
            yield
        store.close()
        return
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.close()


@pytest.mark.parametrize("place", [0, 4096 * 3])
def test_a_broken_database_is_refused_with_a_sentence(tmp_path: Path, place: int) -> None:
    home = tmp_path / "home"
    company.fill(home)
    file = home / "reposto.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    broken = bytearray(file.read_bytes())
    broken[place : place + 4096 * 8] = b"\xa5" * 4096 * 8
    file.write_bytes(broken)
    done = subprocess.run(
        [str(REPOSTO), "serve", "--home", str(home), "--port", "0"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    assert file.name in done.stderr and "restore" in done.stderr


@pytest.mark.timeout(120)
def test_open_tabs_are_served_while_no_descriptor_is_left(tmp_path: Path) -> None:
    home = tmp_path / "home"
    company.fill(home)
    server = ServerProcess(home, env={"REPOSTO_LOG_FORMAT": "json"}).start()
    try:
        asyncio.run(without_descriptors(server))
    finally:
        server.stop()


async def without_descriptors(server: ServerProcess) -> None:
    buyers = await Buyers.arrive(server, sessions=1, tabs=2)
    (session_id,) = buyers.sent
    first, second = buyers.all_tabs()
    used = await asyncio.to_thread(lambda: len(list(Path(f"/proc/{server.pid}/fd").iterdir())))
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (used + 20, used + 20))
    crowd = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(60)]
    try:
        for count in range(1, 4):
            buyers.sent[session_id].append(await first.ask(QUESTION))
            await second.wait_for(lambda tab, count=count: len(tab.of_type("analysis_result")) == count)
    finally:
        for connection in crowd:
            connection.close()
    late = Tab(server.url, buyers.token, session_id)
    running = asyncio.create_task(late.run())
    await asyncio.wait_for(late.ready.wait(), 60)
    await late.leave()
    running.cancel()
    await buyers.drain()
    await asyncio.to_thread(buyers.check)
    await buyers.leave()
