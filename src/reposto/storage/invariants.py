"""What must always hold in the tables, as queries that find where it doesn't.

Each looks only at what came in after a mark (a message's id, an end's moment), by an index: looking back at a few
minutes costs the same in a company's first week as in its fifth year. All of a round run in one snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from reposto.model.message import CATALOGUE, PART, JobState
from reposto.storage.tables import chat_messages, chat_sessions, jobs

MOST = 100  # violations of one kind that are told; more would say no more
ENDINGS = ("analysis_result", "analysis_error")  # a cancelled job may have been ended together with others


@dataclass(frozen=True, slots=True)
class Violation:
    """Where something does not hold that always must."""

    invariant: str
    session_id: int
    seq: int | None = None
    job_id: str | None = None


def newest_message_id(connection: Connection) -> int:
    """The id up to which there are messages."""
    return connection.execute(select(func.max(chat_messages.c.id))).scalar() or 0


def count_messages(connection: Connection, after: int) -> int:
    """How many messages came in after a mark."""
    return connection.execute(select(func.count()).select_from(chat_messages).where(_after(after))).scalar_one()


def find_gaps(connection: Connection, after: int) -> Iterator[Violation]:
    """`seq` is 1, 2, 3 … in each session, and the session's counter is the last one.

    Only the newest stretch of each session is read; it must join the message before it.
    """
    # Grouped by something that has no index: SQLite would read every message in the order of the sessions instead.
    by_session = chat_messages.c.session_id + 0
    new = (
        select(
            by_session.label("session_id"),
            func.count().label("number"),
            func.min(chat_messages.c.seq).label("first"),
            func.max(chat_messages.c.seq).label("last"),
        )
        .where(_after(after))
        .group_by(by_session)
        .subquery()
    )
    before = chat_messages.alias("before")
    joined = new.join(chat_sessions, chat_sessions.c.id == new.c.session_id).outerjoin(
        before, and_(before.c.session_id == new.c.session_id, before.c.seq == new.c.first - 1)
    )
    wrong = or_(
        new.c.number != new.c.last - new.c.first + 1,
        chat_sessions.c.last_seq != new.c.last,
        and_(new.c.first > 1, before.c.id.is_(None)),
    )
    query = select(new.c.session_id, new.c.last.label("seq")).select_from(joined).where(wrong)
    return _found(connection, "seq_without_gaps", query)


def find_emptied(connection: Connection) -> Iterator[Violation]:
    """A session whose counter has moved has messages. Reads every session: for a check of everything."""
    theirs = exists().where(chat_messages.c.session_id == chat_sessions.c.id)
    query = select(chat_sessions.c.id.label("session_id")).where(chat_sessions.c.last_seq > 0, ~theirs)
    return _found(connection, "seq_without_gaps", query)


def find_unanswered(connection: Connection, after: int) -> Iterator[Violation]:
    """A question and the first reply to it were stored together."""
    reply = chat_messages.alias("reply")
    replied = exists().where(
        reply.c.session_id == chat_messages.c.session_id,
        reply.c.seq > chat_messages.c.seq,
        reply.c.in_reply_to == chat_messages.c.seq,
    )
    query = select(chat_messages.c.session_id, chat_messages.c.seq)
    query = query.where(_after(after), chat_messages.c.sender == "human", ~replied)
    return _found(connection, "question_answered", query)


def find_announced_unknown(connection: Connection, after: int) -> Iterator[Violation]:
    """An analysis that was announced has a job: queued, running or ended."""
    job_id = chat_messages.c.metadata["job_id"].as_string()
    query = select(chat_messages.c.session_id, chat_messages.c.seq, job_id.label("job_id")).where(
        _after(after),
        chat_messages.c.sender == "agent",
        _kind() == "analysis_started",
        ~exists().where(jobs.c.id == job_id, jobs.c.session_id == chat_messages.c.session_id),
    )
    return _found(connection, "announced_has_job", query)


def find_second_results(connection: Connection, after: int) -> Iterator[Violation]:
    """A job ends in one message, and is it that it remembers: any other that claims to end it is one too many."""
    job_id = chat_messages.c.metadata["job_id"].as_string()
    its_own = exists().where(
        jobs.c.id == job_id,
        jobs.c.session_id == chat_messages.c.session_id,
        jobs.c.result_seq == chat_messages.c.seq,
        jobs.c.state.in_([JobState.DONE, JobState.FAILED]),
    )
    query = select(chat_messages.c.session_id, chat_messages.c.seq, job_id.label("job_id")).where(
        _after(after), chat_messages.c.sender.in_(["ai", "agent"]), _kind().in_(ENDINGS), ~its_own
    )
    return _found(connection, "one_result_per_job", query)


def find_ended_mute(connection: Connection, since: datetime | None) -> Iterator[Violation]:
    """A job that is done or has failed has its message. Parts of a run speak through the run."""
    said = exists().where(chat_messages.c.session_id == jobs.c.session_id, chat_messages.c.seq == jobs.c.result_seq)
    query = select(jobs.c.session_id, jobs.c.result_seq.label("seq"), jobs.c.id.label("job_id")).where(
        jobs.c.state.in_([JobState.DONE, JobState.FAILED]), jobs.c.kind != PART, ~said
    )
    if since is not None:
        query = query.where(jobs.c.finished_at > since)
    return _found(connection, "ended_has_result", query)


class Overdue(NamedTuple):
    """A running job whose lease is over by our clock, as it was seen."""

    session_id: int
    job_id: str
    attempt: int
    lease_until: datetime | None


def find_overdue(connection: Connection, before: datetime) -> list[Overdue]:
    """Running jobs without a lease, or with one that ended before this moment.

    No proof yet: the clock of the worker's machine may be behind ours, and its heartbeats go on. A run over the
    catalogue needs no lease while its parts are open.
    """
    part = jobs.alias("part")
    open_part = exists().where(part.c.parent_id == jobs.c.id, part.c.state.in_([JobState.QUEUED, JobState.RUNNING]))
    parked = and_(jobs.c.kind == CATALOGUE, jobs.c.lease_until.is_(None), open_part)
    query = select(jobs.c.session_id, jobs.c.id, jobs.c.attempt, jobs.c.lease_until).where(
        jobs.c.state == JobState.RUNNING, or_(jobs.c.lease_until.is_(None), jobs.c.lease_until < before), ~parked
    )
    return [Overdue(*row) for row in connection.execute(query.limit(MOST))]


def _after(mark: int) -> ColumnElement[bool]:
    return chat_messages.c.id > mark


def _kind() -> ColumnElement[str]:
    kind: ColumnElement[str] = chat_messages.c.metadata["type"].as_string()
    return kind


def _found(connection: Connection, invariant: str, query: Select[Any]) -> Iterator[Violation]:
    for row in connection.execute(query.limit(MOST)):
        data = row._mapping
        yield Violation(invariant, data["session_id"], data.get("seq"), data.get("job_id"))
