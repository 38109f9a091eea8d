"""What each product's newest analysis found, kept so that a list or a question is a look-up."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, bindparam, case, func, select, update

from reposto import __version__
from reposto.model.facts import ProductFacts
from reposto.storage.catalogue import insert_into, read_meta
from reposto.storage.facts import FORECAST_TABLES, fitted_version
from reposto.storage.tables import offers, product_results, products

_FIND = select(product_results).where(product_results.c.sku == bindparam("of_sku"))


@dataclass(frozen=True, slots=True)
class ProductResult:
    """One product's analysis: its line in a list, and the whole as JSON bytes; None where it could not be made."""

    sku: str
    day: date
    basis: str
    fingerprint: str
    line: dict[str, Any]
    analysis: bytes | None


def read_basis(connection: Connection) -> str:
    """Names everything that an analysis stands on: program, company's data, tables fitted across the catalogue."""
    version = read_meta(connection).get("data_version", "0")
    fitted = fitted_version(connection, FORECAST_TABLES)
    return f"{__version__}/{version}/{'-' if fitted is None else fitted}"


def data_version_of(basis: str) -> int:
    """The version of the company's data that a basis names."""
    return int(basis.split("/")[1])


def fingerprint(facts: ProductFacts) -> str:
    """Equal for facts of which an analysis would be the same, whatever else the company's data have become."""
    bare = replace(facts, forecast_tables=None, data_version=0, loaded_at=None)
    known = orjson.dumps(bare, default=_plain, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
    digest = hashlib.blake2b(known, digest_size=24)
    digest.update(__version__.encode())
    if facts.forecast_tables is not None:
        digest.update(_digest(facts.forecast_tables))
    return digest.hexdigest()


@lru_cache(maxsize=2)  # megabytes, and the same ones for every product
def _digest(tables: bytes) -> bytes:
    return hashlib.blake2b(tables, digest_size=24).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def count_products(connection: Connection, *, day: date, basis: str) -> tuple[int, int]:
    """Active products, and how many of them have an analysis of that day on these data."""
    held = product_results.c
    fresh = case((and_(held.day == day, held.basis == basis), 1))
    query = select(func.count(), func.count(fresh)).select_from(
        products.outerjoin(product_results, held.sku == products.c.sku)
    )
    row = connection.execute(query.where(products.c.active.is_(True))).one()
    return int(row[0]), int(row[1])


def find_fresh(connection: Connection, *, day: date, basis: str) -> set[str]:
    """The products whose analysis of that day stands on these data."""
    query = select(product_results.c.sku).where(product_results.c.day == day, product_results.c.basis == basis)
    return set(connection.scalars(query))


def find_result(connection: Connection, sku: str) -> ProductResult | None:
    """The newest analysis of a product, whatever it stands on."""
    row = connection.execute(_FIND, {"of_sku": sku}).one_or_none()
    return None if row is None else _to_result(row)


def find_results(connection: Connection, skus: Collection[str]) -> dict[str, ProductResult]:
    """The newest analysis of each product that has any, whatever it stands on."""
    rows = connection.execute(select(product_results).where(product_results.c.sku.in_(skus)))
    return {row.sku: _to_result(row) for row in rows}


def _to_result(row: Row[Any]) -> ProductResult:
    whole = None if row.analysis is None else zlib.decompress(row.analysis)
    return ProductResult(row.sku, row.day, row.basis, row.fingerprint, row.line, whole)


def list_lines(connection: Connection, *, day: date) -> list[dict[str, Any]]:
    """The lines of all active products that were analysed for that day, by SKU.

    Or for a later one: a product that somebody asked about after midnight is not missing from a run begun before it.
    """
    query = (
        select(product_results.c.line)
        .join_from(product_results, products, products.c.sku == product_results.c.sku)
        .where(product_results.c.day >= day, products.c.active.is_(True))
        .order_by(product_results.c.sku)
    )
    return list(connection.scalars(query))


def list_lines_of(connection: Connection, supplier_id: int, *, day: date, except_sku: str) -> list[dict[str, Any]]:
    """The lines of that day which are to be bought from a supplier, today or later, without one product; by SKU."""
    held = product_results.c
    query = (
        select(held.line)
        .join_from(product_results, products, products.c.sku == held.sku)
        .join(offers, and_(offers.c.sku == held.sku, offers.c.supplier_id == supplier_id))
        .where(held.day == day, held.sku != except_sku, products.c.active.is_(True))
        .where(held.line["supplier_id"].as_integer() == supplier_id)
        .order_by(held.sku)
    )
    return list(connection.scalars(query))


def save_results(connection: Connection, results: Sequence[ProductResult], *, now: datetime) -> None:
    """Keep what was found, in place of what was known of these products."""
    if not results:
        return
    rows = [
        {
            "sku": result.sku,
            "day": result.day,
            "basis": result.basis,
            "fingerprint": result.fingerprint,
            "line": result.line,
            "analysis": None if result.analysis is None else zlib.compress(result.analysis, 3),
            "computed_at": now,
        }
        for result in results
    ]
    statement = insert_into(connection, product_results)
    newer = {c.name: statement.excluded[c.name] for c in product_results.c if c.name != "sku"}
    connection.execute(statement.on_conflict_do_update(index_elements=[product_results.c.sku], set_=newer), rows)


def confirm_results(connection: Connection, skus: Sequence[str], *, basis: str, now: datetime) -> None:
    """These products' facts are still what their analyses stand on."""
    if skus:
        query = update(product_results).where(product_results.c.sku == bindparam("of_sku"))
        connection.execute(query.values(basis=basis, computed_at=now), [{"of_sku": sku} for sku in skus])
