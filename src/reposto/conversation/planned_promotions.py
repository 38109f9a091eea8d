"""A promotion that was tried out in the conversation goes into the calendar, or out of it again."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from reposto.conversation.catalogue import Index
from reposto.language.price_words import say_planned
from reposto.language.promotions import LONGEST_DAYS
from reposto.model.errors import InvalidInput
from reposto.model.request import NamedProduct
from reposto.storage import aliases as table
from reposto.storage.catalogue import versions
from reposto.storage.selling_prices import drop_promotion, save_promotion

PLANNED = "promotion_planned"
NAMES = (
    "sku",
    "start",
    "end",
    "discount",
    "dropped",
    "version",
)  # what makes a button this one: after an undo it is another


def change(
    connection: Connection, index: Index, wanted: dict[str, Any], user_id: int, locale: str, today: date
) -> tuple[str, dict[str, Any]]:
    """Keep the promotion, or drop it, and say so; with the button that undoes it."""
    if not table.may_teach(connection, user_id):
        return say_planned("only_looks", locale, today), {"type": "answer"}
    sku = str(wanted.get("sku"))
    product = index.products.get(sku)
    start, end, discount = _read(wanted, today)
    if product is None:
        raise InvalidInput("Este produto não existe.", "There is no such product.")
    dropped = wanted.get("dropped") is True
    if dropped:
        drop_promotion(connection, sku, start)
    else:
        save_promotion(connection, sku, start, end, discount)
    data = {
        "sku": sku,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "discount": discount,
        "dropped": not dropped,
        "version": versions(connection)[0],
    }
    text = _said("dropped" if dropped else "kept", product, start, end, locale, today)
    label = say_planned("button.keep" if dropped else "button.drop", locale, today)
    undo = {"action_type": "plan_promotion", "label": label, "action_data": data}
    return text, {"type": PLANNED, "sku": sku, "actions": [undo]}


def _said(key: str, product: NamedProduct, start: date, end: date, locale: str, today: date) -> str:
    return say_planned(key, locale, today, product=(product.name, product.sku), start=start, end=end)


def _read(wanted: dict[str, Any], today: date) -> tuple[date, date, float | None]:
    try:
        start, end = date.fromisoformat(str(wanted["start"])), date.fromisoformat(str(wanted["end"]))
        discount = None if wanted.get("discount") is None else float(wanted["discount"])
    except (KeyError, ValueError, TypeError):
        raise InvalidInput("action_data precisa de dias.", "action_data needs days.") from None
    if not today <= end or not start <= end or (end - start).days >= LONGEST_DAYS:
        raise InvalidInput("Estes dias não podem ser de uma promoção.", "These days can't be a promotion's.")
    if discount is not None and not 0 < discount < 95:
        raise InvalidInput("O desconto precisa ficar entre 0 e 95 %.", "The discount must lie between 0 and 95 %.")
    return start, end, discount
