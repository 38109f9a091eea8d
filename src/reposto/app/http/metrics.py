"""`/metrics` for Prometheus: to this machine without a login, to others with a token.

Names are promised: docs/howto/operate.md lists them, and a test compares. Most numbers are of this process; those
that the tables tell are the same from every process, and say so in their help.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from reposto import __version__
from reposto.app.exporter import open_port
from reposto.app.http.common import RuntimeDep, get_user
from reposto.app.runtime import Runtime
from reposto.app.settings import LOOPBACK
from reposto.app.vitals import Vitals, Waiting, look_at_lanes
from reposto.conversation import work
from reposto.delivery.counters import Histogram
from reposto.model.clock import utc_now
from reposto.model.message import JobState
from reposto.storage import ledger
from reposto.storage.engine import Store

router = APIRouter(include_in_schema=False)
Metric = GaugeMetricFamily | CounterMetricFamily | HistogramMetricFamily
SHARED = "The same from every process."


@dataclass(frozen=True, slots=True)
class Tables:
    """What the tables say at the moment of a scrape."""

    jobs: dict[JobState, int]
    waiting: Waiting
    imported: dict[str, int]  # kind -> rows


def read_tables(store: Store) -> Tables | None:
    """None while the database is away: the rest of the numbers are wanted then more than ever."""
    now = utc_now()
    try:
        queue = work.look_at_queue(store, now=now)
        with store.read() as connection:
            waiting = look_at_lanes(connection, now)
            return Tables(queue.by_state, waiting, ledger.count_imported(connection))
    except Exception:
        return None


class Numbers(Collector):
    """What the process counts anyway, in Prometheus' words, when it is asked."""

    def __init__(self, runtime: Runtime, tables: Tables | None) -> None:
        self._runtime = runtime
        self._tables = tables

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        yield labelled("reposto_build", "The version that runs.", "version", {__version__: 1}, kind=GaugeMetricFamily)
        yield from self._sockets()
        yield from self._bus()
        yield from of_vitals(self._runtime.vitals)
        yield from self._workers()
        yield gauge(
            "reposto_database_up", "Whether the database answered this scrape.", float(self._tables is not None)
        )
        if self._tables is not None:
            yield from of_tables(self._tables)

    def _sockets(self) -> Iterator[Metric]:
        hub = self._runtime.hub
        sessions, sockets = hub.count()
        counted = hub.counters
        yield gauge("reposto_sockets", "Open WebSocket connections.", sockets)
        yield gauge("reposto_sessions_open", "Conversations that somebody has open.", sessions)
        yield counter("reposto_sockets_opened", "Connections that came in.", counted.opened)
        codes = {str(code): number for code, number in sorted(counted.cut.items())}
        text = "Connections that ended, by the close code that we sent; peer: they went by themselves."
        yield labelled("reposto_sockets_closed", text, "code", {"peer": counted.closed - sum(codes.values()), **codes})
        yield counter("reposto_sockets_too_slow", "Connections cut with 4408.", counted.too_slow)
        yield counter("reposto_sockets_refused", "Connections turned away.", counted.refused)
        yield counter("reposto_deliveries", "Frames handed to sockets.", counted.deliveries)
        yield counter("reposto_gaps_healed", "Sessions in which the sweep found news.", counted.gaps_healed)
        text = "From a commit to its messages being handed to all tabs of the session here."
        pushes = HistogramMetricFamily("reposto_commit_to_send_seconds", text, labels=["path"])
        add(pushes, ["wake"], counted.by_wake)
        add(pushes, ["table"], counted.by_table)
        yield pushes

    def _workers(self) -> Iterator[Metric]:
        workers = self._runtime.pool
        yield gauge(
            "reposto_workers_ready", "Worker processes that can take a job, as far as known here.", workers.alive()
        )
        upkeep = self._runtime.upkeep
        yield gauge("reposto_products", "Active products, as last looked at.", upkeep.products.active)
        text = "Those with an analysis of today on the present data: a question about one is a look-up."
        yield gauge("reposto_products_ready", text, upkeep.products.fresh)
        yield gauge("reposto_preparing", "Whether products are being analysed unasked.", float(upkeep.preparing))
        yield counter("reposto_worker_restarts", "Worker processes replaced by this server.", workers.restarts)
        yield counter("reposto_nudges_sent", "Nudges that the broker took.", workers.sent)
        yield counter("reposto_nudges_failed", "Nudges that it did not; the table remembers.", workers.failed)
        yield counter("reposto_nudges_spared", "Nudges not sent: enough of them wait there.", workers.spared)

    def _bus(self) -> Iterator[Metric]:
        state = self._runtime.bus.state()
        yield labelled("reposto_bus", "Which bus carries wake-ups.", "kind", {state.kind: 1}, kind=GaugeMetricFamily)
        yield gauge("reposto_bus_connected", "Whether it is connected.", float(state.connected))
        yield gauge("reposto_bus_silent_seconds", "Since it was last heard.", state.silent_seconds)
        yield counter("reposto_bus_published", "Wake-ups given to it.", state.published)
        yield counter("reposto_bus_received", "Wake-ups that it brought.", state.received)
        yield counter("reposto_bus_failed", "Wake-ups that were given up; the sweep heals them.", state.failed)
        yield counter("reposto_bus_reconnects", "Connections to it that were made again.", state.reconnects)


