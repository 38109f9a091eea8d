"""Orders on the page: seen by all, changed once, told in their conversation and in the log; over both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from reposto.app import access
from reposto.conversation import order_book, sessions
from reposto.conversation.ask import Asker, ask
from reposto.conversation.order_book import Book
from reposto.language.order_sheet import order_table, write_order_text
from reposto.model.errors import Conflict, InvalidInput, NotFound, RepostoError
from reposto.model.message import Message
from reposto.model.order_book import OrderSheet, OrderStep
from reposto.storage import catalogue, purchasing
from reposto.storage import tables as t
from tests.support.shop import NOW, TODAY, Shop

LATER = NOW + timedelta(days=3)


def draft(shop: Shop) -> OrderSheet:
    """A draft of what the first line of the list advises."""
    listed = shop.lines(shop.result())
    result = shop.result(f"devo comprar {listed[0]['sku']}?")
    shop.press("approve_purchase", {"job_id": (result.metadata or {})["job_id"]})
    return order_book.list_orders(shop.store).orders[0]


def move(shop: Shop, sheet: OrderSheet, step: OrderStep, **changes: Any) -> OrderSheet:
    given: dict[str, Any] = {"revision": sheet.revision, "quantities": {}, "now": NOW} | changes
    moved, _ = order_book.move_order(
        shop.store, sheet.number, step, user_id=shop.buyer.user_id, locale="pt-BR", **given
    )
    return moved


def logged(shop: Shop, user_id: int | None = None) -> list[Message]:
    log = order_book.list_orders(shop.store).log
    assert log is not None
    return sessions.read_history(shop.store, log, user_id or shop.buyer.user_id, after=0, limit=500)


def test_a_draft_is_listed_and_told_to_everybody(shop: Shop) -> None:
    sheet = draft(shop)
    assert (sheet.status, sheet.revision, sheet.created_by, sheet.session_id) == ("draft", 0, "ana", shop.session)
    assert sheet.total == sheet.lines[0].total
    stranger = access.add_user(shop.store, "rui", None, role="viewer", locale="pt-BR").id
    (told,) = logged(shop, stranger)
    assert (told.seq, (told.metadata or {})["order_number"]) == (1, sheet.number)


def test_quantity_changed_once_however_often_it_is_sent(shop: Shop) -> None:
    sheet = draft(shop)
    line = sheet.lines[0]
    half = {line.line: line.quantity / 2}
    moved = move(shop, sheet, "change", quantities=half)
    assert moved.lines[0].quantity == line.quantity / 2
    assert move(shop, sheet, "change", quantities=half) == moved  # the same again, on the sheet of before
    assert [(m.metadata or {})["type"] for m in logged(shop)] == ["order_created", "order_changed"]
    here = shop.history()[-1]
    assert here.sender == "system"
    assert (here.metadata or {})["step"] == "change"
    assert sheet.number in here.content


def test_who_looked_at_an_older_sheet_changes_nothing(shop: Shop) -> None:
    sheet = draft(shop)
    line = sheet.lines[0]
    moved = move(shop, sheet, "change", quantities={line.line: line.quantity + 10})
    with pytest.raises(Conflict):
        move(shop, sheet, "change", quantities={line.line: 1})
    with pytest.raises(Conflict):
        move(shop, sheet, "send")
    assert order_book.get_order(shop.store, sheet.number) == moved


def test_two_at_once_and_one_of_them_is_told(shop: Shop) -> None:
    sheet = draft(shop)
    line = sheet.lines[0]
    ready = threading.Barrier(4)

    def change(place: int) -> str:
        ready.wait()
        try:
            move(shop, sheet, "change", quantities={line.line: line.quantity + 1 + place})
        except RepostoError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(4) as threads:
        ends = sorted(threads.map(change, range(4)))
    assert ends == ["conflict", "conflict", "conflict", "done"]
    assert order_book.get_order(shop.store, sheet.number).revision == 1
    assert len(logged(shop)) == 2


def test_a_price_follows_the_suppliers_table(shop: Shop) -> None:
    sheet = draft(shop)
    line = sheet.lines[0]
    with shop.store.read() as connection:
        tiers = connection.execute(
            select(t.offer_tiers.c.min_quantity, t.offer_tiers.c.unit_price)
            .join(t.offers, t.offers.c.id == t.offer_tiers.c.offer_id)
            .where(t.offers.c.sku == line.sku, t.offers.c.supplier_id == sheet.supplier_id)
            .order_by(t.offer_tiers.c.min_quantity)
        ).all()
    assert len(tiers) > 1, "the demo company's offers have tiers"
    most, least = tiers[-1], tiers[0]
    up = move(shop, sheet, "change", quantities={line.line: float(most[0])})
    assert up.lines[0].unit_price == most[1]
    down = move(shop, up, "change", quantities={line.line: float(least[0])})
    assert down.lines[0].unit_price == least[1] > most[1]


def test_sent_it_is_on_its_way_and_discarded_it_is_not(shop: Shop) -> None:
    sheet = draft(shop)
    sku = sheet.lines[0].sku

    def coming() -> list[str]:
        with shop.store.read() as connection:
            return [line.order_number for line in purchasing.open_lines_of(connection, [sku]).get(sku, ())]

    assert sheet.number not in coming()
    with shop.store.read() as connection:
        before = catalogue.versions(connection)[0]
    sent = move(shop, sheet, "send", now=LATER)
    assert sheet.number in coming()
    assert (sent.ordered_on, sent.status) == (TODAY + timedelta(days=3), "sent")
    assert sheet.expected_on is not None
    assert sent.expected_on == sheet.expected_on + timedelta(days=3)  # sent later, it arrives later
    with shop.store.read() as connection:
        assert catalogue.versions(connection)[0] > before  # what was analysed before is out of date
    with pytest.raises(Conflict):
        move(shop, sent, "change", quantities={sent.lines[0].line: 1})
    gone = move(shop, sent, "discard")
    assert sheet.number not in coming()
    assert order_book.list_orders(shop.store).orders == ()
    assert move(shop, gone, "discard") == gone
    assert move(shop, gone, "reopen").status == "draft"


def test_a_line_of_nothing_goes_and_the_last_one_stays(shop: Shop) -> None:
    result = shop.result()
    shop.press("approve_list", {"job_id": (result.metadata or {})["job_id"]})
    book = order_book.list_orders(shop.store)
    assert len({m.seq for m in logged(shop)}) == 1  # one message for all the drafts of a list
    assert (logged(shop)[0].metadata or {})["numbers"] == sorted(sheet.number for sheet in book.orders)
    several = next(sheet for sheet in book.orders if len(sheet.lines) > 1)
    fewer = move(shop, several, "change", quantities={several.lines[0].line: 0})
    assert [line.sku for line in fewer.lines] == [line.sku for line in several.lines[1:]]
    with pytest.raises(Conflict):
        move(shop, fewer, "change", quantities={line.line: 0 for line in fewer.lines})


@pytest.mark.parametrize("amount", [-1, float("nan"), float("inf"), 1e12])
def test_no_quantity_that_is_none(shop: Shop, amount: float) -> None:
    sheet = draft(shop)
    with pytest.raises(InvalidInput):
        move(shop, sheet, "change", quantities={sheet.lines[0].line: amount})
    with pytest.raises(InvalidInput):
        move(shop, sheet, "change", quantities={99: 1})


def test_imported_orders_are_not_ours_to_change(shop: Shop) -> None:
    with shop.store.read() as connection:
        number = connection.execute(
            select(t.purchase_orders.c.number).where(t.purchase_orders.c.created_by.is_(None)).limit(1)
        ).scalar_one()
    with pytest.raises(NotFound):
        order_book.move_order(
            shop.store,
            number,
            "discard",
            revision=0,
            quantities={},
            user_id=shop.buyer.user_id,
            locale="en",
            now=NOW,
        )


def test_nobody_talks_in_the_log(shop: Shop) -> None:
    draft(shop)
    log = order_book.list_orders(shop.store).log
    assert log is not None
    owner = Asker(shop.buyer.user_id)
    with pytest.raises(NotFound):
        ask(shop.store, shop.index, session_id=log, asker=owner, content="oi", client_id=None, now=NOW)
    with pytest.raises(NotFound):
        sessions.delete_session(shop.store, log, owner.user_id, now=NOW)
    assert log not in {s.id for s in sessions.list_sessions(shop.store, owner.user_id, limit=50, before=None)}
    assert sessions.resume(shop.store, log, owner.user_id).last_seq == 1


def test_an_order_outlives_its_conversation(shop: Shop) -> None:
    sheet = draft(shop)
    sessions.delete_session(shop.store, shop.session, shop.buyer.user_id, now=NOW)
    assert move(shop, sheet, "discard").status == "cancelled"
    assert len(logged(shop)) == 2


def test_a_book_opened_at_once_by_many_has_one_log(shop: Shop) -> None:
    ready = threading.Barrier(4)

    def look(_place: int) -> Book:
        ready.wait()
        return order_book.open_book(shop.store, shop.buyer.user_id, now=NOW)

    with ThreadPoolExecutor(4) as threads:
        logs = {book.log for book in threads.map(look, range(4))}
    assert len(logs) == 1
    with shop.store.read() as connection:
        kinds = select(func.count()).where(t.chat_sessions.c.kind == "orders")
        assert connection.execute(kinds).scalar() == 1


def test_the_text_for_the_supplier_has_the_numbers_of_the_sheet(shop: Shop) -> None:
    sheet = draft(shop)
    text = write_order_text(sheet, "pt-BR")
    assert sheet.number in text
    assert sheet.lines[0].sku in text
    assert "\u00a0" not in text
    assert "Thank you" in write_order_text(sheet, "en")
    table = order_table(sheet, "pt-BR")
    assert table.rows[0][-1] == sheet.total
    assert isinstance(sheet.total, Decimal)
