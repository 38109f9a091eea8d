"""Products and suppliers by name, and the versions that say when something about them changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Insert, Integer, Table, Text, cast, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from reposto.model.errors import NotFound
from reposto.model.facts import Product, Supplier
from reposto.model.request import NamedProduct, NamedSupplier
from reposto.storage.tables import daily_sales, meta, products, suppliers

PRODUCT_COLUMNS = tuple(products.c[name] for name in Product.__dataclass_fields__)
SUPPLIER_COLUMNS = tuple(suppliers.c[name] for name in Supplier.__dataclass_fields__)


def list_named_products(connection: Connection, *, limit: int | None = None) -> list[NamedProduct]:
    """Every active product by all the texts by which a buyer may call it, ordered by SKU."""
    columns = [products.c[name] for name in NamedProduct.__dataclass_fields__]
    query = select(*columns).where(products.c.active.is_(True)).order_by(products.c.sku).limit(limit)
    rows = connection.execute(query)
    return [NamedProduct(*row) for row in rows]


def find_named_product(connection: Connection, sku: str) -> NamedProduct | None:
    """One product by its SKU, active or not; None if there is no such product."""
    columns = [products.c[name] for name in NamedProduct.__dataclass_fields__]
    row = connection.execute(select(*columns).where(products.c.sku == sku)).one_or_none()
    return None if row is None else NamedProduct(*row)


def list_named_suppliers(connection: Connection) -> list[NamedSupplier]:
    """Every active supplier by its names, ordered by name."""
    columns = [suppliers.c[name] for name in NamedSupplier.__dataclass_fields__]
    rows = connection.execute(select(*columns).where(suppliers.c.active.is_(True)).order_by(suppliers.c.name))
    return [NamedSupplier(*row) for row in rows]


def get_product(connection: Connection, sku: str) -> Product:
    """One product, active or not; NotFound when the SKU isn't in the catalogue."""
    row = connection.execute(select(*PRODUCT_COLUMNS).where(products.c.sku == sku)).one_or_none()
    if row is None:
        raise NotFound(f"O produto {sku} não está no cadastro.", f"Product {sku} is not in the catalogue.")
    return Product(*row)


def list_products(connection: Connection) -> list[Product]:
    """Every active product, ordered by SKU."""
    rows = connection.execute(select(*PRODUCT_COLUMNS).where(products.c.active.is_(True)).order_by(products.c.sku))
    return [Product(*row) for row in rows]


def versions(connection: Connection) -> tuple[int, int]:
    """(data version, catalogue version): they only grow; equal numbers mean that nothing has changed."""
    known = read_meta(connection)
    return int(known.get("data_version", 0)), int(known.get("catalogue_version", 0))


def bump_version(connection: Connection, *, catalogue: bool = False) -> int:
    """Say that the company's data (and its catalogue) changed; returns the new data version.

    Also notes the last day of sales, which would otherwise cost every question a walk over the catalogue.
    """
    version = _increment(connection, "data_version")
    if catalogue:
        _increment(connection, "catalogue_version")
    last_day = _find_last_day(connection)
    write_meta(connection, "data_until", f"{version} {last_day.isoformat() if last_day else ''}")
    return version


def read_meta(connection: Connection) -> dict[str, str]:
    """The database's own notes: versions, lineage."""
    return {row.key: row.value for row in connection.execute(select(meta.c.key, meta.c.value))}


def write_meta(connection: Connection, key: str, value: str) -> None:
    """Keep a note, replacing the one of that name."""
    statement = insert_into(connection, meta).values(key=key, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": value}))


def find_data_until(connection: Connection, known: dict[str, str]) -> date | None:
    """The last day with sales over the whole company; `known` is `read_meta`'s answer."""
    version, _, day = known.get("data_until", "").partition(" ")
    if version and version == known.get("data_version"):
        return date.fromisoformat(day) if day else None
    return _find_last_day(connection)


def insert_into(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the dialect of this connection."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def next_number(connection: Connection, key: str) -> int:
    """1, 2, 3 … of a counter kept in `meta`: its row stays locked until the end, so none is given twice."""
    first = insert_into(connection, meta).values(key=key, value="1")
    upsert: Insert = first.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": _plus_one()})
    return int(connection.execute(upsert.returning(meta.c.value)).scalar_one())


def _increment(connection: Connection, key: str) -> int:
    statement = update(meta).where(meta.c.key == key).values(value=_plus_one()).returning(meta.c.value)
    value = connection.execute(statement).scalar()
    return next_number(connection, key) if value is None else int(value)


def _plus_one() -> Any:
    return cast(cast(meta.c.value, Integer) + 1, Text)


def _find_last_day(connection: Connection) -> date | None:
    # One look into the primary key per product; a plain max(day) would read every sale there is.
    newest = select(func.max(daily_sales.c.day)).where(daily_sales.c.sku == products.c.sku).scalar_subquery()
    per_product = select(newest.label("day")).select_from(products).subquery()
    day: date | None = connection.execute(select(func.max(per_product.c.day))).scalar()
    return day
