"""Connections that never say what they want are let go; those that do are left alone."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from reposto.app import patience
from tests.support.in_process import DIRECT, uvicorn_with

ROUND_S = 0.3


async def slow_answer(request: Request) -> PlainTextResponse:
    await request.body()
    await asyncio.sleep(4 * ROUND_S)
    return PlainTextResponse("at last")


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())


APP = Starlette(routes=[Route("/slow", slow_answer, methods=["POST"]), WebSocketRoute("/ws", echo)])
HEADER = b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"


@pytest.fixture(autouse=True)
def short_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "REQUEST_WITHIN_S", ROUND_S)


def with_server(test: Any) -> None:
    async def run() -> None:
        async with uvicorn_with(APP, DIRECT, http=patience.PatientProtocol) as url, asyncio.timeout(20):
            await test(url)

    asyncio.run(run())


async def send(url: str, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = url.removeprefix("ws://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    return reader, writer


@pytest.mark.parametrize(
    "said", [b"", HEADER[:30], HEADER + b"\r\n12"], ids=["nothing", "half a header", "half a body"]
)
def test_a_request_that_does_not_come_ends_the_connection(said: bytes) -> None:
    async def wait(url: str) -> None:
        reader, writer = await send(url, said)
        began = time.monotonic()
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        assert time.monotonic() - began < 10 * ROUND_S
        writer.close()

    with_server(wait)


def test_an_answer_that_takes_long_is_waited_for() -> None:
    async def ask(url: str) -> None:
        reader, writer = await send(url, HEADER + b"Connection: close\r\n\r\n1234")
        assert (await reader.read()).endswith(b"at last")
        writer.close()

    with_server(ask)


def test_a_quiet_websocket_stays_open() -> None:
    async def stay(url: str) -> None:
        async with connect(f"{url}/ws", proxy=None) as socket:
            await asyncio.sleep(4 * ROUND_S)
            await socket.send("still here")
            assert await socket.recv() == "still here"

    with_server(stay)
