"""Does what must always hold hold? Asked every few minutes of what is new, and by `reposto check` of everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reposto.storage import invariants
from reposto.storage.engine import Store
from reposto.storage.invariants import Overdue, Violation

# What is looked for, in a buyer's terms; the names are those of the metrics and the log.
INVARIANTS = {
    "seq_without_gaps": "mensagens numeradas 1, 2, 3 … em cada conversa",
    "question_answered": "toda pergunta tem resposta",
    "announced_has_job": "toda análise anunciada existe",
    "one_result_per_job": "um só resultado por análise",
    "ended_has_result": "toda análise terminada tem seu resultado",
    "running_has_lease": "nada roda abandonado",
}
# The reaper takes a job up within seconds of its last heartbeat; a minute after its lease, nobody has.
ABANDONED_AFTER = timedelta(seconds=60)
# A transaction's times are taken before it commits, and it may wait: what is that young is looked at twice.
OVERLAP = timedelta(minutes=2)
FIRST_LOOK_MESSAGES = 10_000  # of a server that has just started; `reposto check` looks at all of them
FIRST_LOOK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a round has looked: the newest message, and when."""

    message_id: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a round found, how much it read, and where the next begins."""

    violations: tuple[Violation, ...]
    messages: int
    mark: Mark
    overdue: frozenset[Overdue]  # suspects: abandoned if the next round meets them unchanged


def first_mark(store: Store, *, now: datetime) -> Mark:
    """Where a server that has just started begins to look."""
    with store.read() as connection:
        newest = invariants.newest_message_id(connection)
    return Mark(max(newest - FIRST_LOOK_MESSAGES, 0), now - FIRST_LOOK)


def check(store: Store, *, now: datetime, since: Mark, suspects: frozenset[Overdue] = frozenset()) -> Report:
    """One round, in one snapshot: everything that came in after the mark; from an empty mark, everything.

    `suspects` are the overdue jobs of an earlier round, some heartbeats ago.
    """
    after = since.message_id
    ended_since = None if since.at is None else since.at - OVERLAP
    with store.read() as connection:
        newest = invariants.newest_message_id(connection)
        found = [
            *invariants.find_gaps(connection, after),
            *invariants.find_unanswered(connection, after),
            *invariants.find_announced_unknown(connection, after),
            *invariants.find_second_results(connection, after),
            *invariants.find_ended_mute(connection, ended_since),
        ]
        overdue = frozenset(invariants.find_overdue(connection, now - ABANDONED_AFTER))
        if since == Mark():
            found += invariants.find_emptied(connection)
        messages = invariants.count_messages(connection, after)
    abandoned = sorted(overdue & suspects, key=lambda job: job.job_id)
    found += [Violation("running_has_lease", job.session_id, job_id=job.job_id) for job in abandoned]
    return Report(tuple(found), messages, Mark(max(newest, after), now), overdue)
