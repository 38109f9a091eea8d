"""`/metrics` for Prometheus: to this machine without a login, to others with a token."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from reposto.app.http.common import RuntimeDep, get_user
from reposto.app.runtime import Runtime
from reposto.app.settings import LOOPBACK
from reposto.conversation import work
from reposto.model.clock import utc_now
from reposto.model.message import JobState

router = APIRouter(include_in_schema=False)
Metric = GaugeMetricFamily | CounterMetricFamily


class Numbers(Collector):
    """What the process counts anyway, in Prometheus' words, when it is asked."""

    def __init__(self, runtime: Runtime, queue: work.Queue) -> None:
        self._runtime = runtime
        self._queue = queue

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        hub = self._runtime.hub
        sessions, sockets = hub.count()
        yield gauge("reposto_sockets", "Open WebSocket connections.", sockets)
        yield gauge("reposto_sessions_open", "Conversations that somebody has open.", sessions)
        counted = hub.counters
        yield counter("reposto_deliveries", "Frames handed to sockets.", counted.deliveries)
        yield counter("reposto_gaps_healed", "Sessions in which the sweep found news.", counted.gaps_healed)
        yield counter("reposto_sockets_too_slow", "Connections cut with 4408.", counted.too_slow)
        yield counter("reposto_sockets_refused", "Connections turned away.", counted.refused)
        yield counter("reposto_worker_restarts", "Worker processes replaced.", self._runtime.pool.restarts)
        yield gauge("reposto_oldest_queued_job_seconds", "Age of the oldest waiting job.", self._queue.oldest_seconds)
        jobs = GaugeMetricFamily("reposto_jobs", "Jobs by state.", labels=["state"])
        for state in JobState:
            jobs.add_metric([state.value], self._queue.by_state.get(state, 0))
        yield jobs


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    """A number that goes up and down."""
    return GaugeMetricFamily(name, text, value=value)


def counter(name: str, text: str, value: float) -> CounterMetricFamily:
    """A number that only grows while the process lives."""
    return CounterMetricFamily(name, text, value=value)


@router.get("/metrics")
async def metrics(request: Request, runtime: RuntimeDep) -> Response:
    """The text format."""
    if request.client is None or request.client.host not in LOOPBACK:
        await get_user(request, runtime)
    queue = await runtime.in_thread(work.look_at_queue, runtime.store, now=utc_now())
    numbers = CollectorRegistry()
    numbers.register(Numbers(runtime, queue))
    return Response(generate_latest(numbers), headers={"Content-Type": CONTENT_TYPE_LATEST})
