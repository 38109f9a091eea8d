"""What a user asked and was answered before, over all of his conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from reposto.model.message import Message
from reposto.model.request import Intent
from reposto.storage.tables import chat_messages, chat_sessions

NEWEST = 5_000  # messages of a user that are searched: months of daily work, some ten milliseconds


def find_answers(
    connection: Connection, user_id: int, needle: str, *, since: datetime | None, until: datetime | None, limit: int
) -> list[Message]:
    """The newest answers (not acknowledgements of the same) of a user in whose text `needle` stands; newest first."""
    message = chat_messages.c
    wanted = _of(user_id, since, until).where(
        message.sender.in_(("ai", "agent")), message.content.contains(needle, autoescape=True)
    )
    rows = connection.execute(wanted.order_by(message.id.desc()).limit(limit * 4))
    found = [_message(row) for row in rows]
    return [m for m in found if _answers(m.metadata or {})][:limit]


def _answers(known: dict[str, Any]) -> bool:
    """An answer of its own: no acknowledgement, and not one said again."""
    return known.get("type") in ("analysis_result", "answer") and known.get("intent") != Intent.RECALL.value


def find_questions(
    connection: Connection, user_id: int, *, since: datetime | None, until: datetime | None, limit: int
) -> list[Message]:
    """The newest questions of a user in a stretch of time; newest first."""
    message = chat_messages.c
    wanted = _of(user_id, since, until).where(message.sender == "human")
    return [_message(row) for row in connection.execute(wanted.order_by(message.id.desc()).limit(limit))]


def find_question_of(connection: Connection, answer: Message) -> str:
    """The text of the question that a message answers; empty if there is none."""
    seq = (answer.metadata or {}).get("in_reply_to")
    if not isinstance(seq, int):
        return ""
    wanted = select(chat_messages.c.content).where(
        chat_messages.c.session_id == answer.session_id, chat_messages.c.seq == seq
    )
    return connection.execute(wanted).scalar() or ""


def _of(user_id: int, since: datetime | None, until: datetime | None) -> Select[Any]:
    message = chat_messages.c
    mine = select(chat_sessions.c.id).where(chat_sessions.c.user_id == user_id)
    newest = select(message.id).where(message.session_id.in_(mine)).order_by(message.id.desc()).limit(NEWEST)
    wanted = select(chat_messages).where(message.id.in_(newest))
    if since is not None:
        wanted = wanted.where(message.criado_em >= since)
    return wanted if until is None else wanted.where(message.criado_em < until)


def _message(row: Row[Any]) -> Message:
    data = row._mapping
    names: Sequence[str] = tuple(Message.__dataclass_fields__)
    return Message(**{name: data[name] for name in names})
