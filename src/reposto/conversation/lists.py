"""Questions about the whole catalogue: which ones need a run, how it is acknowledged, and what it ends with."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from reposto.analysts.catalogue.buy_list import Wanted, make_buy_list
from reposto.conversation import runs
from reposto.language import buy_list
from reposto.language.list_words import write_list_started
from reposto.language.prose import label_recalculate
from reposto.language.voice import Voice, locale_of
from reposto.model.decode import from_data
from reposto.model.encode import to_data
from reposto.model.lists import ListLine
from reposto.model.message import CATALOGUE, Job, JobState, Message, Step
from reposto.model.request import Expect, Intent, Request
from reposto.storage import chat, jobs, results
from reposto.storage.runs import RUN_PRIORITY, read_pace

RUN_INTENTS = {Intent.BUY_LIST: "buy_list"}
SECONDS_PER_PRODUCT = 0.03  # with two workers, until there is a run to measure
BUDGET_STEP = Decimal("0.01")


def needs_run(request: Request, *, has_catalogue: bool) -> bool:
    """Whether the answer takes looking at every product."""
    return has_catalogue and request.expect is Expect.ANSWER and not request.skus and request.intent in RUN_INTENTS


def start(
    connection: Connection, *, session_id: int, question: Message, request: Request, locale: str, now: datetime
) -> tuple[Message, Job]:
    """Queue the run and acknowledge it, in the question's transaction."""
    today = request.today or now.date()
    products, fresh = results.count_products(connection, day=today, basis=results.read_basis(connection))
    stale = max(products - fresh, 0)
    seconds = read_pace(connection) or SECONDS_PER_PRODUCT
    eta = round(0.3 + stale * seconds, 1)
    run = _new_run(session_id, question, request, locale, total=products, done=fresh)
    jobs.insert_job(connection, run, now=now, locale=locale, priority=RUN_PRIORITY)
    kind = RUN_INTENTS[request.intent]
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
    content = write_list_started(kind, products, stale, eta if stale else None, locale)
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


@dataclass(frozen=True, slots=True)
class Composed:
    """What a run ends with: the message, and the whole list behind it."""

    content: str
    metadata: dict[str, Any]
    kind: str
    whole: dict[str, Any]


def compose(lines: list[dict[str, Any]], request: Request, run: Job, *, today: date) -> Composed:
    """Make the list that was asked for of every product's line."""
    known = [from_data(ListLine, line) for line in lines]
    wanted, limits = read_limits(request, run.locale)
    found = make_buy_list(known, wanted, today=today)
    content = buy_list.write_buy_list(found, limits, run.locale)
    whole = buy_list.buy_list_data(found, run.locale)
    metadata = {"list": {**buy_list.head_of(whole), "limits": dict(limits)}, "actions": _actions(run, whole)}
    return Composed(content, metadata, "buy_list", whole)


def _actions(run: Job, whole: dict[str, Any]) -> list[dict[str, Any]]:
    data = {"job_id": run.id}
    again = {"action_type": "recalculate", "label": label_recalculate(run.locale), "action_data": data}
    if not whole["groups"]:
        return [again]
    label = buy_list.label_approve(len(whole["groups"]), run.locale)
    return [{"action_type": "approve_list", "label": label, "action_data": data}, again]


def read_limits(request: Request, locale: str) -> tuple[Wanted, list[tuple[str, str]]]:
    """What the question limits the list to, and how that is said."""
    params = request.params
    voice = Voice(locale_of(locale), request.today or date.min)
    budget, horizon = params.get("budget"), params.get("horizon_days")
    wanted = Wanted(
        budget=Decimal(str(budget)).quantize(BUDGET_STEP) if isinstance(budget, (int, float)) and budget > 0 else None,
        abc_class=params.get("abc_class"),
        category=params.get("category"),
        supplier=params.get("supplier"),
        horizon_days=horizon if isinstance(horizon, int) and horizon > 0 else None,
    )
    said = [("category", wanted.category), ("supplier", wanted.supplier), ("class", wanted.abc_class)]
    limits = [(name, str(value)) for name, value in said if value]
    if wanted.only_running_out:
        limits.append(("horizon", voice.days(wanted.horizon_days or 7)))
    return wanted, limits
