"""What a server does unasked, in processes of their own: learn across the catalogue, then analyse every product."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from reposto.app.beside import run_beside
from reposto.app.fit import needs_fit
from reposto.app.settings import Settings
from reposto.model.clock import local_today, monotonic
from reposto.storage import catalogue, company, results
from reposto.storage.engine import Store

log = structlog.get_logger(__name__)
FIRST_AFTER_S = 5.0  # the start belongs to the page and the workers
LOOK_EVERY_S = 20.0  # data that are the same at two looks have settled: files come one after the other
FIT_EVERY_S = 600.0  # a fit takes up to a minute of one core, a buyer's draft is a change too
UNSETTLED_S = 600.0  # data that change all the time are taken as they are
RETRY_AFTER_S = 600.0  # where preparing failed or got nowhere


@dataclass(frozen=True, slots=True)
class Freshness:
    """Active products, and how many have an analysis of today on the present data."""

    active: int
    fresh: int

    @property
    def complete(self) -> bool:
        """Whether there is nothing to prepare."""
        return self.fresh >= self.active


def look_at_results(store: Store) -> tuple[str, Freshness]:
    """On what analyses stand at present, and how many do."""
    with store.read() as connection:
        basis = results.read_basis(connection)
        day = local_today(company.zone(connection))
        return basis, Freshness(*results.count_products(connection, day=day, basis=basis))


class Upkeep:
    """One task of the server; `in_thread` reads beside the event loop."""

    def __init__(self, settings: Settings, store: Store, in_thread: Callable[..., Awaitable[Any]]) -> None:
        self._settings = settings
        self._store = store
        self._in_thread = in_thread
        self._seen: int | None = None  # data version at the last look
        self._fit_for: int | None = None  # and that of the last fit, whatever came of it
        self._fit_at = -FIT_EVERY_S
        self._settled_at = monotonic()
        self._not_before = 0.0
        self.products = Freshness(0, 0)
        self.preparing = False

    async def run(self) -> None:
        """For ever."""
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            try:
                await self._look()
            except Exception as error:  # the next round tries again
                log.warning("upkeep.failed", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        version = await self._in_thread(self._version)
        settled = self._seen in (None, version) or monotonic() - self._settled_at > UNSETTLED_S
        self._seen = version
        if not settled:
            return
        self._settled_at = monotonic()
        if self._fit_due() and await self._in_thread(needs_fit, self._store):
            self._fit_for, self._fit_at = version, monotonic()
            if status := await run_beside("reposto.app.fit", self._settings):
                log.warning("forecast.fit_failed", exit_status=status)
        if self._fit_for == version or not await self._in_thread(needs_fit, self._store):
            await self._prepare()

    def _version(self) -> int:
        with self._store.read() as connection:
            return catalogue.versions(connection)[0]

    def _fit_due(self) -> bool:
        return monotonic() - self._fit_at >= FIT_EVERY_S

    async def _prepare(self) -> None:
        """Tables that are about to be fitted anew would make it all stale: that comes first."""
        _, self.products = before = await self._in_thread(look_at_results, self._store)
        if not self._settings.prepare or self.products.complete or monotonic() < self._not_before:
            return
        self.preparing = True
        running = asyncio.ensure_future(run_beside("reposto.app.prepare", self._settings))
        try:
            while not (await asyncio.wait({running}, timeout=LOOK_EVERY_S))[0]:
                _, self.products = await self._in_thread(look_at_results, self._store)
            status = running.result()
        finally:
            running.cancel()
            self.preparing = False
        _, self.products = after = await self._in_thread(look_at_results, self._store)
        if status or after == before:
            self._not_before = monotonic() + RETRY_AFTER_S
            log.warning("catalogue.not_prepared", exit_status=status)
