"""The line to a language model: an event loop in a thread of its own, deadlines, and a pause after a failure."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

from reposto.model.clock import monotonic

T = TypeVar("T")
TICK_S = 0.1  # how often a silent stream is looked at for a cancel or its deadline
PAUSES_S = (20.0, 60.0, 300.0)  # after 1, 2, … failures in a row: a model that is away for days costs nothing
MOST_PAUSE_S = 600.0


class Unavailable(Exception):
    """No text came; `reason` is one word, for the log and the metadata."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.pause = pause  # seconds that the server asked for


class Breaker:
    """Whether to ask at all: after failures not for a while. Safe between threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0

    def check(self) -> None:
        """Raises Unavailable while it pauses."""
        if self._clock() < self._until:
            raise Unavailable("resting")

    def worked(self) -> None:
        """It answered."""
        with self._lock:
            self._failures, self._until = 0, 0.0

    def failed(self, pause: float | None = None) -> None:
        """It didn't."""
        with self._lock:
            pause = PAUSES_S[min(self._failures, len(PAUSES_S) - 1)] if pause is None else pause
            self._failures += 1
            self._until = self._clock() + min(pause, MOST_PAUSE_S)


class Line:
    """Runs what is asynchronous for callers that aren't; nothing on it outlives its deadline."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="llm", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """Its result, or Unavailable("timeout")."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(seconds)
        except FutureTimeout:
            future.cancel()
            raise Unavailable("timeout") from None

    def stream(self, make: Callable[[], AsyncIterator[str]]) -> Iterator[str]:
        """The pieces as they come, and "" at each tick without one. Closing the iterator ends the request."""
        pieces: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()

        async def pump() -> None:
            try:
                async with contextlib.aclosing(make()) as source:  # type: ignore[type-var]
                    async for piece in source:
                        pieces.put(piece)
                pieces.put(None)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                pieces.put(error)

        future = asyncio.run_coroutine_threadsafe(pump(), self._loop)
        try:
            while True:
                try:
                    piece = pieces.get(timeout=TICK_S)
                except queue.Empty:
                    yield ""
                    continue
                if piece is None:
                    return
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
        finally:
            future.cancel()
            with contextlib.suppress(CancelledError, FutureTimeout, Exception):
                future.result(TICK_S)

    def close(self, model: Any = None) -> None:
        """End the thread, and the connections of a model before it."""
        client = getattr(model, "client", None)
        if client is not None:
            with contextlib.suppress(Exception):
                self.run(client.close(), 1.0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(1.0)
        if not self._thread.is_alive():
            self._loop.close()
