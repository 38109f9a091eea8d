"""The invariants as operators meet them: a round every few minutes while a server runs, and `reposto check`."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import structlog

from reposto.conversation.invariants import INVARIANTS, Mark, Report, check, first_mark
from reposto.conversation.work import HEARTBEAT_S
from reposto.model.clock import monotonic, utc_now
from reposto.storage.engine import Store
from reposto.storage.invariants import Overdue, Violation

log = structlog.get_logger(__name__)

ROUND_EVERY_S = 180.0
SOME_HEARTBEATS_S = 3 * HEARTBEAT_S
REMEMBERED = 1_000  # violations that were told already


class InvariantRounds:
    """Looks again and again at what is new. A violation is counted and logged once, however often it is met."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # Two rounds back: a message's id is taken before its transaction commits, which may be after a round.
        self._marks: deque[Mark] = deque(maxlen=2)
        self._known: dict[Violation, None] = {}
        self._suspects: frozenset[Overdue] = frozenset()
        self.violations = dict.fromkeys(INVARIANTS, 0)
        self.rounds = 0
        self.failures = 0
        self.last_seconds = 0.0
        self.last_messages = 0
        self.last_at: float | None = None  # wall clock, in seconds

    def run(self) -> None:
        """One round; reads the database."""
        began = monotonic()
        try:
            if not self._marks:
                self._marks.append(first_mark(self._store, now=utc_now()))
            report = check(self._store, now=utc_now(), since=self._marks[0], suspects=self._suspects)
        except Exception as error:  # the database is away; the next round tries again
            self.failures += 1
            log.warning("invariants.round_failed", error=type(error).__name__)
            return
        self._marks.append(report.mark)
        self._suspects = report.overdue
        self.rounds += 1
        self.last_seconds, self.last_at = monotonic() - began, utc_now().timestamp()
        self.last_messages = report.messages
        for violation in report.violations:
            self._note(violation)

    def _note(self, violation: Violation) -> None:
        if violation in self._known:
            return
        self._known[violation] = None
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        self.violations[violation.invariant] += 1
        log.error("invariants.violated", **describe(violation))


def describe(violation: Violation) -> dict[str, Any]:
    """Where to look, and nothing of what was said."""
    where = {"seq": violation.seq, "job_id": violation.job_id}
    known = {name: value for name, value in where.items() if value is not None}
    return {"invariant": violation.invariant, "session_id": violation.session_id, **known}


def check_everything(store: Store) -> Report:
    """`reposto check`: every message and every job, whatever their age."""
    report = check(store, now=utc_now(), since=Mark())
    if report.overdue:
        time.sleep(SOME_HEARTBEATS_S)
        report = check(store, now=utc_now(), since=Mark(), suspects=report.overdue)
    return report


def print_report(report: Report) -> Iterator[str]:
    """A line for each invariant, and where it is broken."""
    broken: dict[str, list[Violation]] = {name: [] for name in INVARIANTS}
    for violation in report.violations:
        broken[violation.invariant].append(violation)
    for name, found in broken.items():
        yield f"{'FALHA' if found else 'ok':<6} {name}: {INVARIANTS[name]}"
        for violation in found:
            where = ", ".join(f"{key} {value}" for key, value in describe(violation).items() if key != "invariant")
            yield f"         {where}"
    count = f"{report.messages:,}".replace(",", ".")
    yield f"{count} mensagens conferidas; {len(report.violations)} falhas"
