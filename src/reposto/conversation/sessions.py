"""Conversations: open, list, read, resume, delete, and stop what runs in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reposto.conversation import runs
from reposto.conversation.change import Change
from reposto.conversation.replies import say_cancelled
from reposto.model.errors import Conflict, NotFound
from reposto.model.message import Job, Message, Session
from reposto.storage import chat, jobs
from reposto.storage.engine import Store


@dataclass(frozen=True, slots=True)
class Position:
    """Where a session stands when a client connects: read it after subscribing, never before."""

    last_seq: int
    epoch: str
    jobs: tuple[Job, ...]


def open_session(store: Store, user_id: int, *, now: datetime) -> Session:
    """Start a conversation."""
    with store.write() as connection:
        return chat.create_session(connection, user_id, now)


def list_sessions(store: Store, user_id: int, *, limit: int, before: int | None) -> list[Session]:
    """A user's conversations, newest first."""
    with store.read() as connection:
        return chat.list_sessions(connection, user_id, limit=limit, before=before)


def access_session(store: Store, session_id: int, user_id: int) -> Session:
    """The session if it is this user's, else NotFound."""
    with store.read() as connection:
        return chat.access_session(connection, session_id, user_id)


def read_history(store: Store, session_id: int, user_id: int, *, after: int, limit: int) -> list[Message]:
    """Messages with `seq > after`, for their owner."""
    with store.read() as connection:
        chat.access_log(connection, session_id, user_id)
        return chat.read_messages(connection, session_id, after=after, limit=limit)


def resume(store: Store, session_id: int, user_id: int) -> Position:
    """The session's newest `seq`, the database's epoch and the running jobs, in one snapshot."""
    with store.read() as connection:
        session = chat.access_log(connection, session_id, user_id)
        return Position(session.last_seq, chat.get_epoch(connection), tuple(jobs.find_open(connection, session_id)))


def read_after(store: Store, session_id: int, *, after: int, limit: int) -> list[Message]:
    """Messages for a connection that was admitted already."""
    with store.read() as connection:
        return chat.read_messages(connection, session_id, after=after, limit=limit)


def newest_seqs(store: Store, session_ids: list[int]) -> dict[int, int]:
    """For the sweep: where each session that somebody has open stands."""
    with store.read() as connection:
        return chat.last_seqs(connection, session_ids)


def cancel(store: Store, session_id: int, user_id: int, job_id: str, *, now: datetime) -> Change:
    """End a queued or running analysis; Conflict if it has ended, NotFound if it isn't this session's."""
    with store.write() as connection:
        chat.access_session(connection, session_id, user_id)
        chat.lock_session(connection, session_id)
        known = jobs.get_job(connection, job_id) if job_id.isprintable() else None  # no database takes a NUL
        if known is None or known.session_id != session_id or known.parent_id is not None:
            raise NotFound("Esta análise não existe.", "There is no such analysis.")
        ended = jobs.cancel(connection, job_id, session_id, now=now)
        if ended is None:
            raise Conflict("Esta análise já terminou.", "This analysis has already ended.")
        message = say_cancelled(connection, ended, now=now)
        parts = runs.drop_parts(connection, ended)
    return Change(session_id, (message,), (ended,), cancelled=(job_id, *parts))


def delete_session(store: Store, session_id: int, user_id: int, *, now: datetime) -> Change:
    """Delete a conversation; what runs in it is cancelled."""
    with store.write() as connection:
        chat.access_session(connection, session_id, user_id)
        chat.lock_session(connection, session_id)
        running = [job.id for job in jobs.find_open(connection, session_id)]
        for job_id in tuple(running):
            ended = jobs.cancel(connection, job_id, session_id, now=now)
            running += [] if ended is None else runs.drop_parts(connection, ended)
        chat.delete_session(connection, session_id)
    return Change(session_id, cancelled=tuple(running), deleted=True)
