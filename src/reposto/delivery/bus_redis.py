"""Redis pub/sub between the processes of one database. It may lose anything at any moment; the table is the truth.

A process subscribes to the sessions that it has tabs of. Whenever a subscription takes effect, at first or after
Redis was away, `on_gap` is told, because what was published before is gone: the hub then looks into the table.
Publishing never waits and never fails: what can't be sent within a second is dropped and counted, and found by the
sweeps of the processes that missed it. redis-py's own PubSub is not used: it reconnects without a word (measured on
8.1), and then nobody would know that there is something to catch up with.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from redis.asyncio.connection import ConnectionPool
from redis.exceptions import RedisError

from reposto.delivery.bus import BusState, Wake, joined
from reposto.delivery.redis_feed import RedisFeed, take_over
from reposto.delivery.wakes import ORIGIN_BYTES, Channels, pack_note, pack_wake, unpack_note, unpack_wake
from reposto.model.clock import monotonic

log = structlog.get_logger(__name__)

CONNECT_WITHIN_S = 1.0
PUBLISH_WITHIN_S = 1.0  # for one batch; on one machine it takes a fifth of a millisecond
HEAR_OURSELVES_EVERY_S = 1.0
SILENT_S = 3.5  # three of our own publications missed: the connection is dead, whatever TCP says
RETRY_S = (0.05, 0.1, 0.2, 0.5, 1.0)
MAX_WAITING = 10_000  # publications; and in bytes:
MAX_WAITING_BYTES = 32 * 1024 * 1024
CATCH_UP_AFTER_S = 0.005  # subscriptions that take effect together are caught up with one query

Failure = (RedisError, OSError, TimeoutError, EOFError)


def open_pool(url: str, **options: Any) -> ConnectionPool:
    """How to connect, by the URL: host, password, database, TLS."""
    return ConnectionPool.from_url(
        url,
        protocol=2,  # its answers to a subscriber are plain lists
        socket_connect_timeout=CONNECT_WITHIN_S,
        socket_timeout=PUBLISH_WITHIN_S,
        socket_keepalive=True,
        retry=None,
        **options,
    )


class RedisBus:
    """Lives on the event loop; only `publish` and `tell` may be called from other threads."""

    short_way = True  # reads what comes by `RedisFeed`, where that works

    def __init__(
        self,
        url: str,
        lineage: str,
        *,
        schedule: Callable[[Callable[[Any], None], Any], object],
        on_gap: Callable[[set[int]], None],
    ) -> None:
        self._pool = open_pool(url)
        self._channels = Channels(lineage)
        self._schedule = schedule
        self._on_gap = on_gap
        self._listener: Callable[[Wake], None] = lambda _wake: None
        self._on_note: Callable[[dict[str, str]], None] = lambda _note: None
        self._origin = os.urandom(ORIGIN_BYTES)
        self._own = self._channels.own(self._origin)
        self._everybody = self._channels.all
        self._tasks: list[asyncio.Task[None]] = []
        # reading
        self._by_channel: dict[bytes, int] = {}  # sessions that we have tabs of
        self._subscribed: set[bytes] = set()
        self._changed: set[bytes] = set()
        self._subscriber: Any = None  # a connection
        self._effective: set[int] = set()
        self._last_heard = monotonic()
        self._together: list[Wake] | None = None  # while answers that came together are looked through
        self._places: dict[int, int] = {}  # in it, of each session's newest wake
        # writing
        self._waiting: deque[tuple[bytes, bytes]] = deque()
        self._waiting_bytes = 0
        self._something = asyncio.Event()
        self._publisher: Any = None
        self._away_until = 0.0
        self._published = self._received = self._failed = self._reconnects = 0

    # ---------------------------------------------------------------- the bus

    def listen(self, listener: Callable[[Wake], None], on_note: Callable[[dict[str, str]], None] | None = None) -> None:
        """Who gets the wakes, and the notes to every process, on the event loop."""
        self._listener = listener
        self._on_note = on_note or self._on_note

    async def start(self) -> None:
        """Connect in the background: a Redis that is away keeps nobody from starting."""
        self._tasks = [
            asyncio.create_task(loop()) for loop in (self._read_forever, self._write_forever, self._hear_forever)
        ]

    async def stop(self) -> None:
        """Send what waits, for a moment, then let go."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PUBLISH_WITHIN_S):
                # The writer's work: two on one connection would take each other's answers.
                while self._waiting:  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in (self._subscriber, self._publisher):
            await _drop(connection)

    def publish(self, wake: Wake) -> None:
        """To our own tabs at once, to the other processes over Redis."""
        self._schedule(self._publish_now, wake)

    def tell(self, note: dict[str, str]) -> None:
        """A note to every process, this one included."""
        self._schedule(self._tell_now, note)

    def subscribe(self, session_id: int) -> None:
        """This process has a tab of the session."""
        channel = self._channels.session(session_id)
        self._by_channel[channel] = session_id
        self._changed.add(channel)
        self._something.set()

    def unsubscribe(self, session_id: int) -> None:
        """It no longer has one."""
        channel = self._channels.session(session_id)
        self._by_channel.pop(channel, None)
        self._changed.add(channel)
        self._something.set()

    def state(self) -> BusState:
        """For readiness and metrics."""
        return BusState(
            "redis",
            connected=self._subscriber is not None,
            silent_seconds=monotonic() - self._last_heard,
            published=self._published,
            received=self._received,
            failed=self._failed,
            reconnects=max(self._reconnects - 1, 0),
        )

    def _make_connection(self) -> Any:  # redis-py types its connections only in part
        return self._pool.make_connection()  # type: ignore[no-untyped-call]

    # ---------------------------------------------------------------- reading

    async def _read_forever(self) -> None:
        failures = 0
        while True:
            connection = self._make_connection()
            try:
                await connection.connect()
                feed = take_over(connection, self._hear_all) if self.short_way else None
                await connection.send_command("SUBSCRIBE", self._own, self._channels.all, check_health=False)
                self._begin_reading(connection)
                if failures:
                    log.warning("bus.back", tries=failures)
                failures = 0
                await (self._read(connection) if feed is None else self._watch(feed))
            except Failure as error:
                if not failures:  # once per outage
                    log.warning("bus.away", error=type(error).__name__)
                failures += 1
            except Exception:
                log.exception("bus.not_understood")
                failures += 1
            finally:
                self._subscriber = None
                self._subscribed.clear()
                await _drop(connection)
            await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])

    def _begin_reading(self, connection: Any) -> None:
        self._reconnects += 1
        self._last_heard = monotonic()
        self._subscriber = connection
        self._changed.update(self._by_channel)
        self._something.set()

    async def _watch(self, feed: RedisFeed) -> None:
        try:
            while not feed.lost.done():
                silent = monotonic() - self._last_heard
                if silent >= SILENT_S:
                    raise TimeoutError
                await asyncio.wait((feed.lost,), timeout=SILENT_S - silent)
            feed.lost.result()
        finally:
            feed.lost.cancel()

    async def _read(self, connection: Any) -> None:
        """The long way, by redis-py."""
        while True:
            answer = await connection.read_response(disable_decoding=True, timeout=SILENT_S)
            if answer is None:
                raise TimeoutError
            self._hear_all((answer,))

    def _hear_all(self, answers: Sequence[Any]) -> None:
        """What came together goes out together: messages of one session become one wake, so one write for each tab."""
        self._last_heard = monotonic()
        together: list[Wake] = []
        self._together = together
        try:
            for answer in answers:
                if type(answer) is list and answer[0] == b"message":
                    self._take(answer[1], answer[2])
                else:
                    self._hear(answer)
        finally:
            self._together = None
            self._places.clear()
        for wake in together:
            self._listener(wake)

    def _hear(self, answer: Any) -> None:
        if isinstance(answer, Exception):
            raise answer
        kind, channel, _count = answer
        if kind == b"subscribe" and channel in self._by_channel:
            if not self._effective:
                asyncio.get_running_loop().call_later(CATCH_UP_AFTER_S, self._catch_up)
            self._effective.add(self._by_channel[channel])

    def _take(self, channel: bytes, data: bytes) -> None:
        if channel == self._own:
            return
        self._received += 1
        try:
            if channel == self._everybody:
                self._on_note(unpack_note(data))
            elif not data.startswith(self._origin):  # our own tabs have it already
                self._bring(unpack_wake(data))
        except ValueError:
            log.warning("bus.not_understood")

    def _bring(self, wake: Wake) -> None:
        together = self._together
        if together is None:
            self._listener(wake)
            return
        session_id = wake.session_id
        place = self._places.get(session_id)
        both = None if place is None else joined(together[place], wake)
        if place is not None and both is not None:
            together[place] = both
        else:
            self._places[session_id] = len(together)
            together.append(wake)

    def _catch_up(self) -> None:
        effective, self._effective = self._effective, set()
        self._on_gap(effective)

    # ---------------------------------------------------------------- writing

    def _publish_now(self, wake: Wake) -> None:
        self._listener(wake)
        self._queue(self._channels.session(wake.session_id), pack_wake(self._origin, wake))

    def _tell_now(self, note: dict[str, str]) -> None:
        self._queue(self._channels.all, pack_note(note))

    def _queue(self, channel: bytes, payload: bytes) -> None:
        full = len(self._waiting) >= MAX_WAITING or self._waiting_bytes + len(payload) > MAX_WAITING_BYTES
        if full or monotonic() < self._away_until:
            self._failed += 1
            return
        self._waiting.append((channel, payload))
        self._waiting_bytes += len(payload)
        self._something.set()

    async def _hear_forever(self) -> None:
        while True:
            await asyncio.sleep(HEAR_OURSELVES_EVERY_S)
            self._queue(self._own, b"")

    async def _write_forever(self) -> None:
        failures = 0
        while True:
            await self._something.wait()
            self._something.clear()
            await self._send_subscriptions()
            try:
                async with asyncio.timeout(PUBLISH_WITHIN_S):
                    await self._send_waiting()
                failures = 0
            except Exception as error:  # whatever it is, the next round has a new connection
                if not failures:
                    log.warning("bus.publish_failed", error=type(error).__name__)
                failures += 1
                self._failed += len(self._waiting)
                self._waiting.clear()
                self._waiting_bytes = 0
                publisher, self._publisher = self._publisher, None
                await _drop(publisher)
                self._away_until = monotonic() + RETRY_S[min(failures, len(RETRY_S) - 1)]

    async def _send_subscriptions(self) -> None:
        """What changed since the last time, in one go each; a failure shows in the reading of the same connection."""
        connection = self._subscriber
        if connection is None:
            return
        changed, self._changed = self._changed, set()
        add = [channel for channel in changed if channel in self._by_channel and channel not in self._subscribed]
        drop = [channel for channel in changed if channel not in self._by_channel and channel in self._subscribed]
        # Whatever it is: redis-py trips over its own None when the reading task drops the connection meanwhile.
        with contextlib.suppress(Exception):
            if add:
                self._subscribed.update(add)
                await connection.send_command("SUBSCRIBE", *add, check_health=False)
            if drop and connection is self._subscriber:  # a dropped one would be connected again, for nobody
                self._subscribed.difference_update(drop)
                await connection.send_command("UNSUBSCRIBE", *drop, check_health=False)

    async def _send_waiting(self) -> None:
        while self._waiting:
            if self._publisher is None:
                connection = self._make_connection()
                await connection.connect()
                self._publisher = connection
            batch = list(self._waiting)
            await self._publisher.send_packed_command(
                self._publisher.pack_commands(("PUBLISH", channel, payload) for channel, payload in batch),
                check_health=False,
            )
            for channel, payload in batch:
                await self._publisher.read_response()
                self._waiting.popleft()
                self._waiting_bytes -= len(payload)
                self._published += channel != self._own


async def _drop(connection: Any | None) -> None:
    if connection is not None:
        with contextlib.suppress(*Failure):
            await connection.disconnect(nowait=True)
