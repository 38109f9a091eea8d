"""Sales in bulk: gathered and added up in a file beside the database, then merged in one short transaction.

The database's write lock is held only for the merge (a million rows: seconds), not while a file is read.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

from sqlalchemy import Connection

from reposto.model.errors import StorageBusy
from reposto.storage.load import Changes

# sku, ISO day, thousandths of a unit, out_of_stock, promotion, one_off (1, 0, or None: not said), R$ 0.0001 in all
SaleTuple: TypeAlias = tuple[str, str, int, int | None, int | None, int | None, int | None]

COPY_LINES = 5_000  # lines to a write, some 150 KiB
SUM = """
    CREATE TABLE daily AS
    SELECT sku, day, sum(quantity) AS quantity, max(out_of_stock) AS out_of_stock, max(promotion) AS promotion,
        max(one_off) AS one_off,
        CAST(round(sum(value) FILTER (WHERE value > 0 AND quantity > 0) * 1000.0
            / sum(quantity) FILTER (WHERE value > 0 AND quantity > 0)) AS INTEGER) AS unit_price
    FROM sales GROUP BY sku, day ORDER BY sku, day
"""
FLAGS = ("out_of_stock", "promotion", "one_off")
PRICE = "unit_price"


class SalesSpool:
    """Sales on their way in, in a temporary SQLite file: a million take 40 MB of disk and no memory."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="reposto-import-")
        self.path = Path(self.folder.name) / "sales.db"
        self.database = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self.database.execute("PRAGMA journal_mode=OFF")  # nothing here outlives the import
        self.database.execute("PRAGMA synchronous=OFF")
        self.count = 0
        self.clear()

    def __enter__(self) -> SalesSpool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()
        self.folder.cleanup()

    def clear(self) -> None:
        """Forget everything."""
        self.database.execute("DROP TABLE IF EXISTS sales")
        self.database.execute("DROP TABLE IF EXISTS daily")
        self.summed: tuple[int, tuple[str, ...]] | None = None
        self.database.execute(
            "CREATE TABLE sales (sku TEXT, day TEXT, quantity INTEGER, out_of_stock INTEGER, promotion INTEGER,"
            " one_off INTEGER, value INTEGER)"
        )
        self.count = 0

    def add(self, sales: Iterable[SaleTuple]) -> None:
        """Some more; several of one product and day will be summed."""
        with _room():
            self.database.execute("BEGIN")
            added = self.database.executemany("INSERT INTO sales VALUES (?,?,?,?,?,?,?)", sales)
            self.count += max(added.rowcount, 0)
            self.database.execute("COMMIT")

    def is_priced(self) -> bool:
        """Whether any sale has a price."""
        self.add_up()
        return self.database.execute(f"SELECT 1 FROM daily WHERE {PRICE} > 0 LIMIT 1").fetchone() is not None  # noqa: S608

    def skus(self) -> set[str]:
        """The products named."""
        return {sku for (sku,) in self.database.execute("SELECT DISTINCT sku FROM sales")}

    def add_up(self) -> tuple[int, tuple[str, ...]]:
        """Sum each product's day. How many there are, and the flags that something is said about."""
        if self.summed is None:
            with _room():
                self.database.execute(SUM)
            given = f"SELECT count(*), {', '.join(f'max({flag})' for flag in FLAGS)} FROM daily"  # noqa: S608
            count, *most = self.database.execute(given).fetchone()
            flags = tuple(flag for flag, value in zip(FLAGS, most, strict=True) if value is not None)
            for flag in flags:
                self.database.execute(f"UPDATE daily SET {flag} = 0 WHERE {flag} IS NULL")  # noqa: S608
            self.summed = count, flags
        return self.summed

    def daily(self, flags: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        """sku, day, quantity and those flags, in the order of the primary key."""
        columns = ", ".join(("sku", "day", "quantity", *flags))
        return self.database.execute(f"SELECT {columns} FROM daily ORDER BY rowid")  # noqa: S608

    def copy_lines(self, flags: tuple[str, ...]) -> Iterator[str]:
        """The same in PostgreSQL's text format for COPY: SQLite builds it faster than Python."""
        sku = "replace(sku, '\\', '\\\\')"
        for character, escaped in ((9, "\\t"), (10, "\\n"), (13, "\\r")):
            sku = f"replace({sku}, char({character}), '{escaped}')"
        others = (f"coalesce({name}, '\\N')" if name == PRICE else name for name in flags)
        line = " || char(9) || ".join((sku, "day", "quantity", *others))
        return (text for (text,) in self.database.execute(f"SELECT {line} || char(10) FROM daily ORDER BY rowid"))  # noqa: S608


@contextmanager
def _room() -> Iterator[None]:
    """A full disk is a sentence, not a stack trace."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "full" not in str(error):
            raise
        where = tempfile.gettempdir()
        raise StorageBusy(
            f"Não há espaço em {where} para carregar o arquivo; libere espaço e tente de novo.",
            f"No space left in {where} to load the file.",
        ) from error


def merge_sales(connection: Connection, spool: SalesSpool) -> Changes:
    """Write the summed days that are new or different. What the spool holds is the truth for its products' days."""
    total, flags = spool.add_up()
    given = (*flags, PRICE) if spool.is_priced() else flags
    if connection.dialect.name == "postgresql":
        incoming = _copy_to_postgres(connection, spool, given)
    elif connection.connection.is_detached:
        incoming = _copy_to_sqlite(connection, spool, given)
    else:
        incoming = _attach_to_sqlite(connection, spool)
    columns = ", ".join(("sku", "day", "quantity", *flags))
    known = connection.exec_driver_sql(
        f"SELECT count(*) FROM {incoming} AS i JOIN daily_sales AS s ON s.sku = i.sku AND s.day = i.day"  # noqa: S608
    ).scalar_one()
    touched = connection.exec_driver_sql(
        f"INSERT INTO daily_sales ({columns}) SELECT {columns} FROM {incoming} WHERE true ORDER BY sku, day"  # noqa: S608
        f" {_conflict(flags)}"
    ).rowcount
    inserted = total - int(known)
    changed = max(touched, _merge_prices(connection, incoming)) if PRICE in given else touched
    return Changes(inserted, changed - inserted, total - changed)


def _merge_prices(connection: Connection, incoming: str) -> int:
    """What a unit of each of these days sold for; a day without a price loses the one it had. How many that changed."""
    added = connection.exec_driver_sql(
        f"INSERT INTO daily_prices (sku, day, {PRICE}) SELECT sku, day, {PRICE} FROM {incoming} WHERE {PRICE} > 0"  # noqa: S608
        f" ORDER BY sku, day ON CONFLICT (sku, day) DO UPDATE SET {PRICE} = excluded.{PRICE}"
        f" WHERE daily_prices.{PRICE} <> excluded.{PRICE}"
    ).rowcount
    gone = connection.exec_driver_sql(
        f"DELETE FROM daily_prices WHERE (sku, day) IN (SELECT sku, day FROM {incoming} WHERE {PRICE} IS NULL)"  # noqa: S608
    ).rowcount
    return int(added + gone)


def _conflict(flags: tuple[str, ...]) -> str:
    columns = ("quantity", *flags)
    values = ", ".join(f"{c} = excluded.{c}" for c in columns)
    differs = " OR ".join(f"daily_sales.{c} <> excluded.{c}" for c in columns)
    return f"ON CONFLICT (sku, day) DO UPDATE SET {values} WHERE {differs}"


def _attach_to_sqlite(connection: Connection, spool: SalesSpool) -> str:
    # SQLite copies from one file to the other by itself, three times as fast as rows through Python. It does not let
    # go of a file before the transaction ends, so this connection does not go back to the pool.
    connection.detach()
    connection.exec_driver_sql("ATTACH DATABASE ? AS spool", (str(spool.path),))
    return "spool.daily"


def _copy_to_sqlite(connection: Connection, spool: SalesSpool, flags: tuple[str, ...]) -> str:
    # A rehearsal takes several files into one transaction, and SQLite attaches ten at most.
    columns = ("sku", "day", "quantity", *flags)
    connection.exec_driver_sql("DROP TABLE IF EXISTS temp.incoming_sales")
    connection.exec_driver_sql(f"CREATE TEMP TABLE incoming_sales ({', '.join(columns)})")
    marks = ", ".join("?" * len(columns))
    cursor: Any = connection.connection.cursor()  # takes an iterator, whatever the protocol says
    cursor.executemany(f"INSERT INTO temp.incoming_sales VALUES ({marks})", spool.daily(flags))  # noqa: S608
    return "temp.incoming_sales"


def _copy_to_postgres(connection: Connection, spool: SalesSpool, flags: tuple[str, ...]) -> str:
    columns = ", ".join(("sku", "day", "quantity", *flags))
    connection.exec_driver_sql("DROP TABLE IF EXISTS pg_temp.incoming_sales")
    connection.exec_driver_sql(
        "CREATE TEMP TABLE incoming_sales (sku text, day date, quantity bigint, out_of_stock boolean,"
        " promotion boolean, one_off boolean, unit_price bigint) ON COMMIT DROP"
    )
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY incoming_sales ({columns}) FROM STDIN") as copy:
        lines = spool.copy_lines(flags)
        while chunk := "".join(islice(lines, COPY_LINES)):
            copy.write(chunk)
    connection.exec_driver_sql("ANALYZE incoming_sales")
    return "incoming_sales"
