"""A job's life on the worker's side: claim, heartbeat, progress, answer, fail, hand back, reap.

Only the newest attempt of a running job may move it. Everything a slower, older attempt tries raises StaleAttempt,
so a job that was taken up again after a crash or a pause still ends in exactly one message.

Whoever locks a session's row and a job's takes the session first; the other way round two could wait for each other.

What a claim, a heartbeat or a progress snapshot wrote need not outlast a power cut on SQLite: no worker outlasts it
either, and the next server takes up every job that has no result. So they don't wait for the disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from reposto.conversation import runs
from reposto.conversation.change import Change
from reposto.language import prose
from reposto.model.errors import AnalysisCancelled, StaleAttempt
from reposto.model.message import CATALOGUE, Job, JobState, Message, Step
from reposto.storage import catalogue, chat, claims, endings, jobs
from reposto.storage.engine import Store
from reposto.storage.runs import lock_run

# G9 asks for a dead worker's job to be taken up within 10 s: lease + reaper's round stay below that.
LEASE = timedelta(seconds=7)
HEARTBEAT_S = 2.0  # three chances before the lease ends
REAP_EVERY_S = 1.0
DEAD_AFTER_S = 6.0  # without a heartbeat, from when the last one was seen, at most REAP_EVERY_S after it came
LOOKS_AT_LEAST = 4  # and seen so often meanwhile: while the database was away, nobody could send a heartbeat


def claim(store: Store, *, worker: str, now: datetime, bulk: bool = True) -> tuple[Job, Change] | None:
    """Take the next queued job, its first consultation shown as running; None when there is nothing to do.

    Without `bulk`, jobs of catalogue-wide runs (priority below 0) are left to others.
    """
    job = claims.claim_next(store, worker=worker, lease_until=now + LEASE, now=now, bulk=bulk)
    return None if job is None else (job, _shown(job))


def _shown(job: Job) -> Change:
    """What tabs see of a job that moved: nothing of a part."""
    return Change(job.session_id, jobs=() if job.parent_id is not None else (job,))


def heartbeat(store: Store, job: Job, *, now: datetime) -> None:
    """Extend the lease, or learn that the job is no longer ours."""
    with store.write(lasting=False) as connection:
        if not jobs.extend_lease(connection, job.id, job.attempt, lease_until=now + LEASE):
            _refuse(connection, job)


def progress(store: Store, job: Job, steps: Sequence[Step], *, now: datetime) -> Change:
    """Save how far the analysis is and extend the lease."""
    with store.write(lasting=False) as connection:
        shown = jobs.save_progress(connection, job.id, job.attempt, steps, lease_until=now + LEASE)
        if shown is None:
            _refuse(connection, job)
            raise AssertionError  # _refuse always raises
    return Change(job.session_id, jobs=(shown,))


def answer(store: Store, job: Job, content: str, metadata: dict[str, Any], *, now: datetime) -> Change:
    """Store the result and end the job, both or neither."""
    full = {"type": "analysis_result", "sku": job.sku, "job_id": job.id, **metadata}
    saved = endings.save_answer(store, job, content, full, now=now)
    if saved is None:
        with store.read() as connection:
            _refuse(connection, job)
        raise AssertionError
    message, ended = saved
    return Change(job.session_id, (message,), (ended,))


def fail(store: Store, job: Job, *, reason: str, detail: str, now: datetime) -> Change:
    """End the job with an error that a buyer can read; `detail` is for the operator, kept on the job."""
    if job.parent_id is not None:
        return _fail_part(store, job, detail, now)
    with store.write() as connection:
        chat.lock_session(connection, job.session_id)
        ended = jobs.finish(connection, job.id, job.attempt, JobState.FAILED, now=now, error=detail[:2000])
        if ended is None:
            _refuse(connection, job)
            raise AssertionError
        message = _say_failed(connection, job, reason, now)
        dropped = runs.drop_parts(connection, job) if job.kind == CATALOGUE else ()
    return Change(job.session_id, (message,), (ended,), cancelled=dropped)


def _fail_part(store: Store, part: Job, detail: str, now: datetime) -> Change:
    """The run goes on without it."""
    with store.write() as connection:
        change = runs.give_up_part(connection, part, now=now, error=detail[:2000])
        if change is None:
            _refuse(connection, part)
            raise AssertionError
    return change


def hand_back_all(store: Store, *, worker: str, now: datetime, forgive: bool = False) -> list[Change]:
    """Give back whatever a dead worker held; to `forgive`: it was told to leave, and the attempt doesn't count."""
    with store.read() as connection:
        held = jobs.find_running(connection, worker)
    return _hand_back(store, held, now, forgive=forgive)


def hand_back_orphans(store: Store, *, now: datetime) -> list[Change]:
    """Give back everything that runs: for a server that owns its database alone and has just started."""
    with store.read() as connection:
        held = jobs.find_all_running(connection)
    return _hand_back(store, held, now)


