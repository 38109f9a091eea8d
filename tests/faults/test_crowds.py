"""Frames that no client of ours sends, and thousands of tabs that come and go: nothing falls over, nothing stays."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import random
import struct
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.faults.test_server_process import eventually
from tests.support.api import Api, make_token
from tests.support.chaos import resident_mib
from tests.support.company import QUESTION
from tests.support.load import Buyers
from tests.support.processes import ServerProcess
from tests.support.soak import note, percentile, times

Serve = Callable[..., ServerProcess]
GROWTH_MIB = 16.0  # of the server over the second half: what the first connections loaded is not counted
PINGS_EACH = 60
FRAMES_EACH = 100  # below what is refused as a flood


def hostile_frame(chance: random.Random) -> bytes:
    """A frame as it goes over the wire, of a client that is broken or means harm."""
    kind = chance.randrange(10)
    if kind < 5:
        return wire_frame(0x1, hostile_text(chance), chance)
    if kind == 5:  # any first two bytes: reserved bits, unknown opcodes, control frames of any length
        return bytes((chance.randrange(256), chance.randrange(256))) + chance.randbytes(chance.randrange(40))
    if kind == 6:  # not masked, or more announced than comes
        return struct.pack("!BBQ", 0x81, 0xFF, chance.choice((2**63, 2**62, 65_537, 70_000))) + chance.randbytes(8)
    if kind == 7:  # a fragment of nothing, or one that is never ended
        return wire_frame(chance.choice((0x0, 0x01, 0x80)), b"{", chance, final=False)
    if kind == 8:
        return wire_frame(0x1, chance.randbytes(chance.randrange(1, 60)), chance)  # no UTF-8
    return wire_frame(chance.choice((0x8, 0x9, 0xA)), chance.randbytes(chance.randrange(0, 140)), chance)


def hostile_text(chance: random.Random) -> bytes:
    value: Any = chance.choice((None, True, -1, 1e300, "", "x" * 3_000, [], {}, "\x00", "\ud7ff", "💺" * 50, 2**63))
    frame = {
        "type": chance.choice(
            (
                "question" if not isinstance(value, str) else "x",
                "cancel",
                "ping",
                "pong",
                "ready",
                "",
                None,
                7,
                [],
                {"a": 1},
            )
        ),
        chance.choice(("content", "client_id", "job_id", "after", "__class__")): value,
    }
    data = orjson.dumps(frame) if value != 2**63 else b'{"type": 1e9999, "content": ' + b"[" * 900 + b"]" * 900 + b"}"
    at = chance.randrange(len(data))
    return (
        data[:at] + chance.randbytes(1) + data[at + 1 :] if chance.random() < 0.02 else data
    )  # mostly a question then


def wire_frame(opcode: int, payload: bytes, chance: random.Random, *, final: bool = True) -> bytes:
    mask = chance.randbytes(4)
    head = bytes(((0x80 if final else 0) | opcode,))
    size = len(payload)
    head += bytes((0x80 | size,)) if size < 126 else struct.pack("!BH", 0x80 | 126, size)
    return head + mask + bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload))


async def attack(server: ServerProcess, token: str, session_id: int, chance: random.Random) -> int:
    """One connection; how many frames went out before it was closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    key = base64.b64encode(chance.randbytes(16)).decode()
    writer.write(
        f"GET /api/chat/ws/{session_id} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        f"Sec-WebSocket-Protocol: reposto.v1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )
    sent = 0
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        assert b" 101 " in await reader.readline()
        while sent < FRAMES_EACH and not reader.at_eof() and not writer.is_closing():
            writer.write(hostile_frame(chance))
            sent += 1
            if sent % 10 == 0:
                await writer.drain()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(65_536), 0.01)
    writer.transport.abort()
    return sent


