"""Questions about the whole catalogue: which ones need a run, and how it is acknowledged."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Connection

from reposto.conversation import runs
from reposto.conversation.list_kinds import LINE_KINDS, list_kind
from reposto.language.list_words import write_list_started
from reposto.model.encode import to_data
from reposto.model.message import CATALOGUE, Job, JobState, Message, Step
from reposto.model.request import Request
from reposto.storage import chat, jobs, results
from reposto.storage.runs import RUN_PRIORITY, read_pace

SECONDS_PER_PRODUCT = 0.03  # with two workers, until there is a run to measure


def needs_run(request: Request, *, has_catalogue: bool) -> bool:
    """Whether the answer takes looking at every product."""
    return has_catalogue and list_kind(request) is not None


def start(
    connection: Connection, *, session_id: int, question: Message, request: Request, locale: str, now: datetime
) -> tuple[Message, Job]:
    """Queue the run and acknowledge it, in the question's transaction."""
    today = request.today or now.date()
    products, fresh = results.count_products(connection, day=today, basis=results.read_basis(connection))
    kind = list_kind(request) or "buy_list"
    stale = max(products - fresh, 0) if kind in LINE_KINDS else 0
    seconds = read_pace(connection) or SECONDS_PER_PRODUCT
    eta = round(0.3 + stale * seconds, 1)
    run = _new_run(session_id, question, request, locale, total=products, done=fresh)
    jobs.insert_job(connection, run, now=now, locale=locale, priority=RUN_PRIORITY)
    metadata = {
        "type": "analysis_started",
        "async": True,
        "sku": None,
        "kind": CATALOGUE,
        "list": kind,
        "job_id": run.id,
        "eta_seconds": eta,
        "intent": request.intent.value,
        "total": products,
        "steps": to_data(run.steps),
    }
    content = write_list_started(kind, products, stale if kind in LINE_KINDS else None, eta if stale else None, locale)
    message = chat.append_message(
        connection, session_id, "agent", content, now=now, metadata=metadata, in_reply_to=question.seq
    )
    return message, run


def _new_run(session_id: int, question: Message, request: Request, locale: str, *, total: int, done: int) -> Job:
    job_id = str(uuid.uuid4())
    return Job(
        id=job_id,
        session_id=session_id,
        question_seq=question.seq,
        sku="",
        state=JobState.QUEUED,
        attempt=0,
        rev=0,
        steps=tuple(Step(name, label) for name, label in runs.STEPS),
        request=to_data(request),
        correlation_id=job_id,
        locale=locale,
        kind=CATALOGUE,
        total=total,
        done=done,
    )
