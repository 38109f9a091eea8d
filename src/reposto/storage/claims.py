"""A job is claimed by one statement, the same on both databases: found, moved from queued to running, and returned.

On PostgreSQL it commits by itself: one trip to the server instead of four.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, bindparam, case, func, literal_column, select, true, update

from reposto.model.message import ANALYSIS, Job, JobState
from reposto.storage.engine import Store
from reposto.storage.jobs import QUEUED, to_job
from reposto.storage.tables import jobs

# Of an attempt that begins: its first consultation runs, what an earlier one did is not begun. In SQL, because a
# round trip between finding a job and taking it would be a second for somebody else to take it in.
_STEPS = {
    "postgresql": """(
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'name', s.step ->> 'name', 'label', s.step ->> 'label',
            'state', CASE WHEN s.place = 1 THEN 'running' ELSE 'waiting' END, 'seconds', NULL) ORDER BY s.place), '[]')
        FROM jsonb_array_elements(jobs.steps) WITH ORDINALITY AS s(step, place))""",
    "sqlite": """(
        SELECT json_group_array(json(one)) FROM (
            SELECT json_object(
                'name', json_extract(s.value, '$.name'), 'label', json_extract(s.value, '$.label'),
                'state', CASE WHEN s.key = 0 THEN 'running' ELSE 'waiting' END, 'seconds', NULL) AS one
            FROM json_each(jobs.steps) AS s ORDER BY s.key))""",
}
# A claim need not outlast a power cut: no worker outlasts it either. Here, since the transaction is this statement.
_NOT_LASTING = func.set_config("synchronous_commit", "off", True).label("lasting")


def claim_next(store: Store, *, worker: str, lease_until: datetime, now: datetime, bulk: bool = True) -> Job | None:
    """Take the oldest queued job of the highest priority, with attempt + 1; no two workers get the same one.

    Without `bulk`, jobs of catalogue-wide runs (priority below 0) are left to others.
    """
    given = {"to_worker": worker, "to_lease": lease_until, "to_started": now}
    with store.single(lasting=False) as connection:
        row = connection.execute(_CLAIMS[store.dialect, bulk], given).one_or_none()
    return None if row is None else to_job(row)


def statement(dialect: str, wanted: ColumnElement[bool]) -> Executable:
    """The claim of the first of those that are `wanted`."""
    first = (
        select(jobs.c.id)
        .where(QUEUED, wanted)
        .order_by(jobs.c.priority.desc(), jobs.c.created_at, jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = update(jobs).values(
        state=JobState.RUNNING,
        attempt=jobs.c.attempt + 1,
        rev=jobs.c.rev + 1,
        worker=bindparam("to_worker"),
        lease_until=bindparam("to_lease"),
        started_at=bindparam("to_started"),
        steps=case((jobs.c.kind == ANALYSIS, _steps(dialect)), else_=jobs.c.steps),
    )
    if dialect == "postgresql":
        # Not `id = (SELECT …)`: that might be carried out more than once, and lock another job each time.
        found = first.cte("found")
        return taken.where(jobs.c.id == found.c.id).returning(*jobs.c, _NOT_LASTING)
    return taken.where(jobs.c.id == first.scalar_subquery()).returning(*jobs.c)


def _steps(dialect: str) -> ColumnElement[Any]:
    return literal_column(_STEPS[dialect], jobs.c.steps.type)


_CLAIMS = {
    (dialect, bulk): statement(dialect, true() if bulk else jobs.c.priority >= 0)
    for dialect in ("sqlite", "postgresql")
    for bulk in (True, False)
}
