"""What people do, counted over all processes of a database, as far as Redis is there: guesses at passwords, calls.

Each process counts for itself as well: a Redis that is away, slow or forgetful costs the sum over the processes,
never a login or a call.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import redis
import structlog
from redis.exceptions import RedisError

from reposto.app.limits import Limiter
from reposto.model.clock import monotonic
from reposto.model.errors import TooMany

log = structlog.get_logger(__name__)

T = TypeVar("T")
WITHIN_S = 0.2  # of a count; a login takes longer by itself
AWAY_S = 5.0  # after a failure nothing is counted there for so long
NAME_CHARS = 32  # of a key's hash: names and addresses are nobody's business who looks into Redis

Failure = (RedisError, OSError)


class AtRedis:
    """Where all processes count together. It may be away: then nothing is asked of it for a while."""

    def __init__(self, url: str, prefix: Callable[[], str]) -> None:
        self._prefix = prefix
        self._away_until = 0.0
        # typed by its use: redis-py's commands are said to return an Awaitable, perhaps
        self._redis: Any = redis.Redis.from_url(
            url, protocol=2, socket_connect_timeout=WITHIN_S, socket_timeout=WITHIN_S, retry=None
        )

    def ask(self, question: Callable[[Any, str], T]) -> T | None:
        """What `question` finds out with a client and the prefix of our keys; None while Redis is away."""
        if monotonic() < self._away_until:
            return None
        try:
            return question(self._redis, self._prefix())
        except Failure as error:
            self._away_until = monotonic() + AWAY_S
            log.warning("tries.not_shared", error=type(error).__name__)
            return None

    def close(self) -> None:
        """Let go of it."""
        self._redis.close()


class SharedLimiter(Limiter):
    """At most `limit` events per window and key over all processes; the window begins with its first event."""

    def __init__(self, limit: int, window_s: float, url: str, prefix: Callable[[], str]) -> None:
        super().__init__(limit, window_s)
        self._shared = AtRedis(url, prefix)

    def take(self, key: str) -> None:
        """Note an event here and there; TooMany when the key has used up its window in either place."""
        super().take(key)
        counted = self._count({key: 1})
        if counted is not None and counted[key][0] > self._limit:
            raise TooMany(retry_after=float(max(counted[key][1], 1)))

    def give_back(self, key: str) -> None:
        """The newest event of the key doesn't count after all."""
        super().give_back(key)
        self._shared.ask(lambda client, prefix: client.decr(_name(prefix, key)))

    def close(self) -> None:
        """Let go of Redis."""
        self._shared.close()

    def _count(self, events: dict[str, int]) -> dict[str, tuple[int, int]] | None:
        """Each key's events so far, with these, and the seconds that are left of its window."""

        def add(client: Any, prefix: str) -> dict[str, tuple[int, int]]:
            with client.pipeline() as pipe:
                for key, number in events.items():
                    name = _name(prefix, key)
                    pipe.incrby(name, number)
                    pipe.expire(name, round(self._window), nx=True)
                    pipe.ttl(name)
                answers = pipe.execute()
            return {key: (int(answers[3 * n]), int(answers[3 * n + 2])) for n, key in enumerate(events)}

        return self._shared.ask(add)


class LateLimiter(SharedLimiter):
    """The same without waiting for Redis: events are counted here at once, and told there by `share`, in a thread.

    Of what others took since the last time nothing is known: that much more than `limit` gets through.
    """

    def __init__(self, limit: int, window_s: float, url: str, prefix: Callable[[], str]) -> None:
        super().__init__(limit, window_s, url, prefix)
        self._late = threading.Lock()
        self._untold: Counter[str] = Counter()
        self._full_until: dict[str, float] = {}

    def take(self, key: str) -> None:
        """Note an event here; TooMany when the key has used up its window here, or had over all processes."""
        left = self._full_until.get(key, 0.0) - monotonic()
        if left > 0:
            raise TooMany(retry_after=round(left, 1))
        Limiter.take(self, key)
        with self._late:
            self._untold[key] += 1

    def give_back(self, key: str) -> None:
        """The newest event of the key doesn't count after all."""
        Limiter.give_back(self, key)
        with self._late:
            self._untold[key] -= 1

    def share(self) -> None:
        """Tell what happened here, and hear who has used up his window; what Redis doesn't take is forgotten."""
        with self._late:
            untold, self._untold = self._untold, Counter()
        counted = self._count(dict(untold)) if untold else None
        now = monotonic()
        full = {key: now + left for key, (number, left) in (counted or {}).items() if number >= self._limit}
        # replaced, not changed: `take` looks into it from another thread
        self._full_until = {key: until for key, until in self._full_until.items() if until > now} | full


def _name(prefix: str, key: str) -> str:
    return f"{prefix}:{hashlib.sha256(key.encode()).hexdigest()[:NAME_CHARS]}"
