"""The embedded workers: processes beside the server, started, nudged, stopped and replaced by it.

Job state lives in the table. The pool only says "there may be work" to an idle worker, kills one that doesn't stop
in time, and hands back at once what a dead one held (the reaper would find it some seconds later anyway).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog

from reposto.app.pipe import HEADER, WAKE, pack
from reposto.app.settings import environment, hand_over
from reposto.conversation import work
from reposto.conversation.change import Change
from reposto.delivery.bus import Wake
from reposto.delivery.wakes import unpack_wake
from reposto.model.clock import monotonic, utc_now
from reposto.storage.engine import Store

log = structlog.get_logger(__name__)

STOP_WITHIN_S = 0.4  # a cancelled worker that hasn't stopped by then is killed: "within a second"
HARD_LIMIT_S = 75.0  # one analysis; the slot comes back by force (RELIABILITY W8)
LEAVE_WITHIN_S = 4.0  # at shutdown: time to finish what runs, before it is handed back
HAND_BACK_WITHIN_S = 1.5  # at shutdown, beyond that; the next start takes up what was not handed back
CALLED_OFF = 100  # cancelled jobs remembered: far more than are cancelled within the milliseconds of a claim
RESTART_PAUSE_S = (0.0, 0.1, 0.3, 1.0, 5.0)  # after 0, 1, … early deaths in a row
EARLY_S = 10.0  # who dies younger and without having got a job, dies early
PIPE_LIMIT = 64 * 1024 * 1024  # bytes of one event


@dataclass(slots=True, eq=False)
class Child:
    """One worker process as the server sees it."""

    name: str
    process: asyncio.subprocess.Process
    events: asyncio.StreamReader
    ready: bool = False
    idle: bool = False
    job_id: str | None = None
    busy_since: float = 0.0
    began: float = field(default_factory=monotonic)

    @property
    def was_of_use(self) -> bool:
        """Whether it got a job, or at least lived for a while."""
        return self.busy_since > 0 or monotonic() - self.began > EARLY_S

    def tell(self, command: dict[str, Any]) -> None:
        """Send a command; a dead child is noticed elsewhere."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, RuntimeError):
            self.process.stdin.write(pack(command))


