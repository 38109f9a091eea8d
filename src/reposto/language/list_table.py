"""A list as a table of typed cells, for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reposto.language.voice import locale_of

# Name in the data, header in Portuguese and in English, kind of cell.
COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("section", "Situação", "Status", "text"),
    ("supplier", "Fornecedor", "Supplier", "text"),
    ("sku", "SKU", "SKU", "text"),
    ("name", "Produto", "Product", "text"),
    ("category", "Categoria", "Category", "text"),
    ("abc", "Classe", "Class", "text"),
    ("quantity", "Quantidade", "Quantity", "number"),
    ("unit", "Unidade", "Unit", "text"),
    ("unit_price", "Preço unitário", "Unit price", "price"),
    ("goods", "Mercadoria", "Goods", "money"),
    ("freight", "Frete", "Freight", "money"),
    ("payable", "Total a pagar", "Total payable", "money"),
    ("order_by", "Pedir até", "Order by", "day"),
    ("arrival", "Chegada provável", "Probable arrival", "day"),
    ("available", "Disponível", "Available", "number"),
    ("on_order", "A caminho", "On order", "number"),
    ("coverage_days", "Dias de estoque", "Days of stock", "number"),
    ("stockout_on", "Acaba em", "Runs out on", "day"),
    ("at_risk", "R$ em risco", "R$ at risk", "money"),
    ("saved", "Perda evitada", "Loss avoided", "money"),
    ("reason", "Motivo", "Reason", "text"),
)
SECTIONS = {
    "buy": ("comprar", "buy"),
    "upcoming": ("em breve", "soon"),
    "review": ("conferir", "look at"),
    "left_out": ("ficou de fora", "left out"),
    "failed": ("não analisado", "not analysed"),
}
TITLES = {"buy_list": ("Lista de compras", "Buy list")}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells: text, float, Decimal, date or None."""

    title: str
    header: tuple[str, ...]
    rows: list[tuple[object, ...]]


def list_table(kind: str, data: dict[str, Any], locale: str) -> Table:
    """Every row of a stored list, what is to be bought first."""
    english = locale_of(locale) == "en"
    rows = [
        tuple(_cell({**row, "section": SECTIONS[section][english]}.get(name), form) for name, _pt, _en, form in COLUMNS)
        for section, row in _rows(data)
    ]
    titles = TITLES.get(kind, TITLES["buy_list"])
    return Table(titles[english], tuple(en if english else pt for _name, pt, en, _form in COLUMNS), rows)


def _rows(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for group in data["groups"]:
        for line in group["lines"]:
            yield "buy", line
    for section in ("upcoming", "review", "left_out", "failed"):
        for line in data[section]:
            yield section, _as_it_will_be(line) if section == "upcoming" else line


def _as_it_will_be(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "quantity": line["later_quantity"], "payable": line["later_payable"]}


def _cell(value: Any, form: str) -> object:
    if value is None or value == "":
        return None
    if form in ("money", "price"):
        return Decimal(str(value))
    if form == "day":
        return date.fromisoformat(value)
    return float(value) if form == "number" else str(value)
