"""The company's own rules."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from reposto.model.facts import Company
from reposto.model.zones import DEFAULT_ZONE
from reposto.storage.catalogue import find_data_until, read_meta
from reposto.storage.tables import company, imports, products, suppliers

_NOT_STORED = ("data_until", "as_of")  # read off the sales; the day of the question
RULES = tuple(f.name for f in fields(Company) if f.name not in _NOT_STORED)


def load_company(connection: Connection, known: dict[str, str] | None = None) -> Company:
    """The rules, with the last day that sales cover; `known` saves reading `meta` again."""
    row = connection.execute(select(*(company.c[name] for name in RULES)).where(company.c.id == 1)).mappings().first()
    until = find_data_until(connection, read_meta(connection) if known is None else known)
    return Company(**dict(row or {}), data_until=until)


def save_company(connection: Connection, rules: Company, *, timezone: str | None = None) -> None:
    """Replace the rules; the time zone stays unless one is given. Whoever calls this also bumps the data version."""
    values: dict[str, object] = {name: getattr(rules, name) for name in RULES}
    if timezone is not None:
        values["timezone"] = ZoneInfo(timezone).key  # refuses an unknown zone
    connection.execute(update(company).where(company.c.id == 1).values(values))


def zone(connection: Connection) -> ZoneInfo:
    """Where the company's days begin."""
    name = connection.execute(select(company.c.timezone).where(company.c.id == 1)).scalar()
    return ZoneInfo(name) if name else DEFAULT_ZONE


def holds_other_data(connection: Connection, skus: Collection[str], file_prefix: str) -> bool:
    """Whether there are products beside `skus`, or files were imported whose names don't begin with `file_prefix`."""
    if set(connection.scalars(select(products.c.sku))) - set(skus):
        return True
    foreign = select(imports.c.id).where(imports.c.file_name.not_like(f"{file_prefix}%"))
    return connection.execute(foreign.limit(1)).first() is not None


def is_empty(connection: Connection) -> bool:
    """Whether no company's data was loaded yet."""
    return all(connection.execute(select(table.c.id).limit(1)).first() is None for table in (suppliers, imports)) and (
        connection.execute(select(products.c.sku).limit(1)).first() is None
    )
