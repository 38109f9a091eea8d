"""A socket that was handed over by uvicorn: what its peer may do to it, and how long a dead one is kept."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
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
from reposto.delivery.wire import CloseCode
from tests.support.in_process import DIRECT, uvicorn_with

INTERVAL_S, PATIENCE_S = 20.0, 20.0  # uvicorn's defaults, which these servers have


class Heard:
    """Notes what a client does."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.gone = 0

    def on_text(self, text: str) -> None:
        """Note it."""
        self.texts.append(text)

    def on_gone(self) -> None:
        """Count it."""
        self.gone += 1


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[DirectOutbox, Heard, ClientConnection]]:
    opened: asyncio.Queue[tuple[DirectOutbox, Heard]] = asyncio.Queue()

    async def serve(websocket: WebSocket) -> None:
        await websocket.accept()
        outbox, heard = open_outbox(websocket), Heard()
        assert isinstance(outbox, DirectOutbox)
        await asyncio.sleep(0.05)  # as the database does: what comes meanwhile must not be lost
        outbox.start(heard)
        opened.put_nowait((outbox, heard))

    app = Starlette(routes=[WebSocketRoute("/", serve)])
    async with (
        uvicorn_with(app, DIRECT) as url,
        asyncio.timeout(20),
        connect(url, proxy=None, close_timeout=1) as client,
    ):
        await client.send("at once")
        outbox, heard = await opened.get()
        yield outbox, heard, client


async def until(condition: Any) -> None:
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def test_texts_arrive_in_order_whole_or_in_pieces() -> None:
    async def say() -> None:
        async with connected() as (_outbox, heard, client):
            await client.send("ção 🪑")
            await client.send(["em ", "três ", "partes"])
            await client.send(b"bytes")
            await client.ping()
            await client.send("x" * 65_000)
            await until(lambda: len(heard.texts) == 5)
            assert heard.texts == ["at once", "ção 🪑", "em três partes", "bytes", "x" * 65_000]
            await client.close()
            await until(lambda: heard.gone == 1)

    asyncio.run(say())


def test_bytes_that_are_no_text_close_with_1007() -> None:
    async def babble() -> None:
        async with connected() as (_outbox, heard, client):
            await client.send(b"\xff\xfe", text=True)
            with pytest.raises(ConnectionClosed):
                await client.recv()
            assert client.close_code == 1007
            await until(lambda: heard.gone == 1)

    asyncio.run(babble())


def test_closing_what_the_peer_has_reset_is_harmless() -> None:
    """A server that was told to go died of it, and took the other tabs' close frames along."""

    async def reset() -> None:
        async with connected() as (outbox, heard, client):
            sock = client.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.transport.abort()
            await asyncio.sleep(0)
            time.sleep(0.05)  # noqa: ASYNC251 - the reset is here, and our event loop hasn't looked
            outbox.close(CloseCode.RESTARTING)
            assert not outbox.send(b"late")
            await until(lambda: heard.gone == 1)

    asyncio.run(reset())


def test_a_peer_that_answers_pings_is_kept_and_a_mute_one_dropped() -> None:
    async def stay_mute() -> None:
        async with connected() as (outbox, heard, client):
            now = 1_000.0
            outbox.check(now)
            for _round in range(3):  # it answers
                now += INTERVAL_S + 1
                outbox.check(now)
                await asyncio.sleep(0.05)
            outbox.check(now + PATIENCE_S + 1)
            await asyncio.sleep(0.05)
            assert heard.gone == 0
            client.transport.pause_reading()
            now += 3 * INTERVAL_S
            outbox.check(now)
            outbox.check(now + PATIENCE_S - 1)
            await asyncio.sleep(0.05)
            assert heard.gone == 0
            outbox.check(now + PATIENCE_S + 1)
            await until(lambda: heard.gone == 1)
            client.transport.abort()

    asyncio.run(stay_mute())
