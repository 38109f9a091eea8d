"""Takes jobs from the table, one at a time, and brings each to its end; a thread keeps its lease alive.

The embedded worker (`child.py`) and Celery's (`celery_child.py`) are both this, told in different ways that there
may be work.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

import structlog

from reposto.app import telemetry
from reposto.app.analysis import Stopped, run_job
from reposto.conversation import work
from reposto.delivery.bus import Wake, wake_for
from reposto.model.clock import monotonic, utc_now
from reposto.model.errors import AnalysisCancelled, StaleAttempt, StorageBusy
from reposto.model.message import Job
from reposto.storage.engine import Store

log = structlog.get_logger(__name__)
AWAY_PAUSE_S = 0.5  # before a database that is away is asked again
CALLED_OFF = 100  # cancelled jobs remembered: far more than are cancelled within the milliseconds of a claim


def _no_matter(_job: Job) -> None:
    """Nobody wants to know."""


class JobRunner:
    """`tell` carries wakes to the tabs; `on_claim` hears of a job before it is begun."""

    def __init__(
        self,
        store: Store,
        name: str,
        *,
        tell: Callable[[Wake], None],
        on_claim: Callable[[Job], None] = _no_matter,
    ) -> None:
        self.store = store
        self.name = name
        self.leaving = threading.Event()
        self._tell = tell
        self._on_claim = on_claim
        self._stop_job = threading.Event()
        self._lock = threading.Lock()
        self._job: Job | None = None
        self._since = 0.0
        self._stopped_at: float | None = None
        self._called_off: deque[str] = deque(maxlen=CALLED_OFF)  # not ours, or not known to be yet

    def start(self) -> None:
        """Begin to keep leases alive."""
        threading.Thread(target=self._keep_lease, daemon=True).start()

    def work_once(self, *, bulk: bool = True) -> bool:
        """Claim a job and run it; False when there was none. Without `bulk`, catalogue-wide ones are left alone."""
        try:
            claimed = work.claim(self.store, worker=self.name, now=utc_now(), bulk=bulk)
        except StorageBusy:  # somebody holds the write lock for long, or the database is away
            self.leaving.wait(AWAY_PAUSE_S)
            return True
        if claimed is None:
            return False
        job, change = claimed
        with self._lock:
            self._job, self._since, self._stopped_at = job, monotonic(), None
            self._stop_job.clear()
            if job.id in self._called_off:  # cancelled between the commit of our claim and this line
                self._mark_stopped()
        self._on_claim(job)
        self._tell(wake_for(change))
        try:
            with telemetry.job_span(job):
                run_job(self.store, job, tell=self._tell, stopped=self._stop_job.is_set)
        except Stopped:
            log.info("agents.task.stopped", sku=job.sku, session_id=job.session_id, job_id=job.id)
        finally:
            with self._lock:
                self._job = None
        return True

    def stop(self, job_id: str) -> None:
        """That job was cancelled; harmless when it isn't the one that runs."""
        with self._lock:
            if self._job is not None and self._job.id == job_id:
                self._mark_stopped()
            else:
                self._called_off.append(job_id)

    def busy(self) -> tuple[float, float] | None:
        """Seconds since the running job began, and since it was told to stop (0: it wasn't); None when idle."""
        with self._lock:
            if self._job is None:
                return None
            now = monotonic()
            return now - self._since, 0.0 if self._stopped_at is None else now - self._stopped_at

    def _mark_stopped(self) -> None:
        self._stop_job.set()
        self._stopped_at = self._stopped_at or monotonic()

    def _keep_lease(self) -> None:
        pause = threading.Event()
        while not pause.wait(work.HEARTBEAT_S):
            with self._lock:
                job = self._job
            if job is None:
                continue
            try:
                work.heartbeat(self.store, job, now=utc_now())
            except (AnalysisCancelled, StaleAttempt):
                with self._lock:
                    if self._job is job:
                        self._mark_stopped()
            except Exception as error:  # the next beat tries again; without this thread every lease would end
                log.warning("worker.heartbeat_failed", job_id=job.id, error=type(error).__name__)
