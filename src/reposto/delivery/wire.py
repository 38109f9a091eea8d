"""What goes over the wire: frames, close codes, and one encoding per message."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from reposto.model.errors import RepostoError
from reposto.model.message import Job, JobState, Message
from reposto.model.zones import DEFAULT_ZONE

SUBPROTOCOL = "reposto.v1"
MAX_FRAME = 64 * 1024  # bytes of one incoming frame; beyond it the socket is closed with 1009
TEXT_FRAME = 0x81  # FIN and opcode 1
_HEAD_16, _HEAD_64 = struct.Struct("!BBH").pack, struct.Struct("!BBQ").pack
TYPED = b'{"type":"message",'
MOST_AT_ONCE = 64 * 1024  # bytes of messages that go to a tab in one piece; one alone may be longer


class CloseCode(IntEnum):
    """Why a socket was closed, and by that whether and how a client comes back."""

    NOT_AUTHENTICATED = 4401  # log in first
    NOT_ALLOWED = 4403  # don't come back
    NO_SESSION = 4404  # don't come back
    TOO_SLOW = 4408  # come back at once, with `after`
    TOO_MANY = 4429  # come back much later
    TOO_BIG = 1009
    RESTARTING = 1012  # come back with jitter


def message_data(message: Message, zone: ZoneInfo = DEFAULT_ZONE) -> dict[str, Any]:
    """A message as PROTOCOL.md shows it, times in the company's zone."""
    return {
        "id": message.id,
        "session_id": message.session_id,
        "seq": message.seq,
        "sender": message.sender,
        "content": message.content,
        "criado_em": local_time(message.criado_em, zone),
        "metadata": message.metadata,
    }


def local_time(moment: datetime, zone: ZoneInfo = DEFAULT_ZONE) -> str:
    """ISO 8601 with offset and microseconds."""
    return moment.astimezone(zone).isoformat(timespec="microseconds")


def encode_message(message: Message) -> bytes:
    """The plain message object: what clients without a subprotocol get, and the body of the typed frame."""
    return orjson.dumps(message_data(message))


def typed(plain: bytes) -> bytes:
    """The `message` frame around an encoded message, without encoding it again."""
    return TYPED + plain[1:]


def text_frame(payload: bytes) -> bytes:
    """An unmasked, unfragmented text frame (RFC 6455, section 5.2)."""
    return _frame_head(len(payload)) + payload


def typed_frame(plain: bytes) -> bytes:
    """The frame of a message as clients that speak the protocol get it, put together in one go."""
    return b"".join((_frame_head(len(TYPED) + len(plain) - 1), TYPED, plain[1:]))


def _frame_head(size: int) -> bytes:
    if size < 126:
        return bytes((TEXT_FRAME, size))
    return _HEAD_16(TEXT_FRAME, 126, size) if size < 65536 else _HEAD_64(TEXT_FRAME, 127, size)


class Prepared:
    """Messages in a row on their way to many tabs: whatever form one of them needs is made once for all."""

    __slots__ = ("_plain_frame", "_typed_frame", "first", "last", "messages")

    def __init__(self, messages: Sequence[tuple[int, bytes]]) -> None:
        self.messages = messages
        self.first = messages[0][0]
        self.last = messages[-1][0]
        self._typed_frame = b""
        self._plain_frame = b""

    def frame(self, speaks_v1: bool, /) -> bytes:
        """As they go over the wire, one frame behind the other."""
        if speaks_v1:
            if not self._typed_frame:
                self._typed_frame = self._joined(typed_frame)
            return self._typed_frame
        if not self._plain_frame:
            self._plain_frame = self._joined(text_frame)
        return self._plain_frame

    def _joined(self, framed: Callable[[bytes], bytes]) -> bytes:
        messages = self.messages
        if len(messages) == 1:
            return framed(messages[0][1])
        return b"".join([framed(plain) for _seq, plain in messages])


def in_rows(messages: Sequence[tuple[int, bytes]]) -> list[Prepared]:
    """Cut where a number is missing, and where it would become too much at once."""
    if len(messages) == 1:
        return [Prepared(messages)]
    rows: list[list[tuple[int, bytes]]] = []
    size = 0
    for message in messages:
        size += len(message[1])
        if rows and message[0] == rows[-1][-1][0] + 1 and size <= MOST_AT_ONCE:
            rows[-1].append(message)
        else:
            rows.append([message])
            size = len(message[1])
    return [Prepared(row) for row in rows]


def snapshot(job: Job) -> dict[str, Any]:
    """A job's progress as `ready.jobs` and `progress` carry it."""
    of_run = {"kind": job.kind, "partial": list(job.partial)} if job.total else {}
    of_draft = {"draft": job.draft} if job.draft else {}
    return {
        **of_run,
        **of_draft,
        "job_id": job.id,
        "sku": job.sku,
        "question_seq": job.question_seq,
        "rev": job.rev,
        "attempt": job.attempt,
        "state": job.state.value,
        "steps": [
            {"name": step.name, "label": step.label, "state": step.state, "seconds": step.seconds} for step in job.steps
        ],
        "done": job.done if job.total else sum(step.state == "done" for step in job.steps),
        "total": job.total or len(job.steps),
        "started_at": None if job.started_at is None else local_time(job.started_at),
    }


def encode_progress(job: Job) -> bytes:
    """The `progress` frame."""
    return orjson.dumps({"type": "progress", "session_id": job.session_id, **snapshot(job)})


def encode_delta(job: Job, offset: int) -> bytes:
    """The `delta` frame: what a draft has after its first `offset` characters, counted as browsers do."""
    units = job.draft.encode("utf-16-le")
    frame = {
        "type": "delta",
        "session_id": job.session_id,
        "job_id": job.id,
        "attempt": job.attempt,
        "rev": job.rev,
        "offset": offset,
        "text": units[2 * offset :].decode("utf-16-le", "ignore"),
    }
    return orjson.dumps(frame)


def draft_length(text: str) -> int:
    """Of a draft, as browsers count: in units of UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def encode_ready(session_id: int, last_seq: int, epoch: str, jobs: Sequence[dict[str, Any]]) -> bytes:
    """The `ready` frame: the replay is over."""
    return orjson.dumps(
        {"type": "ready", "session_id": session_id, "last_seq": last_seq, "epoch": epoch, "jobs": list(jobs)}
    )


def encode_reset(epoch: str) -> bytes:
    """The `reset` frame: forget what you hold."""
    return orjson.dumps({"type": "reset", "epoch": epoch})


def encode_error(error: RepostoError, locale: str, client_id: str | None = None) -> bytes:
    """The `error` frame: that frame was refused, the connection stays."""
    frame: dict[str, Any] = {"type": "error", "code": error.code, "detail": error.message(locale)}
    if client_id is not None:
        frame["client_id"] = client_id
    if error.retry_after is not None:
        frame["retry_after"] = error.retry_after
    return orjson.dumps(frame)


PONG = orjson.dumps({"type": "pong"})

__all__ = [
    "MAX_FRAME",
    "PONG",
    "SUBPROTOCOL",
    "CloseCode",
    "JobState",
    "Prepared",
    "encode_error",
    "encode_message",
    "encode_progress",
    "encode_ready",
    "encode_reset",
    "in_rows",
    "local_time",
    "message_data",
    "snapshot",
    "text_frame",
    "typed",
    "typed_frame",
]