class Pool:
    """N worker processes."""

    module = "reposto.app.child"  # what they run; a benchmark puts a worker in its place whose analyses cost nothing

    def __init__(
        self,
        store: Store,
        url: str,
        *,
        size: int,
        publish: Callable[[Wake], None],
        publish_change: Callable[[Change], None],
        in_thread: Callable[..., Awaitable[Any]],
        log_level: str,
        log_format: str,
        tell: Callable[[dict[str, str]], None] = lambda _note: None,
    ) -> None:
        self._store = store
        self._url = url
        self._size = size
        self._publish = publish
        self._publish_change = publish_change
        self._in_thread = in_thread
        self._tell = tell
        self._log = (log_level, log_format)
        self._children: list[Child | None] = [None] * size
        self._keepers: list[asyncio.Task[None]] = []
        self._leaving = False
        self._left = asyncio.Event()
        self._look_again = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._called_off: deque[str] = deque(maxlen=CALLED_OFF)  # cancelled, and nobody's yet
        self.typical_seconds: float | None = None  # from the workers' warm-up, until there are real runs
        self.restarts = 0
        self.sent = self.failed = self.spared = 0  # there is no broker

    async def start(self) -> None:
        """Begin; workers become ready by themselves."""
        self._keepers = [asyncio.create_task(self._keep(slot)) for slot in range(self._size)]

    def nudge(self) -> None:
        """There may be something to claim: wake one idle worker (each claims until nothing is left)."""
        # One that looked too early may be about to say that it found nothing: it must look again.
        self._look_again = not self._wake_one()

    def nudge_all(self) -> None:
        """Wake every idle worker: for the reaper's round, when wake-ups may have been lost."""
        while self._wake_one():
            pass

    def _wake_one(self) -> bool:
        for child in self._children:
            if child is not None and child.idle:
                child.idle = False
                child.tell({"kind": "work"})
                return True
        return False

    def stop_job(self, job_id: str) -> None:
        """A cancelled job's worker must stop, perhaps another server's; by force if need be."""
        if not self._stop_own(job_id):
            self._called_off.append(job_id)
            self._tell({"cancel": job_id})

    def hear(self, note: dict[str, str]) -> None:
        """Another server's buyer cancelled something."""
        if (job_id := note.get("cancel")) is not None and not self._stop_own(job_id):
            self._called_off.append(job_id)

    def _stop_own(self, job_id: str) -> bool:
        for child in self._children:
            if child is not None and child.job_id == job_id:
                child.tell({"kind": "cancel", "job_id": job_id})
                self._spawn(self._kill_unless_stopped(child, job_id))
                return True
        return False

    def alive(self) -> int:
        """How many can take a job."""
        return sum(child is not None and child.ready for child in self._children)

    def pids(self) -> list[int]:
        """The workers' process ids."""
        return [child.process.pid for child in self._children if child is not None]

    @property
    def ready(self) -> bool:
        """Whether at least one worker can take a job."""
        return any(child is not None and child.ready for child in self._children)

    def kill_overdue(self) -> None:
        """Take back the slot of an analysis that runs away."""
        for child in self._children:
            if child is not None and child.job_id is not None and monotonic() - child.busy_since > HARD_LIMIT_S:
                log.error("worker.overdue", worker=child.name, job_id=child.job_id)
                _kill(child)

    async def close(self) -> None:
        """Let the workers finish what they do, for a while; then hand back the rest."""
        self._leaving = True
        self._left.set()
        children = [child for child in self._children if child is not None]
        for child in children:
            child.tell({"kind": "leave"})
        waiting = [asyncio.create_task(child.process.wait()) for child in children]
        if waiting:
            await asyncio.wait(waiting, timeout=LEAVE_WITHIN_S)
        for child in children:
            _kill(child)
        if self._keepers:
            _done, late = await asyncio.wait(self._keepers, timeout=HAND_BACK_WITHIN_S)
            for keeper in late:
                keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    async def _keep(self, slot: int) -> None:
        """Keep one slot filled: start a worker, listen to it, replace it when it dies."""
        deaths = 0
        while not await self._leaves_within(RESTART_PAUSE_S[min(deaths, len(RESTART_PAUSE_S) - 1)]):
            deaths += 1
            try:
                child = await self._start_child()
            except OSError as error:  # no memory, process id or file descriptor just now
                log.error("worker.not_started", error=type(error).__name__, errno=error.errno)
                continue
            await self._accompany(slot, child)
            if child.was_of_use:
                deaths = 0

    async def _leaves_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._left.wait(), seconds)
        return self._leaving

    async def _accompany(self, slot: int, child: Child) -> None:
        """Listen to a worker until it is dead, then give back what it held."""
        if not self._leaving:  # while it was being started
            self._children[slot] = child
            try:
                await self._listen(child)
            except (asyncio.IncompleteReadError, OSError):
                pass  # it died
            except Exception:  # whatever it said, the slot must not stay empty
                log.exception("worker.not_understood", worker=child.name)
            finally:
                self._children[slot] = None
        _kill(child)
        code = await child.process.wait()
        if not self._leaving:
            self.restarts += 1
            log.warning("worker.died", worker=child.name, exit_status=code)
        await self._hand_back(child)

    async def _start_child(self) -> Child:
        name = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        read_end, write_end = os.pipe()
        url, secret = hand_over(self._url)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self.module,
                url,
                name,
                str(write_end),
                *self._log,
                stdin=asyncio.subprocess.PIPE,
                pass_fds=(write_end,),
                env=_child_environment() | secret,
                start_new_session=True,  # Ctrl-C in the terminal is for the server, which drains
            )
        except OSError:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        reader = asyncio.StreamReader(limit=PIPE_LIMIT)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb"))
        log.debug("worker.started", worker=name, pid=process.pid)
        return Child(name, process, reader)

    async def _listen(self, child: Child) -> None:
        while True:
            size = HEADER.unpack(await child.events.readexactly(HEADER.size))[0]
            said = await child.events.readexactly(size)
            if said.startswith(WAKE):
                self._publish(unpack_wake(said))
                continue
            event = orjson.loads(said)
            kind = event["kind"]
            if kind == "busy":
                child.job_id, child.busy_since, child.idle = event["job_id"], monotonic(), False
                if child.job_id in self._called_off:  # cancelled before it could say that it had claimed it
                    self._stop_own(child.job_id)
                self._wake_one()  # there may be more for another worker
            elif kind == "idle":
                child.job_id, child.idle = None, True
                if self._look_again:
                    self.nudge()
            elif kind == "ready":
                child.ready = True
                self.typical_seconds = event["seconds"] or self.typical_seconds
                child.tell({"kind": "work"})

    async def _kill_unless_stopped(self, child: Child, job_id: str) -> None:
        await asyncio.sleep(STOP_WITHIN_S)
        if child.job_id == job_id and child in self._children:
            log.info("worker.killed_for_cancel", worker=child.name, job_id=job_id)
            _kill(child)

    async def _hand_back(self, child: Child) -> None:
        try:
            forgive = self._leaving  # it did nothing wrong
            changes = await self._in_thread(
                work.hand_back_all, self._store, worker=child.name, now=utc_now(), forgive=forgive
            )
        except Exception as error:  # the reaper will find them when the lease ends
            log.warning("worker.hand_back_failed", worker=child.name, error=type(error).__name__)
            return
        for change in changes:
            self._publish_change(change)

    def _spawn(self, work_to_do: Any) -> None:
        task = asyncio.create_task(work_to_do)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _kill(child: Child) -> None:
    # Not Process.send_signal: it polls first, and so may take the exit status away from asyncio's own waiting.
    if child.process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.process.pid, signal.SIGKILL)


def _child_environment() -> dict[str, str]:
    # One analysis is small; threads of a numeric library would only get in the way of the other workers.
    return {**environment(), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
