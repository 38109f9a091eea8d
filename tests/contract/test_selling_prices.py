"""What a company sells at: read from its files, kept, and part of what its products' forecasts know."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from reposto.analysts.histories import history_of
from reposto.app.fit import fit_forecasts
from reposto.app.prepare import prepare
from reposto.conversation.load import load_file, load_files
from reposto.intake.parse import detect_kind
from reposto.intake.rows import PromotionRow, SaleRow, SellingPriceRow
from reposto.model.clock import local_today, utc_now
from reposto.model.facts import PriceSpan, ProductFacts
from reposto.storage import facts, results, tables
from reposto.storage.engine import Store
from reposto.storage.tables_prices import daily_prices, selling_prices
from tests.support.loading import put, rows_of, with_names

D = Decimal


@pytest.fixture
def stocked(store: Store) -> Store:
    return with_names(store)


def saved(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def known(store: Store, sku: str, today: date) -> ProductFacts:
    with store.read() as connection:
        return facts.load_facts(connection, sku, today=today, loaded_at=utc_now())


def test_a_days_price_is_its_value_over_its_quantity(stocked: Store, tmp_path: Path) -> None:
    """Two sales of 2 for 20 and 1 for 13; a gift and a correction without goods are no price."""
    text = (
        "sku;data da venda;quantidade;valor total\n1;01/02/2026;2;20,00\n1;01/02/2026;1;13,00\n1;01/02/2026;5;0\n"
        "1;02/02/2026;0;7,00\n2;02/02/2026;3;R$ 1.200,30\n1;03/02/2026;1;cortesia\n"
    )
    path = saved(tmp_path, "vendas.csv", text)
    assert load_file(stocked, path).kind == "sales"
    assert rows_of(stocked, daily_prices, "sku", "day", "unit_price") == [
        ("1", date(2026, 2, 1), D(11)),
        ("2", date(2026, 2, 2), D("400.1")),
    ]
    assert load_file(stocked, path).changed == 0


def test_a_price_of_each_and_a_total_are_read_as_such(stocked: Store, tmp_path: Path) -> None:
    text = (
        "sku;data da venda;quantidade;preço de venda;valor total\n1;01/02/2026;2;10,00;18,00\n2;01/02/2026;2;10,00;\n"
    )
    load_file(stocked, saved(tmp_path, "vendas.csv", text))
    assert rows_of(stocked, daily_prices, "sku", "unit_price") == [("1", D(9)), ("2", D(10))]


def test_sales_without_prices_leave_them_and_corrected_ones_replace_them(stocked: Store) -> None:
    day, other = date(2026, 2, 1), date(2026, 2, 2)
    put(stocked, "sales", SaleRow("1", day, 2, unit_price=D(10)), SaleRow("1", other, 2, unit_price=D(12)))
    put(stocked, "sales", SaleRow("1", day, 3))
    assert rows_of(stocked, daily_prices, "unit_price") == [(D(10),), (D(12),)]
    changed = put(stocked, "sales", SaleRow("1", day, 3, unit_price=D(9)), SaleRow("1", other, 2))
    assert changed.changed == 2
    assert rows_of(stocked, daily_prices, "day", "unit_price") == [(day, D(9))]


def test_calendars_are_recognised_and_loaded_again_without_change(stocked: Store, tmp_path: Path) -> None:
    files = {
        "selling_prices": "sku;início;preço de venda\n1;01/01/2026;10,00\n1;01/12/2026;11,00\n",
        "promotions": "sku;início;fim;desconto %;preço promocional\n1;23/11/2026;30/11/2026;20;\n",
    }
    paths = [saved(tmp_path, f"{kind}.csv", text) for kind, text in files.items()]
    assert [detect_kind(path) for path in paths] == list(files)
    assert [r.changed for r in load_files(stocked, paths)] == [1, 2]
    assert [r.changed for r in load_files(stocked, paths)] == [0, 0]
    assert rows_of(stocked, selling_prices, "starts_on", "unit_price") == [
        (date(2026, 1, 1), D(10)),
        (date(2026, 12, 1), D(11)),
    ]


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("vendas", "data;sku;quantidade;preço unitário;valor total"),
        ("prices", "sku;data do preço;preço;fornecedor"),
        ("orders", "pedido;fornecedor;sku;quantidade;preço unitário;data do pedido"),
        ("offers", "fornecedor;sku;preço unitário;a partir de"),
        ("selling", "produto;de;até;preço"),
    ],
)
def test_other_files_with_prices_are_what_they_were(tmp_path: Path, name: str, head: str) -> None:
    expected = {"vendas": "sales", "selling": "selling_prices"}.get(name, name)
    assert detect_kind(saved(tmp_path, f"{name}.csv", f"{head}\n")) == expected


def test_facts_tell_prices_and_the_calendar(stocked: Store) -> None:
    today = date(2026, 11, 23)
    start = today - timedelta(days=100)
    put(
        stocked,
        "sales",
        *(SaleRow("1", start + timedelta(days=n), 2, unit_price=D(10)) for n in range(0, 100, 2)),
        SaleRow("2", start, 1),
    )
    put(stocked, "promotions", PromotionRow("1", today, today + timedelta(days=6), 20.0))
    put(stocked, "selling_prices", SellingPriceRow("1", today + timedelta(days=14), D("12.5")))
    put(stocked, "selling_prices", SellingPriceRow("1", start, D(10)))
    found = known(stocked, "1", today)
    assert found.sales is not None
    assert found.sales.price is not None
    assert found.sales.price[:3].tolist()[::2] == [10.0, 10.0]
    assert np.isnan(found.sales.price[1])
    assert found.sales.calendar == (
        PriceSpan(start, None, 10.0),
        PriceSpan(today, today + timedelta(days=6), None, 20.0, promotion=True),
        PriceSpan(today + timedelta(days=14), None, 12.5),
    )
    history = history_of(found.product, found.sales)
    assert history.told
    ahead = history.price_ahead
    assert ahead is not None
    offset = len(history.quantity) - 100  # a last day without data may be padded
    assert ahead[1 - offset : 7 - offset].tolist() == pytest.approx([8.0] * 6)
    assert np.isnan(ahead[8 - offset])
    assert ahead[20] == pytest.approx(12.5)
    bare = known(stocked, "2", today)
    assert bare.sales is not None
    assert bare.sales.price is None
    assert not history_of(bare.product, bare.sales).told


def test_a_price_calendar_has_only_its_own_products_forecast_anew(store: Store) -> None:
    """The others' analyses are confirmed as they are, whatever the fit made of the new data."""
    today = local_today()
    with store.write() as connection:
        for number in range(12):
            sku = f"{number:03}"
            connection.execute(insert(tables.products).values(sku=sku, name=f"Produto {number}"))
    rng = np.random.default_rng(1)
    sales = []
    for number in range(12):
        for n in range(1, 400):
            cheap = (n + number) % 60 < 7
            units = int(rng.poisson(12 if cheap else 5))
            day = today - timedelta(days=n)
            sales.append(SaleRow(f"{number:03}", day, units, promotion=cheap, unit_price=D(8 if cheap else 10)))
    put(store, "sales", *sales)
    assert fit_forecasts(store, learn=False)
    prepare(store, give_way=lambda: None)
    before = {f"{n:03}": _analysed(store, f"{n:03}") for n in range(12)}
    put(store, "promotions", PromotionRow("003", today, today + timedelta(days=6), 20.0))
    assert fit_forecasts(store, learn=False)
    prepare(store, give_way=lambda: None)
    after = {sku: _analysed(store, sku) for sku in before}
    assert [sku for sku in before if after[sku] != before[sku]] == ["003"]
    lines = {sku: line for sku, (_, line) in after.items()}
    assert lines["003"] != before["003"][1]


def _analysed(store: Store, sku: str) -> tuple[str, object]:
    with store.read() as connection:
        result = results.find_result(connection, sku)
    assert result is not None
    return result.fingerprint, result.line
