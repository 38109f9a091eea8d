"""Peers that say nothing, too much, or all come at once: C2, G4, G7, G8, G12."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.api import Api, make_token
from tests.support.company import QUESTION
from tests.support.fault_proxy import FaultProxy
from tests.support.processes import ServerProcess
from tests.support.soak import note, percentile, soaking, times
from tests.support.tabs import Tab

Serve = Callable[..., ServerProcess]
QUICK = () if soaking() else ("little_patience",)  # the real limits take half a minute


def metric(server: ServerProcess, name: str) -> float:
    text = httpx.get(f"{server.url}/metrics", trust_env=False, timeout=30).text
    found = re.search(rf"^{name}(?:_total)? (\S+)$", text, re.MULTILINE)
    assert found, f"no metric {name}"
    return float(found.group(1))


def sockets(server: ServerProcess) -> int:
    """Those that the server holds open; files come and go with its connections to the database."""
    number = 0
    for descriptor in Path(f"/proc/{server.pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            number += descriptor.readlink().name.startswith("socket:")
    return number


def until(holds: Callable[[], bool], within: float) -> float:
    """Wait for it; how long it took, in seconds."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within, "it never came"
        time.sleep(0.05)
    return time.monotonic() - began


# -------------------------------------------------------------------- C2


async def go_dark(server: ServerProcess, number: int, within: float) -> float:
    """Tabs behind a hop that dies without a word; how long the server kept their sockets."""
    token = make_token(server.home)
    with Api(server.url, token) as api:
        session_id = api.open_session()
    with FaultProxy(server.port) as proxy:
        tabs = [Tab(f"http://127.0.0.1:{proxy.port}", token, session_id) for _ in range(number)]
        running = [asyncio.create_task(tab.run()) for tab in tabs]
        try:
            for tab in tabs:
                await asyncio.wait_for(tab.ready.wait(), 30)
            assert await asyncio.to_thread(metric, server, "reposto_sockets") == number
            await asyncio.to_thread(proxy.go_dark)
            return await asyncio.to_thread(until, lambda: metric(server, "reposto_sockets") == 0, within)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


@pytest.mark.timeout(120)
def test_the_socket_of_a_dead_line_is_freed(serve: Serve) -> None:
    seconds = asyncio.run(go_dark(serve(*QUICK), 5, within=40.0))  # C2: 40 s with the real limits
    note("C2", freed_after_s=seconds)


@pytest.mark.soak
@pytest.mark.timeout(60)
def test_without_pings_it_would_be_kept(serve: Serve) -> None:
    with pytest.raises(AssertionError, match="never came"):
        asyncio.run(go_dark(serve("patient_with_the_dead"), 2, within=8.0))


# -------------------------------------------------------------------- G8


def be_silent(server: ServerProcess, number: int, within: float) -> float:
    """Connections that never say what they want; how long it took until the last was let go."""
    before = sockets(server)
    silent = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(number)]
    try:
        until(lambda: sockets(server) >= before + number, 20)
        return until(lambda: sockets(server) <= before + 5, within)
    finally:
        for connection in silent:
            connection.close()


@pytest.mark.timeout(120)
def test_silent_connections_are_let_go(serve: Serve) -> None:
    server = serve(*QUICK)
    seconds = be_silent(server, 200, within=40.0)
    note("G8", silent=200, gone_after_s=seconds)


@pytest.mark.soak
@pytest.mark.timeout(60)
def test_who_waits_for_the_silent_is_found_out(serve: Serve) -> None:
    with pytest.raises(AssertionError, match="never came"):
        be_silent(serve("patient_with_the_dead"), 20, within=8.0)


# -------------------------------------------------------------------- G7


def test_a_flood_is_refused_then_cut_and_queues_nothing(serve: Serve) -> None:
    server = serve()
    token = make_token(server.home)

    async def flood(session_id: int) -> tuple[list[str], int | None]:
        codes = []
        async with connect(
            f"{server.url.replace('http', 'ws')}/api/chat/ws/{session_id}",
            additional_headers={"Authorization": f"Bearer {token}"},
            subprotocols=[Subprotocol("reposto.v1")],
            proxy=None,
        ) as tab:
            for _ in range(120):
                await tab.send('{"type": "ping"}')
            try:
                while True:
                    await tab.send(orjson.dumps({"type": "question", "client_id": "x", "content": QUESTION}).decode())
                    while (frame := orjson.loads(await tab.recv()))["type"] in {"pong", "ready"}:
                        pass
                    codes.append(frame["code"])
            except ConnectionClosed:
                return codes, tab.close_code

    with Api(server.url, token) as api:
        session_id = api.open_session()
        codes, closed_with = asyncio.run(flood(session_id))
        assert set(codes) == {"too_many"} and closed_with == 4429
        assert api.history(session_id) == []


# -------------------------------------------------------------------- G4


class PatientTab(Tab):
    """Comes back as the page does: spread over a second, and without giving up a server that is busy."""

    retry_s = 1.0
    open_within_s = 30.0


async def storm(server: ServerProcess, number: int) -> tuple[float, list[float], list[float]]:
    """All tabs lose their server and come back at once, while somebody else works.

    Until the last was ready again, each tab's own wait, and the waits of the others' calls, in seconds.
    """
    token = make_token(server.home)
    with Api(server.url, token) as api:
        sessions = [api.open_session() for _ in range(20)]
        api.ask(sessions[0], "oi")
    tabs = [PatientTab(server.url, token, sessions[n % len(sessions)]) for n in range(number)]
    running = []
    for tab in tabs:
        running.append(asyncio.create_task(tab.run()))
        await asyncio.wait_for(tab.ready.wait(), 30)
    server.terminate()
    await asyncio.to_thread(server.wait)
    await asyncio.to_thread(server.start)
    began = time.monotonic()
    calls: list[float] = []

    async def work() -> None:
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, trust_env=False) as client:
            while True:
                start = time.monotonic()
                answer = await client.get(f"{server.url}/api/chat/sessions/{sessions[0]}/messages", timeout=30)
                assert answer.status_code == 200
                calls.append(time.monotonic() - start)
                await asyncio.sleep(0.02)

    async def back(tab: Tab) -> float:
        await asyncio.wait_for(tab.ready.wait(), 60)
        return time.monotonic() - began

    other = asyncio.create_task(work())
    try:
        waits = await asyncio.gather(*(back(tab) for tab in tabs))
        assert not other.done()
    finally:
        for task in [*running, other]:
            task.cancel()
        await asyncio.gather(*running, other, return_exceptions=True)
    return max(waits), list(waits), calls


@pytest.mark.timeout(240)
def test_all_tabs_at_once_come_back_and_others_are_served_meanwhile(serve: Serve) -> None:
    number = times(200, 1000)
    last, waits, calls = asyncio.run(storm(serve(), number))
    assert last < 60.0
    note("G4", tabs=number, last_s=last, p50_s=percentile(waits, 0.5), call_p95_s=percentile(calls, 0.95))
