"""A WebSocket after its handshake: callbacks only, no task, no timer, and nothing kept of the request it came by.

`SocketProtocol` (app/direct.py) lets uvicorn do the handshake and hands the transport over. What stays is this object,
the transport, and the `websockets` library's parser. Measured: 52 KiB a socket before, see docs/topics/performance.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Sequence
from typing import Any, Protocol

from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

ABORT_AFTER_S = 10.0  # a closing socket whose peer reads nothing is dropped then
NO_LINGER = struct.pack("ii", 1, 0)
PING = b"\x89\x00"  # any byte of the peer answers it, so its payload needs no bookkeeping
NOT_TEXT = 1007
RESTARTING = 1012
MIXED = 0x9E3779B97F4A7C15  # of the golden ratio: consecutive numbers fall far apart


class Listener(Protocol):
    """Who a socket belongs to."""

    def on_text(self, text: str) -> None:
        """A whole text came in."""

    def on_gone(self) -> None:
        """The connection is gone, for whatever reason; called once."""


class Gone(asyncio.Transport):
    """In the place of a transport that was handed over: what is done to it no longer matters."""

    def is_closing(self) -> bool:
        """It is somebody else's."""
        return True

    def close(self) -> None:
        """Not ours to close."""

    def resume_reading(self) -> None:
        """Not ours to read."""


class LiveSocket(asyncio.Protocol):
    """One open WebSocket; lives on the event loop. It reads nothing before `start`."""

    __slots__ = (
        "_all",
        "_conn",
        "_early",
        "_heard",
        "_listener",
        "_parts",
        "_ping_due",
        "_ping_every",
        "_ping_within",
        "_pinged",
        "close_sent",
        "transport",
        "writable",
    )
    _count = 0

    def __init__(self, transport: asyncio.Transport, conn: ServerProtocol, all_open: set[Any]) -> None:
        self.transport = transport
        self.close_sent = False
        self.writable: asyncio.Event | None = None  # there is one while more waits than the transport likes
        self._conn = conn
        self._all = all_open  # uvicorn's, which shuts down what is in it
        self._listener: Listener | None = None
        self._early: Sequence[str] = ()
        self._parts: list[bytes] | None = None
        self._ping_every: float | None = None
        self._ping_within: float | None = None
        self._ping_due = 0.0
        self._pinged: float | None = None
        self._heard = False

    def take_over(self, early: Sequence[str], ping_every: float | None, ping_within: float | None) -> None:
        """Become the transport's protocol; `early` came in before."""
        self._early = early
        self._ping_every, self._ping_within = ping_every, ping_within
        self.transport.pause_reading()
        self.transport.set_protocol(self)
        self._all.add(self)

    def start(self, listener: Listener) -> None:
        """Begin to read."""
        self._listener = listener
        if self.transport.is_closing():  # gone meanwhile, and nobody was told
            self._tell_gone()
            return
        early, self._early = self._early, ()
        for text in early:
            listener.on_text(text)
        if not self.transport.is_closing():
            self.transport.resume_reading()

    # ---------------------------------------------------------------- from the transport

    def data_received(self, data: bytes) -> None:
        """Feed the parser, hand on what it found, answer pings and closes."""
        self._heard = True
        self._conn.receive_data(data)
        for event in self._conn.events_received():
            if isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                self._take(event)
        answer = b"".join(self._conn.data_to_send())
        if self.close_sent:  # nothing may follow our close; the peer's own ends it
            if self._conn.close_rcvd is not None:
                self.transport.close()
            return
        if answer:
            self.transport.write(answer)
        if self._conn.eof_sent:  # the peer closed, or broke the rules
            self.close_sent = True
            self.transport.close()
            if self.transport.get_write_buffer_size():
                self._drop_later()

    def eof_received(self) -> None:
        """The peer is done: the transport closes by itself."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever is concerned."""
        self._all.discard(self)
        if self.writable is not None:
            self.writable.set()
        self._tell_gone()

    def pause_writing(self) -> None:
        """More than 64 KiB (asyncio's mark) wait for the peer."""
        self.writable = asyncio.Event()

    def resume_writing(self) -> None:
        """It has read most of it."""
        if self.writable is not None:
            self.writable.set()
            self.writable = None

    def shutdown(self) -> None:
        """uvicorn goes, and waits for us."""
        self.send_close(RESTARTING)
        self.transport.close()

    # ---------------------------------------------------------------- from the outbox

    def can_write(self) -> bool:
        """Whether a text frame may be written now."""
        return not self.close_sent and not self.transport.is_closing()

    def send_close(self, code: int, reason: str = "") -> None:
        """A close frame behind what waits, then no more; the peer has ABORT_AFTER_S to read it."""
        if not self.can_write() or self._conn.state is not State.OPEN:  # in what came behind it, the peer closed
            return
        self._conn.send_close(code, reason)
        self.transport.write(b"".join(self._conn.data_to_send()))
        self.close_sent = True
        try:
            self.transport.write_eof()  # what the peer still sends is read: a reset would take our code with it
        except (OSError, NotImplementedError):  # the peer has reset the connection; TLS knows no half-closing
            self.transport.close()
        self._drop_later()

    def keep_alive(self, now: float) -> None:
        """Ping when it is time, drop a peer that is dead; `now` in monotonic seconds. Called about once a second."""
        if self._ping_every is None or not self.can_write():
            return
        if self._heard:
            self._heard, self._pinged = False, None
        if self._pinged is not None and self._ping_within is not None and now - self._pinged > self._ping_within:
            self.abort()  # waiting for it to read what is buffered would keep the socket for many minutes
        elif not self._ping_due:
            self._ping_due = now + self._ping_every * _spread()
        elif now >= self._ping_due and self._pinged is None:
            self._ping_due = now + self._ping_every
            self._pinged = now
            self.transport.write(PING)

    def abort(self) -> None:
        """Drop the connection at once, with what the kernel still holds for a peer that doesn't read (RST)."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.transport.abort()

    def _take(self, frame: Frame) -> None:
        if self.close_sent or self._listener is None:
            return
        data = bytes(frame.data)
        if frame.opcode is not Opcode.CONT:
            self._parts = None
        if not frame.fin:
            self._parts = [*(self._parts or ()), data]
            return
        if self._parts is not None:
            data, self._parts = b"".join((*self._parts, data)), None
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.send_close(NOT_TEXT)
            return
        self._listener.on_text(text)

    def _tell_gone(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.on_gone()

    def _drop_later(self) -> None:
        asyncio.get_running_loop().call_later(ABORT_AFTER_S, self._drop)

    def _drop(self) -> None:
        if self in self._all:
            self.abort()


def _spread() -> float:
    """0 to 1, evenly: the pings of sockets that came at once go out over the whole interval."""
    LiveSocket._count += 1
    return (LiveSocket._count * MIXED % 2**64) / 2**64


__all__ = ["Gone", "Listener", "LiveSocket"]
