"""Load a company's files: each goes in whole or not at all, and a second time changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import islice, repeat
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

from sqlalchemy import Connection

from reposto.conversation import load_kinds, load_notes, load_orders
from reposto.conversation.load_kinds import Batch, Loader
from reposto.conversation.load_notes import AboutNotes, ReadNotes
from reposto.intake.messages import Batch as ParsedBatch
from reposto.intake.messages import Begin, End
from reposto.intake.parse import detect_kind, refuse_rows, stream_file
from reposto.intake.references import Known, check
from reposto.intake.rows import KINDS, Amount, Kind, OrderRow, ProductRow, Row, SaleRow, SupplierRow
from reposto.intake.sniff import Source, sniff
from reposto.intake.words import supplier_key
from reposto.model.clock import utc_now
from reposto.model.errors import FileRefused
from reposto.storage.catalogue import bump_version
from reposto.storage.company import zone
from reposto.storage.engine import Store
from reposto.storage.load import Changes, begin_load
from reposto.storage.load_references import (
    find_first_import,
    list_order_skus,
    list_skus,
    list_supplier_names,
    note_import,
)
from reposto.storage.load_sales import SalesSpool, merge_sales
from reposto.storage.types import QUANTITY_SCALE

Progress: TypeAlias = Callable[[str, float], None]  # file name, and which part of it has been read, 0 to 1

CATALOGUE: frozenset[Kind] = frozenset({"products", "suppliers"})
_SALES_BATCH = 10_000

LOADERS: dict[Kind, Loader] = {
    "suppliers": load_kinds.load_suppliers,
    "products": load_kinds.load_products,
    "stock": load_kinds.load_stock,
    "promotions": load_kinds.load_promotions,
    "selling_prices": load_kinds.load_selling_prices,
    "offers": load_kinds.load_offers,
    "orders": load_orders.load_orders,
    "receipts": load_orders.load_receipts,
    "prices": load_kinds.load_prices,
}


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load did. `rows` are lines of the file, the other numbers records of the database."""

    kind: Kind
    file_name: str
    rows: int
    changed: int
    unchanged: int
    changes: dict[Kind, Changes] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()  # columns that nobody reads
    warnings: tuple[str, ...] = ()
    dry_run: bool = False


