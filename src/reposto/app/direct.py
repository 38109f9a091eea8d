"""The short way out of a socket: frames written straight to uvicorn's transport.

Measured (docs/decisions): the transport's own buffer is the bounded queue, nothing is copied or awaited, and a tab
that doesn't read costs at most MAX_UNSENT bytes and then its connection. It leans on a class that uvicorn doesn't
publish, so the version is pinned and tests/contract/test_direct.py fails when that class changes; a server without
it falls back to `delivery.outbox.QueueOutbox`.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from reposto.app.live import Gone, Listener, LiveSocket
from reposto.delivery.outbox import LOW_WATER, MAX_STALL_S, MAX_UNSENT
from reposto.delivery.wire import CloseCode, Prepared, text_frame

SCOPE_KEY = "reposto.socket"


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, which can hand its connection over once the handshake is done."""

    def handle_connect(self, event: Any) -> None:
        """Offer ourselves to the application through the ASGI scope."""
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][SCOPE_KEY] = self

    def hand_over(self) -> LiveSocket:
        """After `accept`: the connection as it is, without this object; the application's task may end then.

        Raises ClientDisconnected, which uvicorn waits for, when the peer has gone meanwhile.
        """
        if self.disconnected or not self.handshake_complete or self.transport.is_closing():
            raise ClientDisconnected
        self.stop_keepalive()
        live = LiveSocket(self.transport, self.conn, self.connections)
        early = []
        while not self.queue.empty():
            event: Any = self.queue.get_nowait()
            if event["type"] == "websocket.receive":
                text = event.get("text")
                early.append((event.get("bytes") or b"").decode("utf-8", "replace") if text is None else text)
        self.connections.discard(self)
        live.take_over(early, self.ping_interval, self.ping_timeout)
        self.transport = Gone()  # uvicorn closes it when the application's task ends
        self.scope["extensions"].pop(SCOPE_KEY, None)
        return live


class DirectOutbox:
    """An Outbox over a `LiveSocket`; lives on the event loop."""

    __slots__ = ("_max_unsent", "_socket", "_stuck_at", "_stuck_since", "too_slow")

    def __init__(self, live: LiveSocket, *, max_unsent: int = MAX_UNSENT) -> None:
        self._socket = live
        self._max_unsent = max_unsent
        self.too_slow = False
        self._stuck_since: float | None = None
        self._stuck_at = 0

    def start(self, listener: Listener) -> None:
        """Begin to read."""
        self._socket.start(listener)

    def send(self, payload: bytes) -> bool:
        """Write a text frame; too much unsent closes the connection with 4408."""
        return self._write(text_frame(payload))

    def send_prepared(self, messages: Prepared, speaks_v1: bool, /) -> bool:
        """The same for messages whose frames all tabs share."""
        return self._write(messages.frame(speaks_v1))

    def close(self, code: CloseCode, reason: str = "") -> None:
        """Send the close frame behind what is buffered; drop the connection if the peer doesn't read it."""
        self._socket.send_close(int(code), reason)

    def check(self, now: float) -> bool:
        """False once the transport's buffer hasn't shrunk for MAX_STALL_S; pings, and drops a dead peer."""
        self._socket.keep_alive(now)
        waiting = self._socket.transport.get_write_buffer_size()
        if waiting == 0:
            self._stuck_since = None
        elif self._stuck_since is None or waiting < self._stuck_at:
            self._stuck_since = now
        self._stuck_at = waiting
        return self._stuck_since is None or now - self._stuck_since < MAX_STALL_S

    async def drained(self) -> None:
        """Wait until the transport's buffer is below its high-water mark (64 KiB, asyncio's default)."""
        writable = self._socket.writable
        if writable is not None and self._socket.transport.get_write_buffer_size() > LOW_WATER:
            await writable.wait()

    async def finish(self) -> None:
        """Nothing runs beside the transport."""

    def _write(self, frame: bytes) -> bool:
        live = self._socket
        transport = live.transport
        if live.close_sent or transport.is_closing():
            return False
        transport.write(frame)
        if live.writable is not None and transport.get_write_buffer_size() > self._max_unsent:
            self.too_slow = True
            self.close(CloseCode.TOO_SLOW)
            return False
        return True


__all__ = ["SCOPE_KEY", "DirectOutbox", "SocketProtocol"]
