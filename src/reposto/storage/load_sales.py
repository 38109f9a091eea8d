"""Sales in bulk: gathered and added up in a file beside the database, then merged in one short transaction.

The database's write lock is held only for the merge (a million rows: seconds), not while a file is read.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

from sqlalchemy import Connection

from reposto.storage.load import Changes

# sku, ISO day, thousandths of a unit, out_of_stock, promotion, one_off (1, 0, or None: not said)
SaleTuple: TypeAlias = tuple[str, str, int, int | None, int | None, int | None]

FLAGS = ("out_of_stock", "promotion", "one_off")


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
        self.database.execute(
            "CREATE TABLE sales (sku TEXT, day TEXT, quantity INTEGER, out_of_stock INTEGER, promotion INTEGER,"
            " one_off INTEGER)"
        )
        self.count = 0

    def add(self, sales: Iterable[SaleTuple]) -> None:
        """Some more; several of one product and day will be summed."""
        self.database.execute("BEGIN")
        added = self.database.executemany("INSERT INTO sales VALUES (?,?,?,?,?,?)", sales)
        self.count += max(added.rowcount, 0)
        self.database.execute("COMMIT")

    def skus(self) -> set[str]:
        """The products named."""
        return {sku for (sku,) in self.database.execute("SELECT DISTINCT sku FROM sales")}

    def add_up(self) -> int:
        """Sum each product's day; returns how many there are."""
        self.database.execute("DROP TABLE IF EXISTS daily")
        self.database.execute(
            "CREATE TABLE daily AS SELECT sku, day, sum(quantity) AS quantity, max(out_of_stock) AS out_of_stock,"
            " max(promotion) AS promotion, max(one_off) AS one_off FROM sales GROUP BY sku, day ORDER BY sku, day"
        )
        count: int = self.database.execute("SELECT count(*) FROM daily").fetchone()[0]
        return count

    def given_flags(self) -> tuple[str, ...]:
        """The flags that these sales say something about; the others keep what is stored."""
        row = self.database.execute(f"SELECT {','.join(f'max({f})' for f in FLAGS)} FROM daily").fetchone()  # noqa: S608
        return tuple(flag for flag, value in zip(FLAGS, row, strict=True) if value is not None)

    def daily(self, flags: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        """sku, day, quantity and those flags, in the order of the primary key."""
        extra = "".join(f", coalesce({flag}, 0)" for flag in flags)
        return self.database.execute(f"SELECT sku, day, quantity{extra} FROM daily ORDER BY rowid")  # noqa: S608


def merge_sales(connection: Connection, spool: SalesSpool) -> Changes:
    """Write the summed days that are new or different. What the spool holds is the truth for its products' days."""
    total = spool.add_up()
    flags = spool.given_flags()
    before = _count(connection)
    if connection.dialect.name == "postgresql":
        touched = _merge_postgres(connection, spool, flags)
    else:
        touched = _merge_sqlite(connection, spool, flags)
    inserted = _count(connection) - before
    return Changes(inserted, touched - inserted, total - touched)


def _count(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM daily_sales").scalar_one())


def _conflict(flags: tuple[str, ...]) -> str:
    columns = ("quantity", *flags)
    values = ", ".join(f"{c} = excluded.{c}" for c in columns)
    differs = " OR ".join(f"daily_sales.{c} <> excluded.{c}" for c in columns)
    return f"ON CONFLICT (sku, day) DO UPDATE SET {values} WHERE {differs}"


def _merge_sqlite(connection: Connection, spool: SalesSpool, flags: tuple[str, ...]) -> int:
    columns = ("sku", "day", "quantity", *flags)
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO daily_sales ({', '.join(columns)}) VALUES ({marks}) {_conflict(flags)}"  # noqa: S608
    driver: Any = connection.connection.driver_connection
    return max(int(driver.executemany(statement, spool.daily(flags)).rowcount), 0)


def _merge_postgres(connection: Connection, spool: SalesSpool, flags: tuple[str, ...]) -> int:
    columns = ", ".join(("sku", "day", "quantity", *flags))
    connection.exec_driver_sql(
        "CREATE TEMP TABLE incoming (sku text, day date, quantity bigint, out_of_stock boolean, promotion boolean,"
        " one_off boolean) ON COMMIT DROP"
    )
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY incoming ({columns}) FROM STDIN") as copy:
        for row in spool.daily(flags):
            copy.write_row((row[0], row[1], row[2], *(bool(flag) for flag in row[3:])))
    statement = (
        f"INSERT INTO daily_sales ({columns}) SELECT {columns} FROM incoming"  # noqa: S608 - names from above
        f" ORDER BY sku, day {_conflict(flags)}"
    )
    return int(connection.exec_driver_sql(statement).rowcount)


def to_sale(
    sku: str, day: date, thousandths: int, out_of_stock: bool | None, promotion: bool | None, one_off: bool | None
) -> SaleTuple:
    """A sale as the spool keeps it."""
    return sku, day.isoformat(), thousandths, out_of_stock, promotion, one_off
