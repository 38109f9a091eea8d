"""Suppliers, orders and earlier answers, asked for over both databases."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert

from reposto.model.orders import STILL_TO_COME, OrderLine
from reposto.storage import chat, purchasing, recall, supply, tables
from reposto.storage.engine import Store
from tests.support.office import NOW, SKU, Office

TODAY = date(2026, 11, 22)


@pytest.fixture
def office(store: Store) -> Office:
    office = Office(store)
    with store.write() as connection:
        named = {"key": "b", "name": "Bento Ltda", "trade_name": "Bento", "cnpj": "99126403000149", "active": True}
        gone = {"key": "g", "name": "Gone SA", "trade_name": "", "cnpj": "", "active": False}
        connection.execute(insert(tables.suppliers), [{"id": 2, **named}, {"id": 3, **gone}])
        offer = {"supplier_id": 2, "moq": 1.0, "pack_multiple": 1.0}
        connection.execute(insert(tables.offers), [{"sku": "001", **offer}, {"sku": SKU, **offer}])
        for days, status in ((-3, "sent"), (4, "partial"), (None, "approved"), (1, "draft"), (-9, "received")):
            purchasing.create_order(
                connection,
                2,
                [OrderLine("001", 10.0, Decimal("2.50")), OrderLine(SKU, 4.0, Decimal("1.00"))],
                status=status,  # type: ignore[arg-type]
                created_by=None,
                ordered_on=TODAY - timedelta(days=20),
                expected_on=None if days is None else TODAY + timedelta(days=days),
                now=NOW,
            )
    return office


def test_suppliers_by_either_name(office: Office) -> None:
    with office.store.read() as connection:
        assert [s.id for s in supply.find_suppliers(connection, "Bento")] == [2]
        assert [s.id for s in supply.find_suppliers(connection, "Bento Ltda")] == [2]
        assert supply.find_suppliers(connection, "Nobody") == []
        assert [s.id for s in supply.list_suppliers(connection)] == [2, 1]  # Bento, Ferragens; Gone is gone
        assert supply.offered_names(connection, 2) == ["A vantagem de ganhar sem preocupação", "Cadeira Lua"]
        assert supply.count_offered(connection) == {2: 2}


def test_open_orders_come_in_the_order_they_are_expected(office: Office) -> None:
    with office.store.read() as connection:
        rows = supply.list_order_rows(connection, statuses=STILL_TO_COME)
        assert [row.status for row in rows] == ["sent", "partial", "approved"]
        assert [row.late(TODAY) for row in rows] == [True, False, False]
        assert rows[0].total == Decimal("29.00") and rows[0].supplier == "Bento"
        assert rows[0].lines[0] == ("001", "Cadeira Lua", 10.0, 10.0, "UN")
        assert supply.count_late(rows, TODAY) == {2: 1}
        assert supply.list_order_rows(connection, statuses=STILL_TO_COME, supplier_id=1) == []


def test_an_order_is_found_by_its_figures(office: Office) -> None:
    with office.store.read() as connection:
        assert [row.number for row in supply.find_order_rows(connection, "PC-000002")] == ["PC-000002"]
        assert [row.number for row in supply.find_order_rows(connection, "2")] == ["PC-000002"]
        assert supply.find_order_rows(connection, "77") == []
        assert supply.find_order_rows(connection, "%") == []


def test_earlier_answers_of_one_user_only(office: Office) -> None:
    with office.store.write() as connection:
        for number, (kind, intent) in enumerate(
            (("analysis_started", "demand_forecast"), ("answer", "price_current"), ("answer", "recall"))
        ):
            chat.append_message(
                connection,
                office.session,
                "agent",
                f"**Cadeira Lua** (SKU 001): {number}",
                now=NOW + timedelta(days=number),
                metadata={"type": kind, "intent": intent},
            )
    ana, rui = office.ana.user_id, office.rui.user_id
    everything = {"since": None, "until": None, "limit": 5}
    with office.store.read() as connection:
        found = recall.find_answers(connection, ana, "(SKU 001)", **everything)  # type: ignore[arg-type]
        assert [m.content[-1] for m in found] == ["1"]  # neither the acknowledgement nor what was said again
        assert recall.find_answers(connection, rui, "(SKU 001)", **everything) == []  # type: ignore[arg-type]
        late = recall.find_answers(connection, ana, "(SKU 001)", since=NOW + timedelta(days=2), until=None, limit=5)
        assert late == []


def test_what_is_looked_for_is_text_not_a_pattern(office: Office) -> None:
    with office.store.write() as connection:
        chat.append_message(connection, office.session, "agent", "(SKU 001)", now=NOW, metadata={"type": "answer"})
    with office.store.read() as connection:
        for needle in ("(SKU %)", "(SKU _01)"):
            found = recall.find_answers(connection, office.ana.user_id, needle, since=None, until=None, limit=5)
            assert found == []
