"""Does what a row names exist? And if not, what is the way out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from reposto.intake.rows import OfferRow, OrderRow, PriceRow, ProductRow, ReceiptRow, Row, SupplierRow
from reposto.intake.words import supplier_key

_LOAD_FIRST = "carregue antes o arquivo de"


@dataclass(frozen=True, slots=True)
class Known:
    """What the company's data holds already: SKUs, suppliers by CNPJ and folded names, lines of each order."""

    skus: AbstractSet[str] = frozenset()
    suppliers: Mapping[str, int | None] = field(default_factory=dict)  # None: several suppliers have that name
    orders: Mapping[str, Collection[str]] = field(default_factory=dict)  # number -> SKUs


def check(rows: Sequence[Row], known: Known) -> Iterator[tuple[Row, str, str, str]]:
    """(row, field, value, reason) for each name that leads nowhere; the rows are of one kind."""
    if not rows or isinstance(rows[0], ProductRow | SupplierRow):
        return
    # a million sales name a thousand products: look at the names first, at the rows only if one is wrong
    wrong = {name: reason for name in {_sku(row) for row in rows} if (reason := explain_sku(name, known.skus))}
    if wrong:
        yield from ((row, "sku", _sku(row), wrong[_sku(row)]) for row in rows if _sku(row) in wrong)
    if isinstance(rows[0], OfferRow | OrderRow | PriceRow):
        for row in rows:
            supplier: str | None = getattr(row, "supplier", None)
            if supplier is not None and (reason := explain_supplier(supplier, known)):
                yield row, "supplier", supplier, reason
    for row in rows if isinstance(rows[0], ReceiptRow) else ():
        if isinstance(row, ReceiptRow) and row.sku not in wrong:
            yield from _check_order(row, known)


def _check_order(row: ReceiptRow, known: Known) -> Iterator[tuple[Row, str, str, str]]:
    skus = known.orders.get(row.order_number)
    if skus is None:
        yield row, "order_number", row.order_number, f"pedido não cadastrado; {_LOAD_FIRST} pedidos"
    elif row.sku not in skus:
        yield row, "sku", row.sku, f"o pedido {row.order_number} não tem esse produto"


def _sku(row: Row) -> str:
    return row.sku  # type: ignore[union-attr]  # every kind but suppliers has one


def explain_sku(sku: str, skus: Collection[str]) -> str:
    """Empty when the product is known, else why not, as far as one can see."""
    if sku in skus:
        return ""
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