def of_vitals(vitals: Vitals) -> Iterator[Metric]:
    """What the process found out about itself and the database."""
    yield histogram("reposto_acknowledge_seconds", "From a question to its reply in its tabs.", vitals.acknowledged)
    text = "Answers of the API over HTTP, by the first digit of their status."
    yield labelled("reposto_http_responses", text, "status", vitals.responses)
    yield histogram("reposto_loop_lag_seconds", "How much too late the event loop comes to a timer.", vitals.loop_lag)
    database = HistogramMetricFamily(
        "reposto_database_seconds", "A look at one row, and the turn to write.", labels=["operation"]
    )
    add(database, ["read"], vitals.reads)
    add(database, ["write"], vitals.writes)
    yield database
    yield by_job("reposto_job_seconds", f"From a question to the end of its job. {SHARED}", vitals.wholes)
    yield by_job("reposto_job_run_seconds", f"From the last claim of a job to its end. {SHARED}", vitals.runs)
    ended = CounterMetricFamily(
        "reposto_jobs_ended",
        f"Jobs that ended, by the attempt that ended them. {SHARED}",
        labels=["kind", "state", "attempt"],
    )
    for (kind, state, attempt), number in sorted(vitals.ended.items()):
        ended.add_metric([kind, state, str(attempt)], number)
    yield ended
    yield from of_invariants(vitals)
    yield counter("reposto_credentials_deleted", "Expired cookies, codes and tokens deleted.", vitals.tidied)


def of_invariants(vitals: Vitals) -> Iterator[Metric]:
    """Whether what must always hold holds."""
    rounds = vitals.invariants
    text = f"Places where something does not hold that always must. {SHARED}"
    yield labelled("reposto_invariant_violations", text, "invariant", rounds.violations)
    yield counter("reposto_invariant_rounds", "Rounds that looked for them.", rounds.rounds)
    yield counter("reposto_invariant_rounds_failed", "Rounds that could not.", rounds.failures)
    yield gauge("reposto_invariant_round_seconds", "How long the last round took.", rounds.last_seconds)
    yield gauge("reposto_invariant_round_messages", "Messages that the last round read.", rounds.last_messages)
    yield gauge("reposto_invariant_round_timestamp_seconds", "When the last round ended.", rounds.last_at or 0.0)


def of_tables(tables: Tables) -> Iterator[Metric]:
    """What the tables say."""
    states = {state.value: tables.jobs.get(state, 0) for state in JobState}
    yield labelled("reposto_jobs", f"Jobs by state. {SHARED}", "state", states, kind=GaugeMetricFamily)
    text = f"Age of the oldest waiting job. {SHARED}"
    yield gauge("reposto_oldest_queued_job_seconds", text, max(tables.waiting))
    lanes = {"interactive": tables.waiting.question, "bulk": tables.waiting.part}
    text = f"The same of questions (interactive) and of parts of long runs (bulk). {SHARED}"
    yield labelled("reposto_queue_age_seconds", text, "lane", lanes, kind=GaugeMetricFamily)
    text = f"Rows of the files that were taken in. {SHARED}"
    yield labelled("reposto_import_rows", text, "kind", tables.imported)


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    """A number that goes up and down."""
    return GaugeMetricFamily(name, text, value=value)


def counter(name: str, text: str, value: float) -> CounterMetricFamily:
    """A number that only grows while the process lives."""
    return CounterMetricFamily(name, text, value=value)


def labelled(
    name: str,
    text: str,
    label: str,
    values: dict[str, int] | dict[str, float],
    kind: type[CounterMetricFamily] | type[GaugeMetricFamily] = CounterMetricFamily,
) -> Metric:
    """A number for each value of a label."""
    family = kind(name, text, labels=[label])
    for value, number in list(values.items()):
        family.add_metric([value], number)
    return family


def histogram(name: str, text: str, values: Histogram) -> HistogramMetricFamily:
    """One histogram without labels."""
    family = HistogramMetricFamily(name, text, labels=[])
    add(family, [], values)
    return family


def by_job(name: str, text: str, values: dict[tuple[str, str], Histogram]) -> HistogramMetricFamily:
    """One histogram for each kind of job and each way to end."""
    family = HistogramMetricFamily(name, text, labels=["kind", "state"])
    for labels, run in sorted(values.items()):
        add(family, list(labels), run)
    return family


def add(family: HistogramMetricFamily, labels: list[str], values: Histogram) -> None:
    """In Prometheus' form each bucket counts all that is below its bound."""
    total, buckets = 0, []
    for bound, number in zip((*map(str, values.bounds), "+Inf"), values.counts, strict=True):
        total += number
        buckets.append((bound, total))
    family.add_metric(labels, buckets, values.total)


@contextmanager
def own_port(runtime: Runtime) -> Iterator[None]:
    """The same numbers on a port of this process alone, where several share the main one."""
    server = open_port(runtime.settings, Fresh(runtime))
    try:
        yield
    finally:
        if server is not None:
            server.shutdown()
            server.server_close()


class Fresh(Collector):
    """The numbers as of each scrape, with what the tables say then; in a thread of the port."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        yield from Numbers(self._runtime, read_tables(self._runtime.store)).collect()

    def describe(self) -> list[Metric]:
        """Not asked when it is registered: that would read the tables."""
        return []


@router.get("/metrics")
async def metrics(request: Request, runtime: RuntimeDep) -> Response:
    """The text format."""
    if request.client is None or request.client.host not in LOOPBACK:
        await get_user(request, runtime)
    tables = await runtime.in_thread(read_tables, runtime.store)
    numbers = CollectorRegistry()
    numbers.register(Numbers(runtime, tables))
    ProcessCollector(registry=numbers)
    return Response(generate_latest(numbers), headers={"Content-Type": CONTENT_TYPE_LATEST})
