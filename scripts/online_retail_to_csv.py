"""Turn the UCI Online Retail data set into the files that `reposto import` takes.

    python scripts/online_retail_to_csv.py FOLDER --out DIR [--until 2026-11-21] [--invent-supply]

FOLDER holds `catalogue.parquet` and `transactions.parquet`. Written are `produtos.csv` and `vendas.csv`: what the data
have. `--until` moves every date forward by whole weeks, so that the last one is not after that day and stays on its
weekday. `--invent-supply` adds suppliers, stock and offers by the plain rules below, to see recommendations; they are
made up, and say so in their names. See docs/howto/a-newcomers-afternoon.md.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pyarrow import parquet

WEEK = timedelta(days=7)
RECENT = 12 * WEEK  # what the invented stock is measured by
STOCK_WEEKS = 3  # invented: three weeks of recent sales are in the warehouse
COST_SHARE = Decimal("0.5")  # invented: bought at half of the median selling price


@dataclass(frozen=True, slots=True)
class Supplier:
    """An invented supplier: how dear, how quick, in what lots."""

    name: str
    price_factor: Decimal
    lead_days: int  # business days
    lot: int


SUPPLIERS = (
    Supplier("Fornecedor Inventado Lento Ltda", Decimal("1.00"), 15, 24),
    Supplier("Fornecedor Inventado Rápido Ltda", Decimal("1.08"), 5, 12),
)

Sales = dict[tuple[str, date], int]


def read_products(folder: Path) -> list[Mapping[str, Any]]:
    """The catalogue: sku, description, median_price, …"""
    rows: list[Mapping[str, Any]] = parquet.read_table(folder / "catalogue.parquet").to_pylist()
    return rows


def read_sales(folder: Path, skus: frozenset[str]) -> Sales:
    """Units by product and day, what was cancelled or returned that day taken off; postage, gifts and fees left out."""
    columns = ["StockCode", "Quantity", "InvoiceDate", "UnitPrice"]
    table = parquet.read_table(folder / "transactions.parquet", columns=columns)
    units: Sales = {}
    for code, quantity, moment, price in zip(*(table[name].to_pylist() for name in columns), strict=True):
        sku = code.upper()
        if sku in skus and price > 0:
            key = (sku, moment.date())
            units[key] = units.get(key, 0) + quantity
    return {key: quantity for key, quantity in units.items() if quantity > 0}


def move(sales: Sales, until: date) -> Sales:
    """The same sales, whole weeks later."""
    weeks = (until - max(day for _sku, day in sales)) // WEEK
    return {(sku, day + weeks * WEEK): quantity for (sku, day), quantity in sales.items()}


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV as a Brazilian ERP writes it: semicolons, UTF-8."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
    print(f"{path.name}: {count} lines")


def write_supply(out: Path, products: Sequence[Mapping[str, Any]], sales: Sales) -> None:
    """Invented suppliers, stock and offers, for products that were sold of late."""
    last = max(day for _sku, day in sales)
    recent: dict[str, int] = {}
    for (sku, day), quantity in sales.items():
        if day > last - RECENT:
            recent[sku] = recent.get(sku, 0) + quantity
    stock = {sku: round(quantity * STOCK_WEEKS / (RECENT / WEEK)) for sku, quantity in recent.items()}
    cost = {row["sku"]: Decimal(str(row["median_price"])) * COST_SHARE for row in products}
    write(out / "fornecedores.csv", ["Razão Social", "Fantasia"], ([s.name, s.name.split()[2]] for s in SUPPLIERS))
    write(
        out / "estoque.csv",
        ["SKU", "Saldo atual", "Data do saldo"],
        ([sku, on_hand, f"{last:%d/%m/%Y}"] for sku, on_hand in sorted(stock.items())),
    )
    write(
        out / "ofertas.csv",
        ["Fornecedor", "SKU", "Preço unitário", "MOQ", "Múltiplo", "Prazo de entrega (dias úteis)"],
        (
            [
                supplier.name,
                sku,
                _amount(cost[sku] * supplier.price_factor),
                supplier.lot,
                supplier.lot,
                supplier.lead_days,
            ]
            for sku in sorted(recent)
            if cost[sku] > 0
            for supplier in SUPPLIERS
        ),
    )


def _amount(value: Decimal) -> str:
    return f"R$ {value:.4f}".replace(".", ",")


def main() -> None:
    """Read, move if asked to, write."""
    parser = argparse.ArgumentParser(description="Online Retail as CSV files for reposto.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--until", type=date.fromisoformat)
    parser.add_argument("--invent-supply", action="store_true")
    given = parser.parse_args()
    products = read_products(given.folder)
    sales = read_sales(given.folder, frozenset(row["sku"] for row in products))
    if given.until is not None:
        sales = move(sales, given.until)
    given.out.mkdir(parents=True, exist_ok=True)
    write(given.out / "produtos.csv", ["SKU", "Descrição"], ([row["sku"], row["description"]] for row in products))
    lines = ([sku, f"{day:%d/%m/%Y}", units] for (sku, day), units in sorted(sales.items()))
    write(given.out / "vendas.csv", ["SKU", "Data da venda", "Quantidade"], lines)
    if given.invent_supply:
        write_supply(given.out, products, sales)


if __name__ == "__main__":
    main()
