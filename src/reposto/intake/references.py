"""Does what a row names exist? And if not, what is the way out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reposto.intake.rows import Row
from reposto.intake.words import supplier_key

_LOAD_FIRST = "carregue antes o arquivo de"


@dataclass(frozen=True, slots=True)
class Known:
    """What the company's data holds already: SKUs, suppliers by CNPJ and folded names, lines of each order."""

    skus: Collection[str] = frozenset()
    suppliers: Mapping[str, int | None] = field(default_factory=dict)  # None: several suppliers have that name
    orders: Mapping[str, Collection[str]] = field(default_factory=dict)  # number -> SKUs


def check(rows: Iterable[Row], known: Known) -> Iterator[tuple[Row, str, str, str]]:
    """(row, field, value, reason) for each name that leads nowhere."""
    for row in rows:
        sku = getattr(row, "sku", None)
        if sku is not None and sku not in known.skus and not hasattr(row, "name"):
            yield row, "sku", sku, explain_sku(sku, known.skus)
        supplier = getattr(row, "supplier", None)
        if supplier is not None and (reason := explain_supplier(supplier, known)):
            yield row, "supplier", supplier, reason
        number = getattr(row, "order_number", None)
        if number is None:
            continue
        if number not in known.orders:
            yield row, "order_number", number, f"pedido não cadastrado; {_LOAD_FIRST} pedidos"
        elif sku in known.skus and sku not in known.orders[number]:
            yield row, "sku", str(sku), f"o pedido {number} não tem esse produto"


def explain_sku(sku: str, skus: Collection[str]) -> str:
    """The likely cause, if one can be seen."""
    if sku.isdigit():
        for width in range(len(sku) + 1, 15):
            if sku.zfill(width) in skus:
                return f"não cadastrado, mas {sku.zfill(width)} está: a planilha perdeu os zeros à esquerda?"
        if sku.startswith("0") and sku.lstrip("0") in skus:
            return f"não cadastrado, mas {sku.lstrip('0')} está: o cadastro perdeu os zeros à esquerda?"
    for variant in (sku.upper(), sku.lower()):
        if variant in skus:
            return f"não cadastrado, mas {variant} está: diferem maiúsculas e minúsculas"
    return f"produto não cadastrado; {_LOAD_FIRST} produtos com ele"


def explain_supplier(supplier: str, known: Known) -> str:
    """Empty when the supplier is known."""
    key = supplier if supplier in known.suppliers else supplier_key(supplier)
    if key not in known.suppliers:
        return f"fornecedor não cadastrado; {_LOAD_FIRST} fornecedores com ele"
    return "mais de um fornecedor tem esse nome; use o CNPJ" if known.suppliers[key] is None else ""
