"""The short way out of a socket: frames written straight to uvicorn's transport.

Measured (docs/decisions): the transport's own buffer is the bounded queue, nothing is copied or awaited, and a tab
that doesn't read costs at most MAX_UNSENT bytes and then its connection. It leans on a class that uvicorn doesn't
publish, so the version is pinned and tests/contract/test_direct.py fails when that class changes; a server without
it falls back to `delivery.outbox.QueueOutbox`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from reposto.delivery.outbox import LOW_WATER, MAX_STALL_S, MAX_UNSENT
from reposto.delivery.wire import CloseCode

SCOPE_KEY = "reposto.socket"
ABORT_AFTER_S = 10.0  # a closing socket whose peer reads nothing is dropped then
NO_LINGER = struct.pack("ii", 1, 0)
TEXT_FRAME = 0x81  # FIN and opcode 1


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, with a way to write prepared frames and to drop a peer that is gone."""

    def handle_connect(self, event: Any) -> None:
        """Offer ourselves to the application through the ASGI scope."""
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][SCOPE_KEY] = self

    def keepalive_timeout(self) -> None:
        """The peer is dead: waiting for it to read what is buffered would keep the socket for many minutes."""
        super().keepalive_timeout()
        self.abort()

    def can_write(self) -> bool:
        """Whether a text frame may be written now."""
        return self.handshake_complete and not self.close_sent and not self.transport.is_closing()

    def abort(self) -> None:
        """Drop the connection at once, with what the kernel still holds for a peer that doesn't read (RST)."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.transport.abort()


class DirectOutbox:
    """An Outbox over `SocketProtocol`; lives on the event loop."""

    def __init__(self, protocol: SocketProtocol, *, max_unsent: int = MAX_UNSENT) -> None:
        self._socket = protocol
        self._max_unsent = max_unsent
        self.too_slow = False
        self._closing = False
        self._stuck_since: float | None = None
        self._stuck_at = 0

    def send(self, payload: bytes) -> bool:
        """Write a text frame; too much unsent closes the connection with 4408."""
        if self._closing or not self._socket.can_write():
            return False
        self._socket.transport.write(frame_header(len(payload)) + payload)
        if self._socket.transport.get_write_buffer_size() > self._max_unsent:
            self.too_slow = True
            self.close(CloseCode.TOO_SLOW)
            return False
        return True

    def close(self, code: CloseCode) -> None:
        """Send the close frame behind what is buffered; drop the connection if the peer doesn't read it."""
        if self._closing:
            return
        self._closing = True
        if not self._socket.can_write():
            return
        self._socket.queue.put_nowait({"type": "websocket.disconnect", "code": int(code)})
        self._socket.conn.send_close(int(code))
        self._socket.transport.write(b"".join(self._socket.conn.data_to_send()))
        self._socket.close_sent = True
        asyncio.get_running_loop().call_later(ABORT_AFTER_S, self._socket.abort)

    def check(self, now: float) -> bool:
        """False once the transport's buffer hasn't shrunk for MAX_STALL_S."""
        waiting = self._socket.transport.get_write_buffer_size()
        if waiting == 0:
            self._stuck_since = None
        elif self._stuck_since is None or waiting < self._stuck_at:
            self._stuck_since = now
        self._stuck_at = waiting
        return self._stuck_since is None or now - self._stuck_since < MAX_STALL_S

    async def drained(self) -> None:
        """Wait until the transport's buffer is below its high-water mark (64 KiB, asyncio's default)."""
        if self._socket.transport.get_write_buffer_size() > LOW_WATER:
            await self._socket.writable.wait()

    async def finish(self) -> None:
        """Nothing runs beside the transport."""
        self._closing = True


def frame_header(size: int) -> bytes:
    """The header of an unmasked, unfragmented text frame (RFC 6455, section 5.2)."""
    if size < 126:
        return bytes((TEXT_FRAME, size))
    if size < 65536:
        return struct.pack("!BBH", TEXT_FRAME, 126, size)
    return struct.pack("!BBQ", TEXT_FRAME, 127, size)


__all__ = ["SCOPE_KEY", "DirectOutbox", "SocketProtocol", "frame_header"]
