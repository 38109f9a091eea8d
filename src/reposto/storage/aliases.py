"""The company's own words for its products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from reposto.storage.catalogue import insert_into, next_number
from reposto.storage.tables import product_aliases, products, users

VERSION = "alias_version"  # note in `meta`: grows with every change, so that every process reads them anew


@dataclass(frozen=True, slots=True)
class Alias:
    """Words, the product they mean, and where they come from."""

    id: int
    text: str
    sku: str
    name: str
    source: str  # choice | correction | told
    user: str | None
    message_id: int | None
    created_at: datetime
    shared: bool  # the same words mean another product as well: they are asked about


@dataclass(frozen=True, slots=True)
class NewAlias:
    """What was learnt, from whom, when and from which question."""

    key: str
    text: str
    sku: str
    source: str
    user_id: int
    message_id: int | None
    created_at: datetime


def may_teach(connection: Connection, user_id: int) -> bool:
    """Whether a user may change the company's words: everybody but those who only look."""
    return connection.execute(select(users.c.role).where(users.c.id == user_id)).scalar() not in (None, "viewer")


def version(known: dict[str, str]) -> int:
    """Grows with every change of the aliases; `known` is `catalogue.read_meta`'s answer."""
    return int(known.get(VERSION, 0))


def list_aliases(connection: Connection, *, limit: int = 10_000) -> list[Alias]:
    """All aliases of active products by their words."""
    shared = select(product_aliases.c.key).group_by(product_aliases.c.key).having(func.count() > 1).scalar_subquery()
    query = (
        select(product_aliases, products.c.name, users.c.name.label("user"), product_aliases.c.key.in_(shared))
        .join(products, products.c.sku == product_aliases.c.sku)
        .outerjoin(users, users.c.id == product_aliases.c.user_id)
        .where(products.c.active.is_(True))
        .order_by(product_aliases.c.text, product_aliases.c.sku)
        .limit(limit)
    )
    return [
        Alias(row.id, row.text, row.sku, row.name, row.source, row.user, row.message_id, row.created_at, bool(row[-1]))
        for row in connection.execute(query)
    ]


def read_aliases(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Words -> SKUs, as the language layer takes them."""
    found: dict[str, tuple[str, ...]] = {}
    query = select(product_aliases.c.text, product_aliases.c.sku).order_by(product_aliases.c.id)
    for text, sku in connection.execute(query):
        found[text] = (*found.get(text, ()), sku)
    return found


def insert_alias(connection: Connection, alias: NewAlias) -> bool:
    """Keep an alias; False when these words mean this product already."""
    values = {name: getattr(alias, name) for name in NewAlias.__dataclass_fields__}
    statement = insert_into(connection, product_aliases).values(**values)
    kept = connection.execute(
        statement.on_conflict_do_nothing(index_elements=["key", "sku"]).returning(product_aliases.c.id)
    ).first()
    if kept is None:
        return False
    _bump(connection)
    return True


def delete_alias(connection: Connection, alias_id: int) -> bool:
    """Forget one alias; False when there is none of that id."""
    gone = connection.execute(
        delete(product_aliases).where(product_aliases.c.id == alias_id).returning(product_aliases.c.id)
    ).first()
    if gone is None:
        return False
    _bump(connection)
    return True


def delete_words(connection: Connection, key: str, sku: str | None) -> list[str]:
    """Forget what words mean, or only that they mean this product; returns the SKUs that they meant."""
    wanted = delete(product_aliases).where(product_aliases.c.key == key)
    if sku is not None:
        wanted = wanted.where(product_aliases.c.sku == sku)
    gone: Sequence[str] = connection.execute(wanted.returning(product_aliases.c.sku)).scalars().all()
    if gone:
        _bump(connection)
    return sorted(gone)


def find_meaning(connection: Connection, key: str) -> list[str]:
    """The SKUs that words mean."""
    query = select(product_aliases.c.sku).where(product_aliases.c.key == key).order_by(product_aliases.c.sku)
    return list(connection.execute(query).scalars())


def count_aliases(connection: Connection) -> int:
    """How many there are."""
    return connection.execute(select(func.count()).select_from(product_aliases)).scalar_one()


def _bump(connection: Connection) -> None:
    next_number(connection, VERSION)