async def in_halves(number: int, at_once: int, once: Callable[[int], Awaitable[int]], pid: int) -> tuple[int, float]:
    """Do it so often; the sum of what it returned, and what the process grew by in the second half."""
    total, weights = 0, []
    for first in range(0, number, at_once):
        total += sum(await asyncio.gather(*(once(n) for n in range(first, min(first + at_once, number)))))
        weights.append(resident_mib(pid))
    return total, weights[-1] - weights[len(weights) // 2]


@pytest.mark.timeout(1800)
def test_hostile_frames_are_refused_and_nothing_stays_of_them(serve: Serve) -> None:
    """G11: any bytes after the handshake."""
    server = serve()
    token, chance = make_token(server.home), random.Random(int.from_bytes(os.urandom(4)))
    with Api(server.url, token) as api:
        session_id = api.open_session()
        connections = times(300, 20_000)

        async def once(_number: int) -> int:
            return await attack(server, token, session_id, chance)

        frames, growth = asyncio.run(in_halves(connections, 10, once, server.pid))
        assert frames > connections
        assert growth < GROWTH_MIB
        # Thousands of the frames were questions: whoever comes right behind them is asked to try again.
        assert eventually(lambda: api.ask(session_id, QUESTION).status_code == 201, within=60)
    assert "Traceback" not in server.logs()
    note("G11", connections=connections, frames=frames, growth_mib=growth)


@pytest.mark.timeout(1800)
def test_nothing_stays_of_thousands_of_tabs(serve: Serve) -> None:
    """G12: each with a conversation's history behind it."""
    server = serve()
    token = make_token(server.home)
    headers = {"Authorization": f"Bearer {token}"}
    with Api(server.url, token) as api:
        sessions = [api.open_session() for _ in range(50)]
        api.ask(sessions[0], "oi")
    url = server.url.replace("http", "ws")

    async def come_and_go(number: int) -> int:
        async with connect(
            f"{url}/api/chat/ws/{sessions[number % len(sessions)]}?after=0",
            additional_headers=headers,
            subprotocols=[Subprotocol("reposto.v1")],
            open_timeout=60,
            proxy=None,
        ) as tab:
            while orjson.loads(await tab.recv())["type"] != "ready":
                pass
            if number % 2:
                tab.transport.abort()
        return 1

    number = times(400, 5_000)
    tabs, growth = asyncio.run(in_halves(number, 15, come_and_go, server.pid))
    assert tabs == number
    assert growth < GROWTH_MIB
    note("G12", tabs=tabs, growth_mib=growth)


# -------------------------------------------------------------------- G10


async def ping_beside_analyses(server: ServerProcess, questions: int) -> tuple[list[float], list[float]]:
    """How long pongs and acknowledgements took while every worker was busy, in seconds."""
    buyers = await Buyers.arrive(server, sessions=4, tabs=1)
    tabs = buyers.all_tabs()
    pongs: list[float] = []
    try:
        for number in range(questions):
            tab = tabs[number % len(tabs)]
            buyers.sent[tab.session_id].append(await tab.ask(QUESTION))
        await tabs[0].wait_for(lambda tab: tab.open_analyses)
        for tab in tabs:
            async with connect(
                f"{server.url.replace('http', 'ws')}/api/chat/ws/{tab.session_id}",
                additional_headers={"Authorization": f"Bearer {buyers.token}"},
                subprotocols=[Subprotocol("reposto.v1")],
                proxy=None,
            ) as other:
                for _ in range(PINGS_EACH):
                    if not any(tab.open_analyses for tab in tabs):
                        break
                    began = time.monotonic()
                    await other.send('{"type": "ping"}')
                    while orjson.loads(await other.recv())["type"] != "pong":
                        pass
                    pongs.append(time.monotonic() - began)
                    await asyncio.sleep(0.02)
        await buyers.drain(within=120.0)
    finally:
        await buyers.leave()
    return pongs, [tab.delay(message) for tab in tabs for message in tab.of_type("analysis_started")]


@pytest.mark.timeout(300)
def test_analyses_do_not_hold_up_the_sockets(serve: Serve) -> None:
    """G10: they are other processes, and take all of the processor that they get."""
    pongs, acknowledged = asyncio.run(ping_beside_analyses(serve("forget_analyses"), 60))
    figures = {"pong_p50_s": percentile(pongs, 0.5), "pong_p99_s": percentile(pongs, 0.99), "pong_worst_s": max(pongs)}
    assert len(pongs) >= 20, "the workers were done too early to say anything"
    note("G10", pings=len(pongs), **figures, acknowledged_p50_s=percentile(acknowledged, 0.5))
    assert percentile(pongs, 0.5) < 0.25
