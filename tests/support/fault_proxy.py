"""A TCP proxy for one hop, on a thread of its own, whose faults are switched while traffic flows through it.

The words are Toxiproxy's where it has one. What a real network does to a stream is kept: bytes are late, held back or
cut off, never dropped out of the middle.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from tests.support.ports import free_port

Direction = Literal["up", "down"]  # towards the server, towards the client
T = TypeVar("T")
CHUNK = 64 * 1024
IN_FLIGHT = 64  # chunks of one direction that the network holds; then the sender has to wait
NO_LINGER = struct.pack("ii", 1, 0)  # closing sends RST


@dataclass(slots=True)
class Faults:
    """What the hop does now."""

    latency_s: float = 0.0  # one way
    jitter_s: float = 0.0  # uniform on top of it; order is kept, as TCP keeps it
    bytes_per_s: float | None = None  # of each connection and direction
    black_hole: frozenset[Direction] = frozenset()  # neither bytes nor goodbyes pass; after healing they do
    refuse: bool = False  # new connections are reset at once
    trip: Callable[[Direction, bytes], bool] | None = None  # True: pass these bytes on, then cut the connection


@dataclass(slots=True, eq=False)
class Link:
    """One client's connection and its continuation."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter | None = None
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


class FaultProxy:
    """Listens on `port` and passes everything on to a target. Use as a context manager; callable from any thread.

    With several targets it is a load balancer as well: they take turns, and one that takes no connection is skipped.
    """

    def __init__(self, *targets: int, port: int | None = None, seed: int = 0) -> None:
        self.targets = targets
        self.port = port or free_port()
        self.accepted = 0
        self.tripped = 0
        self._faults = Faults()
        self._chance = random.Random(seed)
        self._links: set[Link] = set()
        self._loop = asyncio.new_event_loop()
        self._healed = asyncio.Event()
        self._healed.set()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy-{self.port}", daemon=True)

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # ---------------------------------------------------------------- switches

    def set(self, **faults: Any) -> None:
        """Replace all faults by these; without any, the hop is healthy again."""
        self._run(self._set(Faults(**faults)))

    def heal(self) -> None:
        """No faults; what was held back goes on its way."""
        self.set()

    def go_dark(self, *directions: Direction) -> None:
        """Nothing passes any more, and nobody is told (a pulled cable); one direction only if it is named."""
        self.set(black_hole=frozenset(directions or ("up", "down")))

    def cut(self) -> int:
        """Reset every connection on both sides; how many there were."""
        return self._run(self._cut())

    def go_down(self) -> int:
        """Reset every connection, and refuse new ones until healed."""
        self.set(refuse=True)
        return self.cut()

    def forget(self) -> int:
        """A NAT that lost its table: the server sees its connections reset, the clients see nothing, ever."""
        return self._run(self._forget())

    def is_down(self, seconds: float) -> None:
        """Down for so long, then healthy."""
        self.go_down()
        time.sleep(seconds)
        self.heal()

    @property
    def open(self) -> int:
        """Connections now."""
        return len(self._links)

    # ---------------------------------------------------------------- on the loop

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, limit=CHUNK)

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._cut()
        while others := [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.01)  # transports close in the rounds that follow

    async def _set(self, faults: Faults) -> None:
        self._faults = faults
        if faults.black_hole:
            self._healed.clear()
        else:
            self._healed.set()

    async def _cut(self) -> int:
        links = list(self._links)
        for link in links:
            self._drop(link)
        return len(links)

    async def _forget(self) -> int:
        links = list(self._links)
        for link in links:
            for task in link.tasks:
                task.cancel()
            if link.server is not None:
                reset(link.server)
        return len(links)

    def _drop(self, link: Link) -> None:
        self._links.discard(link)
        for task in link.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        for side in (link.client, link.server):
            if side is not None:
                reset(side)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self._faults.refuse:
            reset(writer)
            return
        link = Link(writer)
        self._links.add(link)
        found = await self._reach_out()
        if found is None:
            self._drop(link)
            return
        there, server = found
        if link not in self._links:  # cut meanwhile
            reset(server)
            return
        link.server = server
        for stream in (writer, server):
            stream.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.tasks = [
            asyncio.ensure_future(self._carry(link, "up", reader, server)),
            asyncio.ensure_future(self._carry(link, "down", there, writer)),
        ]

    async def _reach_out(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        first = self.accepted % len(self.targets)
        for target in (*self.targets[first:], *self.targets[:first]):
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", target, limit=CHUNK)
        return None

    async def _carry(
        self, link: Link, direction: Direction, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One direction of one connection, from its first byte to its goodbye."""
        flight: asyncio.Queue[tuple[float, bytes | None]] = asyncio.Queue(IN_FLIGHT)
        delivering = asyncio.ensure_future(self._deliver(link, direction, flight, writer))
        link.tasks.append(delivering)
        due = 0.0
        data: bytes | None = b"?"
        while data:
            try:
                data = await reader.read(CHUNK)  # empty at the end
            except OSError:
                data = None  # a reset
            faults = self._faults
            due = max(due, time.monotonic() + faults.latency_s + self._chance.uniform(0, faults.jitter_s))
            await flight.put((due, data))

    async def _deliver(
        self,
        link: Link,
        direction: Direction,
        flight: asyncio.Queue[tuple[float, bytes | None]],
        writer: asyncio.StreamWriter,
    ) -> None:
        while True:
            due, data = await flight.get()
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            while direction in self._faults.black_hole:
                await self._healed_or_changed()
            if not data:
                break
            if self._faults.bytes_per_s:
                await asyncio.sleep(len(data) / self._faults.bytes_per_s)
            try:
                writer.write(data)
                await writer.drain()
            except OSError:
                data = None
                break
            if self._faults.trip is not None and self._faults.trip(direction, data):
                self.tripped += 1
                data = None
                break
        if data is None:
            self._drop(link)
        else:
            self._say_goodbye(link, writer)

    async def _healed_or_changed(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._healed.wait(), 0.05)

    def _say_goodbye(self, link: Link, writer: asyncio.StreamWriter) -> None:
        """Pass the end of one direction on; the link is over when both have ended."""
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()
        others = [task for task in link.tasks if task is not asyncio.current_task()]
        if all(task.done() for task in others):
            self._links.discard(link)
            for side in (link.client, link.server):
                if side is not None:
                    side.close()


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST, whatever is unsent."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    writer.transport.abort()
