"""Chat sessions and messages. `append_message` is the only way a message gets its `seq`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, text, update

from reposto.model.errors import NotFound
from reposto.model.message import Message, Sender, Session
from reposto.storage.catalogue import next_number
from reposto.storage.tables import chat_messages, chat_sessions, meta

PREVIEW_CHARS = 120
CHAT, ORDERS = "chat", "orders"  # kinds of sessions
ORDER_LOG = "order_log"  # in `meta`: its session

# What every question and every result needs is built once: building a statement costs more than running it.
_ACCESS = select(chat_sessions).where(
    chat_sessions.c.id == bindparam("of_session"), chat_sessions.c.user_id == bindparam("of_user")
)
_LOCK = select(chat_sessions.c.id).where(chat_sessions.c.id == bindparam("of_session")).with_for_update()
_TAKE_SEQ = (
    update(chat_sessions)
    .where(chat_sessions.c.id == bindparam("of_session"))
    .values(last_seq=chat_sessions.c.last_seq + 1)
    .returning(chat_sessions.c.last_seq, chat_sessions.c.preview)
)
_INSERT_MESSAGE = insert(chat_messages).returning(chat_messages.c.id)
_READ_AFTER = (
    select(chat_messages)
    .where(chat_messages.c.session_id == bindparam("of_session"), chat_messages.c.seq > bindparam("after_seq"))
    .order_by(chat_messages.c.seq)
    .limit(bindparam("at_most"))
)
_FIND_BY_CLIENT_ID = select(chat_messages).where(
    chat_messages.c.session_id == bindparam("of_session"), chat_messages.c.client_id == bindparam("of_client")
)
# One parameter: a placeholder for each of ten thousand sessions took 50 ms of the server's interpreter a second.
_LAST_SEQS_SQLITE = text("SELECT id, last_seq FROM chat_sessions WHERE id IN (SELECT value FROM json_each(:ids))")
_LAST_SEQS_POSTGRESQL = text("SELECT id, last_seq FROM chat_sessions WHERE id = ANY(CAST(:ids AS bigint[]))")


def get_epoch(connection: Connection) -> str:
    """The lineage of this database; a restored backup has another."""
    epoch: str = connection.execute(select(meta.c.value).where(meta.c.key == "epoch")).scalar_one()
    return epoch


def create_session(connection: Connection, user_id: int, now: datetime) -> Session:
    """Open a conversation for a user."""
    query = insert(chat_sessions).values(user_id=user_id, criado_em=now).returning(chat_sessions.c.id)
    session_id = connection.execute(query).scalar_one()
    return Session(id=session_id, criado_em=now, last_seq=0, message_count=0, preview="")


def access_session(connection: Connection, session_id: int, user_id: int) -> Session:
    """The session if this user may see it; somebody else's looks like one that doesn't exist."""
    row = connection.execute(_ACCESS, {"of_session": session_id, "of_user": user_id}).one_or_none()
    if row is None or row.kind != CHAT:
        raise _no_such_session()
    return _session(row)


def access_log(connection: Connection, session_id: int, user_id: int) -> Session:
    """What this user may listen to: his own sessions, and the log of the company's orders, which is everybody's."""
    row = connection.execute(_ACCESS, {"of_session": session_id, "of_user": user_id}).one_or_none()
    if row is None:
        log = select(chat_sessions).where(chat_sessions.c.id == session_id, chat_sessions.c.kind == ORDERS)
        row = connection.execute(log).one_or_none()
    if row is None:
        raise _no_such_session()
    return _session(row)


def open_order_log(connection: Connection, user_id: int, now: datetime) -> int:
    """The session that holds what happened to orders; made at its first need."""
    found = find_order_log(connection)
    if found is None:
        next_number(connection, "order_log_turn")  # its row stays locked: two never make two logs
        found = find_order_log(connection)
    if found is not None:
        return found
    query = insert(chat_sessions).values(user_id=user_id, criado_em=now, kind=ORDERS).returning(chat_sessions.c.id)
    session_id: int = connection.execute(query).scalar_one()
    connection.execute(insert(meta).values(key=ORDER_LOG, value=str(session_id)))
    return session_id


def find_order_log(connection: Connection) -> int | None:
    """The session of the order log, once there is one."""
    value = connection.execute(select(meta.c.value).where(meta.c.key == ORDER_LOG)).scalar()
    return None if value is None else int(value)


def _no_such_session() -> NotFound:
    return NotFound("Esta conversa não existe.", "There is no such conversation.")


def list_sessions(connection: Connection, user_id: int, *, limit: int, before: int | None) -> list[Session]:
    """A user's conversations, newest first; `before` is the id to continue from."""
    query = select(chat_sessions).where(chat_sessions.c.user_id == user_id, chat_sessions.c.kind == CHAT)
    if before is not None:
        query = query.where(chat_sessions.c.id < before)
    return [_session(row) for row in connection.execute(query.order_by(chat_sessions.c.id.desc()).limit(limit))]


