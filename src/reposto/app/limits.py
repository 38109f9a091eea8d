"""How often somebody may do something, counted in this process."""

from __future__ import annotations

import threading
from collections import deque

from reposto.model.clock import monotonic
from reposto.model.errors import TooMany

MANY_KEYS = 10_000  # remembered by a limiter before it looks for quiet ones


class Limiter:
    """At most `limit` events per window and key; forgets keys that have been quiet. Callable from any thread."""

    def __init__(self, limit: int, window_s: float) -> None:
        self._limit = limit
        self._window = window_s
        self._lock = threading.Lock()
        self._seen: dict[str, deque[float]] = {}
        self._next_round = MANY_KEYS

    def take(self, key: str) -> None:
        """Note an event; TooMany when the key has used up its window."""
        now = monotonic()
        with self._lock:
            self._forget_quiet(now)
            events = self._recent(self._seen.setdefault(key, deque()), now)
            if len(events) >= self._limit:
                raise TooMany(retry_after=round(events[0] + self._window - now, 1))
            events.append(now)

    def give_back(self, key: str) -> None:
        """The newest event of the key doesn't count after all."""
        with self._lock:
            if events := self._seen.get(key):
                events.pop()

    def close(self) -> None:
        """Nothing is held here."""

    def _forget_quiet(self, now: float) -> None:
        if len(self._seen) >= self._next_round:
            self._seen = {key: events for key, events in self._seen.items() if self._recent(events, now)}
            self._next_round = max(MANY_KEYS, 2 * len(self._seen))  # not at every event when they are all in use

    def _recent(self, events: deque[float], now: float) -> deque[float]:
        while events and events[0] <= now - self._window:
            events.popleft()
        return events
