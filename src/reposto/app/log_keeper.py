"""A thread of the server that writes SQLite's log back, so that nobody's commit has to."""

from __future__ import annotations

import threading

import structlog

from reposto.storage import checkpoints
from reposto.storage.engine import Store

log = structlog.get_logger(__name__)


class LogKeeper:
    """Does nothing on PostgreSQL, which has processes of its own for that."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)

    def start(self) -> None:
        """Begin."""
        if self._store.dialect == "sqlite":
            self._thread.start()

    def stop(self) -> None:
        """Let go of the database."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(checkpoints.EVERY_S):
            try:
                checkpoints.checkpoint(self._store)
            except Exception as error:  # the next round tries again; a commit does it where the log becomes too long
                log.warning("storage.checkpoint_failed", error=type(error).__name__)
