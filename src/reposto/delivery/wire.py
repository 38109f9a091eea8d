"""What goes over the wire: frames, close codes, and one encoding per message."""

from __future__ import annotations

import struct
from collections.abc import Sequence
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
    return b'{"type":"message",' + plain[1:]


def text_frame(payload: bytes) -> bytes:
    """An unmasked, unfragmented text frame (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((TEXT_FRAME, size)) + payload
    if size < 65536:
        return struct.pack("!BBH", TEXT_FRAME, 126, size) + payload
    return struct.pack("!BBQ", TEXT_FRAME, 127, size) + payload


class Prepared:
    """A message on its way to many tabs: whatever form one of them needs is made once for all."""

    __slots__ = ("_plain_frame", "_typed_frame", "plain", "seq")

    def __init__(self, seq: int, plain: bytes) -> None:
        self.seq = seq
        self.plain = plain
        self._typed_frame = b""
        self._plain_frame = b""

    def payload(self, speaks_v1: bool, /) -> bytes:
        """The text of its frame."""
        return typed(self.plain) if speaks_v1 else self.plain

    def frame(self, speaks_v1: bool, /) -> bytes:
        """As it goes over the wire."""
        if speaks_v1:
            if not self._typed_frame:
                self._typed_frame = text_frame(typed(self.plain))
            return self._typed_frame
        if not self._plain_frame:
            self._plain_frame = text_frame(self.plain)
        return self._plain_frame


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
    "local_time",
    "message_data",
    "snapshot",
    "text_frame",
    "typed",
]
