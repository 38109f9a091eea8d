"""A PostgreSQL that says nothing: slow, or not there any more?

Its own time limits don't run while it is stopped, and TCP's only notice a kernel that is gone. So whoever has waited
for an answer for some seconds asks whether a new connection would be taken: a busy server takes it, a stopped one does
not. Then the call ends with an error that passes by (503), instead of whenever the server goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg
from psycopg.waiting import Ready
from sqlalchemy import Engine, event

from reposto.model.clock import monotonic

SILENT_S = 4.0  # a lock is waited for for 5, so hardly anything but a long statement gets asked about
PROBE_S = 3  # for a connection; on one machine it takes milliseconds
LOOK_S = 0.5

T = TypeVar("T")


class Impatient(psycopg.Connection[Any]):
    """A connection that gives up when the server is silent and takes no new connections."""

    is_there: Callable[[], bool]

    def wait(self, gen: Generator[Any, Any, T], interval: float = LOOK_S, timeout: float | None = None) -> T:
        """As psycopg's, for every exchange with the server."""
        return super().wait(self._watched(gen), min(interval or LOOK_S, LOOK_S), timeout)

    def _watched(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        heard_at = monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                now = monotonic()
                if ready != Ready.NONE:
                    heard_at = now
                elif now - heard_at > SILENT_S:
                    if not self.is_there():
                        self.pgconn.finish()
                        raise psycopg.OperationalError("the server is silent and takes no connections")
                    heard_at = monotonic()
                wanted = gen.send(ready)
        except StopIteration as end:
            result: T = end.value
            return result


def give_up_on_silence(engine: Engine) -> None:
    """From now on the engine's connections are impatient."""

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, cargs: list[Any], cparams: dict[str, Any]) -> Any:
        connection = Impatient.connect(*cargs, **cparams)
        connection.is_there = lambda: _takes_connections(cargs, cparams)
        return connection


def _takes_connections(cargs: list[Any], cparams: dict[str, Any]) -> bool:
    try:
        psycopg.connect(*cargs, **{**cparams, "connect_timeout": PROBE_S}).close()
    except psycopg.errors.ConnectionTimeout:
        return False
    except psycopg.Error:  # too many of them, a restart: it says so, hence it is there
        return True
    return True
