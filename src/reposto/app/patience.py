"""How long a connection may take to say what it wants: for ever, in uvicorn; until the file descriptors run out."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_WITHIN_S = 15.0  # a silent connection, or one that stops in the middle of a request (RELIABILITY G8)


class PatientProtocol(H11Protocol):
    """uvicorn's HTTP protocol, whose patience ends: after one to two rounds without a complete request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to count."""
        super().connection_made(transport)
        self._waits_for = self.cycle  # the request before the one that doesn't come
        self._round = self.loop.call_later(REQUEST_WITHIN_S, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._round.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        if self.transport.is_closing() or self.transport.get_protocol() is not self:  # a WebSocket now
            return
        waiting = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        if waiting and self._waits_for is self.cycle:
            self.transport.abort()
            return
        if waiting:
            self._waits_for = self.cycle
        self._round = self.loop.call_later(REQUEST_WITHIN_S, self._look)
