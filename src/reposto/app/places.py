"""Open tabs of each person over all API processes, as far as Redis is there.

Each process keeps a hash of its own there (person -> tabs) that ends by itself: the tabs of one that was killed count
no longer than LIFE_S. Taking a place is one script, so that of two processes that give away the last place at the
same time one is refused. All else is told late, by `share`; it also puts back what a restarted Redis has forgotten.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Any

from reposto.app.tries import AtRedis

LIFE_S = 10  # without a sign of life; a process that stood still for longer is counted again when it goes on

# KEYS: the living processes with the end of their lives, our own hash. Answers 0: refused; 2: nothing else is held
# there for us.
TAKE = """
local now = tonumber(redis.call('TIME')[1])
local prefix, me, life, person, mine, limit = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5], tonumber(ARGV[6])
local taken = tonumber(mine)
for _, other in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')) do
  if other ~= me then taken = taken + tonumber(redis.call('HGET', prefix .. ':of:' .. other, person) or 0) end
end
if taken > limit then return 0 end
local known = redis.call('EXISTS', KEYS[2])
redis.call('HSET', KEYS[2], person, mine)
redis.call('EXPIRE', KEYS[2], life)
redis.call('ZADD', KEYS[1], now + life, me)
return 2 - known
"""
# Answers 0 when nothing is held there for us.
SHARE = """
local now = tonumber(redis.call('TIME')[1])
local me, life = ARGV[1], tonumber(ARGV[2])
if ARGV[3] == 'all' then redis.call('DEL', KEYS[2]) end
for place = 4, #ARGV, 2 do
  if ARGV[place + 1] == '0' then redis.call('HDEL', KEYS[2], ARGV[place])
  else redis.call('HSET', KEYS[2], ARGV[place], ARGV[place + 1]) end
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. now)
redis.call('ZADD', KEYS[1], now + life, me)
return redis.call('EXPIRE', KEYS[2], life)
"""


class Places:
    """At most `limit` for each person. Callable from any thread; `take`, `share` and `close` may wait for Redis."""

    def __init__(self, limit: int, url: str, prefix: Callable[[], str], *, life_s: int = LIFE_S) -> None:
        self._limit = limit
        self._life = life_s
        self._shared = AtRedis(url, prefix)
        self._me = secrets.token_hex(8)
        self._turn = threading.Lock()  # of who talks to Redis: a count must not arrive behind a newer one
        self._lock = threading.Lock()  # of what follows
        self._mine: dict[int, int] = {}
        self._changed: set[int] = set()
        self._told = False  # whether Redis holds what we have, but for what has changed

    def take(self, person: int) -> bool:
        """Whether there is one more; it is this person's then, until given back."""
        with self._turn:
            mine = self._mine.get(person, 0) + 1  # only fewer until we are done: whoever takes has the turn
            answer = self._shared.ask(
                lambda client, prefix: client.eval(
                    TAKE, 2, *self._keys(prefix), _tagged(prefix), self._me, self._life, person, mine, self._limit
                )
            )
            if answer == 0:
                return False
            with self._lock:
                self._mine[person] = self._mine.get(person, 0) + 1
                self._told = self._told and answer == 1
            return True

    def give_back(self, person: int) -> None:
        """A tab is gone."""
        with self._lock:
            self._mine[person] -= 1
            if not self._mine[person]:
                del self._mine[person]
            self._changed.add(person)

    def share(self) -> None:
        """Say that we live, and what has changed; everything, if Redis may not know it."""
        with self._turn:
            held = self._share()
            if held == 0 and self._mine:  # it was restarted, or we stood still
                self._told = False
                self._share()

    def close(self) -> None:
        """Our tabs count no longer."""
        with self._turn:
            self._shared.ask(self._leave)
            self._shared.close()

    def _share(self) -> int | None:
        with self._lock:
            everything = not self._told
            people = list(self._mine) if everything else list(self._changed)
            counts = [value for person in people for value in (person, self._mine.get(person, 0))]
            self._changed.clear()
            self._told = True
        what = "all" if everything else "some"
        held: int | None = self._shared.ask(
            lambda client, prefix: client.eval(SHARE, 2, *self._keys(prefix), self._me, self._life, what, *counts)
        )
        if held is None:
            with self._lock:
                self._told = False
        return held

    def _leave(self, client: Any, prefix: str) -> None:
        living, own = self._keys(prefix)
        client.delete(own)
        client.zrem(living, self._me)

    def _keys(self, prefix: str) -> tuple[str, str]:
        tagged = _tagged(prefix)
        return f"{tagged}:living", f"{tagged}:of:{self._me}"


def _tagged(prefix: str) -> str:
    """In a cluster all keys of one script lie on one node."""
    return f"{{{prefix}}}"
