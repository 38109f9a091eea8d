"""What only one process of all should do at a time, on whatever machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from sqlalchemy import text

from reposto.storage.engine import Store


class Chore(IntEnum):
    """PostgreSQL knows an advisory lock by a number, which must mean the same everywhere; 7_233_001 migrates."""

    FIT = 7_233_002
    DEMO = 7_233_003
    PREPARE = 7_233_004


@contextmanager
def alone(store: Store, chore: Chore) -> Iterator[bool]:
    """Whether this process is the one. The lock goes with its connection, however that ends.

    On SQLite there is one server, whose own tasks don't meet.
    """
    if store.dialect != "postgresql":
        yield True
        return
    with store.read() as connection:
        got = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": int(chore)}))
        connection.rollback()  # the lock is the session's; an open snapshot would only keep vacuum from its work
        try:
            yield got
        finally:
            if got:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": int(chore)})
