"""Rows put straight into a store, and what is in its tables then."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table, select

from reposto.conversation.load import LoadResult, load_rows
from reposto.intake.rows import Kind, ProductRow, Row, SupplierRow
from reposto.storage.engine import Store

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
VALE = "11222333000181"


def put(store: Store, kind: Kind, *rows: Row) -> LoadResult:
    """Load these rows."""
    return load_rows(store, kind, rows, file_name="x", sha256="", now=NOW)


def rows_of(store: Store, table: Table, *names: str) -> list[tuple[Any, ...]]:
    """These columns of all rows of a table, in some fixed order."""
    with store.read() as connection:
        found = connection.execute(select(*(table.c[name] for name in names)))
        return sorted((tuple(row) for row in found), key=repr)


def with_names(store: Store) -> Store:
    """Two products and two suppliers."""
    put(store, "products", ProductRow("1", "Chapa"), ProductRow("2", "Cola"))
    put(store, "suppliers", SupplierRow("Vale Verde Ltda", VALE, "Vale"), SupplierRow("Têxtil Sul"))
    return store
