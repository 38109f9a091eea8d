"""The moments of a connection that a client can't see from outside: while it comes in, and after it has gone."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.exceptions import ConnectionClosed

from reposto.conversation import sessions
from reposto.delivery import hub
from reposto.delivery.hub import MAX_TABS
from reposto.model.errors import StorageBusy, TooMany
from reposto.storage.engine import Store
from tests.support.in_process import DIRECT, QUEUED, ClientConnection, gateway

WAYS_OUT = pytest.mark.parametrize("ws", [DIRECT, QUEUED], ids=["direct", "queued"])


async def close_code(socket: ClientConnection) -> int | None:
    async with asyncio.timeout(10):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed:
            return socket.close_code


def slow_resume(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy database: the session's position is read late."""
    resume = sessions.resume

    def late(*arguments: Any) -> sessions.Position:
        time.sleep(0.4)
        return resume(*arguments)

    monkeypatch.setattr(sessions, "resume", late)


@pytest.mark.parametrize("plain", [True, False])
def test_what_is_said_once_a_socket_is_open_reaches_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    """Without `after`, a message stored between the handshake and the read of the position was skipped for ever."""
    slow_resume(monkeypatch)

    async def ask_at_once() -> None:
        async with gateway(tmp_path / "home") as served, served.open(plain=plain) as socket:
            asked = await asyncio.to_thread(served.office.ask)
            served.runtime.publish(asked.change)
            async with asyncio.timeout(5):
                first = orjson.loads(await socket.recv())
                if plain:
                    second = orjson.loads(await socket.recv())
                    assert [first["seq"], second["seq"]] == [1, 2]
                else:
                    assert first["type"] == "ready"  # first, and it says up to where the page must read by itself

    asyncio.run(ask_at_once())


def test_tabs_that_come_at_once_are_counted(tmp_path: Path) -> None:
    """Twenty-first and later ones slipped in while the others were still being let in."""

    async def crowd() -> None:
        async with gateway(tmp_path / "home") as served:
            sockets = await asyncio.gather(*(served.open(by_cookie=True) for _ in range(MAX_TABS + 10)))
            await asyncio.sleep(0.5)
            assert served.runtime.hub.count() == (1, MAX_TABS)
            codes = [socket.close_code for socket in sockets]
            assert codes.count(4429) == 10 and codes.count(None) == MAX_TABS
            await asyncio.gather(*(socket.close() for socket in sockets))

    asyncio.run(crowd())


@pytest.mark.parametrize("by_cookie", [True, False])
def test_who_opens_one_tab_after_the_other_cannot_ask_without_end(tmp_path: Path, by_cookie: bool) -> None:
    """Questions were counted by each tab for itself."""

    async def ask(socket: ClientConnection) -> dict[str, Any]:
        await socket.send(orjson.dumps({"type": "question", "content": "oi", "client_id": "c1"}).decode())
        async with asyncio.timeout(5):
            while (frame := orjson.loads(await socket.recv()))["type"] not in ("message", "error"):
                pass
        return dict(frame)

    async def use_up() -> None:
        async with gateway(tmp_path / "home") as served:
            gate, user_id = served.runtime.gate, served.office.ana.user_id
            with pytest.raises(TooMany):
                while True:
                    gate.count_call(user_id, by_token=not by_cookie)
            async with served.open(by_cookie=by_cookie) as socket:
                assert (await ask(socket))["code"] == "too_many"
            async with served.open(by_cookie=not by_cookie) as socket:  # programs and pages are measured apart
                assert (await ask(socket))["type"] == "message"

    asyncio.run(use_up())


def test_a_busy_database_at_the_door_asks_to_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The handshake failed with 500 and a stack trace in the log."""

    def busy(*_arguments: object) -> None:
        raise StorageBusy

    async def knock() -> None:
        async with gateway(tmp_path / "home") as served:
            for owner, name in ((sessions, "resume"), (served.runtime.gate, "identify")):
                with monkeypatch.context() as patched:
                    patched.setattr(owner, name, busy)
                    async with served.open() as socket:
                        assert await close_code(socket) == 1012
            async with served.open() as socket:
                await socket.recv()

    asyncio.run(knock())


@WAYS_OUT
def test_a_server_that_leaves_says_over_how_long_to_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ws: type[Any]
) -> None:
    monkeypatch.setattr(hub, "RETURNS_PER_S", 1)

    async def leave() -> None:
        async with gateway(tmp_path / "home", ws=ws) as served:
            sockets = [await served.open().__aenter__() for _ in range(3)]
            await asyncio.gather(*(socket.recv() for socket in sockets))
            served.runtime.leave()
            for socket in sockets:
                assert await close_code(socket) == 1012
                assert socket.close_reason == "spread=3"

    asyncio.run(leave())


def test_a_tab_that_comes_while_the_server_leaves_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_resume(monkeypatch)

    async def come_late() -> None:
        async with gateway(tmp_path / "home") as served:
            coming = asyncio.ensure_future(served.open().__aenter__())
            await asyncio.sleep(0.2)
            served.runtime.leave()
            assert await close_code(await coming) == 1012
            assert served.runtime.hub.count() == (0, 0)

    asyncio.run(come_late())


def test_reading_does_not_wait_with_those_who_want_to_write(tmp_path: Path) -> None:
    """During an import, ten people who asked kept everybody from opening a conversation for five seconds."""

    async def ask_during_an_import() -> None:
        async with gateway(tmp_path / "home") as served, served.open() as socket:
            await socket.recv()
            importing = Store(str(served.office.store.url))
            with importing.write():
                began = time.monotonic()
                for number in range(15):
                    async with served.open() as other:
                        await other.send(f"pergunta {number}")
                async with served.open(query="?after=0") as late:
                    await late.recv()
                assert time.monotonic() - began < 4.0  # a writer's wait is five seconds
            importing.close()

    asyncio.run(ask_during_an_import())


@WAYS_OUT
def test_nothing_stays_of_tabs_that_went(tmp_path: Path, ws: Any, caplog: pytest.LogCaptureFixture) -> None:
    """G12: hundreds come and go, politely or not, at any moment; maps, tasks and sockets are as before."""

    async def churn() -> None:
        async with gateway(tmp_path / "home", ws) as served:
            await asyncio.gather(*(come_and_go(served.open(query="?after=0"), 3) for _ in range(20)))
            await asyncio.sleep(0.5)
            tasks, open_before = len(asyncio.all_tasks()), count_sockets()
            for round_ in range(15):
                await asyncio.to_thread(served.office.ask)
                await asyncio.gather(*(come_and_go(served.open(query="?after=0"), n + round_) for n in range(20)))
            async with asyncio.timeout(15):
                while served.runtime.hub.count() != (0, 0) or len(asyncio.all_tasks()) > tasks:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            hub = served.runtime.hub
            assert not hub._by_session and not hub._per_user and not hub._reads
            assert hub.counters.opened == hub.counters.closed
            assert count_sockets() == open_before
            assert hub.counters.too_slow == 0

    asyncio.run(churn())
    assert not [record.getMessage() for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


async def come_and_go(opening: Any, manner: int) -> None:
    coming = asyncio.ensure_future(opening.__aenter__())
    if manner % 4 == 0:  # gone before the handshake ended
        await asyncio.sleep(0.001 * (manner % 7))
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        return
    socket = await coming
    if manner % 4 == 1:
        socket.transport.abort()
    elif manner % 4 == 2:
        await socket.recv()
        socket.transport.abort()
    await socket.close()


def count_sockets() -> int:
    """Open ones of this process."""
    return sum(link.is_socket() for link in Path("/proc/self/fd").iterdir())
