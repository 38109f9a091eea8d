"""The jobs table: every statement that moves a job from one state to the next."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, func, insert, literal_column, select, update

from reposto.model.encode import to_data
from reposto.model.message import ANALYSIS, Job, JobState, Step
from reposto.storage.tables import chat_sessions, jobs

ETA_SAMPLE = 30  # past runs behind the expected time


# What runs several times for each analysis is built once: building a statement costs more than running it.
OWNED = and_(
    jobs.c.id == bindparam("of_job"), jobs.c.attempt == bindparam("of_attempt"), jobs.c.state == JobState.RUNNING
)
# With the word itself, not a parameter: only so do both databases see that the index of what is queued serves.
QUEUED: ColumnElement[bool] = jobs.c.state == literal_column("'queued'")
_INSERT = insert(jobs)
_OLDEST = select(jobs.c.created_at).where(QUEUED).order_by(jobs.c.created_at).limit(1)
_OLDEST_BULK, _OLDEST_SINGLE = _OLDEST.where(jobs.c.priority < 0), _OLDEST.where(jobs.c.priority >= 0)
_ANY_OPEN = select(jobs.c.id).where(jobs.c.state.in_([JobState.QUEUED, JobState.RUNNING])).limit(1)
_SAVE_PROGRESS = (
    update(jobs)
    .where(OWNED)
    .values(steps=bindparam("to_steps"), rev=jobs.c.rev + 1, lease_until=bindparam("to_lease"))
    .returning(jobs)
)
_FINISH = (
    update(jobs)
    .where(OWNED)
    .values(
        state=bindparam("to_state"),
        finished_at=bindparam("to_finished"),
        lease_until=None,
        rev=jobs.c.rev + 1,
        error=bindparam("to_error"),
    )
    .returning(jobs)
)
# On SQLite, where nobody else writes meanwhile.
_NEXT_SEQ = select(chat_sessions.c.last_seq + 1).where(chat_sessions.c.id == bindparam("of_session")).scalar_subquery()
_FINISH_WITH_NEXT = _FINISH.values(result_seq=_NEXT_SEQ)
_SET_RESULT = update(jobs).where(jobs.c.id == bindparam("of_job")).values(result_seq=bindparam("to_seq"))


def insert_job(connection: Connection, job: Job, *, now: datetime, locale: str, priority: int = 0) -> None:
    """Queue a job; the question's transaction carries it, so neither exists without the other."""
    values = {
        "id": job.id,
        "session_id": job.session_id,
        "question_seq": job.question_seq,
        "sku": job.sku,
        "request": job.request,
        "state": JobState.QUEUED,
        "steps": to_data(job.steps),
        "rev": job.rev,
        "priority": priority,
        "locale": locale,
        "correlation_id": job.correlation_id,
        "created_at": now,
        "kind": job.kind,
        "parent_id": job.parent_id,
        "done": job.done,
        "total": job.total,
    }
    connection.execute(_INSERT, values)


def save_progress(
    connection: Connection, job_id: str, attempt: int, steps: Sequence[Step], *, lease_until: datetime
) -> Job | None:
    """Store a newer snapshot and extend the lease; None if this attempt no longer owns the job."""
    given = {**_owner(job_id, attempt), "to_steps": to_data(tuple(steps)), "to_lease": lease_until}
    row = connection.execute(_SAVE_PROGRESS, given).one_or_none()
    return None if row is None else to_job(row)


def extend_lease(connection: Connection, job_id: str, attempt: int, *, lease_until: datetime) -> bool:
    """Heartbeat; False if this attempt no longer owns the job."""
    query = update(jobs).where(_owned(job_id, attempt)).values(lease_until=lease_until)
    return connection.execute(query).rowcount == 1


def finish(
    connection: Connection, job_id: str, attempt: int, state: JobState, *, now: datetime, error: str | None = None
) -> Job | None:
    """running -> done | failed, for the attempt that owns it; None fences a stale one off."""
    given = {**_owner(job_id, attempt), "to_state": state, "to_finished": now, "to_error": error}
    row = connection.execute(_FINISH, given).one_or_none()
    return None if row is None else to_job(row)


def finish_with_next(connection: Connection, job: Job, *, now: datetime) -> Job | None:
    """running -> done with the message that the conversation gets next; the whole database must be locked."""
    given = {**_owner(job.id, job.attempt), "of_session": job.session_id}
    row = connection.execute(
        _FINISH_WITH_NEXT, given | {"to_state": JobState.DONE, "to_finished": now, "to_error": None}
    ).one_or_none()
    return None if row is None else to_job(row)


def set_result(connection: Connection, job_id: str, seq: int) -> None:
    """Remember which message ended the job."""
    connection.execute(_SET_RESULT, {"of_job": job_id, "to_seq": seq})