class Watch:
    """Which leases nobody extends, by one clock: the monotonic one of whoever watches.

    The end of a lease is a time stamp of the worker's machine. Compared with ours, a clock that is ten seconds behind
    would cost every job its attempts, and one that jumped back would keep a dead worker's job for as long (R6).
    """

    def __init__(self) -> None:
        self._seen: dict[jobs.Lease, tuple[float, int]] = {}  # since when, and how often, it was seen as it is

    def find_dead(self, leases: Sequence[jobs.Lease], *, at: float) -> list[jobs.Lease]:
        """Those that have not changed for as long as a lease lasts; `at` in monotonic seconds."""
        seen = {lease: self._seen.get(lease, (at, 0)) for lease in leases}
        self._seen = {lease: (since, looks + 1) for lease, (since, looks) in seen.items()}
        return [
            lease
            for lease, (since, looks) in self._seen.items()
            if at - since >= DEAD_AFTER_S and looks >= LOOKS_AT_LEAST
        ]


def reap(store: Store, watch: Watch, *, now: datetime, at: float) -> list[Change]:
    """Take up again what nobody's heartbeat has kept alive; after the last attempt, say that it failed."""
    with store.read() as connection:
        dead = {lease.job_id: lease for lease in watch.find_dead(jobs.find_leases(connection), at=at)}
        held = [job for job_id in dead if (job := jobs.get_job(connection, job_id)) is not None]
    return _hand_back(store, held, now, unless_changed=dead)


def _hand_back(
    store: Store,
    held: Sequence[Job],
    now: datetime,
    *,
    unless_changed: Mapping[str, jobs.Lease] | None = None,
    forgive: bool = False,
) -> list[Change]:
    """Each in a transaction of its own: the session's row first, then the job's, as everybody locks them."""
    changes = []
    for job in held:
        with store.write() as connection:
            chat.lock_session(connection, job.session_id)
            if job.parent_id is not None:
                lock_run(connection, job.parent_id)
            if unless_changed is not None and not jobs.lock_if_unchanged(connection, unless_changed[job.id]):
                continue  # a heartbeat came in between
            change = _retry_or_fail(connection, job, now, forgive=forgive)
        if change is not None:
            changes.append(change)
    return changes


def _retry_or_fail(connection: Connection, job: Job, now: datetime, *, forgive: bool) -> Change | None:
    if forgive or job.attempt < job.most_attempts:
        released = jobs.release(connection, job.id, job.attempt, forgive=forgive)
        return None if released is None else replace(_shown(released), queued=True)
    if job.parent_id is not None:
        return runs.give_up_part(connection, job, now=now, error=f"{job.attempt} attempts died")
    ended = jobs.finish(connection, job.id, job.attempt, JobState.FAILED, now=now, error=f"{job.attempt} attempts died")
    if ended is None:
        return None
    dropped = runs.drop_parts(connection, job) if job.kind == CATALOGUE else ()
    return Change(job.session_id, (_say_failed(connection, job, "worker_died", now),), (ended,), cancelled=dropped)


def _say_failed(connection: Connection, job: Job, reason: str, now: datetime) -> Message:
    product = catalogue.find_named_product(connection, job.sku)
    content = prose.write_failure(reason, product, job.attempt - job.forgiven, job.locale)
    metadata = {"type": "analysis_error", "sku": job.sku, "job_id": job.id, "reason": reason}
    retry = {"action_type": "retry", "label": prose.label_recalculate(job.locale), "action_data": {"job_id": job.id}}
    return _end(connection, job, "agent", content, {**metadata, "actions": [retry]}, now)


def _end(
    connection: Connection, job: Job, sender: Any, content: str, metadata: dict[str, Any], now: datetime
) -> Message:
    message = chat.append_message(
        connection, job.session_id, sender, content, now=now, metadata=metadata, in_reply_to=job.question_seq
    )
    jobs.set_result(connection, job.id, message.seq)
    return message


def _refuse(connection: Connection, job: Job) -> None:
    present = jobs.get_job(connection, job.id)
    if present is None or present.state is JobState.CANCELLED:
        raise AnalysisCancelled
    raise StaleAttempt


def has_queued(store: Store) -> bool:
    """Whether anything waits for a worker."""
    with store.read() as connection:
        return jobs.any_queued(connection)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Since when the oldest question and the oldest part of a catalogue-wide run wait, in seconds; None: none does."""

    questions: float | None
    bulk: float | None


def look_at_waiting(store: Store, *, now: datetime) -> Waiting:
    """For a worker that may not have been told."""
    with store.read() as connection:
        oldest = [jobs.oldest_waiting(connection, bulk=bulk) for bulk in (False, True)]
    return Waiting(*(None if at is None else max((now - at).total_seconds(), 0.0) for at in oldest))


@dataclass(frozen=True, slots=True)
class Queue:
    """The jobs by state, and how long the oldest waiting one has waited, in seconds."""

    by_state: dict[JobState, int]
    oldest_seconds: float


def look_at_queue(store: Store, *, now: datetime) -> Queue:
    """For operators."""
    with store.read() as connection:
        oldest = jobs.oldest_queued(connection)
        waited = 0.0 if oldest is None else max((now - oldest).total_seconds(), 0.0)
        return Queue(jobs.count_by_state(connection), waited)
