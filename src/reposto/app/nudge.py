"""The workers as an API process of the scaled mode sees them: it tells a broker that there may be work."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import structlog

from reposto.app.celery_app import BULK, INTERACTIVE, TASK, make_celery, queue_name
from reposto.model.clock import monotonic

log = structlog.get_logger(__name__)

MAX_WAITING = 1_000  # nudges that the broker has not taken yet; what is dropped is found in the table
AWAY_S = 1.0  # after a failure nothing is sent for so long
AGAIN = 4  # nudges of each kind in a round of the reaper, while anything waits in the table
AGAIN_EXPIRES_S = 5.0  # these are many, and the next round sends new ones
AGAIN_EVERY_S = 2.0
# While no worker is heard of: Redis keeps what has expired until somebody takes it, and a weekend without workers would
# fill it. One that starts looks into the table by itself.
UNHEARD_EVERY_S = 30.0
HEARD_WITHIN_S = 15.0  # workers say every 2 s that they live
LEAVE_WITHIN_S = 2.0
# Nudges in a queue beyond which another one is of no use: whoever takes one of them looks into the table after us, and
# goes on until nothing waits there. So a queue that nobody reads, or too slowly, does not grow.
ENOUGH, ENOUGH_EACH = 8, 2  # at least; and for each worker process


class CeleryWorkers:
    """Has the face of `Pool`. Publishing is a thread's work: a broker that hangs must not hang a question."""

    def __init__(self, broker_url: str, *, tell: Callable[[dict[str, str]], None]) -> None:
        self._celery = make_celery(broker_url)
        self._tell = tell
        self._waiting: queue.Queue[tuple[str, float | None] | None] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._send_forever, name="nudge", daemon=True)
        self._away_until = 0.0
        self._again_at = 0.0
        self._heard: dict[str, float] = {}  # worker -> when
        self.sent = 0
        self.failed = 0
        self.spared = 0
        self.restarts = 0  # they are replaced where they run
        self.typical_seconds: float | None = None

    async def start(self) -> None:
        """Begin; the broker may be away."""
        self._thread.start()

    async def close(self) -> None:
        """Whatever was not sent is in the table."""
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(LEAVE_WITHIN_S)

    def nudge(self) -> None:
        """A question waits."""
        self._put(INTERACTIVE, None)

    def nudge_all(self) -> None:
        """Something waits in the table: perhaps because all are busy, perhaps because a nudge was lost."""
        now = monotonic()
        if now < self._again_at:
            return
        anybody = self.alive() > 0
        self._again_at = now + (AGAIN_EVERY_S if anybody else UNHEARD_EVERY_S)
        for _ in range(AGAIN if anybody else 1):
            self._put(INTERACTIVE, AGAIN_EXPIRES_S)
            self._put(BULK, AGAIN_EXPIRES_S)

    def stop_job(self, job_id: str) -> None:
        """A cancelled job's worker must stop; it kills itself if need be."""
        self._tell({"cancel": job_id})

    def hear(self, note: dict[str, str]) -> None:
        """A worker says that it lives."""
        if (name := note.get("alive")) is not None:
            if not self._heard:  # the first after a while: it may be told at once
                self._again_at = 0.0
            self._heard[name] = monotonic()

    def kill_overdue(self) -> None:
        """Celery's time limits do that where they run."""

    def pids(self) -> list[int]:
        """None of ours."""
        return []

    def alive(self) -> int:
        """Worker processes heard of lately, on any machine."""
        now = monotonic()
        # Another thread's, too, at a scrape: what is walked over is a copy.
        for name, at in list(self._heard.items()):
            if now - at >= HEARD_WITHIN_S:
                self._heard.pop(name, None)
        return len(self._heard)

    @property
    def ready(self) -> bool:
        """Whether at least one worker can take a job."""
        return self.alive() > 0

    def _put(self, kind: str, expires: float | None) -> None:
        try:
            self._waiting.put_nowait((kind, expires))
        except queue.Full:
            self.failed += 1

    def _send_forever(self) -> None:
        while (nudge := self._waiting.get()) is not None:
            if monotonic() < self._away_until:
                self.failed += 1
                continue
            try:
                self._send(*nudge)
            except Exception as error:  # kombu and its transports raise many kinds
                if self._away_until + AWAY_S < monotonic():  # once per outage, more or less
                    log.warning("nudge.failed", error=type(error).__name__)
                self.failed += 1
                self._away_until = monotonic() + AWAY_S

    def _send(self, kind: str, expires: float | None) -> None:
        name = queue_name(kind)
        with self._celery.producer_pool.acquire(block=True) as producer:
            # Declared rather than looked at: RabbitMQ closes the channel of whoever asks for a queue that isn't there.
            queue = self._celery.amqp.queues[name].bind(producer.channel)
            if queue.queue_declare().message_count >= max(ENOUGH, ENOUGH_EACH * self.alive()):
                self.spared += 1
                return
            self._celery.send_task(
                TASK, queue=name, retry=False, expires=expires, ignore_result=True, producer=producer
            )
        self.sent += 1
