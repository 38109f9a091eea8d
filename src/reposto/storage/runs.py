"""Runs over the whole catalogue: a job that was cut into parts, each a job of its own that nobody sees.

Whoever locks a run's row and a part's takes the run first; the other way round two could wait for each other.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from reposto.model.encode import to_data, to_json
from reposto.model.message import CATALOGUE, PART, Job, JobState, Step
from reposto.storage.catalogue import read_meta, write_meta
from reposto.storage.jobs import to_job
from reposto.storage.tables import jobs, run_results

PART_PRIORITY = -2  # a question about one product goes first, whatever waits
RUN_PRIORITY = -1  # before the parts of others: cutting one up takes milliseconds
FINISH_PRIORITY = 0  # all its parts are done, and somebody waits for it
PACE, PACE_PRODUCTS = "run_pace", 20  # a note in `meta`; products of a run that is worth noting

_END_PART = (
    update(jobs)
    .where(
        jobs.c.id == bindparam("of_job"), jobs.c.attempt == bindparam("of_attempt"), jobs.c.state == JobState.RUNNING
    )
    .values(
        state=bindparam("to_state"),
        finished_at=bindparam("to_finished"),
        lease_until=None,
        done=jobs.c.total,
        error=bindparam("to_error"),
    )
)
_LOCK_RUN = (
    select(jobs)
    .where(jobs.c.id == bindparam("of_run"), jobs.c.state == JobState.RUNNING, jobs.c.kind == CATALOGUE)
    .with_for_update()
)
_ADVANCE = (
    update(jobs)
    .where(jobs.c.id == bindparam("of_run"))
    .values(done=jobs.c.done + bindparam("more"), partial=bindparam("to_partial"), rev=jobs.c.rev + 1)
    .returning(jobs)
)


def insert_parts(connection: Connection, run: Job, parts: Sequence[Sequence[str]], *, day: date, now: datetime) -> None:
    """Queue the parts of a run: which products each has to analyse."""
    rows = [
        {
            "id": f"{run.id[:29]}-{number:06d}",
            "session_id": run.session_id,
            "question_seq": run.question_seq,
            "kind": PART,
            "sku": f"…{number}",
            "parent_id": run.id,
            "request": {"skus": list(skus), "today": day.isoformat()},
            "state": JobState.QUEUED,
            "steps": [],
            "priority": PART_PRIORITY,
            "locale": run.locale,
            "correlation_id": run.correlation_id,
            "created_at": now,
            "total": len(skus),
        }
        for number, skus in enumerate(parts, start=1)
    ]
    if rows:
        connection.execute(insert(jobs), rows)


def park(
    connection: Connection, job_id: str, attempt: int, *, done: int, total: int, steps: Sequence[Step]
) -> Job | None:
    """A run goes on without a worker until its parts are done; None if this attempt no longer owns it."""
    owned = and_(jobs.c.id == job_id, jobs.c.attempt == attempt, jobs.c.state == JobState.RUNNING)
    query = update(jobs).where(owned).values(worker=None, lease_until=None, done=done, total=total)
    row = connection.execute(
        query.values(steps=to_data(tuple(steps)), rev=jobs.c.rev + 1).returning(jobs)
    ).one_or_none()
    return None if row is None else to_job(row)


def lock_run(connection: Connection, run_id: str) -> Job | None:
    """The run if it still goes on, its row locked until the transaction ends."""
    row = connection.execute(_LOCK_RUN, {"of_run": run_id}).one_or_none()
    return None if row is None else to_job(row)


def end_part(
    connection: Connection, job_id: str, attempt: int, state: JobState, *, now: datetime, error: str | None = None
) -> bool:
    """running -> done | failed; False if this attempt no longer owns the part."""
    given = {"of_job": job_id, "of_attempt": attempt, "to_state": state, "to_finished": now, "to_error": error}
    return connection.execute(_END_PART, given).rowcount == 1


def put_back(connection: Connection, part: Job, skus: Sequence[str]) -> bool:
    """running -> queued with these products left, an attempt that doesn't count; False if the part is another's now."""
    owned = and_(jobs.c.id == part.id, jobs.c.attempt == part.attempt, jobs.c.state == JobState.RUNNING)
    query = update(jobs).where(owned)
    rest = {
        "state": JobState.QUEUED,
        "worker": None,
        "lease_until": None,
        "forgiven": jobs.c.forgiven + 1,
        "request": {**part.request, "skus": list(skus)},
        "done": part.total - len(skus),
    }
    return connection.execute(query.values(rest)).rowcount == 1


def advance(connection: Connection, run_id: str, *, more: int, partial: Sequence[dict[str, Any]]) -> Job:
    """So many more products are done; these are the most urgent lines by now."""
    given = {"of_run": run_id, "more": more, "to_partial": list(partial)}
    return to_job(connection.execute(_ADVANCE, given).one())


def count_open_parts(connection: Connection, run_id: str) -> int:
    """Parts that are queued or running."""
    query = select(func.count()).select_from(jobs)
    open_states = [JobState.QUEUED, JobState.RUNNING]
    return connection.execute(query.where(jobs.c.parent_id == run_id, jobs.c.state.in_(open_states))).scalar_one()


def has_parts(connection: Connection, run_id: str) -> bool:
    """Whether the run was cut up already."""
    return connection.execute(select(jobs.c.id).where(jobs.c.parent_id == run_id).limit(1)).first() is not None


def failed_skus(connection: Connection, run_id: str) -> set[str]:
    """The products of parts that were given up."""
    query = select(jobs.c.request).where(jobs.c.parent_id == run_id, jobs.c.state == JobState.FAILED)
    return {sku for (request,) in connection.execute(query) for sku in request["skus"]}


def queue_finish(connection: Connection, run_id: str) -> Job | None:
    """All parts are done: a worker shall put the run together."""
    query = update(jobs).where(
        jobs.c.id == run_id, jobs.c.state == JobState.RUNNING, jobs.c.worker.is_(None), jobs.c.kind == CATALOGUE
    )
    row = connection.execute(
        query.values(state=JobState.QUEUED, priority=FINISH_PRIORITY, rev=jobs.c.rev + 1).returning(jobs)
    ).one_or_none()
    return None if row is None else to_job(row)


def note_pace(connection: Connection, run: Job, *, now: datetime) -> None:
    """Remember how long a product took, for the expected time of the next run; little is learnt from a short one."""
    query = select(func.coalesce(func.sum(jobs.c.total), 0)).where(jobs.c.parent_id == run.id)
    analysed = int(connection.execute(query).scalar_one())
    if analysed >= PACE_PRODUCTS and run.created_at is not None:
        seconds = (now - run.created_at).total_seconds()
        write_meta(connection, PACE, f"{seconds / analysed:.6f}")


def read_pace(connection: Connection) -> float | None:
    """Seconds a product took in the last run; None before the first."""
    known = read_meta(connection).get(PACE)
    return None if known is None else float(known)


def delete_parts(connection: Connection, run_id: str) -> list[str]:
    """The parts are no longer needed; which of them a worker has in its hands."""
    gone = delete(jobs).where(jobs.c.parent_id == run_id).returning(jobs.c.id, jobs.c.state)
    return [row.id for row in connection.execute(gone).all() if row.state == JobState.RUNNING]


def save_run_result(connection: Connection, job_id: str, kind: str, result: Any, *, now: datetime) -> None:
    """Keep the whole list of a run."""
    payload = zlib.compress(to_json(result), 3)
    connection.execute(insert(run_results).values(job_id=job_id, kind=kind, payload=payload, created_at=now))


def load_run_result(connection: Connection, job_id: str) -> tuple[str, dict[str, Any]] | None:
    """Kind and data of the list that a run ended with."""
    query = select(run_results.c.kind, run_results.c.payload).where(run_results.c.job_id == job_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.kind, orjson.loads(zlib.decompress(row.payload)))
