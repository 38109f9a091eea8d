"""Both ways out of a socket, under a real uvicorn and a real client: they must be the same to a tab.

It fails when the class of uvicorn that `app.direct` leans on changes; then fix that, or serve by the queue meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from reposto.app.direct import DirectOutbox
from reposto.app.gateway import open_outbox
from reposto.delivery.outbox import LOW_WATER, MAX_STALL_S, MAX_UNSENT, Outbox, QueueOutbox
from reposto.delivery.wire import CloseCode
from reposto.model.clock import monotonic
from tests.support.in_process import DIRECT, QUEUED, uvicorn_with

pytestmark = pytest.mark.parametrize(("ws", "kind"), [(DIRECT, DirectOutbox), (QUEUED, QueueOutbox)])
MANY = 64  # frames of 256 KiB: more than the kernel's buffers and ours together
BIG = b"x" * (256 * 1024)


class Nobody:
    """Listens to no client."""

    def on_text(self, text: str) -> None:
        """Nothing is expected."""

    def on_gone(self) -> None:
        """The outbox says so itself."""


@asynccontextmanager
async def connected(ws: Any, kind: type[Outbox]) -> AsyncIterator[tuple[Outbox, ClientConnection]]:
    """An outbox on the server's side, and the client at its other end."""
    opened: asyncio.Queue[Outbox] = asyncio.Queue()

    async def serve(websocket: WebSocket) -> None:
        await websocket.accept()
        outbox = open_outbox(websocket)
        opened.put_nowait(outbox)
        if isinstance(outbox, DirectOutbox):
            outbox.start(Nobody())
            return
        while (await websocket.receive())["type"] != "websocket.disconnect":
            pass
        await outbox.finish()

    app = Starlette(routes=[WebSocketRoute("/", serve)])
    async with (
        uvicorn_with(app, ws) as url,
        connect(url, max_size=None, max_queue=1, close_timeout=1, proxy=None) as client,
    ):
        outbox = await opened.get()
        assert type(outbox) is kind
        async with asyncio.timeout(20):
            yield outbox, client


async def read_all(client: ClientConnection) -> tuple[list[Any], int | None]:
    """Everything until the end, and how it ended."""
    frames = []
    try:
        while True:
            frames.append(await client.recv())
    except ConnectionClosed:
        return frames, client.close_code


def test_frames_arrive_as_they_were_sent_and_then_the_code(ws: Any, kind: type[Outbox]) -> None:
    async def send_all() -> None:
        sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000]  # around RFC 6455's three lengths of a header
        sent = ["ção 🪑"] + ["x" * size for size in sizes] + [str(number) for number in range(2_000)]
        async with connected(ws, kind) as (outbox, client):
            assert all(outbox.send(text.encode()) for text in sent)
            outbox.close(CloseCode.NO_SESSION)
            assert not outbox.send(b"late") and not outbox.too_slow
            assert await read_all(client) == (sent, CloseCode.NO_SESSION)

    asyncio.run(send_all())


def test_a_client_that_does_not_read_is_given_up_and_told_when_it_reads(ws: Any, kind: type[Outbox]) -> None:
    async def stall() -> None:
        async with connected(ws, kind) as (outbox, client):
            taken = 0
            while outbox.send(BIG):
                taken += 1
                assert taken < MANY
                await asyncio.sleep(0.01)
            assert outbox.too_slow and taken * len(BIG) > MAX_UNSENT // 2
            assert not outbox.send(b"late")
            frames, code = await read_all(client)
            assert code == CloseCode.TOO_SLOW and len(frames) <= taken + 1

    asyncio.run(stall())


def test_it_says_when_the_client_has_read(ws: Any, kind: type[Outbox]) -> None:
    async def drain() -> None:
        async with connected(ws, kind) as (outbox, client):
            await outbox.drained()  # nothing waits
            sent = 0
            while True:  # until it stays with us
                outbox.send(b"x" * (LOW_WATER + 1))
                sent += 1
                try:
                    await asyncio.wait_for(outbox.drained(), 0.3)
                except TimeoutError:
                    break
                assert sent < 4 * MANY
            waiting = asyncio.ensure_future(outbox.drained())
            assert outbox.check(now := monotonic()) and not outbox.check(now + MAX_STALL_S)
            for _ in range(sent):
                await client.recv()
            await waiting
            assert outbox.check(now + 2 * MAX_STALL_S)

    asyncio.run(drain())


def test_a_client_that_went_is_noticed(ws: Any, kind: type[Outbox]) -> None:
    async def go() -> None:
        async with connected(ws, kind) as (outbox, client):
            client.transport.abort()
            while outbox.send(b"anybody there?"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            assert not outbox.too_slow

    asyncio.run(go())