def delete_session(connection: Connection, session_id: int) -> None:
    """Delete a conversation with its messages and jobs."""
    connection.execute(delete(chat_sessions).where(chat_sessions.c.id == session_id))


def append_message(
    connection: Connection,
    session_id: int,
    sender: Sender,
    content: str,
    *,
    now: datetime,
    metadata: dict[str, Any] | None = None,
    in_reply_to: int | None = None,
    client_id: str | None = None,
) -> Message:
    """Store a message under the session's next `seq`.

    The UPDATE locks the session's row until the transaction ends, so a later `seq` can never become visible before
    an earlier one: a reader at `seq` n has seen everything up to n. A database sequence would not give that.
    """
    row = connection.execute(_TAKE_SEQ, {"of_session": session_id}).one_or_none()
    if row is None:
        raise NotFound("Esta conversa não existe mais.", "This conversation no longer exists.")
    if in_reply_to is not None:
        metadata = {**(metadata or {}), "in_reply_to": in_reply_to}
    values = {
        "session_id": session_id,
        "seq": row.last_seq,
        "sender": sender,
        "content": content,
        "criado_em": now,
        "metadata": metadata,
        "in_reply_to": in_reply_to,
        "client_id": client_id,
    }
    message_id = connection.execute(_INSERT_MESSAGE, values).scalar_one()
    if sender == "human" and not row.preview:
        preview = " ".join(content.split())[:PREVIEW_CHARS]
        connection.execute(update(chat_sessions).where(chat_sessions.c.id == session_id).values(preview=preview))
    return Message(message_id, session_id, row.last_seq, sender, content, now, metadata)


def lock_session(connection: Connection, session_id: int) -> None:
    """Hold the session's row until the transaction ends."""
    connection.execute(_LOCK, {"of_session": session_id})


def read_messages(connection: Connection, session_id: int, *, after: int, limit: int) -> list[Message]:
    """Messages with `seq > after`, ascending."""
    given = {"of_session": session_id, "after_seq": after, "at_most": limit}
    return [_message(row) for row in connection.execute(_READ_AFTER, given)]


def read_last_messages(connection: Connection, session_id: int, limit: int) -> list[Message]:
    """The newest messages, oldest of them first."""
    query = select(chat_messages).where(chat_messages.c.session_id == session_id)
    rows = connection.execute(query.order_by(chat_messages.c.seq.desc()).limit(limit)).all()
    return [_message(row) for row in reversed(rows)]


def find_by_client_id(connection: Connection, session_id: int, client_id: str) -> Message | None:
    """The message that was stored under this client id, if it was."""
    row = connection.execute(_FIND_BY_CLIENT_ID, {"of_session": session_id, "of_client": client_id}).one_or_none()
    return None if row is None else _message(row)


def find_replies(connection: Connection, session_id: int, question_seq: int) -> list[Message]:
    """What was answered to a question, in order."""
    query = select(chat_messages).where(
        chat_messages.c.session_id == session_id, chat_messages.c.in_reply_to == question_seq
    )
    return [_message(row) for row in connection.execute(query.order_by(chat_messages.c.seq))]


def find_message(connection: Connection, session_id: int, seq: int) -> Message | None:
    """One message by its `seq`."""
    query = select(chat_messages).where(chat_messages.c.session_id == session_id, chat_messages.c.seq == seq)
    row = connection.execute(query).one_or_none()
    return None if row is None else _message(row)


def last_seqs(connection: Connection, session_ids: Iterable[int]) -> dict[int, int]:
    """The newest `seq` of each session that exists, in one query (for the sweep)."""
    wanted = list(session_ids)
    if connection.dialect.name == "postgresql":
        rows = connection.execute(_LAST_SEQS_POSTGRESQL, {"ids": wanted})
    else:
        rows = connection.execute(_LAST_SEQS_SQLITE, {"ids": str(wanted)})  # as JSON writes a list of numbers
    return {row[0]: row[1] for row in rows}


def count_messages(connection: Connection) -> int:
    """How many messages there are in all."""
    return connection.execute(select(func.count()).select_from(chat_messages)).scalar_one()


def _session(row: Row[Any]) -> Session:
    # seq has no gaps and nothing is deleted singly, so the last seq is the count
    return Session(row.id, row.criado_em, row.last_seq, row.last_seq, row.preview)


def _message(row: Row[Any]) -> Message:
    data = row._mapping
    return Message(
        id=data["id"],
        session_id=data["session_id"],
        seq=data["seq"],
        sender=data["sender"],
        content=data["content"],
        criado_em=data["criado_em"],
        metadata=data["metadata"],
    )
