"""An answer is stored and its job ended, both or neither: the transaction that every result waits for.

On PostgreSQL it is one statement that commits by itself: one trip to the server instead of seven, and the
conversation's row stays locked for the time of a commit and no longer. On SQLite trips cost nothing and the whole file
is locked, so there it is three statements.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, insert, select, true, update

from reposto.model.message import Job, JobState, Message, Sender, Step
from reposto.storage import chat, jobs
from reposto.storage.engine import Store
from reposto.storage.tables import chat_messages, chat_sessions
from reposto.storage.tables import jobs as table

SENDER: Sender = "ai"


def save_answer(
    store: Store, job: Job, content: str, metadata: dict[str, Any], *, now: datetime
) -> tuple[Message, Job] | None:
    """The message and the job as it ended; None if this attempt no longer owns it, and then nothing is stored."""
    if store.dialect == "postgresql":
        return _save_at_once(store, job, content, metadata, now)
    with store.write() as connection:
        ended = jobs.finish_with_next(connection, job, now=now)
        if ended is None:
            return None
        message = chat.append_message(
            connection, job.session_id, SENDER, content, now=now, metadata=metadata, in_reply_to=job.question_seq
        )
    return message, ended


def _save_at_once(
    store: Store, job: Job, content: str, metadata: dict[str, Any], now: datetime
) -> tuple[Message, Job] | None:
    full = {**metadata, "in_reply_to": job.question_seq}
    given = {
        "of_session": job.session_id,
        "of_job": job.id,
        "of_attempt": job.attempt,
        "to_finished": now,
        "to_content": content,
        "to_metadata": full,
        "to_reply": job.question_seq,
    }
    with store.single() as connection:
        row = connection.execute(_AT_ONCE, given).one_or_none()
    if row is None:
        return None
    message = Message(row.message_id, job.session_id, row.result_seq, SENDER, content, now, full)
    return message, _ended(job, row)


def _ended(job: Job, row: Row[Any]) -> Job:
    """With what may have changed since it was claimed: to bring the rest along costs more than it looks."""
    return replace(
        job,
        state=JobState.DONE,
        rev=row.rev,
        result_seq=row.result_seq,
        steps=tuple(Step(**step) for step in row.steps),
        draft=jobs.draft_of(row.draft, job.attempt),
    )


def statement(owned: ColumnElement[bool]) -> Select[Any]:
    """Each part needs the rows of the one before, so the locks are taken as everywhere: conversation, then job.

    A row that somebody else has just changed is looked at again once that is committed, with its newest values: the
    `seq` is the next one, and `owned` fences, as in a transaction of several statements.
    """
    locked = (
        select(chat_sessions.c.id, chat_sessions.c.last_seq)
        .where(chat_sessions.c.id == bindparam("of_session"))
        .with_for_update()
        .cte("locked")
    )
    ended = (
        update(table)
        .where(owned, table.c.session_id == locked.c.id)
        .values(
            state=JobState.DONE,
            finished_at=bindparam("to_finished"),
            lease_until=None,
            rev=table.c.rev + 1,
            error=None,
            result_seq=locked.c.last_seq + 1,
        )
        .returning(table.c.session_id, table.c.rev, table.c.result_seq, table.c.steps, table.c.draft)
        .cte("ended")
    )
    counted = (
        update(chat_sessions)
        .where(chat_sessions.c.id == ended.c.session_id)
        .values(last_seq=ended.c.result_seq)
        .returning(chat_sessions.c.id)
        .cte("counted")
    )
    said = (
        insert(chat_messages)
        .from_select(
            ["session_id", "seq", "sender", "content", "criado_em", "metadata", "in_reply_to"],
            select(
                ended.c.session_id,
                ended.c.result_seq,
                bindparam("to_sender", SENDER, type_=chat_messages.c.sender.type),
                bindparam("to_content", type_=chat_messages.c.content.type),
                bindparam("to_finished", type_=chat_messages.c.criado_em.type),
                bindparam("to_metadata", type_=chat_messages.c.metadata.type),
                bindparam("to_reply", type_=chat_messages.c.in_reply_to.type),
            ).where(ended.c.session_id == counted.c.id),
        )
        .returning(chat_messages.c.id)
        .cte("said")
    )
    given = (ended.c.rev, ended.c.result_seq, ended.c.steps, ended.c.draft)
    return select(*given, said.c.id.label("message_id")).join_from(ended, said, true())


_AT_ONCE = statement(jobs.OWNED)
