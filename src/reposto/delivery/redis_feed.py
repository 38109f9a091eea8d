"""Reading what Redis publishes: everything that has come is handed on at once, without a task being woken for each.

redis-py connects (address, login, TLS), then its connection's transport is ours: waiting for one answer after another
cost as much as delivering them, and what comes together can be delivered together. It leans on two names that redis-py
and hiredis don't promise; without them `RedisBus` reads by redis-py, and tests/contract/test_bus_redis.py tries both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

# Of a busy Redis at most so much is read before the tabs get theirs: some hundred messages, a few milliseconds.
AT_ONCE_BYTES = 1024 * 1024

FED_BYTES = 16 * 1024  # hiredis moves what it was fed and has not parsed yet to the front after every answer
NO_MORE = object()
OnAnswers = Callable[[list[Any]], None]


class RedisFeed(asyncio.BufferedProtocol):
    """In the place of a connection's own protocol, which goes on hearing of everything but the data."""

    def __init__(self, reader: Any, beneath: Any, on_answers: OnAnswers) -> None:
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reader = reader
        self._beneath = beneath
        self._on_answers = on_answers
        self._buffer = bytearray(AT_ONCE_BYTES)

    def get_buffer(self, _sizehint: int) -> bytearray:
        """Where the next data go."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Hand on the answers that are complete now; what goes wrong ends the connection, and is raised by `lost`."""
        try:
            reader, answers = self._reader, []
            for start in range(0, nbytes, FED_BYTES):
                reader.feed(self._buffer, start, min(FED_BYTES, nbytes - start))
                while (answer := reader.gets(False)) is not NO_MORE:
                    answers.append(answer)
            self._on_answers(answers)
        except Exception as error:
            if not self.lost.done():
                self.lost.set_exception(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits for it is told."""
        if not self.lost.done():
            self.lost.set_exception(exc or ConnectionResetError())
        self._beneath.connection_lost(exc)

    def pause_writing(self) -> None:
        """Who writes waits by the protocol beneath."""
        self._beneath.pause_writing()

    def resume_writing(self) -> None:
        """And goes on."""
        self._beneath.resume_writing()


def take_over(connection: Any, on_answers: OnAnswers) -> RedisFeed | None:
    """Read a connection of redis-py that has just been opened, and owes no answer; None where that can't be done."""
    try:
        from hiredis import Reader
    except ImportError:
        return None
    transport = getattr(getattr(connection, "_writer", None), "transport", None)
    if transport is None:
        return None
    feed = RedisFeed(Reader(notEnoughData=NO_MORE), transport.get_protocol(), on_answers)
    transport.set_protocol(feed)
    return feed


__all__ = ["RedisFeed", "take_over"]
