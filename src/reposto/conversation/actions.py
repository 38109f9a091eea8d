"""The buttons of a message: each runs once, whoever presses it how often and in which tab."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Connection

from reposto.conversation import aliases, one_offs, planned_promotions
from reposto.conversation.approve_list import draft_list
from reposto.conversation.ask import CONTEXT_MESSAGES, Asker, Draft, store_question
from reposto.conversation.catalogue import Catalogue, Index
from reposto.conversation.change import Change
from reposto.conversation.context import recent_turns
from reposto.conversation.order_book import tell_made
from reposto.language import prose
from reposto.model.errors import Conflict, InvalidInput, NotFound
from reposto.model.message import ANALYSIS, Job, Message
from reposto.model.orders import OrderLine
from reposto.model.request import Expect, Intent, NamedProduct, Request, Window
from reposto.storage import chat, company, jobs, purchasing
from reposto.storage.engine import Store

MAX_SEQ = 2**31 - 1  # what the column holds


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button, pressed: in which session, by whom, with what data."""

    session_id: int
    asker: Asker
    action_data: dict[str, Any]
    key: str
    index: Index
    now: datetime
    today: date


def act(
    store: Store,
    catalogue: Catalogue,
    *,
    session_id: int,
    asker: Asker,
    action_type: str,
    action_data: dict[str, Any],
    now: datetime,
) -> tuple[Message, Change]:
    """Run a button. Pressed again, it does nothing and answers with the same message."""
    known = _ACTIONS.get(action_type)
    if known is None:
        raise InvalidInput(f"Ação desconhecida: {action_type[:40]!r}.", f"Unknown action: {action_type[:40]!r}.")
    run, names = known
    # only what decides the effect: anything else that a client sends along doesn't make it another button
    key = _key(action_type, {name: action_data.get(name) for name in names})
    with store.read() as connection:
        chat.access_session(connection, session_id, asker.user_id)
        index = catalogue.current(connection)
        today = now.astimezone(company.zone(connection)).date()
    with store.write() as connection:
        chat.lock_session(connection, session_id)
        done = chat.find_by_client_id(connection, session_id, key)
        if done is not None:
            return _first_effect(connection, done), Change(session_id)
        return run(connection, Pressed(session_id, asker, action_data, key, index, now, today))


