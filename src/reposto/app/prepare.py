"""Analyse every product before anybody asks, so that the next list or question is a look-up.

`python -m reposto.app.prepare DATABASE_URL`: works out what is stale, a few products at a time, and ends when all is
fresh, the data have changed or a new day has begun. Nobody waits for it, and it waits for everybody: while any question
or list is open it does nothing. What it has saved stays when it is killed; the next one goes on from there.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import date

import structlog

from reposto.app.beside import live_beside
from reposto.app.catalogue_run import work_out
from reposto.app.logs import configure_logs
from reposto.app.settings import handed_over
from reposto.model.clock import local_today, monotonic, utc_now
from reposto.model.errors import StorageBusy
from reposto.storage import catalogue, company, jobs, results
from reposto.storage.alone import Chore, alone
from reposto.storage.engine import Store

log = structlog.get_logger(__name__)
CHUNK = 24  # products to a transaction: under a second of work that a kill would cost
LOOK_EVERY_S = 0.05  # between looks for buyers while working: a product takes half of that
PAUSE_S = 0.1  # and while they are there
BUSY_PAUSE_S = 1.0  # somebody holds the database for long


class Yielding:
    """Waits while there is anything that a buyer waits for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._looked_at = 0.0

    def __call__(self) -> None:
        """Returns at once when it has looked just now."""
        if monotonic() - self._looked_at < LOOK_EVERY_S:
            return
        while self._somebody_waits():
            time.sleep(PAUSE_S)
        self._looked_at = monotonic()

    def _somebody_waits(self) -> bool:
        with self._store.read() as connection:
            return jobs.any_open(connection)


def prepare(store: Store, *, give_way: Callable[[], None] | None = None) -> int:
    """Work out what is stale while the data and the day stay what they are; how many products that took."""
    began, done = monotonic(), 0
    give_way = give_way or Yielding(store)
    with store.read() as connection:
        day = local_today(company.zone(connection))
        basis = results.read_basis(connection)
        fresh = results.find_fresh(connection, day=day, basis=basis)
        stale = [product.sku for product in catalogue.list_products(connection) if product.sku not in fresh]
    for start in range(0, len(stale), CHUNK):
        give_way()
        chunk = stale[start : start + CHUNK]
        if not _prepare_chunk(store, chunk, day, basis, give_way):
            break
        done += len(chunk)
    log.info("catalogue.prepared", products=done, of=len(stale), seconds=round(monotonic() - began, 3))
    return done


def _prepare_chunk(store: Store, skus: Sequence[str], day: date, basis: str, give_way: Callable[[], None]) -> bool:
    """False, and nothing kept, where the data or the day have changed."""
    found, stands_on = work_out(store, skus, day=day, check=give_way)
    give_way()  # a niced process that holds the write lock would hold up whoever has just asked
    with store.write(lasting=False) as connection:
        if stands_on != basis or results.read_basis(connection) != basis:
            return False
        if local_today(company.zone(connection)) != day:
            return False
        results.save_results(connection, found.results, now=utc_now())
        results.confirm_results(connection, found.confirmed, basis=basis, now=utc_now())
    return True


def main() -> None:
    """Arguments: database URL, log level, log format."""
    url, level, log_format = sys.argv[1:4]
    configure_logs(level, log_format)
    live_beside()
    store = Store(handed_over(url))
    with alone(store, Chore.PREPARE) as mine:
        while mine:
            try:
                prepare(store)
                break
            except StorageBusy:
                time.sleep(BUSY_PAUSE_S)
    store.close()


if __name__ == "__main__":
    main()
