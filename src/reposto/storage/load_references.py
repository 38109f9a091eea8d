"""What a file may name: products, suppliers, order lines; and what was loaded before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from reposto.storage.tables import imports, products, purchase_order_lines, purchase_orders, suppliers


@dataclass(frozen=True, slots=True)
class SupplierNames:
    """A supplier by everything a file may call it."""

    id: int
    key: str
    cnpj: str
    name: str
    trade_name: str


def list_skus(connection: Connection) -> set[str]:
    """Every product, active or not."""
    return set(connection.scalars(select(products.c.sku)))


def list_supplier_names(connection: Connection) -> list[SupplierNames]:
    """Every supplier, active or not."""
    columns = [suppliers.c[name] for name in SupplierNames.__dataclass_fields__]
    return [SupplierNames(*row) for row in connection.execute(select(*columns).order_by(suppliers.c.id))]


def list_order_skus(connection: Connection) -> dict[str, set[str]]:
    """Order number -> its products."""
    rows = connection.execute(
        select(purchase_orders.c.number, purchase_order_lines.c.sku).join_from(
            purchase_order_lines, purchase_orders, purchase_order_lines.c.order_id == purchase_orders.c.id
        )
    )
    found: dict[str, set[str]] = {}
    for number, sku in rows:
        found.setdefault(number, set()).add(sku)
    return found


def find_first_import(connection: Connection, kind: str, sha256: str) -> datetime | None:
    """When this very content was loaded for the first time."""
    wanted = select(imports.c.imported_at).where(imports.c.kind == kind, imports.c.sha256 == sha256)
    found: datetime | None = connection.scalar(wanted.order_by(imports.c.id).limit(1))
    return found


def note_import(
    connection: Connection, *, kind: str, file_name: str, sha256: str, rows: int, changed: int, now: datetime
) -> None:
    """Keep that a file was loaded."""
    values = {"kind": kind, "file_name": file_name[-300:], "sha256": sha256, "rows": rows, "changed": changed}
    connection.execute(insert(imports).values(**values, imported_at=now))
