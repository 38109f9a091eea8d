"""The company's own orders: seen by everybody, changed by those who may, and told to every tab that shows them.

What happens to an order is a message twice, in one transaction: in the conversation in which the order was made, and
in the order log, a session to which everybody may listen. So a page that shows orders has what every conversation has:
in order, nothing lost, nothing twice, in all tabs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from reposto.conversation.change import Change
from reposto.language.order_sheet import write_order_moved
from reposto.model.errors import Conflict, InvalidInput, NotFound
from reposto.model.message import Message
from reposto.model.order_book import OrderSheet, OrderStep, SheetLine
from reposto.model.orders import OrderStatus
from reposto.storage import chat, company, order_book
from reposto.storage.catalogue import bump_version
from reposto.storage.engine import Store

SHOWN: tuple[OrderStatus, ...] = ("draft", "approved", "sent", "partial")
MOST_UNITS = 1e9
# From which states a step starts, and to which it leads; a change stays where it is.
STEPS: Mapping[OrderStep, tuple[tuple[OrderStatus, ...], OrderStatus]] = {
    "change": (("draft",), "draft"),
    "send": (("draft", "approved"), "sent"),
    "discard": (("draft", "approved", "sent"), "cancelled"),
    "reopen": (("sent", "cancelled"), "draft"),
}


@dataclass(frozen=True, slots=True)
class Book:
    """The orders that are open, and the session that tells what happens to them; None before there was any.

    They are as they were at the log's message `last_seq`: whoever listens from there on misses nothing.
    """

    orders: tuple[OrderSheet, ...]
    log: int | None
    last_seq: int = 0


def list_orders(store: Store) -> Book:
    """Drafts and what was sent, the newest first."""
    with store.read() as connection:
        log = chat.find_order_log(connection)
        last_seq = 0 if log is None else chat.last_seqs(connection, [log]).get(log, 0)
        return Book(tuple(order_book.list_sheets(connection, statuses=SHOWN)), log, last_seq)


def open_book(store: Store, user_id: int, *, now: datetime) -> Book:
    """The same, with a log to listen to from the first day on."""
    book = list_orders(store)
    if book.log is not None:
        return book
    with store.write() as connection:
        chat.open_order_log(connection, user_id, now)
    return list_orders(store)


def get_order(store: Store, number: str) -> OrderSheet:
    """One order; NotFound when there is none of that number that was made here."""
    with store.read() as connection:
        return order_book.get_sheet(connection, number)


def tell_made(connection: Connection, message: Message, numbers: list[str], user_id: int, now: datetime) -> Change:
    """Note where orders were made, and say in the log what was said there; in the transaction that made them."""
    for number in numbers:
        order_book.note_session(connection, number, message.session_id)
    metadata = {"type": "order_created", "order_number": numbers[0], "numbers": numbers}
    return _log(connection, message.content, metadata, user_id, now)


def move_order(
    store: Store,
    number: str,
    step: OrderStep,
    *,
    revision: int,
    quantities: Mapping[int, float],
    user_id: int,
    locale: str,
    now: datetime,
) -> tuple[OrderSheet, Change | None]:
    """Take one step with an order. Repeated it changes nothing; on a sheet that is out of date it is a Conflict."""
    with store.write() as connection:
        sheet = order_book.get_sheet(connection, number)
        told_in = _lock_origin(connection, sheet)
        today = now.astimezone(company.zone(connection)).date()
        lines = _asked_for(connection, sheet, quantities) if step == "change" else sheet.lines
        starts, leads = STEPS[step]
        if sheet.status == leads and (step != "change" or lines == sheet.lines):
            return sheet, None
        if sheet.status not in starts or any(line.received > 0 for line in sheet.lines):
            raise _no_step(sheet, step)
        if sheet.revision != revision or not _write(connection, sheet, step, lines, leads, today):
            raise _stale(number)
        bump_version(connection)
        moved = order_book.get_sheet(connection, number)
        return moved, _tell(connection, sheet, moved, step, told_in, user_id, locale, now)


def _write(
    connection: Connection,
    sheet: OrderSheet,
    step: OrderStep,
    lines: tuple[SheetLine, ...],
    leads: OrderStatus,
    today: date,
) -> bool:
    if step == "change":
        return order_book.write_lines(connection, sheet, lines)
    later = today - sheet.ordered_on if step == "send" else timedelta(0)  # sent later, it arrives later
    expected = None if sheet.expected_on is None else sheet.expected_on + max(later, timedelta(0))
    ordered = today if step == "send" else sheet.ordered_on
    return order_book.move_sheet(connection, sheet, status=leads, ordered_on=ordered, expected_on=expected)


def _asked_for(connection: Connection, sheet: OrderSheet, quantities: Mapping[int, float]) -> tuple[SheetLine, ...]:
    """The lines as they shall be: 0 takes one out, and a price follows the supplier's table to its new quantity."""
    known = {line.line for line in sheet.lines}
    if not quantities or not set(quantities) <= known:
        raise InvalidInput("Diga as linhas e as quantidades.", "Name lines and quantities.")
    if any(not 0 <= amount <= MOST_UNITS for amount in quantities.values()):
        raise InvalidInput("A quantidade tem de ser um número a partir de 0.", "A quantity is a number from 0 on.")
    tiers = order_book.list_tiers(connection, sheet.supplier_id, [line.sku for line in sheet.lines])
    changed = (_with(line, quantities.get(line.line, line.quantity), tiers) for line in sheet.lines)
    lines = tuple(line for line in changed if line.quantity > 0)
    if not lines:
        raise Conflict(
            "Sem nenhum item o pedido não tem sentido: descarte o rascunho.",
            "An order without a line makes no sense: discard the draft.",
        )
    return lines


