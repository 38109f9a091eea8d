"""What a committed transaction changed, for those who have the conversation open."""

from __future__ import annotations

from dataclasses import dataclass

from reposto.model.message import Job, Message


@dataclass(frozen=True, slots=True)
class Change:
    """New messages and newer job snapshots of one session. A hint with copies: the tables are the truth."""

    session_id: int
    messages: tuple[Message, ...] = ()
    jobs: tuple[Job, ...] = ()
    queued: bool = False  # a worker has something to claim
    cancelled: tuple[str, ...] = ()  # job ids whose worker must stop
    deleted: bool = False
    beside: tuple[Change, ...] = ()  # what the same transaction changed in other sessions
