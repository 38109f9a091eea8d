"""The bus as a worker sees it, which has no event loop: it publishes what it saved, and hears of cancelled jobs."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import redis
import structlog
from redis.exceptions import RedisError

from reposto.delivery.bus import Wake
from reposto.delivery.wakes import ORIGIN_BYTES, Channels, pack_note, pack_wake, unpack_note
from reposto.model.clock import monotonic

log = structlog.get_logger(__name__)

WITHIN_S = 0.5  # of a publication; a Redis that is slower costs a wake, which the sweep finds
AWAY_S = 1.0  # after a failure nothing is tried for so long
LISTEN_S = 1.0  # of silence; then we ask for a sign of life
MISSED_PONGS = 3  # and after so many the connection is dead, whatever TCP says

Failure = (RedisError, OSError)


class WorkerBus:
    """Publishing happens in the calling thread: 0.1 ms, or at most half a second in each second that Redis is away."""

    def __init__(self, url: str, lineage: str) -> None:
        self._url = url
        self._channels = Channels(lineage)
        self._origin = os.urandom(ORIGIN_BYTES)
        self._client = self._connect()
        self._lock = threading.Lock()
        self._away_until = 0.0
        self.failed = 0

    def publish(self, wake: Wake) -> None:
        """Tell the processes that have tabs of the session."""
        self._send(self._channels.session(wake.session_id), pack_wake(self._origin, wake))

    def tell(self, note: dict[str, str]) -> None:
        """A note to every process."""
        self._send(self._channels.all, pack_note(note))

    def listen_forever(self, on_note: Callable[[dict[str, str]], None]) -> None:
        """Hear notes, in a thread of its own. What is missed meanwhile, the heartbeat finds out."""
        pause = threading.Event()
        while True:
            try:
                self._listen(on_note)
            except (*Failure, ValueError):
                pass
            except Exception as error:  # without this thread cancelling would wait for heartbeats, for good
                log.warning("bus.not_understood", error=type(error).__name__)
            pause.wait(AWAY_S)

    def _listen(self, on_note: Callable[[dict[str, str]], None]) -> None:
        listener: Any = self._connect().pubsub()  # type: ignore[no-untyped-call]
        listener.subscribe(self._channels.all)
        silent = 0
        try:
            while silent <= MISSED_PONGS:
                message = listener.get_message(timeout=LISTEN_S)
                if message is None:
                    silent += 1
                    listener.ping()
                    continue
                silent = 0
                if message["type"] == "message":
                    on_note(unpack_note(message["data"]))
        finally:
            listener.close()

    def _send(self, channel: bytes, payload: bytes) -> None:
        with self._lock:
            if monotonic() < self._away_until:
                self.failed += 1
                return
            try:
                self._client.publish(channel, payload)
            except Failure as error:
                self.failed += 1
                self._away_until = monotonic() + AWAY_S
                log.warning("bus.publish_failed", error=type(error).__name__)

    def _connect(self) -> redis.Redis:
        return redis.Redis.from_url(
            self._url,
            protocol=2,
            socket_connect_timeout=WITHIN_S,
            socket_timeout=WITHIN_S,
            socket_keepalive=True,
            retry=None,
        )
