"""Shelf life and free freight from a company's files to the facts that analyses are made of."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from reposto.app.import_cli import run_import
from reposto.storage.engine import Store
from reposto.storage.facts import load_facts

NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)
PRODUCTS = "Código;Descrição;Prazo de validade (dias)\n1;Iogurte natural;21 dias\n2;Panela;\n"
SUPPLIERS = "Razão Social;Frete grátis acima de\nLaticínios Exemplo Ltda;R$ 1.200,00\n"
OFFERS = "Fornecedor;SKU;Preço unitário;Frete %\nLaticínios Exemplo Ltda;1;4,50;6\n"


def test_shelf_life_and_free_freight_reach_the_analysts(store: Store, tmp_path: Path) -> None:
    files = []
    for name, text in (("produtos", PRODUCTS), ("fornecedores", SUPPLIERS), ("ofertas", OFFERS)):
        files.append(tmp_path / f"{name}.csv")
        files[-1].write_text(text, encoding="utf-8")
    assert run_import(store, files, kind=None, dry_run=False) == 0
    with store.read() as connection:
        yogurt, pan = (load_facts(connection, sku, today=NOW.date(), loaded_at=NOW) for sku in ("1", "2"))
    assert (yogurt.product.shelf_life_days, pan.product.shelf_life_days) == (21, None)
    assert yogurt.offers[0].free_freight_from == yogurt.suppliers[0].free_freight_from == Decimal("1200")
    assert yogurt.products_offered == {yogurt.offers[0].supplier_id: 1}
