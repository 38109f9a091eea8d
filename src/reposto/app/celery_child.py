"""What runs in each process of a Celery worker: nudged, it claims a job from the table and brings it to its end.

Beside the task a watcher looks after what Celery doesn't: it stops a cancelled analysis within a second, by force if
need be, says that the process lives, and, where a question waits while this process is idle (the broker is away, the
consumer is deaf), takes it without being told.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import structlog

from reposto.app.celery_app import BULK, HARD_LIMIT_S, INTERACTIVE
from reposto.app.runner import JobRunner
from reposto.conversation import work
from reposto.delivery.bus import wake_for
from reposto.delivery.worker_bus import WorkerBus
from reposto.model.clock import monotonic, utc_now
from reposto.model.errors import StorageBusy
from reposto.model.message import ANALYSIS, CATALOGUE, Job
from reposto.storage.engine import Store

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.1
STOP_WITHIN_S = 0.4  # a cancelled analysis that hasn't stopped by then is killed: "within a second"
ALIVE_EVERY_S = 2.0
DEAF_AFTER_S = 3.0  # idle for so long, while a job has waited for as long
KEEP_ON_S = 2.0  # after one nudge; Celery's limits count from there, so what is begun last has that much less
FAN_OUT = 8  # nudges for the first parts of a run, for other machines too; whoever is too many finds nothing
HARD_GRACE_S = 5.0  # Celery kills first; this is for what runs without its knowledge


@dataclass(frozen=True, slots=True)
class Host:
    """What the processes of one worker share; made before they are forked."""

    name: str
    database_url: str
    bus_url: str
    lineage: str
    slots: tuple[int, ...]  # a file descriptor for each process that may do catalogue-wide work at a time
    leaving: mmap.mmap  # one byte, not zero once the worker is told to stop

    @property
    def is_leaving(self) -> bool:
        """Nothing new is begun."""
        return self.leaving[0] != 0


class Child:
    """One process. Everything in it is made after the fork."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._parent = os.getppid()
        self.name = f"{host.name}/{os.getpid()}"
        self._bus = WorkerBus(host.bus_url, host.lineage)
        self._runner = JobRunner(Store(host.database_url), self.name, tell=self._bus.publish, on_claim=self._remember)
        self._last: Job | None = None
        self._turn = threading.Lock()  # the task's or the watcher's
        self._slots = [open_slot(slot) for slot in host.slots]
        self._idle_since = monotonic()
        self._alive_at = self._look_at = 0.0

    def start(self) -> None:
        """Begin to watch; the first nudge may come at once."""
        self._runner.start()
        threading.Thread(target=self._watch_forever, daemon=True).start()
        threading.Thread(target=self._bus.listen_forever, args=(self._hear,), daemon=True).start()

    def work(self) -> bool:
        """Claim a job and run it, and then questions for a while; False when there was none for us, or we are on one
        already."""
        if self._host.is_leaving or not self._turn.acquire(blocking=False):
            return False
        try:
            with hold_one(self._slots) as has_slot:
                return self._work_in_turn(bulk=has_slot)
        finally:
            self._idle_since = monotonic()
            self._turn.release()

    def _work_in_turn(self, *, bulk: bool) -> bool:
        # A nudge takes Celery many times what a look-up takes us: with one job for each, questions waited for seconds
        # in front of processes that were idle for nine tenths of the time.
        until = monotonic() + KEEP_ON_S
        found = self._take_one(bulk=bulk)
        while self._last is not None and self._last.kind == ANALYSIS and monotonic() < until:
            if self._host.is_leaving or not self._take_one(bulk=bulk):
                break
        return found

    def _take_one(self, *, bulk: bool) -> bool:
        self._last = None
        return self._runner.work_once(bulk=bulk)

    def to_nudge(self) -> list[str]:
        """After a run over the catalogue was cut up, or a part of it ended: what waits now, of which kind.

        Questions have a nudge each; the parts hand theirs on.
        """
        last, self._last = self._last, None
        if last is None or last.kind == ANALYSIS:
            return []
        try:
            waiting = work.look_at_waiting(self._runner.store, now=utc_now())
        except StorageBusy:
            return []  # those who look by themselves will find it
        several = FAN_OUT if last.kind == CATALOGUE else 1
        return [INTERACTIVE] * (waiting.questions is not None) + [BULK] * (several if waiting.bulk is not None else 0)

    def drain(self) -> None:
        """Wait for what the watcher has begun."""
        self._turn.acquire()

    def _remember(self, job: Job) -> None:
        self._last = job

    def _hear(self, note: dict[str, str]) -> None:
        if (job_id := note.get("cancel")) is not None:
            self._runner.stop(job_id)

    def _watch_forever(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOK_EVERY_S):
            try:
                self._watch()
            except Exception as error:  # without this thread nobody would be stopped
                log.warning("worker.watch_failed", error=type(error).__name__)

    def _watch(self) -> None:
        now = monotonic()
        if (busy := self._runner.busy()) is not None:
            running, stopped = busy
            if stopped > STOP_WITHIN_S or running > HARD_LIMIT_S + HARD_GRACE_S:
                self._die("stopped" if stopped else "overdue")
        elif os.getppid() != self._parent:
            os._exit(0)  # killed, and we with nobody to nudge us
        if now - self._alive_at > ALIVE_EVERY_S:
            self._alive_at = now
            self._bus.tell({"alive": self.name})
        if busy is None and now - self._idle_since > DEAF_AFTER_S and now - self._look_at > 1.0:
            self._look_at = now
            self._take_what_nobody_takes()

    def _take_what_nobody_takes(self) -> None:
        try:
            waiting = work.look_at_waiting(self._runner.store, now=utc_now())
        except StorageBusy:
            return
        waited = max(waiting.questions or 0.0, waiting.bulk or 0.0 if self._slots else 0.0)
        if waited > DEAF_AFTER_S and not self._host.is_leaving:
            log.warning("worker.not_nudged", worker=self.name)
            threading.Thread(target=self._work_on, daemon=True).start()

    def _work_on(self) -> None:
        while self.work():
            pass

    def _die(self, why: str) -> None:
        """The analysis doesn't listen. Celery fills the slot again, and the job goes back or has ended."""
        log.warning("worker.killed", worker=self.name, reason=why)
        try:
            for change in work.hand_back_all(self._runner.store, worker=self.name, now=utc_now()):
                self._bus.publish(wake_for(change))
        except Exception as error:  # the lease ends by itself
            log.warning("worker.hand_back_failed", error=type(error).__name__)
        os.kill(os.getpid(), signal.SIGKILL)


def make_slot() -> int:
    """Something to lock that needs no file, and is gone with the worker, however that ends."""
    return os.memfd_create("reposto-bulk-slot")


def open_slot(slot: int) -> IO[bytes]:
    """Anew, in each process: what is inherited over a fork shares its lock."""
    return Path(f"/proc/self/fd/{slot}").open("wb")


@contextmanager
def hold_one(slots: Sequence[IO[bytes]]) -> Iterator[bool]:
    """Whether one of them was free. The kernel gives a lock back when its holder is killed."""
    for slot in slots:
        try:
            fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        try:
            yield True
        finally:
            fcntl.flock(slot, fcntl.LOCK_UN)
        return
    yield False
