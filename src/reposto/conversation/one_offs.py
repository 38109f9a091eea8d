"""Exceptional sales, marked in words: proposed with the figures, done when confirmed, taken back at will."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection

from reposto.conversation.catalogue import Index
from reposto.language import one_offs as words
from reposto.language.one_offs import OneOffWish, Wish
from reposto.model.message import Message
from reposto.model.request import NamedProduct, Request
from reposto.storage import aliases as table
from reposto.storage import chat
from reposto.storage.catalogue import versions
from reposto.storage.one_offs import list_sales, mark_days

PROPOSED, DONE = "one_off_proposed", "one_off_marked"
NAMES = ("sku", "day", "one_off", "version")  # what makes a button this one: pressed after an undo, it is another
_NEAR = 0.95  # of the quantity named: a day's sales hold the order and what else was sold
_LOOKED_BACK = 4  # messages among which the proposal or the mark must be that a word answers


@dataclass(frozen=True, slots=True)
class Said:
    """Who says what, in which conversation."""

    session_id: int
    user_id: int
    content: str
    request: Request
    locale: str
    now: datetime
    today: date


def obey(connection: Connection, index: Index, said: Said) -> tuple[str, dict[str, Any]] | None:
    """The reply to a message about exceptional sales; None for every other message."""
    last = _last_of_ours(connection, said.session_id)
    if last is not None and (last["type"] == PROPOSED and words.is_yes(said.content)):
        return change(connection, index, last["one_off"], said.user_id, said.locale, said.today)
    if last is not None and (last["type"] == DONE and words.is_undo(said.content)):
        back = {**last["one_off"], "one_off": not last["one_off"]["one_off"]}
        return change(connection, index, back, said.user_id, said.locale, said.today)
    wish = words.read_wish(said.content, said.today)
    if wish is None or "order_number" in said.request.params:
        return None
    product = _product(connection, index, said, wish)
    if product is None:
        return words.say("which", said.locale, said.today), {"type": "answer"}
    return _propose(connection, product, wish, said)


def change(
    connection: Connection, index: Index, wanted: dict[str, Any], user_id: int, locale: str, today: date
) -> tuple[str, dict[str, Any]]:
    """Set or take back the mark of a day, and say so; with the button that undoes it."""
    if not table.may_teach(connection, user_id):
        return words.say("only_looks", locale, today), {"type": "answer"}
    sku, day, one_off = str(wanted["sku"]), date.fromisoformat(str(wanted["day"])), bool(wanted["one_off"])
    product = index.products.get(sku) or NamedProduct(sku, sku)
    changed = mark_days(connection, sku, [day], one_off=one_off)
    if not changed:
        return words.say("unchanged", locale, today), {"type": "answer", "sku": sku}
    sold = next((quantity for found, quantity, _ in list_sales(connection, sku, day, day) if found == day), 0.0)
    key = "marked" if one_off else "unmarked"
    text = words.say(key, locale, today, product.unit, day=day, quantity=sold, product=_named(product))
    undo = _button(connection, sku, day, not one_off, "button.undo", locale, today)
    return text, {"type": DONE, "sku": sku, "one_off": _data(sku, day, one_off), "actions": [undo]}


def _propose(connection: Connection, product: NamedProduct, wish: OneOffWish, said: Said) -> tuple[str, dict[str, Any]]:
    marking = wish.wish is Wish.MARK
    end = min(wish.end, said.today) if wish.end is not None else None
    sales = list_sales(connection, product.sku, wish.start, end)
    named = {"product": _named(product)}
    found = _find(sales, wish)
    if found is None:
        answer = {"type": "answer", "sku": product.sku}
        if not sales:
            return words.say("none.empty", said.locale, said.today, **named), answer
        if not marking:
            return words.say("none.marked", said.locale, said.today, **named), answer
        day, most, _ = max(sales, key=lambda sale: sale[1])
        return words.say("none", said.locale, said.today, product.unit, day=day, quantity=most, **named), answer
    day, quantity = found
    every = [units for _, units, marked in list_sales(connection, product.sku, None, None) if not marked]
    usual = float(median(every)) if every else 0.0
    key = "propose" if marking else "propose.unmark"
    text = words.say(
        key, said.locale, said.today, product.unit, day=day, quantity=quantity, usual=round(usual, 1), **named
    )
    label = "button.mark" if marking else "button.unmark"
    button = _button(connection, product.sku, day, marking, label, said.locale, said.today)
    data = _data(product.sku, day, marking)
    return text, {"type": PROPOSED, "sku": product.sku, "one_off": data, "actions": [button]}


def _find(sales: Sequence[tuple[date, float, bool]], wish: OneOffWish) -> tuple[date, float] | None:
    """The day that is meant: marked or not as the wish needs it; of the quantity named, else the largest."""
    fitting = [(day, units) for day, units, marked in sales if marked is (wish.wish is Wish.UNMARK)]
    if wish.quantity is not None:
        near = [(day, units) for day, units in fitting if units >= _NEAR * wish.quantity]
        return min(near, key=lambda sale: (sale[1], sale[0])) if near else None
    return max(fitting, key=lambda sale: (sale[1], sale[0]), default=None)


def _product(connection: Connection, index: Index, said: Said, wish: OneOffWish) -> NamedProduct | None:
    """The product that the words name, else the one spoken of last."""
    if wish.rest:
        found = index.understander.understand(wish.rest, today=said.today).skus
        if len(found) == 1:
            return index.products.get(found[0])
    if len(said.request.skus) == 1:
        return index.products.get(said.request.skus[0])
    before = chat.read_last_messages(connection, said.session_id, 12)
    spoken = [str(m.metadata["sku"]) for m in before if m.metadata and m.metadata.get("sku") in index.products]
    return index.products[spoken[-1]] if spoken and not wish.rest else None


def _last_of_ours(connection: Connection, session_id: int) -> dict[str, Any] | None:
    """What the last reply was about, if it was about exceptional sales."""
    before: Sequence[Message] = chat.read_last_messages(connection, session_id, _LOOKED_BACK)
    replies = [message.metadata or {} for message in before if message.sender != "human"]
    last = replies[-1] if replies else {}
    return last if last.get("type") in (PROPOSED, DONE) and isinstance(last.get("one_off"), dict) else None


def _data(sku: str, day: date, one_off: bool) -> dict[str, Any]:
    return {"sku": sku, "day": day.isoformat(), "one_off": one_off}


def _button(
    connection: Connection, sku: str, day: date, one_off: bool, label: str, locale: str, today: date
) -> dict[str, Any]:
    data = {**_data(sku, day, one_off), "version": versions(connection)[0]}
    return {"action_type": "mark_one_off", "label": words.say(label, locale, today), "action_data": data}


def _named(product: NamedProduct) -> str:
    return words.name_of(product.name, product.sku)
