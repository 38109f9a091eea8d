"""What is counted over all processes of a database where there is Redis, and by each for itself where there is none."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog

from reposto.app.limits import Limiter
from reposto.app.settings import optional_packages
from reposto.delivery.hub import MAX_TABS
from reposto.storage import chat
from reposto.storage.engine import Store

if TYPE_CHECKING:
    from reposto.app.places import Places
    from reposto.app.tries import LateLimiter

log = structlog.get_logger(__name__)

SHARE_EVERY_S = 1.0  # calls that others count meanwhile are not known here
AT_ONCE_S = 0.05  # places that are given back together are told together


class SharedCounts:
    """Makes the limiters of a process, and tells the others what they count."""

    def __init__(self, store: Store, url: str) -> None:
        self._store = store
        self._url = url
        self._all: list[Limiter] = []
        self._late: list[LateLimiter] = []
        self._places: Places | None = None
        self._gone = asyncio.Event()  # a tab
        if url:
            with optional_packages():
                from reposto.app.places import Places
            self._places = Places(MAX_TABS, url, self._prefix("places"))

    def tries(self, what: str, limit: int, window_s: float) -> Limiter:
        """Counted by all at once, before anything is done."""
        if not self._url:
            return Limiter(limit, window_s)
        from reposto.app.tries import SharedLimiter

        self._all.append(shared := SharedLimiter(limit, window_s, self._url, self._prefix(f"tries:{what}")))
        return shared

    def calls(self, what: str, limit: int, window_s: float) -> Limiter:
        """Counted here at once, by all within a second."""
        if not self._url:
            return Limiter(limit, window_s)
        from reposto.app.tries import LateLimiter

        self._late.append(late := LateLimiter(limit, window_s, self._url, self._prefix(f"calls:{what}")))
        return late

    @property
    def has_places(self) -> bool:
        """Whether tabs are counted here at all: a single process knows them by its hub."""
        return self._places is not None

    def take_place(self, person: int) -> bool:
        """Whether this person may open one more tab; to be given back. In a thread."""
        return self._places is None or self._places.take(person)

    def give_back_place(self, person: int) -> None:
        """On the event loop."""
        if self._places is not None:
            self._places.give_back(person)
            self._gone.set()

    async def share_forever(self, in_thread: Callable[[Callable[[], None]], Awaitable[None]]) -> None:
        """Nothing to do in a single process."""
        while self._url:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._gone.wait(), SHARE_EVERY_S)
            self._gone.clear()
            try:
                await in_thread(self._share)
            except Exception as error:  # the next round tells it
                log.warning("counts.not_shared", error=type(error).__name__)
            await asyncio.sleep(AT_ONCE_S)

    def close(self) -> None:
        """Let go of Redis."""
        for limiter in (*self._all, *self._late):
            limiter.close()
        if self._places is not None:
            self._places.close()

    def _share(self) -> None:
        for limiter in self._late:
            limiter.share()
        if self._places is not None:
            self._places.share()

    def _prefix(self, what: str) -> Callable[[], str]:
        @functools.cache
        def prefix() -> str:
            with self._store.read() as connection:
                return f"reposto:{chat.get_epoch(connection)}:{what}"

        return prefix
