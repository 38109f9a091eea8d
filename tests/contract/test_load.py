"""Files into the database: whole or not at all, and a second time changes nothing. Over both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from reposto.conversation.load import load_file, load_files, load_rows
from reposto.intake.rows import (
    OfferRow,
    OrderRow,
    ProductRow,
    SaleRow,
    StockRow,
    SupplierRow,
)
from reposto.model.errors import FileRefused, StorageBusy
from reposto.storage import tables as t
from reposto.storage.catalogue import versions
from reposto.storage.engine import Store
from reposto.storage.load_sales import SalesSpool
from tests.support.loading import NOW, VALE, put, rows_of, with_names

D = Decimal

FILES = {
    "produtos.csv": (
        "ID;Código;Descrição;Unidade;NCM;Situação;Estoque;Preço de custo;GTIN/EAN;Marca\n"
        "1;00123;Chapa MDF;UN;44111390;Ativo;1.234,50;12,5;SEM GTIN;Duratex\n"
        "2;00124;Cola de contato;KG;35061090;Ativo;;8,00;7891234567895;\n"
    ),
    "vendas.csv": "sku;data;quantidade\n00123;01/02/2026;3\n00123;01/02/2026;4,5\n00124;02/02/2026;1\n",
    "fornecedores.csv": "nome;fantasia;cnpj;uf\nVale Verde Ltda;Vale;11.222.333/0001-81;PR\nTêxtil Sul;;;SC\n",
    "ofertas.csv": (
        "fornecedor;sku;preço unitário;a partir de;prazo de entrega;data da cotação\n"
        "Vale;00123;12,50;10;7;01/11/2026\nVale;00123;11,50;100;7;01/11/2026\n"
    ),
    "pedidos.csv": (
        "pedido;fornecedor;sku;quantidade;preço unitário;data do pedido;previsão\n"
        "77;Vale;00123;100;11,4;01/10/2026;10/10/2026\n77;Vale;00124;5;8;01/10/2026;12/10/2026\n"
    ),
    "recebimentos.csv": (
        "pedido;sku;data de entrada;quantidade recebida;nota fiscal\n"
        "77;00123;12/10/2026;60;000991\n77;00124;15/10/2026;5;000999\n"
    ),
    "promoções.csv": "sku;início;fim\n00123;23/11/2026;30/11/2026\n",
    "preços.csv": "sku;data do preço;preço;fornecedor\n00123;05/11/2026;13;\n00123;05/11/2026;14;Têxtil Sul\n",
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_text(content, "utf-8")
    return {name: folder / name for name in FILES}


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    with store.read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in t.metadata.sorted_tables
        }


@pytest.fixture
def stocked(store: Store) -> Store:
    return with_names(store)


def test_a_company_goes_in_and_a_second_time_changes_nothing(store: Store, files: dict[str, Path]) -> None:
    results = list(load_files(store, list(reversed(files.values()))))
    assert [r.kind for r in results] == [
        "suppliers", "products", "sales", "promotions", "offers", "orders", "receipts", "prices",
    ]  # fmt: skip
    assert all(r.changed and not r.unchanged for r in results if r.kind != "receipts")
    before = everything(store)
    again = list(load_files(store, list(files.values())))
    assert [r.changed for r in again] == [0] * len(FILES)
    assert all(r.unchanged for r in again)
    assert everything(store) == before
    assert rows_of(store, t.products, "sku", "unit", "brand", "ean") == [
        ("00123", "UN", "Duratex", ""),
        ("00124", "KG", "", "7891234567895"),
    ]
    assert rows_of(store, t.stock_levels, "sku", "on_hand") == [("00123", 1234.5)]
    assert rows_of(store, t.daily_sales, "sku", "day", "quantity") == [
        ("00123", date(2026, 2, 1), 7.5),
        ("00124", date(2026, 2, 2), 1.0),
    ]
    assert rows_of(store, t.offer_tiers, "min_quantity", "unit_price") == [(10.0, D("12.5")), (100.0, D("11.5"))]
    assert rows_of(store, t.purchase_orders, "number", "status", "expected_on") == [
        ("77", "partial", date(2026, 10, 12))
    ]
    assert rows_of(store, t.receipts, "quantity", "document") == [(5.0, "000999"), (60.0, "000991")]
    prices = rows_of(store, t.price_observations, "sku", "seen_on", "unit_price", "source")
    assert prices == sorted(
        [
            ("00123", date(2026, 11, 1), D("12.5"), "quote"),
            ("00123", date(2026, 10, 1), D("11.4"), "order"),
            ("00124", date(2026, 10, 1), D(8), "order"),
            ("00123", date(2026, 11, 5), D(13), "market"),
            ("00123", date(2026, 11, 5), D(14), "market"),
        ],
        key=repr,
    )


def test_versions_grow_only_with_changes(store: Store, files: dict[str, Path]) -> None:
    def now() -> tuple[int, int]:
        with store.read() as connection:
            return versions(connection)

    start = now()
    load_file(store, files["produtos.csv"])
    assert now() == (start[0] + 1, start[1] + 1)
    load_file(store, files["vendas.csv"])
    assert now() == (start[0] + 2, start[1] + 1)
    load_file(store, files["produtos.csv"])
    load_file(store, files["vendas.csv"])
    assert now() == (start[0] + 2, start[1] + 1)


def test_a_rehearsal_says_what_would_change_and_stores_nothing(store: Store, files: dict[str, Path]) -> None:
    more = [files["vendas.csv"].with_name(f"vendas-{month}.csv") for month in (3, 4)]
    for path, month in zip(more, (3, 4), strict=True):
        path.write_text(f"sku;data;quantidade\n00123;01/0{month}/2026;1\n")
    before = everything(store)
    rehearsed = list(load_files(store, [*files.values(), *more], dry_run=True))
    assert everything(store) == before
    assert all(r.dry_run for r in rehearsed)
    done = list(load_files(store, [*files.values(), *more]))
    assert [(r.kind, r.rows, r.changes) for r in done] == [(r.kind, r.rows, r.changes) for r in rehearsed]


def test_a_file_with_one_bad_row_stays_out_as_a_whole(store: Store, files: dict[str, Path]) -> None:
    load_file(store, files["produtos.csv"])
    before = everything(store)
    bad = files["vendas.csv"].with_name("ruins.csv")
    good = "".join(f"00123;{day:02}/03/2026;1\n" for day in range(1, 30))
    bad.write_text(f"SKU;Data da venda;Qtd\n{good}123;01/02/2026;1\n00124;01/02/2026;-1\nX9;02/02/2026;1\n")
    with pytest.raises(FileRefused) as refusal:
        load_file(store, bad)
    assert [(r.row, r.column, r.value) for r in refusal.value.rows] == [
        (31, "SKU", "123"),
        (32, "Qtd", "-1"),
        (33, "SKU", "X9"),
    ]
    assert "00123" in refusal.value.rows[0].reason  # the zeros that a spreadsheet lost
    assert "carregue antes" in refusal.value.rows[2].reason
    assert everything(store) == before


def test_what_fails_late_undoes_what_went_before(stocked: Store) -> None:
    before = everything(stocked)
    with pytest.raises(FileRefused):
        put(stocked, "offers", OfferRow("Vale", "1", D(5)), OfferRow("Ninguém", "1", D(5)))
    with pytest.raises(FileRefused):
        put(stocked, "sales", SaleRow("1", date(2026, 2, 1), D(1)), SaleRow("9", date(2026, 2, 1), D(1)))
    with pytest.raises(FileRefused):
        put(stocked, "orders", OrderRow("1", "Vale", "1", D(1), date(2026, 2, 1), line=1), OrderRow(
            "1", "Vale", "2", D(1), date(2026, 2, 1), line=1))  # fmt: skip
    assert everything(stocked) == before


def test_a_file_is_the_truth_for_the_days_it_names_only(stocked: Store) -> None:
    first, second = date(2026, 2, 1), date(2026, 2, 2)
    put(stocked, "sales", SaleRow("1", first, D(5), True), SaleRow("1", second, D(6)))
    result = put(
        stocked, "sales", SaleRow("1", first, D(2)), SaleRow("1", first, D(1)), SaleRow("2", first, D("0.125"))
    )
    assert (result.changed, result.unchanged) == (2, 0)
    assert rows_of(stocked, t.daily_sales, "sku", "day", "quantity", "out_of_stock") == [
        ("1", first, 3.0, True),  # the flag was not spoken of the second time
        ("1", second, 6.0, False),
        ("2", first, 0.125, False),
    ]
    put(stocked, "sales", SaleRow("1", first, D(3), False))
    assert rows_of(stocked, t.daily_sales, "out_of_stock")[0] == (False,)


def test_what_a_file_does_not_say_stays(stocked: Store) -> None:
    put(stocked, "products", ProductRow("1", "Chapa", "CH", "Chapas", active=False))
    put(stocked, "products", ProductRow("1", "Chapa MDF"))
    assert rows_of(stocked, t.products, "sku", "name", "unit", "category", "active")[0] == (
        "1", "Chapa MDF", "CH", "Chapas", False,
    )  # fmt: skip


def test_an_old_stock_file_stays_old(stocked: Store, tmp_path: Path) -> None:
    path = tmp_path / "estoque.csv"
    path.write_text("sku;estoque;deposito\n1;5;A\n1;7;B\n")
    stock = [StockRow("1", D(5)), StockRow("1", D(7))]
    load_rows(stocked, "stock", stock, file_name="a", sha256="f" * 64, now=NOW)
    later = datetime(2026, 11, 25, tzinfo=UTC)
    assert load_rows(stocked, "stock", stock, file_name="a", sha256="f" * 64, now=later).changed == 0
    assert rows_of(stocked, t.stock_levels, "on_hand", "as_of") == [(12.0, date(2026, 11, 22))]
    assert load_rows(stocked, "stock", stock, file_name="b", sha256="e" * 64, now=later).changed == 1
    assert load_file(stocked, path).kind == "stock"


def test_a_supplier_known_by_name_gets_its_cnpj_and_keeps_its_offers(stocked: Store) -> None:
    put(stocked, "offers", OfferRow("Têxtil Sul", "1", D(5)))
    put(stocked, "suppliers", SupplierRow("TEXTIL SUL", "12ABC34501DE35", state="SC"))
    assert rows_of(stocked, t.suppliers, "cnpj", "key", "state") == [
        (VALE, VALE, ""),
        ("12ABC34501DE35", "12ABC34501DE35", "SC"),
    ]
    assert put(stocked, "suppliers", SupplierRow("Textil Sul")).changed == 1  # the spelling; not a third supplier
    assert put(stocked, "offers", OfferRow("12ABC34501DE35", "1", D(5))).changed == 0


def test_two_suppliers_of_one_name_are_told_apart_by_cnpj(stocked: Store) -> None:
    put(stocked, "suppliers", SupplierRow("Vale Verde Ltda", "12ABC34501DE35"))
    with pytest.raises(FileRefused) as refusal:
        put(stocked, "offers", OfferRow("Vale Verde Ltda", "1", D(5)))
    assert "CNPJ" in refusal.value.rows[0].reason
    assert put(stocked, "offers", OfferRow(VALE, "1", D(5))).changed


def test_offers_take_exactly_the_tiers_of_the_file(stocked: Store) -> None:
    put(
        stocked,
        "offers",
        OfferRow("Vale", "1", D(5), D(1)),
        OfferRow("Vale", "1", D(4), D("10.5")),
        OfferRow("Vale", "2", D(9)),
    )
    put(
        stocked,
        "offers",
        OfferRow("Vale", "1", D("4.5"), D("10.5"), pack_multiple=D(2)),
        OfferRow("Vale", "1", D(3), D(50)),
    )
    assert rows_of(stocked, t.offer_tiers, "min_quantity", "unit_price") == [
        (1.0, D(9)),
        (10.5, D("4.5")),
        (50.0, D(3)),
    ]
    assert rows_of(stocked, t.offers, "sku", "moq", "pack_multiple") == [("1", 10.5, 2.0), ("2", 1.0, 1.0)]


def test_an_offer_must_not_contradict_itself(stocked: Store) -> None:
    with pytest.raises(FileRefused):
        put(stocked, "offers", OfferRow("Vale", "1", D(5), D(1), moq=D(1)), OfferRow("Vale", "1", D(4), D(9), moq=D(2)))
    with pytest.raises(FileRefused):
        put(stocked, "offers", OfferRow("Vale", "1", D(5), D(1)), OfferRow("Vale", "1", D(4), D(1)))


def test_ten_loads_of_one_file_at_once_change_things_once(store: Store, files: dict[str, Path]) -> None:
    load_file(store, files["produtos.csv"])
    rows = [SaleRow("00123", date(2026, 2, day), D(day)) for day in range(1, 29)]
    with ThreadPoolExecutor(10) as pool:
        results = list(
            pool.map(lambda _: load_rows(store, "sales", rows, file_name="v", sha256="a" * 64, now=NOW), range(10))
        )
    assert sorted(r.changed for r in results) == [0] * 9 + [28]
    with store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(t.imports).where(t.imports.c.kind == "sales")) == 1


def test_many_sales_arrive_exactly(stocked: Store) -> None:
    days = [date.fromordinal(date(2020, 1, 1).toordinal() + n) for n in range(2000)]
    put(stocked, "sales", *(SaleRow(sku, day, D(n) / 8) for sku in "12" for n, day in enumerate(days)))
    result = put(stocked, "sales", *(SaleRow("1", day, D(n) / 8 + (n % 10 == 0)) for n, day in enumerate(days)))
    assert (result.changed, result.unchanged) == (200, 1800)
    with stocked.read() as connection:
        total = connection.exec_driver_sql("SELECT sum(quantity) FROM daily_sales").scalar()
    assert total == 2 * sum(n * 125 for n in range(2000)) + 200_000


def test_any_sku_arrives_as_it_was_written(store: Store) -> None:
    skus = ["0001", "A\\tB", "A\tB", "A\nB", "\\N", "\\.", "'; DROP TABLE products; --", "ÇÃO-½", '"x"', "%s"]
    put(store, "products", *(ProductRow(sku, "x") for sku in skus))
    result = put(store, "sales", *(SaleRow(sku, date(2026, 2, 1), D(n), n % 2 == 0) for n, sku in enumerate(skus)))
    assert result.changed == len(skus)
    expected = sorted(((sku, float(n), n % 2 == 0) for n, sku in enumerate(skus)), key=repr)
    assert rows_of(store, t.daily_sales, "sku", "quantity", "out_of_stock") == expected


def test_a_full_disk_is_said_in_a_sentence() -> None:
    with SalesSpool() as spool:
        spool.database.execute("PRAGMA max_page_count = 20")  # SQLite then fails as on a full disk
        with pytest.raises(StorageBusy) as refusal:
            spool.add(("1", "2026-02-01", n, None, None, None, None) for n in range(100_000))
    assert "espaço" in refusal.value.message_pt
