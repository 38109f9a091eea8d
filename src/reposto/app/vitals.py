"""How the system is: what a server process finds out about itself and its database, again and again.

In threads of its own, so that a database that hangs takes none away from the buyers; the metrics and the health
checks only read what is here, and answer at once whatever hangs.
"""

from __future__ import annotations

import asyncio
import statistics
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection

from reposto.app.invariants import ROUND_EVERY_S, InvariantRounds
from reposto.conversation.change import Change
from reposto.delivery.counters import Histogram
from reposto.model.clock import monotonic, utc_now
from reposto.storage import ledger, schema, users
from reposto.storage.engine import Store

log = structlog.get_logger(__name__)

PROBE_EVERY_S = 2.0  # two looks at one row and an empty transaction: some 200 µs
LEDGER_EVERY_S = 10.0  # below what Prometheus usually waits between scrapes
SCHEMA_EVERY_S = 60.0
TIDY_EVERY_S = 3600.0
LATE_COMMITS = timedelta(seconds=5)  # an end is dated before its commit: younger ones are left to the next look
PROBES_JUDGED = 3  # one slow answer is no slow database
DATABASE_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
JOB_BOUNDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0)
ACK_BOUNDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
LAG_BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class Waiting(NamedTuple):
    """How long the oldest queued job of a kind has waited, in seconds."""

    question: float = 0.0
    part: float = 0.0  # of a run over the catalogue


class Vitals:
    """Numbers and judgements of one server process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.threads = ThreadPoolExecutor(2, thread_name_prefix="vitals")  # one to probe, one for what takes longer
        self.invariants = InvariantRounds(store)
        self.reads, self.writes = Histogram(DATABASE_BOUNDS), Histogram(DATABASE_BOUNDS)
        self.loop_lag = Histogram(LAG_BOUNDS)
        self.acknowledged = Histogram(ACK_BOUNDS)
        self.runs: dict[tuple[str, str], Histogram] = {}  # (kind, state) -> seconds from claim to end
        self.wholes: dict[tuple[str, str], Histogram] = {}  # (kind, state) -> seconds from the question to the end
        self.ended: Counter[tuple[str, str, int]] = Counter()  # (kind, state, attempt)
        self.responses: Counter[str] = Counter()  # "2xx" -> answers over HTTP
        self.waiting = Waiting()
        self.schema_behind = False
        self.tidied = 0  # credentials that were deleted
        self._probes: deque[float] = deque(maxlen=PROBES_JUDGED)
        self._answered_at: float | None = None
        self._counted_upto = utc_now()

    def watch(self, spawn: Callable[[Coroutine[Any, Any, Any]], object]) -> None:
        """Begin to look; the tasks are the server's."""
        spawn(self._probe_forever())
        spawn(self._look_forever())

    # ---------------------------------------------------------------- what others ask

    @property
    def database_seconds(self) -> float | None:
        """The median of the newest probes; None before the first."""
        return statistics.median(self._probes) if self._probes else None

    @property
    def database_silent_seconds(self) -> float | None:
        """Since it last answered; None before it did."""
        return None if self._answered_at is None else monotonic() - self._answered_at

    def note_published(self, change: Change) -> None:
        """A question was acknowledged: from its arrival to the moment when its tabs were handed the reply (G11)."""
        first = change.messages[0] if change.messages else None
        if first is not None and first.sender == "human":
            self.acknowledged.observe(max((utc_now() - first.criado_em).total_seconds(), 0.0))

    def count_response(self, status: int) -> None:
        """An answer over HTTP."""
        self.responses[f"{status // 100}xx"] += 1

    # ---------------------------------------------------------------- looking

    async def _probe_forever(self) -> None:
        while True:
            await self._in_thread(self.probe, "probe")
            slept = monotonic()
            await asyncio.sleep(PROBE_EVERY_S)
            self.loop_lag.observe(max(monotonic() - slept - PROBE_EVERY_S, 0.0))

    async def _look_forever(self) -> None:
        due = {self.count_ended: 0.0, self.look_at_schema: 0.0, self.invariants.run: monotonic() + LEDGER_EVERY_S}
        due[self.tidy] = monotonic() + LEDGER_EVERY_S
        every = {
            self.count_ended: LEDGER_EVERY_S,
            self.look_at_schema: SCHEMA_EVERY_S,
            self.invariants.run: ROUND_EVERY_S,
            self.tidy: TIDY_EVERY_S,
        }
        while True:
            for look, when in due.items():
                if monotonic() >= when:
                    due[look] = monotonic() + every[look]
                    await self._in_thread(look, look.__name__)
            await asyncio.sleep(PROBE_EVERY_S)

    async def _in_thread(self, look: Callable[[], object], name: str) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self.threads, look)
        except Exception as error:  # the next round tries again
            log.warning("vitals.look_failed", what=name, error=type(error).__name__)

    def probe(self) -> None:
        """How long the database takes for next to nothing, and for the turn to write."""
        began = monotonic()
        with self._store.read() as connection:
            ledger.look(connection)
        self.reads.observe(read := monotonic() - began)
        self._answered_at = monotonic()
        self._probes.append(read)
        began = monotonic()
        with self._store.write(lasting=False) as connection:
            ledger.look(connection)
        self.writes.observe(monotonic() - began)
        with self._store.read() as connection:
            self.waiting = look_at_lanes(connection, utc_now())

    def count_ended(self) -> None:
        """Take what has ended since the last look into the histograms."""
        upto = utc_now() - LATE_COMMITS
        if upto <= self._counted_upto:
            return
        with self._store.read() as connection:
            for job in ledger.read_ended(connection, self._counted_upto, upto):
                self._count(job)
        self._counted_upto = upto

    def _count(self, job: ledger.Ended) -> None:
        self.ended[job.kind, job.state, job.attempt] += 1
        wholes = self.wholes.setdefault((job.kind, job.state), Histogram(JOB_BOUNDS))
        wholes.observe(_seconds(job.created_at, job.finished_at))
        if job.started_at is not None:  # else cancelled while it waited
            runs = self.runs.setdefault((job.kind, job.state), Histogram(JOB_BOUNDS))
            runs.observe(_seconds(job.started_at, job.finished_at))

    def look_at_schema(self) -> None:
        """Whether the database is older than this program: somebody put an old backup under a running server."""
        with self._store.read() as connection:
            self.schema_behind = schema.is_behind(connection)

    def tidy(self) -> None:
        """Delete credentials that let nobody in any more."""
        with self._store.write() as connection:
            self.tidied += users.delete_void_credentials(connection, now=utc_now())


def look_at_lanes(connection: Connection, now: datetime) -> Waiting:
    """The two lanes of the queue."""
    since = [ledger.oldest_waiting(connection, interactive=lane) for lane in (True, False)]
    return Waiting(*(0.0 if moment is None else _seconds(moment, now) for moment in since))


def _seconds(since: datetime, until: datetime) -> float:
    return max((until - since).total_seconds(), 0.0)
