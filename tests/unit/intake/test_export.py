"""What leaves as CSV comes back the same, and no spreadsheet runs it (RELIABILITY I4)."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reposto.intake.export import export_rows, safe_cell, write_csv
from reposto.intake.fields import FIELDS
from reposto.intake.rows import KINDS, Kind, OrderRow, ProductRow, SaleRow
from reposto.intake.template import make_template
from reposto.model.text import clean
from tests.support.intake import TODAY, read_text

DANGEROUS = "=+-@\t\0\r"


@pytest.mark.parametrize("first", list(DANGEROUS))
def test_text_that_a_spreadsheet_might_run_gets_an_apostrophe(first: str) -> None:
    assert safe_cell(f"{first}cmd|' /C calc'!A0").startswith(f"'{first}")
    columns = [f.label for f in FIELDS["products"]]
    text = f"{first}HYPERLINK(1)"
    out = write_csv(columns, [[text] * len(columns)])
    cells = next(csv.reader(io.StringIO(out.splitlines(keepends=True)[1], newline=""), delimiter=";"), [])
    assert first == "\r" or all(cell.startswith("'") for cell in cells)


def test_numbers_stay_numbers() -> None:
    assert [safe_cell(x) for x in (Decimal("-12.5"), -3, -0.25, Decimal("1E+3"), True, None, date(2026, 2, 1))] == [
        "-12,5", "-3", "-0,25", "1000", "sim", "", "01/02/2026",
    ]  # fmt: skip


texts = st.text(max_size=30).map(clean)
codes = texts.filter(bool).filter(lambda s: "E" not in s.upper())  # 1E+5: what Excel makes of a code, and refused
amounts = st.decimals(0, 10**8, places=3)
days = st.dates(date(1995, 1, 1), TODAY)


@given(st.lists(st.tuples(codes, texts.filter(bool), texts, texts), max_size=8, unique_by=lambda row: row[0]))
def test_products_come_back_as_they_went(rows: list[tuple[str, str, str, str]]) -> None:
    products = [
        ProductRow(sku, name, category=category or None, brand=brand or None, active=True)
        for sku, name, category, brand in rows
    ]
    back = read_text(export_rows("products", products), "products")
    assert back.bad == ()
    assert [row._replace(row=0) for row in back.rows] == products


@given(st.lists(st.tuples(codes, days, amounts, st.booleans()), max_size=8))
def test_sales_come_back_as_they_went(rows: list[tuple[str, date, Decimal, bool]]) -> None:
    sales = [SaleRow(sku, day, quantity, promotion, not promotion, False) for sku, day, quantity, promotion in rows]
    back = read_text(export_rows("sales", sales), "sales")
    assert back.bad == ()
    assert [row._replace(row=0) for row in back.rows] == sales


def test_orders_come_back_as_they_went() -> None:
    orders = [OrderRow("=7", "Vale", "00-1", Decimal("1.5"), TODAY, Decimal("1234.5678"), TODAY, "draft", 3)]
    assert [row._replace(row=0) for row in read_text(export_rows("orders", orders), "orders").rows] == orders


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_a_file_of_its_kind(kind: Kind) -> None:
    for name in (kind, None):
        read = read_text(make_template(kind), name)
        assert read.kind == kind
        assert read.bad == ()
        assert read.ignored == ()
        assert len(read.rows) == 1