def _with(line: SheetLine, quantity: float, tiers: Mapping[str, tuple[tuple[float, Decimal], ...]]) -> SheetLine:
    quantity = round(quantity, 3)  # as the database keeps it
    if quantity == line.quantity:
        return line
    table = tiers.get(line.sku, ())
    by_table = line.unit_price is not None and line.unit_price in [price for _, price in table]
    fitting = [price for least, price in table if least <= quantity]
    price = (fitting or [table[0][1]])[-1] if by_table else line.unit_price
    return replace(line, quantity=quantity, unit_price=price)


def _lock_origin(connection: Connection, sheet: OrderSheet) -> int | None:
    """The conversation in which the order was made, locked before anything else is; None when it is gone."""
    if sheet.session_id is None or sheet.session_id not in chat.last_seqs(connection, [sheet.session_id]):
        return None
    chat.lock_session(connection, sheet.session_id)
    return sheet.session_id


def _tell(
    connection: Connection,
    before: OrderSheet,
    sheet: OrderSheet,
    step: OrderStep,
    told_in: int | None,
    user_id: int,
    locale: str,
    now: datetime,
) -> Change:
    content = write_order_moved(before, sheet, step, locale)
    metadata: dict[str, Any] = {"type": "order_changed", "order_number": sheet.number, "step": step}
    metadata |= {"status": sheet.status, "revision": sheet.revision}
    log = _log(connection, content, metadata, user_id, now)
    if told_in is None:
        return log
    try:
        message = chat.append_message(connection, told_in, "system", content, now=now, metadata=metadata)
    except NotFound:  # deleted this very moment
        return log
    return Change(told_in, (message,), beside=(log,))


def _log(connection: Connection, content: str, metadata: dict[str, Any], user_id: int, now: datetime) -> Change:
    log = chat.open_order_log(connection, user_id, now)
    return Change(log, (chat.append_message(connection, log, "system", content, now=now, metadata=metadata),))


def _no_step(sheet: OrderSheet, step: OrderStep) -> Conflict:
    return Conflict(
        f"O pedido {sheet.number} já não está num estado que permita isso ({step}, {sheet.status}).",
        f"Order {sheet.number} is no longer in a state that allows this ({step}, {sheet.status}).",
    )


def _stale(number: str) -> Conflict:
    return Conflict(
        f"O pedido {number} foi mudado por outra pessoa ou noutra aba. Veja como ele está agora e tente de novo.",
        f"Order {number} was changed by somebody else or in another tab. Look at it as it is now and try again.",
    )
