"""The part of an answer that may be shown while the rest of it is being written, on the job's row."""

from __future__ import annotations

from sqlalchemy import Connection, update

from reposto.model.message import Job, JobState
from reposto.storage.jobs import to_job
from reposto.storage.tables import jobs


def save_draft(connection: Connection, job: Job, text: str) -> Job | None:
    """Keep the text so far; None if this attempt no longer owns the job."""
    query = (
        update(jobs)
        .where(jobs.c.id == job.id, jobs.c.attempt == job.attempt, jobs.c.state == JobState.RUNNING)
        .values(draft={"attempt": job.attempt, "text": text}, rev=jobs.c.rev + 1)
        .returning(jobs)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else to_job(row)
