"""The bounded way out of one socket: what a tab doesn't read costs a bounded buffer, then its connection."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

from reposto.delivery.wire import CloseCode, Prepared, typed

MAX_UNSENT = 1024 * 1024  # bytes waiting for a tab that doesn't read (as Centrifugo's default)
LOW_WATER = 64 * 1024  # bytes; below it the next page of a replay is read
MAX_STALL_S = 10.0  # no byte leaves for this long: the tab is as good as gone


class Outbox(Protocol):
    """Takes frames without ever making the caller wait."""

    too_slow: bool  # it was given up because its peer didn't read

    def send(self, payload: bytes) -> bool:
        """Queue a text frame; False when the connection is gone, closing or was found too slow."""

    def send_prepared(self, messages: Prepared, speaks_v1: bool, /) -> bool:
        """The same for messages that go to many."""

    def close(self, code: CloseCode, reason: str = "") -> None:
        """Send what is queued, if it goes, then close with this code; the reason has 123 bytes at most."""

    def check(self, now: float) -> bool:
        """False once nothing has left for MAX_STALL_S though something waits; `now` in monotonic seconds."""

    async def drained(self) -> None:
        """Wait until less than LOW_WATER waits to be read."""


class QueueOutbox:
    """Works over any ASGI server: a queue of bytes and a writer task."""

    def __init__(
        self,
        send_text: Callable[[str], Awaitable[None]],
        close_socket: Callable[[int, str], Awaitable[None]],
        *,
        max_unsent: int = MAX_UNSENT,
    ) -> None:
        self._send_text = send_text
        self._close_socket = close_socket
        self._max_unsent = max_unsent
        self.too_slow = False
        self._frames: deque[bytes] = deque()
        self._unsent = 0
        self._more = asyncio.Event()
        self._low = asyncio.Event()
        self._low.set()
        self._code: CloseCode | None = None
        self._reason = ""
        self._stuck_since: float | None = None
        self._writer = asyncio.get_running_loop().create_task(self._write())

    def send(self, payload: bytes) -> bool:
        """Queue a frame; too much unsent closes the connection with 4408."""
        if self._code is not None or self._writer.done():
            return False
        self._frames.append(payload)
        self._unsent += len(payload)
        self._more.set()
        if self._unsent > LOW_WATER:
            self._low.clear()
        if self._unsent > self._max_unsent:
            self.cut()
            return False
        return True

    def send_prepared(self, messages: Prepared, speaks_v1: bool, /) -> bool:
        """The same for messages that go to many."""
        return all(self.send(typed(plain) if speaks_v1 else plain) for _seq, plain in messages.messages)

    def close(self, code: CloseCode, reason: str = "") -> None:
        """Close after what is queued."""
        if self._code is None:
            self._code, self._reason = code, reason
            self._more.set()

    def cut(self) -> None:
        """The tab is too slow: drop what waits for it and close."""
        self._code = CloseCode.TOO_SLOW
        self.too_slow = True
        self._frames.clear()
        self._unsent = 0
        self._more.set()

    def check(self, now: float) -> bool:
        """False if the writer has been stuck on one frame for too long."""
        if self._unsent == 0:
            self._stuck_since = None
        elif self._stuck_since is None:
            self._stuck_since = now
        return self._stuck_since is None or now - self._stuck_since < MAX_STALL_S

    async def drained(self) -> None:
        """Wait until the tab has read most of what waited for it."""
        await self._low.wait()

    async def finish(self) -> None:
        """Stop writing; for when the connection is gone."""
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._frames:
                payload = self._frames.popleft()
                await self._send_text(payload.decode())
                self._unsent = max(self._unsent - len(payload), 0)
                self._stuck_since = None
                if self._unsent <= LOW_WATER:
                    self._low.set()
            if self._code is not None:
                await self._close_socket(self._code, self._reason)
                return
