"""The conversation's own past: said again, found again, explained, or turned into a text to copy."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from reposto.language import copy_words, explanation, recall_words
from reposto.language.formats import inert
from reposto.language.normalise import fold
from reposto.language.replies import write_confirm
from reposto.model.decode import from_data
from reposto.model.findings import Analysis
from reposto.model.message import Message
from reposto.model.request import Intent, Request, Window
from reposto.storage import catalogue, chat, company, facts, recall

LOOK_BACK = 80  # messages of a conversation in which the answer spoken of is looked for
MOST_ANSWERS, MOST_QUESTIONS, MOST_COUNTED = 3, 15, 200
_TODAY = re.compile(r"\bhoje\b|\btoday\b")
_AS_TEXT = re.compile(r"\b(?:whats\w*|zap|wpp|texto|mensagem|copiar)\b")
_ENDS = (("analysis_result", "answered"), ("analysis_error", "failed"), ("analysis_cancelled", "cancelled"))
_ANSWERS = ("analysis_result", "answer")


def answer_recall(connection: Connection, request: Request, user_id: int, session_id: int, locale: str) -> str:
    """What was said: about a product, in some days, or just now."""
    zone = company.zone(connection)
    today = request.today or date.min
    window = request.window or (Window(today, today) if _TODAY.search(fold(request.text)) else None)
    since, until = _span(window, zone)
    if request.skus:
        parts = [_about(connection, sku, user_id, window, zone, today, locale) for sku in request.skus]
        return "\n\n".join(parts)
    if window is not None:
        found = recall.find_questions(connection, user_id, since=since, until=until, limit=MOST_COUNTED)
        asked = [m for m in found if m.content != request.text]
        rows = [
            (m.criado_em.astimezone(zone), m.content, *_ended(connection, m)) for m in reversed(asked[:MOST_QUESTIONS])
        ]
        return recall_words.write_questions(rows, len(asked) - len(rows), window, today, locale)
    last = _last(connection, session_id, _ANSWERS)
    if last is None:
        return recall_words.write_nothing_said(locale)
    return recall_words.write_again(last.content, last.criado_em.astimezone(zone), today, locale)


def _ended(connection: Connection, question: Message) -> tuple[str, str]:
    """How a question stands, and the text of its answer if it has one."""
    replies = chat.find_replies(connection, question.session_id, question.seq)
    ends = {str((reply.metadata or {}).get("type")): reply.content for reply in replies}
    for kind, state in _ENDS:
        if kind in ends:
            return state, ends[kind]
    if "analysis_started" in ends:
        return "running", ""
    return ("answered", replies[-1].content) if replies else ("running", "")


def _about(
    connection: Connection, sku: str, user_id: int, window: Window | None, zone: ZoneInfo, today: date, locale: str
) -> str:
    product = catalogue.find_named_product(connection, sku)
    if product is None:
        return recall_words.write_nothing_said(locale)
    since, until = _span(window, zone)
    needle = f"(SKU {inert(sku, 60)})"
    answers = recall.find_answers(connection, user_id, needle, since=since, until=until, limit=MOST_ANSWERS)
    rows = [(m.criado_em.astimezone(zone), recall.find_question_of(connection, m), m.content) for m in answers]
    return recall_words.write_about(product, rows, window, today, locale)


def _span(window: Window | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    if window is None:
        return None, None
    since = datetime.combine(window.start, time.min, zone)
    return since, datetime.combine(window.end + timedelta(days=1), time.min, zone)


def _last(connection: Connection, session_id: int, kinds: tuple[str, ...], sku: str = "") -> Message | None:
    """The newest message of these kinds in a conversation, about a product if one is given."""
    for message in reversed(chat.read_last_messages(connection, session_id, LOOK_BACK)):
        known = message.metadata or {}
        spoken = known.get("intent") != Intent.RECALL.value
        if known.get("type") in kinds and spoken and (not sku or known.get("sku") == sku):
            return message
    return None


def find_analysis(connection: Connection, session_id: int, sku: str = "") -> tuple[Message, Analysis] | None:
    """The newest analysis in a conversation that this version can read."""
    message = _last(connection, session_id, ("analysis_result",), sku)
    data = (message.metadata or {}).get("analysis") if message is not None else None
    if message is None or data is None:
        return None
    try:
        return message, from_data(Analysis, data)
    except (KeyError, TypeError, ValueError):  # of another version of the program
        return None


def answer_confirm(connection: Connection, session_id: int, locale: str) -> str:
    """A yes in words makes nothing; the button that does is named."""
    last = _last(connection, session_id, _ANSWERS)
    actions = (last.metadata or {}).get("actions", ()) if last is not None else ()
    labels = [a["label"] for a in actions if str(a.get("action_type", "")).startswith("approve")]
    return write_confirm(labels, locale)


def explain_stored(connection: Connection, request: Request, session_id: int, locale: str) -> str | None:
    """The sum behind the number that was said; None where this conversation has said none of this product."""
    parts = []
    zone = company.zone(connection)
    for sku in request.skus:
        found = find_analysis(connection, session_id, sku)
        if found is None:
            return None
        message, analysis = found
        at = message.criado_em.astimezone(zone)
        parts.append(explanation.write_explanation(analysis, request, at, locale))
    return "\n\n".join(parts) or None


def answer_export(connection: Connection, request: Request, session_id: int, locale: str) -> str:
    """The text to copy, or where files are."""
    found = find_analysis(connection, session_id, request.skus[0] if request.skus else "")
    order = ""
    if found is not None:
        product = catalogue.find_named_product(connection, found[1].sku)
        alone = len({o.supplier_id for o in found[1].prices.offers}) == 1  # else the code may be another supplier's
        order = copy_words.write_order_text(found[1], product.supplier_code if product and alone else "", locale)
    return copy_words.write_export(order, locale, as_text=_AS_TEXT.search(fold(request.text)) is not None)


def answer_quote(connection: Connection, request: Request, locale: str, today: date, now: datetime) -> str:
    """A text for suppliers about the products named."""
    several = [facts.load_facts(connection, sku, today=today, loaded_at=now) for sku in request.skus]
    return copy_words.write_quote_request(several, request, locale)
