"""NF-e into the company's data, over both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from reposto.conversation.load import LoadResult, load_files, load_rows
from reposto.conversation.load_notes import AboutNotes
from reposto.intake.rows import Kind, OfferRow, OrderRow, ProductRow, Row, SupplierRow
from reposto.model.errors import FileRefused
from reposto.storage import tables as t
from reposto.storage.engine import Store
from tests.support.notes import OWN, VALE, Item, make_event, make_note

D = Decimal
NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
TEXTIL = "34028316000103"
US = AboutNotes(own_cnpj=OWN)


def put(store: Store, kind: Kind, *rows: Row) -> None:
    load_rows(store, kind, rows, file_name="x", sha256="", now=NOW)


@pytest.fixture
def company(store: Store) -> Store:
    put(
        store,
        "products",
        ProductRow("00123", "Chapa MDF", "CH", ncm="44111390", supplier_code="VV-15B"),
        ProductRow("TEC-9", "Tecido linho", "M", ean="7891234567895"),
        ProductRow("9", "Cola", "UN", ncm="35061090", supplier_code="C-1"),
    )
    return store


def load(store: Store, folder: Path, *notes: bytes, about: AboutNotes = US, dry_run: bool = False) -> LoadResult:
    paths = []
    for n, note in enumerate(notes):
        paths.append(folder / f"{n}.xml")
        paths[-1].write_bytes(note)
    (result,) = load_files(store, paths, about_notes=about, dry_run=dry_run)
    return result


def rows(store: Store, table: Table, *names: str) -> list[tuple[Any, ...]]:
    with store.read() as connection:
        found = connection.execute(select(*(table.c[name] for name in names)))
        return sorted((tuple(row) for row in found), key=repr)


EVENT = b"<procEventoNFe xmlns='http://www.portalfiscal.inf.br/nfe'/>"
BOARD = Item(unit="CH", tax_unit="KG", tax_quantity="200")
CLOTH = Item(code="LIN", ean="SEM GTIN", tax_ean="7891234567895", unit="RL", quantity="2", goods="2190", tax_unit="M",
             tax_quantity="60", ipi="0")  # fmt: skip


def test_prices_paid_suppliers_and_offers_come_of_a_note(company: Store, tmp_path: Path) -> None:
    result = load(company, tmp_path, make_note(BOARD, CLOTH, due=("2026-11-11",)))
    assert (result.rows, result.warnings) == (2, ())
    assert rows(company, t.suppliers, "name", "cnpj", "state") == [("VALE VERDE LTDA", VALE, "PR")]
    seen = rows(company, t.price_observations, "sku", "seen_on", "source", "unit_price", "quantity")
    assert seen == [
        ("00123", date(2026, 10, 14), "invoice", D("12.5"), 10.0),
        ("TEC-9", date(2026, 10, 14), "invoice", D("36.5"), 60.0),  # rolls in the note, metres in stock
    ]
    offers = rows(company, t.offers, "sku", "quoted_on", "payment_terms", "icms_percent")
    assert offers == [("00123", date(2026, 10, 14), "28", 12.0), ("TEC-9", date(2026, 10, 14), "28", 12.0)]
    assert [row[0] for row in rows(company, t.offer_tiers, "unit_price")] == [D("12.5"), D("36.5")]
    before = (rows(company, t.meta, "key", "value"), rows(company, t.imports, "id"))
    again = load(company, tmp_path, make_note(BOARD, CLOTH, due=("2026-11-11",)))
    assert (again.changed, rows(company, t.meta, "key", "value"), rows(company, t.imports, "id")) == (0, *before)


def test_an_agreed_price_list_outlives_a_note_and_a_single_older_price_does_not(company: Store, tmp_path: Path) -> None:
    put(company, "suppliers", SupplierRow("Vale", VALE), SupplierRow("Têxtil", TEXTIL))
    put(company, "offers", OfferRow(VALE, "00123", D(13), 10, moq=10), OfferRow(VALE, "00123", D(12), 50, moq=10))
    put(company, "offers", OfferRow(VALE, "TEC-9", D(40), moq=30, quoted_on=date(2026, 1, 5)))
    load(company, tmp_path, make_note(BOARD, CLOTH))
    tiers = rows(company, t.offer_tiers, "min_quantity", "unit_price")
    assert tiers == [(10.0, D(13)), (30.0, D("36.5")), (50.0, D(12))]
    load(company, tmp_path, make_note(CLOTH, issued="2026-03-01T10:00:00-03:00", number="5"))
    assert (30.0, D("36.5")) in rows(company, t.offer_tiers, "min_quantity", "unit_price")  # an older note says nothing
    assert rows(company, t.suppliers, "name") == [("Têxtil",), ("Vale",)]  # the company's own words stay


def test_what_leads_to_no_product_is_named_and_left_out(company: Store, tmp_path: Path) -> None:
    strange = Item(code="C-1", ncm="99999999", name="PARAFUSO")  # the same code at another supplier, another thing
    boxes = Item(code="VV-15B", unit="CX", tax_unit="KG", tax_quantity="3")
    gift = Item(code="VV-15B", unit="CH", cfop="5910")
    result = load(company, tmp_path, make_note(BOARD, strange, boxes, gift), EVENT)
    assert result.rows == 1
    told = "\n".join(result.warnings)
    assert "1.xml: é um evento" in told
    assert "item 2, C-1 PARAFUSO: nenhum produto" in told
    assert "item 3, VV-15B CHAPA MDF 15MM: vendido em CX (ou KG), estocado em CH" in told
    assert "CFOP 5910 não é venda" in told
    with pytest.raises(FileRefused, match="No line"):
        load(company, tmp_path, make_note(strange))


def test_a_code_is_trusted_once_the_supplier_sells_the_product(company: Store, tmp_path: Path) -> None:
    put(company, "suppliers", SupplierRow("Vale", VALE))
    put(company, "offers", OfferRow(VALE, "9", D(5)))
    load(company, tmp_path, make_note(Item(code="c-1", ncm="")))
    assert ("9", "invoice") in rows(company, t.price_observations, "sku", "source")


def test_own_sales_never_pass_for_purchases(company: Store, tmp_path: Path) -> None:
    sale = make_note(BOARD, seller=OWN, buyer=TEXTIL, number="1")
    with pytest.raises(FileRefused, match="which company is yours"):
        load(company, tmp_path, sale, about=AboutNotes())
    with pytest.raises(FileRefused, match="issued by the company itself"):
        load(company, tmp_path, sale, make_note(BOARD, seller=OWN, buyer=VALE, number="2"), about=AboutNotes())
    assert rows(company, t.suppliers, "name") == []
    bought = make_note(BOARD, number="3")
    load(company, tmp_path, bought, make_note(BOARD, seller=TEXTIL, name="TEXTIL"), about=AboutNotes())
    result = load(company, tmp_path, sale, bought, about=AboutNotes())  # remembered
    assert "(vendas) que ficaram de fora: 1" in result.warnings[0]
    assert OWN not in [row[0] for row in rows(company, t.suppliers, "cnpj")]


def test_deliveries_of_the_orders_a_note_names(company: Store, tmp_path: Path) -> None:
    put(company, "suppliers", SupplierRow("Vale", VALE))
    put(company, "orders", OrderRow("1042", VALE, "00123", 30, date(2026, 10, 1)))
    note = make_note(Item(unit="CH", order="1042"), Item(unit="CH", order="77"))
    assert rows(company, t.receipts, "quantity") == []
    about = AboutNotes(OWN, date(2026, 10, 16))
    result = load(company, tmp_path, note, about=about)
    assert rows(company, t.receipts, "received_on", "quantity", "document") == [(date(2026, 10, 16), 10.0, "871")]
    assert rows(company, t.purchase_orders, "number", "status") == [("1042", "partial")]
    assert "recebimento, pedido '77' não leva a um pedido seu" in "\n".join(result.warnings)
    assert load(company, tmp_path, note, about=about).changed == 0
    with pytest.raises(FileRefused, match="can't be"):
        load(company, tmp_path, note, about=AboutNotes(OWN, date(2026, 9, 1)))


def test_a_rehearsal_sees_the_tables_beside_it_and_stores_nothing(store: Store, tmp_path: Path) -> None:
    table = tmp_path / "produtos.csv"
    table.write_text("sku;descrição;unidade;ncm;cód. no fornecedor\n1;Chapa;CH;44111390;VV-15B\n", "utf-8")
    note = tmp_path / "nota.xml"
    note.write_bytes(make_note(BOARD))
    results = list(load_files(store, [note, table], dry_run=True, about_notes=US))
    assert [result.changed > 0 for result in results] == [True, True]
    assert rows(store, t.products, "sku") == rows(store, t.price_observations, "sku") == []
    assert [r.kind for r in load_files(store, [note, table], about_notes=US)] == ["products", "prices"]


KEY = "4126" + "1" * 40


def test_a_note_sent_twice_counts_once(company: Store, tmp_path: Path) -> None:
    put(company, "suppliers", SupplierRow("Vale", VALE))
    put(company, "orders", OrderRow("1042", VALE, "00123", D(30), date(2026, 10, 1)))
    note = make_note(replace(BOARD, order="1042"), key=KEY)
    about = AboutNotes(own_cnpj=OWN, received_on=date(2026, 10, 20))
    result = load(company, tmp_path, note, note, about=about)
    assert (date(2026, 10, 14), 10.0) in rows(company, t.price_observations, "seen_on", "quantity")
    assert rows(company, t.receipts, "quantity") == [(10.0,)]
    assert any("mesma nota" in warning for warning in result.warnings)


def test_a_cancelled_note_is_no_purchase(company: Store, tmp_path: Path) -> None:
    note, other = make_note(BOARD, key=KEY), make_note(CLOTH, key="4126" + "2" * 40, number="872")
    result = load(company, tmp_path, note, other, make_event(KEY))
    assert rows(company, t.price_observations, "sku") == [("TEC-9",)]
    assert any("cancelada" in warning for warning in result.warnings)
    with pytest.raises(FileRefused) as refusal:
        load(company, tmp_path, note, make_event(KEY))
    assert "cancelada" in refusal.value.message_pt


@pytest.mark.parametrize("event", [{"event": "110110"}, {"status": "573"}])
def test_what_cancels_nothing_leaves_the_note(company: Store, tmp_path: Path, event: dict[str, str]) -> None:
    load(company, tmp_path, make_note(BOARD, key=KEY), make_event(KEY, **event))
    assert rows(company, t.price_observations, "sku") == [("00123",)]


def test_what_cost_nothing_is_no_offer(company: Store, tmp_path: Path) -> None:
    result = load(company, tmp_path, make_note(replace(BOARD, discount="125.00", icms="0"), CLOTH))
    assert rows(company, t.offers, "sku") == [("TEC-9",)]
    assert any("sem preço" in warning for warning in result.warnings)


def test_the_credit_is_the_tax_of_the_note_not_its_rate(company: Store, tmp_path: Path) -> None:
    """18 % on two thirds of the value is a credit of 12 %."""
    load(company, tmp_path, make_note(replace(BOARD, icms="18.00", icms_value="15.00")))
    assert rows(company, t.offers, "icms_percent") == [(12.0,)]


def test_many_instalments_fit(company: Store, tmp_path: Path) -> None:
    months = tuple(f"{2027 + n // 12}-{n % 12 + 1:02d}-14" for n in range(20))
    load(company, tmp_path, make_note(BOARD, due=months))
    assert rows(company, t.offers, "payment_terms") == [("380",)]  # their mean


def test_freight_of_a_note_replaces_what_was_told_and_none_says_nothing(company: Store, tmp_path: Path) -> None:
    """A FOB note has no freight: the carrier bills it. What the buyer wrote of it stays."""
    put(company, "suppliers", SupplierRow("Vale", VALE))
    told = OfferRow(VALE, "00123", D(13), quoted_on=date(2026, 1, 5), freight_fixed=D(80), freight_percent=4.0)
    put(company, "offers", told)
    load(company, tmp_path, make_note(BOARD))
    assert rows(company, t.offers, "freight_fixed", "freight_percent") == [(D(80), 4.0)]
    load(company, tmp_path, make_note(replace(BOARD, freight="6.25"), issued="2026-11-10T10:00:00-03:00", number="9"))
    assert rows(company, t.offers, "freight_fixed", "freight_percent") == [(D(0), 5.0)]
