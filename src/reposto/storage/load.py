"""Bulk upserts: write only what differs, and say how much did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Table,
    bindparam,
    delete,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.types import TypeDecorator

Record: TypeAlias = Mapping[str, Any]  # column -> value; a column that isn't there keeps what is stored
Key: TypeAlias = tuple[Any, ...]

LOAD_LOCK = 7_233_002  # any number, the same everywhere
CHUNK = 500  # keys to a query: SQLite 3.31 and older allow 999 parameters


@dataclass(frozen=True, slots=True)
class Changes:
    """How many records were new, different, or already so."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0

    @property
    def changed(self) -> int:
        return self.inserted + self.updated + self.deleted

    def __add__(self, other: Changes) -> Changes:
        return Changes(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.deleted + other.deleted,
        )


def begin_load(connection: Connection) -> None:
    """One load at a time, for as long as it takes. SQLite's write lock already sees to that."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOAD_LOCK})


def find_rows(
    connection: Connection, table: Table, columns: Sequence[str], keys: Collection[Key]
) -> Iterator[Row[Any]]:
    """The rows whose `columns` are one of `keys`."""
    ordered = sorted(keys)
    wanted = [table.c[name] for name in columns]
    size = max(CHUNK // len(columns), 1)
    for start in range(0, len(ordered), size):
        chunk = ordered[start : start + size]
        yield from connection.execute(select(table).where(_is_one_of(wanted, chunk)))


def upsert(
    connection: Connection,
    table: Table,
    key: Sequence[str],
    records: Iterable[Record],
    *,
    nullable: str | None = None,
    at_first: Record | None = None,
) -> Changes:
    """Insert the new records, update the different ones.

    `key` names the columns of the natural key, `nullable` one more that may be null; `at_first` is what only new
    records get.
    """
    names = (*key, nullable) if nullable else tuple(key)
    new = {tuple(record[name] for name in names): record for record in records}
    rows = find_rows(connection, table, key, {found[: len(key)] for found in new})
    stored = {tuple(row._mapping[name] for name in names): row._mapping for row in rows}
    inserts: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    updates: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    primary = [column.name for column in table.primary_key]
    for found, record in new.items():
        old = stored.get(found)
        if old is None:
            inserts[tuple(sorted(record))].append({**record, **(at_first or {})})
            continue
        differing = tuple(name for name in sorted(record) if not is_same(table.c[name], old[name], record[name]))
        if differing:
            updates[differing].append(
                {f"new_{n}": record[n] for n in differing} | {f"key_{n}": old[n] for n in primary}
            )
    for batch in inserts.values():
        connection.execute(insert(table), batch)
    for changed, batch in updates.items():
        statement = update(table).values({name: bindparam(f"new_{name}") for name in changed})
        for name in primary:
            statement = statement.where(table.c[name] == bindparam(f"key_{name}"))
        connection.execute(statement, batch)
    inserted = sum(map(len, inserts.values()))
    updated = sum(map(len, updates.values()))
    return Changes(inserted, updated, len(new) - inserted - updated)


def delete_ids(connection: Connection, table: Table, ids: Sequence[int]) -> Changes:
    """Delete rows by their id."""
    for start in range(0, len(ids), CHUNK):
        connection.execute(delete(table).where(table.c.id.in_(ids[start : start + CHUNK])))
    return Changes(deleted=len(ids))


def is_same(column: Column[Any], old: object, new: object) -> bool:
    """Whether both are stored as the same value: 12.5 and Decimal("12.500") are."""
    if isinstance(column.type, TypeDecorator) and hasattr(column.type, "process_bind_param"):
        dialect: Any = None  # our types don't look at it for numbers
        try:
            return bool(column.type.process_bind_param(old, dialect) == column.type.process_bind_param(new, dialect))
        except AttributeError:  # times do
            return old == new
    return old == new


def _is_one_of(columns: Sequence[Column[Any]], keys: Sequence[Key]) -> ColumnElement[bool]:
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(list(keys))
