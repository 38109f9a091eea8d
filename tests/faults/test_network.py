"""Resets, a tab that stops reading, SIGTERM under load. C1, G1, G3, G8, G10."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from websockets.client import ClientProtocol
from websockets.uri import parse_uri

from reposto.model.clock import utc_now
from reposto.storage import chat
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.tables import jobs
from tests.faults.test_kills import mutant_under_load, under_load
from tests.support.api import Api, make_token
from tests.support.company import QUESTION
from tests.support.load import Buyers
from tests.support.processes import ServerProcess
from tests.support.tabs import Tab

Serve = Callable[..., ServerProcess]
RESETS = 200
EXIT_WITHIN_S = 10.0  # G10


async def reset_sockets(buyers: Buyers, chance: random.Random, *, times: int = RESETS) -> None:
    for _ in range(times):
        await asyncio.sleep(chance.uniform(0.0, 0.15))
        chance.choice(buyers.all_tabs()).reset_connection()


@pytest.mark.timeout(240)
def test_resets_under_load_lose_and_double_nothing(serve: Serve) -> None:
    buyers = asyncio.run(under_load(serve("slow"), reset_sockets))
    assert sum(len(tab.connections) for tab in buyers.all_tabs()) > RESETS // 2  # they really were cut


@pytest.mark.timeout(120)
def test_a_gateway_that_forgets_cursors_is_found_out(serve: Serve) -> None:
    with pytest.raises((AssertionError, TimeoutError)):
        asyncio.run(mutant_under_load(serve("slow", "forgets_cursors"), reset_sockets))


@pytest.mark.timeout(240)
def test_sigterm_under_load_closes_with_1012_and_loses_nothing(serve: Serve) -> None:
    async def harm(buyers: Buyers, chance: random.Random) -> None:
        for _ in range(5):
            await asyncio.sleep(chance.uniform(0.5, 1.5))
            open_before = [tab.connections[-1] for tab in buyers.all_tabs() if tab.ready.is_set()]
            began = time.monotonic()
            buyers.server.terminate()
            assert await asyncio.to_thread(buyers.server.wait) == 0
            assert time.monotonic() - began < EXIT_WITHIN_S
            await asyncio.sleep(0.2)
            assert {connection.closed_with for connection in open_before} <= {1012}
            assert not buyers.server.worker_pids()
            await asyncio.to_thread(buyers.server.start)

    asyncio.run(under_load(serve("slow"), harm))


@pytest.mark.timeout(120)
def test_a_server_that_leaves_rudely_is_found_out(serve: Serve) -> None:
    async def harm(buyers: Buyers, _chance: random.Random) -> None:
        buyers.server.terminate()
        await asyncio.to_thread(buyers.server.wait)
        await asyncio.sleep(0.2)
        assert {tab.connections[-1].closed_with for tab in buyers.all_tabs()} <= {1012}

    with pytest.raises(AssertionError):
        asyncio.run(mutant_under_load(serve("slow", "leaves_rudely"), harm))


class StalledTab:
    """A tab whose program hangs: it has connected and never reads again, with a small receive buffer."""

    def __init__(self, server: ServerProcess, token: str, session_id: int) -> None:
        host, port = server.url.removeprefix("http://").split(":")
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect((host, int(port)))
        protocol = ClientProtocol(parse_uri(f"ws://{host}:{port}/api/chat/ws/{session_id}?after=0"))
        request = protocol.connect()
        request.headers["Authorization"] = f"Bearer {token}"
        protocol.send_request(request)
        self.socket.sendall(b"".join(protocol.data_to_send()))
        self.socket.recv(1)

    def is_cut(self) -> bool:
        """Whether the server has dropped the connection: then the kernel knows no established socket any more."""
        try:
            self.socket.send(b"")
        except OSError:
            return True
        state = self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
        return state != 1  # TCP_ESTABLISHED


BIG = "bom dia " * 7_500  # 60 kB
FLOOD = 200  # messages: 12 MB, far more than the kernel's buffers and ours together


async def flood_beside_a_stalled_tab(server: ServerProcess) -> tuple[StalledTab, Tab]:
    """Another process writes big messages into a conversation; nobody wakes the server, so its sweep must find them."""
    token = make_token(server.home)
    with Api(server.url, token) as api:
        session_id = api.open_session()
    neighbour = Tab(server.url, token, session_id)
    running = asyncio.create_task(neighbour.run())
    await asyncio.wait_for(neighbour.ready.wait(), 10)
    stalled = await asyncio.to_thread(StalledTab, server, token, session_id)
    await asyncio.to_thread(write_messages, server.home, session_id, FLOOD)
    await neighbour.wait_for(lambda tab: tab.cursor == FLOOD)
    await neighbour.leave()
    running.cancel()
    return stalled, neighbour


def write_messages(home: Path, session_id: int, number: int) -> None:
    store = Store(sqlite_url(home / "reposto.sqlite"))
    for start in range(0, number, 20):
        with store.write() as connection:
            for _ in range(start, min(start + 20, number)):
                chat.append_message(connection, session_id, "agent", BIG, now=utc_now())
    store.close()


async def seconds_until_an_unannounced_message_is_shown(server: ServerProcess, *, patience: float) -> float:
    token = make_token(server.home)
    with Api(server.url, token) as api:
        session_id = api.open_session()
    tab = Tab(server.url, token, session_id)
    running = asyncio.create_task(tab.run())
    try:
        await asyncio.wait_for(tab.ready.wait(), 10)
        await asyncio.to_thread(write_messages, server.home, session_id, 1)
        began = time.monotonic()
        await tab.wait_for(lambda tab: tab.cursor == 1, within=patience)
        return time.monotonic() - began
    finally:
        await tab.leave()
        running.cancel()


def test_a_lost_wake_up_heals_within_two_seconds(serve: Serve) -> None:
    """G7: somebody commits, and nobody says so."""
    server = serve()
    waits = [asyncio.run(seconds_until_an_unannounced_message_is_shown(server, patience=10.0)) for _ in range(5)]
    assert max(waits) < 2.0, waits


def test_without_the_sweep_it_never_heals(serve: Serve) -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(seconds_until_an_unannounced_message_is_shown(serve("never_sweeps"), patience=5.0))


@pytest.mark.timeout(240)
def test_a_stalled_tab_is_cut_and_its_neighbour_sees_everything(serve: Serve) -> None:
    server = serve()
    stalled, neighbour = asyncio.run(flood_beside_a_stalled_tab(server))
    deadline = time.monotonic() + 25  # MAX_STALL_S, one sweep, and the grace before an abort
    while not stalled.is_cut() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert stalled.is_cut()
    assert neighbour.connections[0].seqs == list(range(1, FLOOD + 1))
    assert len(neighbour.connections) == 1  # the one who read was not cut
    stalled.socket.close()


@pytest.mark.timeout(240)
def test_a_server_that_keeps_stalled_tabs_is_found_out(serve: Serve) -> None:
    server = serve("unbounded")
    stalled, _neighbour = asyncio.run(flood_beside_a_stalled_tab(server))
    time.sleep(25)
    assert not stalled.is_cut()
    stalled.socket.close()


@pytest.mark.timeout(120)
def test_a_cancelled_analysis_stops_within_a_second_in_every_tab(serve: Serve) -> None:
    server = serve("endless")

    async def cancel() -> None:
        buyers = await Buyers.arrive(server, sessions=1, tabs=3)
        first, second, third = buyers.all_tabs()
        await first.ask(QUESTION)
        await second.wait_for(lambda tab: any(p["state"] == "running" for p in tab.progress))
        job_id = second.of_type("analysis_started")[0]["metadata"]["job_id"]
        await _until_logged(server, "test.endless", within=10.0)  # there it never looks whether to stop
        began = time.monotonic()
        await second.cancel(job_id)
        for tab in (first, second, third):
            await tab.wait_for(lambda tab: tab.of_type("analysis_cancelled"))
        assert time.monotonic() - began < 1.0
        await _until_logged(server, "worker.died", within=5.0)  # alone 0.5 s; the rest is for busy machines
        await buyers.leave()

    asyncio.run(cancel())


async def _until_logged(server: ServerProcess, event: str, *, within: float) -> None:
    await _until(lambda: any(line["event"] == event for line in _logged(server)), within=within)


def _logged(server: ServerProcess) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in server.logs().splitlines() if line.startswith("{") and line.endswith("}")]


@pytest.mark.timeout(120)
def test_a_worker_that_slept_beyond_its_lease_is_refused(serve: Serve) -> None:
    """W4: stopped in the middle of a job, overtaken by another attempt, and woken up again."""
    asyncio.run(sleep_beyond_the_lease(serve("slow")))


@pytest.mark.timeout(120)
def test_without_the_fence_it_answers_twice(serve: Serve) -> None:
    with pytest.raises(AssertionError):
        asyncio.run(sleep_beyond_the_lease(serve("slow", "no_fence")))


async def sleep_beyond_the_lease(server: ServerProcess) -> None:
    buyers = await Buyers.arrive(server, sessions=1, tabs=1)
    (tab,) = buyers.all_tabs()
    (session_id,) = buyers.sent
    buyers.sent[session_id].append(await tab.ask(QUESTION))
    await tab.wait_for(lambda tab: any(p["state"] == "running" for p in tab.progress))
    sleeper = await asyncio.to_thread(_worker_at_work, server)
    os.kill(sleeper, signal.SIGSTOP)
    try:
        assert not tab.of_type("analysis_result")
        await tab.wait_for(lambda tab: tab.of_type("analysis_result"), within=30.0)  # lease, reaper, other worker
        os.kill(sleeper, signal.SIGCONT)
        await _until(lambda: _attempts_ended(server) == 2, within=20.0)
        await buyers.drain(within=20.0)
        await asyncio.to_thread(buyers.check)
    finally:
        await buyers.leave()


def _worker_at_work(server: ServerProcess) -> int:
    store = Store(sqlite_url(server.home / "reposto.sqlite"))
    with store.read() as connection:
        (name,) = connection.execute(select(jobs.c.worker).where(jobs.c.state == "running")).scalars()
    store.close()
    (pid,) = server.worker_pids(name)
    return pid


def _attempts_ended(server: ServerProcess) -> int:
    """Those that saved a result, and those that found out that they must not."""
    return sum(line["event"] in {"agents.task.result_saved", "agents.task.stopped"} for line in _logged(server))


async def _until(condition: Callable[[], bool], *, within: float) -> None:
    async with asyncio.timeout(within):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - another process's log, nothing to be woken by
            await asyncio.sleep(0.05)
