"""Questions about suppliers and orders that name no product: answered from the tables, at once."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import Connection

from reposto.analysts.calendar import business_calendar
from reposto.analysts.supplier_record import measure_supplier, rank_suppliers
from reposto.language import order_words, supply_words
from reposto.language.context import BACKWARD
from reposto.language.normalise import fold
from reposto.language.params import find_criterion
from reposto.model.asked import OrderRow, SupplierRecord
from reposto.model.facts import Supplier
from reposto.model.orders import STILL_TO_COME, OrderStatus
from reposto.model.request import CARRIED, Intent, Request
from reposto.storage import catalogue, company, purchasing, supply

_LATE = re.compile(r"\b(?:atras\w+|vencid[oa]s?|overdue|late)\b")
_GENERAL = re.compile(
    r"\b(?:tem|ha|quais|algum|alguns|lista\w*|mostr\w+|ver)\b.*\b(?:pedidos?|ocs?|compras?|ordens)\b"
    r".*\b(?:atrasad|pendente|abert|andamento|transito)"
)
_DRAFTS = re.compile(r"\b(?:rascunhos?|drafts?|aprovacao|aprovar)\b")
_DRAFT: tuple[OrderStatus, ...] = ("draft",)
_CODE = re.compile(r"\b[a-z]{1,6}[-/ ]?\d{2,}\b", re.I)


def answer_supply(connection: Connection, request: Request, locale: str, today: date) -> str | None:
    """The answer to a question about suppliers or orders; None when it is about something else."""
    intent = request.intent
    if intent in (Intent.ORDER_APPROVE, Intent.ORDER_CANCEL):
        return _never(connection, request, locale, today)
    if intent is Intent.ORDER_STATUS and (
        not request.skus or order_number(request) or _asks_for_all(connection, request)
    ):
        return _orders(connection, request, locale, today)
    if intent is Intent.SUPPLIER_INFO and not request.skus:
        return _data(connection, request, locale)
    if is_of_supplier(request):
        return _of_supplier(connection, request, locale, today)
    if intent is Intent.SUPPLIER_LEAD_TIME and not request.skus:
        return _lead_time(connection, request, locale, today)
    if intent is Intent.SUPPLIER_COMPARE and not request.skus:
        if find_criterion(fold(request.text)) in ("lead_time", "reliability"):
            return _lead_time(connection, request, locale, today)
        suppliers = supply.list_suppliers(connection)
        return supply_words.write_supplier_list(suppliers, supply.count_offered(connection), locale)
    return None


def _asks_for_all(connection: Connection, request: Request) -> bool:
    """Whether orders in general are asked for, and the product is only the one that was spoken of before."""
    folded = fold(request.text)
    if not _GENERAL.search(folded) or BACKWARD.search(folded):
        return False
    products = (catalogue.find_named_product(connection, sku) for sku in request.skus)
    words = {word for p in products if p is not None for word in re.findall(r"[a-z]{4,}", fold(f"{p.name} {p.sku}"))}
    return not words & set(re.findall(r"[a-z]{4,}", folded))


def _data(connection: Connection, request: Request, locale: str) -> str:
    named = _named_suppliers(connection, request)
    if not named:
        return supply_words.write_unknown_supplier(supply.list_suppliers(connection), locale)
    parts = [
        supply_words.write_supplier_data(supplier, supply.offered_names(connection, supplier.id), locale, request.text)
        for supplier in named
    ]
    return "\n\n".join(parts)


def is_of_supplier(request: Request) -> bool:
    """Whether a lead time is asked of a supplier by name, and a product was only spoken of before."""
    known = request.intent is Intent.SUPPLIER_LEAD_TIME and "supplier" in request.params
    return known and request.topic == CARRIED and bool(request.skus)


def _of_supplier(connection: Connection, request: Request, locale: str, today: date) -> str | None:
    """Of all that it delivered, and how to ask for the product alone."""
    named = _named_suppliers(connection, request)
    product = catalogue.find_named_product(connection, request.skus[-1])
    if not named or product is None:
        return None
    text = _lead_time(connection, request, locale, today)
    return supply_words.with_hint(text, named[0].trade_name or named[0].name, product.name, locale, today)


def _named_suppliers(connection: Connection, request: Request) -> list[Supplier]:
    name = request.params.get("supplier")
    return supply.find_suppliers(connection, name) if isinstance(name, str) else []


def _lead_time(connection: Connection, request: Request, locale: str, today: date) -> str:
    named = _named_suppliers(connection, request)
    if named:
        records = measure(connection, named, today)
        return "\n\n".join(supply_words.write_record(record, locale, today) for record in records)
    records = measure(connection, supply.list_suppliers(connection), today)
    folded = fold(request.text)
    criterion = find_criterion(folded) or "late"
    if _LATE.search(folded) or criterion not in ("lead_time", "reliability"):
        criterion = "late"
    ranked = rank_suppliers(records, criterion)
    if criterion == "reliability":
        ranked = tuple(reversed(ranked))
    return supply_words.write_ranking(ranked, criterion, locale, today)


def measure(connection: Connection, suppliers: list[Supplier], today: date) -> list[SupplierRecord]:
    """The record of each supplier over its newest orders."""
    rules = company.load_company(connection)
    calendar = business_calendar(rules.state, today.year, rules.local_holidays)
    late = supply.count_late(supply.list_order_rows(connection, statuses=STILL_TO_COME), today)
    return [
        measure_supplier(
            supplier.id,
            supplier.trade_name or supplier.name,
            purchasing.list_supplier_receipts(connection, [supplier.id]),
            calendar,
            overdue=late.get(supplier.id, 0),
        )
        for supplier in suppliers
    ]


def _orders(connection: Connection, request: Request, locale: str, today: date) -> str:
    number = order_number(request)
    if number:
        return _one_order(connection, number, locale, today)
    named = _named_suppliers(connection, request)
    supplier = named[0] if named else None
    folded = fold(request.text)
    drafts = supply.list_order_rows(connection, statuses=_DRAFT, supplier_id=supplier.id if supplier else None)
    rows = supply.list_order_rows(connection, statuses=STILL_TO_COME, supplier_id=supplier.id if supplier else None)
    if _DRAFTS.search(folded) and drafts:
        rows = drafts
        drafts = []
    return order_words.write_orders_list(
        rows,
        locale,
        today,
        late_only=_LATE.search(folded) is not None,
        supplier=(supplier.trade_name or supplier.name) if supplier else "",
        drafts=len(drafts),
    )


def order_number(request: Request) -> str:
    """The order that a text names: as it was read, or as its whole code stands there ("PC-000123")."""
    code = _CODE.search(request.text)
    stated = request.params.get("order_number")
    if stated and (code is None or not code[0].endswith(str(stated))):
        return str(stated)
    return code[0].upper() if code and re.match(r"(?i)(?:oc|pc|po)\W?\d", code[0]) else str(stated or "")


def find_order(connection: Connection, number: str) -> list[OrderRow]:
    """Orders that a number as typed may mean: with its letters, else by its figures."""
    found = supply.find_order_rows(connection, number.replace(" ", "-"))
    digits = re.sub(r"\D", "", number)
    return found or supply.find_order_rows(connection, digits.lstrip("0") or digits)


def _one_order(connection: Connection, number: str, locale: str, today: date) -> str:
    found = find_order(connection, number)
    if not found:
        return order_words.write_unknown_order(number, locale)
    if len(found) > 1:
        return order_words.write_several_orders(number, found, locale)
    return order_words.write_order(found[0], locale, today)


def _never(connection: Connection, request: Request, locale: str, today: date) -> str:
    number = order_number(request)
    found = find_order(connection, number) if number else []
    text = order_words.write_never(request.intent, found[0] if len(found) == 1 else None, locale, today)
    if number and not found:
        return f"{text} {order_words.write_unknown_order(number, locale)}"
    return text
