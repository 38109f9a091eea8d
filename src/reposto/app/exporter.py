"""A port on which one process shows its numbers to Prometheus, apart from what it serves to others."""

from __future__ import annotations

import errno
import mmap
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIServer

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from reposto.app.settings import Settings

log = structlog.get_logger(__name__)
PORTS = 64  # tried, from the first: as many as there may be processes on a machine


def open_port(settings: Settings, numbers: Collector) -> WSGIServer | None:
    """Listen on the first free port from `metrics_port` on; None where none is wanted or free."""
    first = settings.metrics_port
    if not first:
        return None
    shown = CollectorRegistry()
    shown.register(numbers)
    ProcessCollector(registry=shown)
    for port in range(first, min(first + PORTS, 65536)):
        try:
            server, _thread = start_http_server(port, settings.metrics_host, shown)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            log.error("metrics.not_shown", host=settings.metrics_host, port=port, errno=error.errno)
            return None
        log.info("metrics.shown", host=settings.metrics_host, port=port)
        return server
    log.error("metrics.no_free_port", first=first, tried=PORTS)
    return None


class WorkerNumbers(Collector):
    """Of a worker host: its processes. What the jobs do is told by the servers, from the tables."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """How many there are, and what they hold."""
        sizes = [size for pid in _children() if (size := _resident(pid)) is not None]
        yield GaugeMetricFamily("reposto_worker_processes", "Processes that analyse, on this host.", value=len(sizes))
        text = "Resident memory of all of them, and of the largest."
        memory = GaugeMetricFamily("reposto_worker_memory_bytes", text, labels=["of"])
        memory.add_metric(["all"], sum(sizes))
        memory.add_metric(["largest"], max(sizes, default=0))
        yield memory


def _children() -> list[str]:
    """Process ids of the calling process's children."""
    try:
        return [pid for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()]
    except OSError:
        return []


def _resident(pid: str) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * mmap.PAGESIZE
    except (OSError, IndexError, ValueError):
        return None  # it has just ended, or this is no Linux
