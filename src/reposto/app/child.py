"""A worker process of the embedded mode: claims jobs from the table, analyses, saves, and tells its parent.

It talks to the server that started it over two pipes: commands come in on stdin, events go out on a pipe whose
number it is given. The end of stdin means that the server is gone, however it went: the process ends at once, so
that no orphan goes on working beside the next server's workers.
"""

from __future__ import annotations

import os
import sys
import threading

from reposto.app import telemetry
from reposto.app.analysis import warm_up
from reposto.app.logs import configure_logs
from reposto.app.pipe import Channel
from reposto.app.runner import JobRunner
from reposto.app.settings import handed_over, shared_traces
from reposto.delivery.bus import Wake
from reposto.model.message import Job
from reposto.storage.engine import Store

GONE = 3  # exit code: the server is gone


class Worker:
    """One job at a time; a thread listens for commands."""

    def __init__(self, store: Store, name: str, events: Channel) -> None:
        self._events = events
        self._nudged = threading.Semaphore(0)
        self._runner = JobRunner(store, name, tell=self._tell, on_claim=self._say_busy)

    def run(self, commands: Channel) -> None:
        """Work until told to leave."""
        runner = self._runner
        threading.Thread(target=self._obey, args=(commands,), daemon=True).start()
        runner.start()
        seconds = warm_up(runner.store)
        self._events.send({"kind": "ready", "seconds": seconds})
        while not runner.leaving.is_set():
            self._nudged.acquire()
            while not runner.leaving.is_set() and self._work_once():
                pass
            self._events.send({"kind": "idle"})

    def _work_once(self) -> bool:
        return self._runner.work_once()

    def _say_busy(self, job: Job) -> None:
        self._events.send({"kind": "busy", "job_id": job.id})

    def _tell(self, wake: Wake) -> None:
        self._events.send_wake(wake)

    def _obey(self, commands: Channel) -> None:
        while True:
            command = commands.receive()
            if command is None:
                os._exit(GONE)
            if command["kind"] == "work":
                self._nudged.release()
            elif command["kind"] == "cancel":
                self._runner.stop(command["job_id"])
            elif command["kind"] == "leave":
                self._runner.leaving.set()
                self._nudged.release()


def main() -> None:
    """Arguments: database URL, worker name, file descriptor for events, log level, log format."""
    url, name, events_fd, level, log_format = sys.argv[1:6]
    configure_logs(level, log_format)
    telemetry.begin(*shared_traces(), "worker")
    commands = Channel(os.fdopen(os.dup(0), "rb", buffering=0))
    events = Channel(os.fdopen(int(events_fd), "wb", buffering=0))
    try:
        Worker(Store(handed_over(url)), name, events).run(commands)
        telemetry.end()
    except BrokenPipeError:
        os._exit(GONE)


if __name__ == "__main__":
    main()
