"""What a column of a file is: the attribute it fills, how its cells are read, by what names it goes."""

from __future__ import annotations

from dataclasses import dataclass

from reposto.intake import values as v

QUANTITY = "quantidade qtd qtde quant qtdade qde qty y"


@dataclass(frozen=True, slots=True)
class Field:
    """A column: the row's attribute it fills, how its cells are read, its names."""

    name: str
    label: str  # what we call it to a buyer, and in templates
    parse: v.Parser
    required: bool
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    example: str
    blank: v.Value = None  # what an empty cell says


def field(
    name: str, label: str, parse: v.Parser, strong: str, weak: str = "", *, required: bool = False, example: str = ""
) -> Field:
    return Field(name, label, parse, required, tuple(strong.split()), tuple(weak.split()), example)


def mark(name: str, label: str, strong: str) -> Field:
    """A column in which an empty cell means no."""
    return Field(name, label, v.flag, False, tuple(strong.split()), (), "não", blank=False)


def sku_field(extra: str = "") -> Field:
    strong = (
        f"sku codigosku codsku skucodigo codigodoproduto codigoproduto codproduto cdproduto idproduto codprod {extra}"
    )
    weak = "codigo cod codigointerno referencia ref coditem codigodoitem codigoitem uniqueid produto item"
    return field("sku", "sku", v.code(120), strong, weak, required=True, example="00123")
