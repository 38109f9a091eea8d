"""The agent's immediate replies: a choice, nearest names, a quick fact, or a short honest sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from reposto.conversation import runs
from reposto.conversation.at_once import Asking, find_answer
from reposto.conversation.catalogue import Index
from reposto.language import prose, quick
from reposto.language.replies import write_reply
from reposto.model.encode import to_data
from reposto.model.message import Job, Message
from reposto.model.request import Expect, Intent
from reposto.storage import catalogue, chat, jobs


@dataclass(frozen=True, slots=True)
class Reply:
    """What the agent says at once; `jobs` are those it cancelled, `extra` the messages that says so."""

    content: str
    metadata: dict[str, Any]
    jobs: tuple[Job, ...] = ()
    parts: tuple[str, ...] = ()  # of cancelled runs, in a worker's hands
    extra: tuple[Message, ...] = field(default=())


def decide(connection: Connection, asking: Asking, index: Index) -> Reply:
    """The reply to a request that starts no analysis."""
    request, locale, session_id, now = asking.request, asking.locale, asking.session_id, asking.now
    if (answer := find_answer(connection, asking)) is not None and index.products:
        return Reply(*answer)
    if request.expect is Expect.CHOOSE:
        content = prose.write_choice(request.text, request.options, locale)
        metadata = {"type": "choose_product", "intent": request.intent.value, "options": to_data(request.options)}
        return Reply(content, metadata)
    if request.expect is Expect.NOT_FOUND:
        content = prose.write_not_found(request.text, request.options, bool(index.products), locale)
        metadata = {"type": "product_not_found", "intent": request.intent.value, "options": to_data(request.options)}
        return Reply(content, metadata)
    if request.intent is Intent.CANCEL_CURRENT:
        return _cancel_running(connection, session_id, index, locale, now)
    running = len(jobs.find_open(connection, session_id))
    content = write_reply(request, locale, running=running, has_catalogue=bool(index.products), example=_example(index))
    return Reply(content, {"type": "answer", "intent": request.intent.value})


def _example(index: Index) -> str | None:
    first = next(iter(index.products.values()), None)
    return None if first is None else first.name


def _cancel_running(connection: Connection, session_id: int, index: Index, locale: str, now: datetime) -> Reply:
    cancelled: list[Job] = []
    parts: list[str] = []
    for job in jobs.find_open(connection, session_id):
        ended = jobs.cancel(connection, job.id, session_id, now=now)
        if ended is not None:
            cancelled.append(ended)
            parts += runs.drop_parts(connection, ended)
    product = index.products.get(cancelled[0].sku) if len(cancelled) == 1 else None
    content = prose.write_cancelled(product, locale) if cancelled else quick.write_nothing_runs(locale)
    metadata: dict[str, Any] = {"type": "answer", "intent": Intent.CANCEL_CURRENT.value}
    if cancelled:
        metadata = {"type": "analysis_cancelled", "job_id": cancelled[0].id, "sku": cancelled[0].sku}
        metadata["job_ids"] = [job.id for job in cancelled]
    return Reply(content, metadata, tuple(cancelled), tuple(parts))


def say_cancelled(connection: Connection, job: Job, *, now: datetime) -> Message:
    """Store that an analysis was cancelled; the caller ended the job in the same transaction."""
    message = chat.append_message(
        connection,
        job.session_id,
        "agent",
        prose.write_cancelled(catalogue.find_named_product(connection, job.sku), job.locale),
        now=now,
        metadata={"type": "analysis_cancelled", "job_id": job.id, "sku": job.sku},
        in_reply_to=job.question_seq,
    )
    jobs.set_result(connection, job.id, message.seq)
    return message