def _key(action_type: str, action_data: dict[str, Any]) -> str:
    try:
        data = orjson.dumps(action_data, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:  # half a surrogate pair, a number beyond 64 bits
        raise InvalidInput("action_data não pode ser lido.", "action_data cannot be read.") from error
    digest = hashlib.sha256(data).hexdigest()[:40]
    return f"a:{action_type}:{digest}"


def _first_effect(connection: Connection, done: Message) -> Message:
    # A chosen product is stored as the buyer's message; what answers it is the action's result.
    if done.sender != "human":
        return done
    return chat.find_replies(connection, done.session_id, done.seq)[0]


def choose_product(connection: Connection, pressed: Pressed) -> tuple[Message, Change]:
    """Run the question that a choice belongs to, on the product that the buyer picked."""
    sku = _text(pressed.action_data, "sku")
    if sku not in pressed.index.products:
        raise NotFound(f"O produto {sku!r} não existe mais no cadastro.", f"Product {sku!r} is no longer listed.")
    asked = Request("", Intent.DEMAND_FORECAST, Expect.ANSWER)
    text = pressed.index.products[sku].name
    question_seq = pressed.action_data.get("in_reply_to")
    metadata: dict[str, Any] = {"type": "product_chosen", "sku": sku}
    lesson: aliases.Lesson | None = None
    if isinstance(question_seq, int):
        metadata["choice_of"] = question_seq
        asked = _asked_before(connection, pressed, question_seq)
        question = chat.find_message(connection, pressed.session_id, question_seq)
        offers = chat.find_replies(connection, pressed.session_id, question_seq)
        assert question is not None  # or the line above had raised
        lesson = aliases.lesson_of_choice(pressed.index, question, offers, sku, pressed.today)
    request = replace(
        asked, text=text, expect=Expect.ANSWER, skus=(sku,), options=(), confidence=1.0, today=pressed.today
    )
    draft = Draft(
        pressed.session_id,
        pressed.asker,
        text,
        pressed.key,
        request,
        pressed.index,
        jobs.typical_seconds(connection),
        metadata,
        lesson,
    )
    done = store_question(connection, draft, pressed.now)
    return done.reply, done.change


def _asked_before(connection: Connection, pressed: Pressed, question_seq: int) -> Request:
    """The question that a choice belongs to, read as it was then."""
    exists = 0 < question_seq <= MAX_SEQ
    question = chat.find_message(connection, pressed.session_id, question_seq) if exists else None
    if question is None or question.sender != "human":
        raise NotFound("A pergunta desta escolha não existe.", "There is no question to this choice.")
    before = chat.read_messages(
        connection, pressed.session_id, after=max(question_seq - 1 - CONTEXT_MESSAGES, 0), limit=CONTEXT_MESSAGES
    )
    turns = recent_turns([message for message in before if message.seq < question_seq])
    return pressed.index.understander.understand(question.content, turns=turns, today=pressed.today)


def approve_purchase(connection: Connection, pressed: Pressed) -> tuple[Message, Change]:
    """Make the purchase order that an analysis recommends, as a draft; the numbers come from the stored result."""
    result = _result_of(connection, pressed)
    advice = (result.metadata or {})["analysis"]["recommendation"]
    due = advice.get("payable_total") or advice["total"]  # answers of older versions have the landed cost only
    if advice["supplier_id"] is None or not advice["quantity"] or due is None:
        raise Conflict(
            "Esta análise não recomenda uma compra com fornecedor e quantidade.",
            "This analysis does not recommend a purchase with a supplier and a quantity.",
        )
    return _draft(connection, pressed, result, float(advice["quantity"]), _decimal(advice["unit_price"]), due)


def approve_quantity(connection: Connection, pressed: Pressed) -> tuple[Message, Change]:
    """Make the order of the quantity that the buyer named, as the analysis worked it out beside its advice."""
    result = _result_of(connection, pressed)
    advice = (result.metadata or {})["analysis"]["recommendation"]
    wanted = pressed.action_data.get("quantity")
    fitting = [a for a in advice["alternatives"] if a["quantity"] == wanted and a["supplier"] == advice["supplier"]]
    due = (fitting[0].get("payable") or fitting[0]["total"]) if fitting else None
    if due is None or advice["supplier_id"] is None:
        raise Conflict(
            "Esta análise não calculou esta quantidade; pergunte de novo.",
            "This analysis did not work out this quantity; ask again.",
        )
    return _draft(connection, pressed, result, float(fitting[0]["quantity"]), Decimal(fitting[0]["unit_price"]), due)


def _draft(
    connection: Connection, pressed: Pressed, result: Message, quantity: float, price: Decimal | None, due: str
) -> tuple[Message, Change]:
    """The draft of an order with the supplier that an analysis names, and the message that says so.

    One answer makes one order: pressed after the other button of the same answer, it says which order there is.
    """
    metadata = result.metadata or {}
    key = _key("approve_purchase", {"job_id": metadata["job_id"]})
    if (done := chat.find_by_client_id(connection, pressed.session_id, key)) is not None:
        return done, Change(pressed.session_id)
    known = metadata["analysis"]
    advice = known["recommendation"]
    expected = advice["expected_arrival"]
    number = purchasing.create_order(
        connection,
        supplier_id=advice["supplier_id"],
        lines=[OrderLine(metadata["sku"], quantity, price)],
        status="draft",
        created_by=pressed.asker.user_id,
        ordered_on=pressed.today,
        expected_on=date.fromisoformat(expected) if expected else None,
        now=pressed.now,
    )
    order = {
        "type": "order_created",
        "order_number": number,
        "sku": metadata["sku"],
        "supplier": advice["supplier"],
        "quantity": quantity,
        "total": due,
        "job_id": metadata["job_id"],
    }
    content = prose.write_order_created(
        number,
        NamedProduct(known["sku"], known["name"], known["unit"]),
        quantity,
        advice["supplier"],
        Decimal(due),
        pressed.asker.locale,
    )
    message = chat.append_message(
        connection,
        pressed.session_id,
        "system",
        content,
        now=pressed.now,
        metadata=order,
        in_reply_to=metadata.get("in_reply_to"),
        client_id=key,
    )
    return message, _made(connection, pressed, message, [number])


def _made(connection: Connection, pressed: Pressed, message: Message, numbers: list[str]) -> Change:
    """An order came to be: those who look at the orders are told as well."""
    log = tell_made(connection, message, numbers, pressed.asker.user_id, pressed.now)
    return Change(pressed.session_id, (message,), beside=(log,))


def mark_one_off(connection: Connection, pressed: Pressed) -> tuple[Message, Change]:
    """Leave a day's sales out of the forecast, or count them again."""
    data = pressed.action_data
    sku, day = _text(data, "sku"), _text(data, "day")
    try:
        date.fromisoformat(day)
    except ValueError:
        raise InvalidInput("action_data precisa de um dia.", "action_data needs a day.") from None
    wanted = {"sku": sku, "day": day, "one_off": data.get("one_off") is True}
    asker = pressed.asker
    content, metadata = one_offs.change(connection, pressed.index, wanted, asker.user_id, asker.locale, pressed.today)
    message = chat.append_message(
        connection,
        pressed.session_id,
        "system",
        content,
        now=pressed.now,
        metadata=metadata,
        client_id=pressed.key,
    )
    return message, Change(pressed.session_id, (message,))


def plan_promotion(connection: Connection, pressed: Pressed) -> tuple[Message, Change]:
    """Keep a promotion that was tried out, or drop it again."""
    asker = pressed.asker
    content, metadata = planned_promotions.change(
        connection, pressed.index, pressed.action_data, asker.user_id, asker.locale, pressed.today
    )
    message = chat.append_message(
        connection, pressed.session_id, "system", content, now=pressed.now, metadata=metadata, client_id=pressed.key
    )
    return message, Change(pressed.session_id, (message,))


def approve_list(connection: Connection, pressed: Pressed) -> tuple[Message, Change]:
    """Make a draft order for each supplier of a buy list; the numbers come from the stored list."""
    message = draft_list(
        connection,
        pressed.session_id,
        _text(pressed.action_data, "job_id"),
        user_id=pressed.asker.user_id,
        locale=pressed.asker.locale,
        key=pressed.key,
        now=pressed.now,
        today=pressed.today,
    )
    made = [order["order_number"] for order in (message.metadata or {})["orders"]]
    return message, _made(connection, pressed, message, made)


def ask_again(connection: Connection, pressed: Pressed) -> tuple[Message, Change]:
    """Run an ended analysis once more, on today's data."""
    job = jobs.get_job(connection, _text(pressed.action_data, "job_id"))
    if job is None or job.session_id != pressed.session_id or job.parent_id is not None:
        raise NotFound("Esta análise não existe.", "There is no such analysis.")
    if not job.state.ended:
        raise Conflict("Esta análise ainda está em andamento.", "This analysis is still running.")
    if job.kind == ANALYSIS and job.sku not in pressed.index.products:
        raise NotFound("O produto não existe mais no cadastro.", "The product is no longer listed.")
    before = job.request
    request = Request(
        before["text"],
        Intent(before["intent"]),
        Expect.ANSWER,
        _skus_of(job, pressed.index),
        params=before["params"],
        also=tuple(Intent(name) for name in before.get("also", ())),
        today=pressed.today,
        window=Window.read(before.get("window")),
        topic=before.get("topic", ""),
    )
    draft = Draft(
        pressed.session_id,
        pressed.asker,
        before["text"],
        pressed.key,
        request,
        pressed.index,
        jobs.typical_seconds(connection),
        {"type": "asked_again", "job_id": job.id},
    )
    asked = store_question(connection, draft, pressed.now)
    return asked.reply, asked.change


def _skus_of(job: Job, index: Index) -> tuple[str, ...]:
    """The products of a job: those compared with each other, its own, or none of a run over the catalogue."""
    if job.request["intent"] == Intent.COMPARE_PRODUCTS.value:
        return tuple(sku for sku in job.request["skus"] if sku in index.products)
    return (job.sku,) if job.sku else ()


def _result_of(connection: Connection, pressed: Pressed) -> Message:
    job = jobs.get_job(connection, _text(pressed.action_data, "job_id"))
    if job is None or job.session_id != pressed.session_id or job.result_seq is None:
        raise NotFound("Esta análise não existe.", "There is no such analysis.")
    result = chat.find_message(connection, pressed.session_id, job.result_seq)
    known = {} if result is None else result.metadata or {}
    if result is None or known.get("type") != "analysis_result" or "analysis" not in known:
        raise Conflict("Esta análise não tem resultado.", "This analysis has no result.")
    return result


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value or not value.isprintable():
        raise InvalidInput(f"action_data precisa de {name!r}.", f"action_data needs {name!r}.")
    return value


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


# What runs, and which of the data make it this button and no other.
_ACTIONS: dict[str, tuple[Callable[[Connection, Pressed], tuple[Message, Change]], tuple[str, ...]]] = {
    "choose_product": (choose_product, ("sku", "in_reply_to")),
    "approve_purchase": (approve_purchase, ("job_id",)),
    "approve_quantity": (approve_quantity, ("job_id", "quantity")),
    "approve_list": (approve_list, ("job_id",)),
    "mark_one_off": (mark_one_off, one_offs.NAMES),
    "plan_promotion": (plan_promotion, planned_promotions.NAMES),
    "retry": (ask_again, ("job_id",)),
    "recalculate": (ask_again, ("job_id",)),
}
