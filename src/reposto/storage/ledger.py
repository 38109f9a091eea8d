"""Numbers for operators that only the tables know: what ended, what was imported, how long a look takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from reposto.model.message import ANALYSIS, JobState
from reposto.storage.tables import imports, jobs, meta

ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Ended(NamedTuple):
    """A job that ended."""

    kind: str
    state: str
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime


def read_ended(connection: Connection, after: datetime, upto: datetime) -> Iterator[Ended]:
    """Jobs that ended in this stretch of time."""
    query = select(
        jobs.c.kind, jobs.c.state, jobs.c.attempt, jobs.c.created_at, jobs.c.started_at, jobs.c.finished_at
    ).where(jobs.c.state.in_(ENDED), jobs.c.finished_at > after, jobs.c.finished_at <= upto)
    for row in connection.execute(query):
        yield Ended(*row)


def oldest_waiting(connection: Connection, *, interactive: bool) -> datetime | None:
    """Since when the job that has waited longest has waited: a buyer's question, or a run or a part of one.

    By kind, not by priority: a run that waits to be put together was asked for minutes ago, and is no late question.
    """
    lane = jobs.c.kind == ANALYSIS if interactive else jobs.c.kind != ANALYSIS
    query = select(func.min(jobs.c.created_at)).where(jobs.c.state == JobState.QUEUED, lane)
    moment: datetime | None = connection.execute(query).scalar()
    return moment


def count_imported(connection: Connection) -> dict[str, int]:
    """Rows of all files that were taken in, by what they hold."""
    query = select(imports.c.kind, func.sum(imports.c.rows)).group_by(imports.c.kind)
    return {kind: int(number) for kind, number in connection.execute(query)}


def look(connection: Connection) -> None:
    """The cheapest question that needs an answer from the database."""
    connection.execute(_LOOK).first()


_LOOK: Any = select(meta.c.value).where(meta.c.key == "epoch")