@dataclass(slots=True)
class Prepared:
    """A file that has been read and found good; not stored yet."""

    kind: Kind
    file_name: str
    sha256: str
    spool: SalesSpool
    rows: dict[Kind, list[Row]] = field(default_factory=dict)
    lines: int = 0
    columns: dict[Kind, dict[str, str]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    def __enter__(self) -> Prepared:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.spool.__exit__(kind, error, trace)


class _DryRun(Exception):
    """Ends a transaction whose outcome nobody wants."""


def load_file(
    store: Store, path: Path, kind: Kind | None = None, *, dry_run: bool = False, progress: Progress | None = None
) -> LoadResult:
    """Load one file in one transaction; FileRefused lists its bad rows, and nothing is stored."""
    return next(load_files(store, [path], kind, dry_run=dry_run, progress=progress))


def load_files(
    store: Store,
    paths: Sequence[Path],
    kind: Kind | None = None,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    about_notes: AboutNotes | None = None,
) -> Iterator[LoadResult]:
    """Load several files, each in a transaction of its own; what others name goes first, NF-e (in one) last."""
    now = utc_now()
    tables, sources = _split(paths)
    notes = _read_notes(store, sources, now)
    if dry_run:
        yield from _rehearse(store, tables, kind, now, progress, notes, about_notes)
        return
    for path, found in _in_order(tables, kind):
        with prepare(store, path, found, now=now, progress=progress) as prepared:
            result = store_prepared(store, prepared, now=now)
        yield result
    if notes is not None:
        with store.write() as connection:
            result = apply_notes(connection, notes, now, about_notes)
        yield result


def load_rows(
    store: Store, kind: Kind, rows: Iterable[Row], *, file_name: str, sha256: str, now: datetime
) -> LoadResult:
    """Load rows that did not come from a file, in one transaction."""
    with SalesSpool() as spool:
        prepared = Prepared(kind, file_name, sha256, spool)
        if kind == "sales":
            prepared.lines = _spool_all(spool, rows)
        else:
            prepared.rows[kind] = list(rows)
            prepared.lines = len(prepared.rows[kind])
        return store_prepared(store, prepared, now=now)


def prepare(
    store: Store,
    path: Path,
    kind: Kind | None,
    *,
    now: datetime,
    also_known: Known | None = None,
    progress: Progress | None = None,
    sheet: str | None = None,
) -> Prepared:
    """Read a file without touching the database; sales wait in a file beside it. To be used in a `with`."""
    with store.read() as connection:
        known = join(read_known(connection), also_known)
        today = now.astimezone(zone(connection)).date()
    with ExitStack() as stack:
        spool = stack.enter_context(SalesSpool())
        prepared = Prepared(kind or "products", path.name, _hash(path), spool)
        for message in stream_file(path, kind, today=today, known=known, sheet=sheet):
            if isinstance(message, Begin):
                prepared.sheet, prepared.sheets = message.sheet, message.sheets
                prepared.kind, prepared.columns, prepared.ignored = message.kind, message.columns, message.ignored
                prepared.rows = {found: [] for found in message.columns}
                spool.clear()
            elif isinstance(message, End):
                prepared.lines, prepared.warnings = message.lines, message.warnings
                spool.add_up()  # now, not under the write lock
            else:
                _keep(prepared, message)
                if progress is not None:
                    progress(path.name, message.done)
        stack.pop_all()
    return prepared


def store_prepared(store: Store, prepared: Prepared, *, now: datetime) -> LoadResult:
    """Write what was prepared, in one transaction."""
    with store.write() as connection:
        return apply(connection, prepared, now=now)


def apply(connection: Connection, prepared: Prepared, *, now: datetime) -> LoadResult:
    """Write what was prepared; the caller's transaction makes it whole or nothing."""
    begin_load(connection)
    first = find_first_import(connection, prepared.kind, prepared.sha256) if prepared.sha256 else None
    today = (first or now).astimezone(zone(connection)).date()
    done: dict[Kind, Changes] = {}
    for kind in (k for k in KINDS if k in prepared.rows or (k == prepared.kind == "sales")):
        if kind == "sales":
            done[kind] = _apply_sales(connection, prepared.spool)
        else:
            done[kind] = _apply_rows(connection, kind, prepared, now, today)
    total = sum(done.values(), Changes())
    if total.changed:
        catalogue = any(done[kind].changed for kind in CATALOGUE & done.keys())
        bump_version(connection, catalogue=catalogue)
    if total.changed or first is None:
        note_import(
            connection,
            kind=prepared.kind,
            file_name=prepared.file_name,
            sha256=prepared.sha256,
            rows=prepared.lines,
            changed=total.changed,
            now=now,
        )
    return LoadResult(
        prepared.kind,
        prepared.file_name,
        prepared.lines,
        total.changed,
        total.unchanged,
        done,
        prepared.ignored,
        prepared.warnings,
    )


def read_known(connection: Connection) -> Known:
    """What a file may name."""
    names: dict[str, int | None] = {}
    for supplier in list_supplier_names(connection):
        for name in {supplier.cnpj, supplier_key(supplier.name), supplier_key(supplier.trade_name)} - {""}:
            names[name] = supplier.id if names.get(name, supplier.id) == supplier.id else None
    return Known(list_skus(connection), names, list_order_skus(connection))


def _rehearse(
    store: Store,
    paths: Sequence[Path],
    kind: Kind | None,
    now: datetime,
    progress: Progress | None,
    notes: ReadNotes | None,
    about_notes: AboutNotes | None,
) -> list[LoadResult]:
    """As `load_files`, one after the other in a transaction that is then undone."""
    results: list[LoadResult] = []
    with ExitStack() as stack:
        known = Known()
        ready = []
        for path, found in _in_order(paths, kind):
            prepared = prepare(store, path, found, now=now, also_known=known, progress=progress)
            ready.append(stack.enter_context(prepared))
            known = join(known, promise(prepared))
        try:
            with store.write() as connection:
                results.extend(replace(apply(connection, prepared, now=now), dry_run=True) for prepared in ready)
                if notes is not None:
                    results.append(replace(apply_notes(connection, notes, now, about_notes), dry_run=True))
                raise _DryRun
        except _DryRun:
            return results


def _split(paths: Sequence[Path]) -> tuple[list[Path], list[Source]]:
    """Tables, and NF-e."""
    sources = {path: sniff(path) for path in paths}
    return [p for p, s in sources.items() if s.format != "nfe"], [s for s in sources.values() if s.format == "nfe"]


def _read_notes(store: Store, sources: Sequence[Source], now: datetime) -> ReadNotes | None:
    if not sources:
        return None
    with store.read() as connection:
        return load_notes.read(sources, now.astimezone(zone(connection)).date())


def apply_notes(connection: Connection, read: ReadNotes, now: datetime, about: AboutNotes | None) -> LoadResult:
    """Write what NF-e say; the caller's transaction makes it whole or nothing."""
    begin_load(connection)
    loaded = load_notes.apply(connection, read, now, about or AboutNotes())
    total = sum(loaded.changes.values(), Changes())
    if total.changed:
        bump_version(connection, catalogue=bool(loaded.changes["suppliers"].changed))
        note_import(
            connection,
            kind="notes",
            file_name=read.file_name,
            sha256=read.sha256,
            rows=loaded.lines,
            changed=total.changed,
            now=now,
        )
    return LoadResult(
        "prices",
        f"{read.file_name}: {len(read.notes)} NF-e",
        loaded.lines,
        total.changed,
        total.unchanged,
        loaded.changes,
        warnings=loaded.warnings,
    )


def _in_order(paths: Sequence[Path], kind: Kind | None) -> list[tuple[Path, Kind | None]]:
    if len(paths) < 2:
        return [(path, kind) for path in paths]
    kinds = {path: kind or detect_kind(path) for path in paths}
    return sorted(kinds.items(), key=lambda item: KINDS.index(item[1]))


def promise(prepared: Prepared) -> Known:
    """What a rehearsed file will have made known to the next."""
    names: dict[str, int | None] = {}
    orders: dict[str, set[str]] = {}
    for row in (row for rows in prepared.rows.values() for row in rows):
        if isinstance(row, SupplierRow):
            names |= dict.fromkeys(
                {row.cnpj or "", supplier_key(row.name), supplier_key(row.trade_name or "")} - {""}, 0
            )
        elif isinstance(row, OrderRow):
            orders.setdefault(row.number, set()).add(row.sku)
    skus = {row.sku for row in prepared.rows.get("products", []) if isinstance(row, ProductRow)}
    return Known(skus, names, orders)


def join(known: Known, other: Known | None) -> Known:
    """Both together."""
    if other is None:
        return known
    orders = {n: {*known.orders.get(n, ()), *other.orders.get(n, ())} for n in {*known.orders, *other.orders}}
    return Known({*known.skus, *other.skus}, {**other.suppliers, **known.suppliers}, orders)


def _apply_rows(connection: Connection, kind: Kind, prepared: Prepared, now: datetime, today: date) -> Changes:
    rows = prepared.rows[kind]
    batch = Batch(read_known(connection), now, today, prepared.columns.get(kind, {}))
    for row, name, _value, reason in check(rows, batch.known):
        batch.complain(row, name, reason)
    changes = Changes() if batch.problems else LOADERS[kind](connection, rows, batch)
    if batch.problems:
        raise refuse_rows(prepared.file_name, batch.problems)
    return changes


def _apply_sales(connection: Connection, spool: SalesSpool) -> Changes:
    missing = spool.skus() - list_skus(connection)
    if missing:
        raise FileRefused(
            f"Vendas de produtos que não estão no cadastro: {', '.join(sorted(missing)[:20])}.",
            "Sales of products that are not in the catalogue.",
        )
    return merge_sales(connection, spool)


def _keep(prepared: Prepared, batch: ParsedBatch) -> None:
    if batch.kind == "sales":
        _spool_columns(prepared.spool, batch.columns)
    else:
        prepared.rows[batch.kind].extend(batch.rows)


def _spool_all(spool: SalesSpool, rows: Iterable[Row]) -> int:
    sales = (row for row in rows if isinstance(row, SaleRow))
    before = spool.count
    while chunk := list(islice(sales, _SALES_BATCH)):
        _spool_columns(spool, tuple(zip(*chunk, strict=True)))
    return spool.count - before


def _spool_columns(spool: SalesSpool, columns: tuple[tuple[Any, ...], ...]) -> None:
    skus, days, quantities, out_of_stock, promotion, one_off, prices, totals, _row = columns
    values = map(load_kinds.value_of_sale, quantities, prices, totals) if any(prices) or any(totals) else repeat(None)
    scaled = map(_thousandths, quantities)
    marks = (out_of_stock, promotion, one_off)
    spool.add(zip(skus, map(_iso, days), scaled, *marks, values, strict=False))  # `values` may go on for ever


@lru_cache(100_000)  # the same few days and quantities come again and again
def _iso(day: date) -> str:
    return day.isoformat()


@lru_cache(100_000)
def _thousandths(quantity: Amount) -> int:
    return int((Decimal(quantity) * QUANTITY_SCALE).to_integral_value(ROUND_HALF_UP))


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""  # `stream_file` says what is wrong with it