def cancel(connection: Connection, job_id: str, session_id: int, *, now: datetime) -> Job | None:
    """queued | running -> cancelled; None if it has ended or is not of this session."""
    query = (
        update(jobs)
        .where(
            jobs.c.id == job_id,
            jobs.c.session_id == session_id,
            jobs.c.state.in_([JobState.QUEUED, JobState.RUNNING]),
        )
        .values(state=JobState.CANCELLED, finished_at=now, lease_until=None, rev=jobs.c.rev + 1)
        .returning(jobs)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else to_job(row)


def release(connection: Connection, job_id: str, attempt: int, *, forgive: bool = False) -> Job | None:
    """running -> queued: a worker hands back what it cannot finish, or its parent saw it die.

    To `forgive`: the job was not to blame, and this attempt does not count. Its number is never used again: it fences.
    """
    query = (
        update(jobs)
        .where(_owned(job_id, attempt))
        .values(
            state=JobState.QUEUED,
            worker=None,
            lease_until=None,
            rev=jobs.c.rev + 1,
            forgiven=jobs.c.forgiven + int(forgive),
        )
        .returning(jobs)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else to_job(row)


@dataclass(frozen=True, slots=True)
class Lease:
    """What an attempt's heartbeats change."""

    job_id: str
    attempt: int
    until: datetime


def find_leases(connection: Connection) -> list[Lease]:
    """Of everything that runs and is kept alive by heartbeats."""
    query = select(jobs.c.id, jobs.c.attempt, jobs.c.lease_until)
    held = query.where(jobs.c.state == JobState.RUNNING, jobs.c.lease_until.is_not(None))
    return [Lease(*row) for row in connection.execute(held)]


def lock_if_unchanged(connection: Connection, lease: Lease) -> bool:
    """Whether no heartbeat has come since; the job's row is locked until the transaction ends."""
    query = select(jobs.c.id).where(
        jobs.c.id == lease.job_id,
        jobs.c.attempt == lease.attempt,
        jobs.c.state == JobState.RUNNING,
        jobs.c.lease_until == lease.until,
    )
    return connection.execute(query.with_for_update()).first() is not None


def find_running(connection: Connection, worker: str) -> list[Job]:
    """What this worker holds."""
    query = select(jobs).where(jobs.c.state == JobState.RUNNING, jobs.c.worker == worker)
    return [to_job(row) for row in connection.execute(query)]


def find_all_running(connection: Connection) -> list[Job]:
    """What any worker holds; a run that waits for its parts is held by none."""
    query = select(jobs).where(jobs.c.state == JobState.RUNNING, jobs.c.worker.is_not(None))
    return [to_job(row) for row in connection.execute(query)]


def any_queued(connection: Connection) -> bool:
    """Whether a job waits to be claimed."""
    query = select(jobs.c.id).where(QUEUED).limit(1)
    return connection.execute(query).first() is not None


def any_open(connection: Connection) -> bool:
    """Whether anybody waits for anything: a job that is queued or runs."""
    return connection.execute(_ANY_OPEN).first() is not None


def find_open(connection: Connection, session_id: int) -> list[Job]:
    """A session's jobs that are queued or running, oldest first; the parts of a run are nobody's business."""
    query = select(jobs).where(
        jobs.c.session_id == session_id,
        jobs.c.state.in_([JobState.QUEUED, JobState.RUNNING]),
        jobs.c.parent_id.is_(None),
    )
    return [to_job(row) for row in connection.execute(query.order_by(jobs.c.created_at, jobs.c.id))]


def get_job(connection: Connection, job_id: str) -> Job | None:
    """One job by id."""
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()
    return None if row is None else to_job(row)


def count_by_state(connection: Connection) -> dict[JobState, int]:
    """How many jobs are in each state."""
    query = select(jobs.c.state, func.count()).group_by(jobs.c.state)
    return {JobState(state): number for state, number in connection.execute(query)}


def oldest_queued(connection: Connection) -> datetime | None:
    """Since when the question that has waited longest has waited; a run over the catalogue may wait its turn."""
    waiting = select(jobs.c.created_at).where(QUEUED, jobs.c.priority >= 0)
    query = waiting.order_by(jobs.c.created_at).limit(1)
    moment: datetime | None = connection.execute(query).scalar()
    return moment


def oldest_waiting(connection: Connection, *, bulk: bool) -> datetime | None:
    """Since when the oldest queued job of a kind has waited: questions, or parts of runs over the catalogue."""
    moment: datetime | None = connection.execute(_OLDEST_BULK if bulk else _OLDEST_SINGLE).scalar()
    return moment


def typical_seconds(connection: Connection) -> float | None:
    """Median run time of the newest finished analyses, in seconds; None while there is none."""
    query = (
        select(jobs.c.started_at, jobs.c.finished_at)
        .where(jobs.c.state == JobState.DONE, jobs.c.kind == ANALYSIS)
        .order_by(jobs.c.finished_at.desc())
        .limit(ETA_SAMPLE)
    )
    runs = [(row.finished_at - row.started_at) / timedelta(seconds=1) for row in connection.execute(query)]
    return statistics.median(runs) if runs else None


def _owner(job_id: str, attempt: int) -> dict[str, Any]:
    return {"of_job": job_id, "of_attempt": attempt}


def _owned(job_id: str, attempt: int) -> Any:
    return and_(jobs.c.id == job_id, jobs.c.attempt == attempt, jobs.c.state == JobState.RUNNING)


def draft_of(draft: dict[str, Any] | None, attempt: int) -> str:
    """Of this attempt; what an earlier one left is of no use."""
    return str(draft["text"]) if draft and draft.get("attempt") == attempt else ""


def to_job(row: Row[Any]) -> Job:
    """A row of the table."""
    return Job(
        id=row.id,
        session_id=row.session_id,
        question_seq=row.question_seq,
        sku=row.sku,
        state=JobState(row.state),
        attempt=row.attempt,
        rev=row.rev,
        steps=tuple(Step(**step) for step in row.steps),
        request=row.request,
        created_at=row.created_at,
        started_at=row.started_at,
        correlation_id=row.correlation_id,
        locale=row.locale,
        result_seq=row.result_seq,
        kind=row.kind,
        parent_id=row.parent_id,
        forgiven=row.forgiven,
        done=row.done,
        total=row.total,
        draft=draft_of(row.draft, row.attempt),
        partial=tuple(row.partial or ()),
    )
