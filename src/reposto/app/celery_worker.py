"""`reposto worker`: a Celery worker whose processes take their work from the table."""

from __future__ import annotations

import mmap
import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from billiard.process import active_children
from celery import Celery, signals

from reposto.app import telemetry
from reposto.app.analysis import warm_up
from reposto.app.celery_app import BULK, QUEUES, TASK, make_celery, queue_name
from reposto.app.celery_child import Child, Host, make_slot
from reposto.app.exporter import WorkerNumbers, open_port
from reposto.app.settings import Settings
from reposto.conversation import work
from reposto.delivery.bus import wake_for
from reposto.delivery.worker_bus import WorkerBus
from reposto.model.clock import utc_now
from reposto.storage import chat
from reposto.storage.engine import Store
from reposto.storage.schema import migrate

log = structlog.get_logger(__name__)

LEAVE_WITHIN_S = 4.0  # at shutdown: time to finish what runs, before it is handed back
NAME_BYTES = 24  # of the machine's name, in the name that jobs carry
RECYCLE_AFTER = 2_000  # nudges of one process; whatever an extension leaks goes with it
MEMORY_KIB = 512 * 1024  # resident; a process above it is replaced after its job
MEMORY_MOST = 1024**3  # bytes; beyond it an analysis gets a MemoryError, and its buyer an honest sentence


@dataclass(frozen=True, slots=True)
class Options:
    """What `reposto worker` was given."""

    concurrency: int
    queues: tuple[str, ...] = QUEUES
    autoscale: str | None = None  # most,least: as Celery's
    max_tasks_per_child: int = RECYCLE_AFTER
    max_memory_per_child: int = MEMORY_KIB
    more: tuple[str, ...] = field(default_factory=tuple)  # Celery's own options, as they are

    @property
    def most(self) -> int:
        """Processes, at the busiest."""
        return int(self.autoscale.split(",")[0]) if self.autoscale else self.concurrency

    @property
    def bulk_slots(self) -> int:
        """How many may work on catalogue-wide runs: all but one, where questions are taken too."""
        if BULK not in self.queues:
            return 0
        return self.most if len(self.queues) == 1 else max(self.most - 1, 1)


def run_worker(settings: Settings, options: Options, *, say: Callable[[str], None]) -> None:
    """Work until SIGTERM; then finish or hand back what runs, and leave within ten seconds."""
    store = Store(settings.url)
    migrate(store)
    with store.read() as connection:
        lineage = chat.get_epoch(connection)
    warm_up(store)  # before the fork: the processes share what it loads
    store.close()
    name = f"{os.uname().nodename[:NAME_BYTES]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    slots = tuple(make_slot() for _ in range(options.bulk_slots))
    host = Host(name, settings.url, settings.bus_url, lineage, slots, mmap.mmap(-1, 1))
    celery = make_celery(settings.broker_url)
    _connect(celery, host, settings, say)
    celery.worker_main(_arguments(name, options))


def _arguments(name: str, options: Options) -> list[str]:
    """For Celery's own command line."""
    return [
        "--quiet",
        "worker",
        "--without-gossip",
        "--without-mingle",
        "--pool=prefork",
        "--loglevel=warning",
        f"--hostname={name}",
        f"--queues={','.join(queue_name(kind) for kind in options.queues)}",
        f"--concurrency={options.concurrency}",
        f"--max-tasks-per-child={options.max_tasks_per_child}",
        f"--max-memory-per-child={options.max_memory_per_child}",
        *([f"--autoscale={options.autoscale}"] if options.autoscale else []),
        *options.more,
    ]


def _connect(celery: Celery, host: Host, settings: Settings, say: Callable[[str], None]) -> None:
    """The task, and what happens in a worker's life. Handlers are kept strongly: they are closures."""
    here: dict[str, Child] = {}  # in a forked process: its Child

    def begin(**_: Any) -> None:
        _bound_memory()
        telemetry.begin(settings.otlp_endpoint, settings.otlp_share, "worker")
        child = here["child"] = Child(host)
        child.start()

    def end(**_: Any) -> None:
        if "child" in here:
            here["child"].drain()
        telemetry.end()

    def leave(**_: Any) -> None:
        if not host.is_leaving:
            host.leaving[0] = 1
            threading.Thread(target=_leave_in_time, args=(host,), daemon=True).start()

    def ready(**_: Any) -> None:
        open_port(settings, WorkerNumbers())
        say(f"reposto worker ready: {host.name}")

    @celery.task(name=TASK)  # type: ignore[untyped-decorator]
    def take() -> None:
        child = here["child"]
        child.work()
        for kind in child.to_nudge():
            with suppress(Exception):  # a broker that is away; those who look by themselves will find it
                celery.send_task(TASK, queue=queue_name(kind), retry=False)

    for happened, handler in (
        (signals.worker_process_init, begin),
        (signals.worker_process_shutdown, end),
        (signals.worker_shutting_down, leave),
        (signals.worker_ready, ready),
    ):
        happened.connect(handler, weak=False)


def _bound_memory() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MOST, MEMORY_MOST))


def _leave_in_time(host: Host) -> None:
    """Celery waits for running analyses for as long as they take; a deployment doesn't."""
    time.sleep(LEAVE_WITHIN_S)
    pids = [child.pid for child in active_children()]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _hand_back(host, pids)
    sys.stderr.flush()
    os._exit(0)


def _hand_back(host: Host, pids: Sequence[int | None]) -> None:
    store = Store(host.database_url)
    bus = WorkerBus(host.bus_url, host.lineage)
    for pid in pids:
        try:
            for change in work.hand_back_all(store, worker=f"{host.name}/{pid}", now=utc_now(), forgive=True):
                bus.publish(wake_for(change))
        except Exception as error:  # their leases end by themselves
            log.warning("worker.hand_back_failed", error=type(error).__name__)
            return
