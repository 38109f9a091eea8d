"""A worker process of the embedded mode: claims jobs from the table, analyses, saves, and tells its parent.

It talks to the server that started it over two pipes: commands come in on stdin, events go out on a pipe whose
number it is given. The end of stdin means that the server is gone, however it went: the process ends at once, so
that no orphan goes on working beside the next server's workers.
"""

from __future__ import annotations

import os
import sys
import threading

import structlog

from reposto.app.analysis import Stopped, run_job, warm_up
from reposto.app.logs import configure_logs
from reposto.app.pipe import Channel, encode_wake
from reposto.conversation import work
from reposto.delivery.bus import Wake, wake_for
from reposto.model.clock import utc_now
from reposto.model.errors import AnalysisCancelled, StaleAttempt, StorageBusy
from reposto.model.message import Job
from reposto.storage.engine import Store

log = structlog.get_logger(__name__)
GONE = 3  # exit code: the server is gone
AWAY_PAUSE_S = 0.5  # before a database that is away is asked again


class Worker:
    """One job at a time; a thread listens for commands, another keeps the lease alive."""

    def __init__(self, store: Store, name: str, events: Channel) -> None:
        self._store = store
        self._name = name
        self._events = events
        self._nudged = threading.Semaphore(0)
        self._leaving = threading.Event()
        self._stop_job = threading.Event()
        self._lock = threading.Lock()
        self._job: Job | None = None

    def run(self, commands: Channel) -> None:
        """Work until told to leave."""
        threading.Thread(target=self._obey, args=(commands,), daemon=True).start()
        threading.Thread(target=self._keep_lease, daemon=True).start()
        seconds = warm_up(self._store)
        self._events.send({"kind": "ready", "seconds": seconds})
        while not self._leaving.is_set():
            self._nudged.acquire()
            while not self._leaving.is_set() and self._work_once():
                pass
            self._events.send({"kind": "idle"})

    def _work_once(self) -> bool:
        try:
            claimed = work.claim(self._store, worker=self._name, now=utc_now())
        except StorageBusy:  # somebody holds the write lock for long, or the database is away
            self._leaving.wait(AWAY_PAUSE_S)
            return True
        if claimed is None:
            return False
        job, change = claimed
        with self._lock:
            self._job = job
            self._stop_job.clear()
        self._events.send({"kind": "busy", "job_id": job.id})
        self._tell(wake_for(change))
        try:
            run_job(self._store, job, tell=self._tell, stopped=self._stop_job.is_set)
        except Stopped:
            log.info("agents.task.stopped", sku=job.sku, session_id=job.session_id, job_id=job.id)
        finally:
            with self._lock:
                self._job = None
        return True

    def _tell(self, wake: Wake) -> None:
        self._events.send({"kind": "wake", **encode_wake(wake)})

    def _obey(self, commands: Channel) -> None:
        while True:
            command = commands.receive()
            if command is None:
                os._exit(GONE)
            if command["kind"] == "work":
                self._nudged.release()
            elif command["kind"] == "cancel":
                with self._lock:
                    if self._job is not None and self._job.id == command["job_id"]:
                        self._stop_job.set()
            elif command["kind"] == "leave":
                self._leaving.set()
                self._nudged.release()

    def _keep_lease(self) -> None:
        pause = threading.Event()
        while not pause.wait(work.HEARTBEAT_S):
            with self._lock:
                job = self._job
            if job is None:
                continue
            try:
                work.heartbeat(self._store, job, now=utc_now())
            except (AnalysisCancelled, StaleAttempt):
                with self._lock:
                    if self._job is job:
                        self._stop_job.set()
            except Exception as error:  # the next beat tries again; without this thread every lease would end
                log.warning("worker.heartbeat_failed", job_id=job.id, error=type(error).__name__)


def main() -> None:
    """Arguments: database URL, worker name, file descriptor for events, log level, log format."""
    url, name, events_fd, level, log_format = sys.argv[1:6]
    configure_logs(level, log_format)
    commands = Channel(os.fdopen(os.dup(0), "rb", buffering=0))
    events = Channel(os.fdopen(int(events_fd), "wb", buffering=0))
    try:
        Worker(Store(url), name, events).run(commands)
    except BrokenPipeError:
        os._exit(GONE)


if __name__ == "__main__":
    main()
