"""SQLite's log is written back into its file beside the writers, not by them.

SQLite leaves that to whoever's commit makes the log 1,000 pages long: at 200 results/s one commit in forty, which then
writes 4 MB and waits for the disk twice, while everybody else waits for it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from reposto.storage.engine import Store

EVERY_S = 1.0
LONG_PAGES = 8192  # 32 MB
TURN_S = 1.0  # an import may write for longer; then next time


class Log(NamedTuple):
    """How long the log is, and how much of it is in the file, in pages."""

    pages: int
    written: int


def checkpoint(store: Store) -> Log:
    """Write back what readers allow; nobody waits, unless the log has become long.

    It only starts again from its beginning once all of it is written back and before anybody writes on, which never
    happens while results come all the time. So a long one is finished while writers wait for some milliseconds.
    """
    log = _write_back(store)
    if log.pages >= LONG_PAGES:
        with store.turn(TURN_S):
            log = _write_back(store)
    return log


def _write_back(store: Store) -> Log:
    # Without a transaction, which is all that `read` and `write` know.
    with store.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        _busy, pages, written = driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return Log(pages, written)
