"""What is answered at once, without a job: facts, the conversation's own past, and what no message may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from reposto.conversation.aliases import shown
from reposto.conversation.facts_history import (
    answer_confirm,
    answer_export,
    answer_quote,
    answer_recall,
    explain_stored,
    find_analysis,
)
from reposto.conversation.facts_products import hear_change, is_fact, write_facts
from reposto.conversation.facts_supply import answer_supply, is_of_supplier
from reposto.language.replies import write_data_change, write_unclear_change
from reposto.model.request import Expect, Intent, Request

# Whatever product these name, nothing about it has to be worked out.
_NO_JOB = frozenset(
    {
        Intent.ORDER_APPROVE,
        Intent.ORDER_CANCEL,
        Intent.DATA_CHANGE,
        Intent.RECALL,
        Intent.QUOTE_REQUEST,
        Intent.DOCUMENT_EXPORT,
    }
)


@dataclass(frozen=True, slots=True)
class Asking:
    """A question to be answered at once: in which session, by whom, when."""

    session_id: int
    user_id: int
    request: Request
    locale: str
    now: datetime

    @property
    def today(self) -> date:
        return self.request.today or self.now.date()


def needs_job(request: Request) -> bool:
    """Whether workers have to work something out."""
    if request.expect is not Expect.ANSWER or not request.skus or request.intent in _NO_JOB:
        return False
    if (request.intent is Intent.WHAT_IF and not request.topic) or is_of_supplier(request):
        return False
    return not all(is_fact(request, intent) for intent in (request.intent, *request.also))


def was_said(connection: Connection, request: Request, session_id: int) -> bool:
    """Whether what is to be explained stands in an answer of this conversation, and can be read off it."""
    if request.intent is not Intent.EXPLAIN or request.also:
        return False
    return all(find_analysis(connection, session_id, sku) is not None for sku in request.skus)


def find_answer(connection: Connection, asking: Asking) -> tuple[str, dict[str, Any]] | None:
    """The text and metadata of an answer at once; None when there is none of this kind."""
    request, locale = asking.request, asking.locale
    metadata: dict[str, Any] = {"type": "answer", "intent": request.intent.value}
    if request.intent is Intent.DATA_CHANGE:
        heard = hear_change(connection, request, locale, asking.today, asking.now)
        return write_data_change(request, locale, heard), metadata | _about(request)
    if request.expect is not Expect.ANSWER:
        return None
    if request.intent is Intent.WHAT_IF:
        return write_unclear_change(locale), metadata
    if (said := _say(connection, asking)) is not None:
        return said, metadata | _about(request)
    if request.skus:
        text = write_facts(connection, request, locale, asking.today, asking.now)
        return text, metadata | _about(request)
    return None


def _about(request: Request) -> dict[str, Any]:
    return {"sku": request.skus[0], "skus": list(request.skus), **shown(request)} if request.skus else {}


def _say(connection: Connection, asking: Asking) -> str | None:
    """Suppliers and orders, the conversation's own past, texts to copy."""
    request, locale = asking.request, asking.locale
    if request.intent is Intent.RECALL:
        return answer_recall(connection, request, asking.user_id, asking.session_id, locale)
    if request.intent is Intent.CONFIRM:
        return answer_confirm(connection, asking.session_id, locale)
    if request.intent is Intent.DOCUMENT_EXPORT:
        return answer_export(connection, request, asking.session_id, locale)
    if request.intent is Intent.QUOTE_REQUEST and request.skus:
        return answer_quote(connection, request, locale, asking.today, asking.now)
    if request.intent is Intent.EXPLAIN and request.skus:
        return explain_stored(connection, request, asking.session_id, locale)
    return answer_supply(connection, request, locale, asking.today)
