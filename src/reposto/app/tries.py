"""Guesses at passwords, counted over all processes of a database, as far as Redis is there.

Each process counts for itself as well: a Redis that is away, slow or forgetful costs the sum over the processes,
never a login.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import redis
import structlog
from redis.exceptions import RedisError

from reposto.app.limits import Limiter
from reposto.model.clock import monotonic
from reposto.model.errors import TooMany

log = structlog.get_logger(__name__)

WITHIN_S = 0.2  # of a count; a login takes longer by itself
AWAY_S = 5.0  # after a failure nothing is counted there for so long
NAME_CHARS = 32  # of a key's hash: names and addresses are nobody's business who looks into Redis

Failure = (RedisError, OSError)


class SharedLimiter(Limiter):
    """At most `limit` events per window and key over all processes; the window begins with its first event."""

    def __init__(self, limit: int, window_s: float, url: str, prefix: Callable[[], str]) -> None:
        super().__init__(limit, window_s)
        self._prefix = prefix
        self._away_until = 0.0
        self._redis = redis.Redis.from_url(
            url, protocol=2, socket_connect_timeout=WITHIN_S, socket_timeout=WITHIN_S, retry=None
        )

    def take(self, key: str) -> None:
        """Note an event here and there; TooMany when the key has used up its window in either place."""
        super().take(key)
        counted = self._ask(self._count, key)
        if counted is not None and counted[0] > self._limit:
            raise TooMany(retry_after=float(max(counted[1], 1)))

    def give_back(self, key: str) -> None:
        """The newest event of the key doesn't count after all."""
        super().give_back(key)
        self._ask(lambda name: (int(self._redis.decr(name)), 0), key)

    def close(self) -> None:
        """Let go of Redis."""
        self._redis.close()

    def _count(self, name: str) -> tuple[int, int]:
        with self._redis.pipeline() as pipe:
            pipe.incr(name)
            pipe.expire(name, round(self._window), nx=True)
            pipe.ttl(name)
            number, _, left = pipe.execute()
        return int(number), int(left)

    def _ask(self, ask: Callable[[str], tuple[int, int]], key: str) -> tuple[int, int] | None:
        if monotonic() < self._away_until:
            return None
        try:
            return ask(f"{self._prefix()}:{hashlib.sha256(key.encode()).hexdigest()[:NAME_CHARS]}")
        except Failure as error:
            self._away_until = monotonic() + AWAY_S
            log.warning("tries.not_shared", error=type(error).__name__)
            return None
