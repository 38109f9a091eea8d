"""A million sales rows from a Brazilian CSV into SQLite: seconds and memory, beside what one would write in its place.

python -m benchmarks.import_sales [--rows 1000000] [--runs 3] [--only NAME,…]

`reposto import` runs as its user runs it: a process of its own, reading confined in a second one, every cell checked,
references checked, days summed, one transaction, and told apart what is new, different and already so. The others
check nothing: they are what a script of an afternoon does. Memory is the sum of the peaks of a command's processes.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from reposto.conversation.load import load_rows
from reposto.intake.rows import ProductRow
from reposto.model.clock import utc_now
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate

PRODUCTS = 1_000
PROMISE_S, PROMISE_MB = 60, 500

CSV_MODULE = """
import csv, sqlite3, sys
from datetime import datetime
database = sqlite3.connect(sys.argv[1])
with open(sys.argv[2], encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file, delimiter=";"):
        day = datetime.strptime(row["data da venda"], "%d/%m/%Y").date().isoformat()
        quantity = round(float(row["quantidade"].replace(".", "").replace(",", ".")) * 1000)
        database.execute(
            "INSERT INTO daily_sales (sku, day, quantity) VALUES (?, ?, ?)"
            " ON CONFLICT (sku, day) DO UPDATE SET quantity = quantity + excluded.quantity",
            (row["sku"], day, quantity))
database.commit()
"""
PANDAS = """
import sqlite3, sys
import pandas
table = pandas.read_csv(sys.argv[2], sep=";", decimal=",", thousands=".", dtype={"sku": str})
table["data da venda"] = pandas.to_datetime(table["data da venda"], format="%d/%m/%Y").dt.strftime("%Y-%m-%d")
table["quantidade"] = (table["quantidade"] * 1000).round().astype("int64")
table = table.groupby(["sku", "data da venda"], as_index=False)["quantidade"].sum()
table.columns = ["sku", "day", "quantity"]
table.to_sql("daily_sales", sqlite3.connect(sys.argv[1]), if_exists="append", index=False, chunksize=10_000)
"""


@dataclass(frozen=True)
class Run:
    """One import: wall clock, and the sum of its processes' peaks of memory."""

    seconds: float
    megabytes: float


def write_sales(path: Path, rows: int) -> None:
    """Sales as an ERP exports them, day after day, with decimal commas."""
    chance = random.Random(1)
    first = date(2020, 1, 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("sku;data da venda;quantidade\r\n")
        for n in range(rows):
            day = first + timedelta(days=n // PRODUCTS)
            quantity = f"{chance.randint(1, 40_000) / 10:,.1f}".translate(str.maketrans(",.", ".,"))
            file.write(f"{n % PRODUCTS:06};{day:%d/%m/%Y};{quantity}\r\n")


def make_home(home: Path) -> None:
    """An empty company with its products."""
    store = Store(sqlite_url(home / "reposto.sqlite"))
    migrate(store)
    products = [ProductRow(f"{n:06}", f"Produto {n}") for n in range(PRODUCTS)]
    load_rows(store, "products", products, file_name="produtos", sha256="", now=utc_now())
    store.close()


def measure(command: list[str]) -> Run:
    """Run a command to its end."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peaks: dict[int, float] = {}
    while process.poll() is None:
        for pid in _family(process.pid):
            peaks[pid] = max(peaks.get(pid, 0.0), _peak(pid))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"{command[:3]} failed")
    return Run(time.perf_counter() - started, sum(peaks.values()))


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    yield from map(int, children)


def _peak(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


Command = Callable[[Path, Path], list[str]]


def commands() -> dict[str, Command]:
    """By name: from home and file to what is run."""
    reposto = str(Path(sys.executable).with_name("reposto"))

    def script(code: str) -> Command:
        return lambda home, file: [sys.executable, "-c", code, str(home / "reposto.sqlite"), str(file)]

    known: dict[str, Command] = {
        "reposto import": lambda home, file: [reposto, "import", "--home", str(home), str(file)],
        "csv module, row by row": script(CSV_MODULE),
    }
    if importlib.util.find_spec("pandas"):
        known["pandas.to_sql"] = script(PANDAS)
    return known


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        template, home, file = Path(folder) / "template", Path(folder) / "home", Path(folder) / "vendas.csv"
        template.mkdir()
        make_home(template)
        write_sales(file, options.rows)
        print(f"{options.rows:,} rows, {file.stat().st_size / 2**20:.0f} MiB; load {os.getloadavg()[0]:.1f}")
        for name, command in commands().items():
            if options.only and name not in options.only.split(","):
                continue
            runs = []
            for _ in range(options.runs):
                shutil.rmtree(home, ignore_errors=True)
                shutil.copytree(template, home)
                runs.append(measure(command(home, file)))
            seconds = statistics.median(run.seconds for run in runs)
            megabytes = statistics.median(run.megabytes for run in runs)
            spread = f"{min(r.seconds for r in runs):.1f} to {max(r.seconds for r in runs):.1f}"
            print(f"{name:24} {seconds:6.1f} s ({spread})  {megabytes:6.0f} MB")
            if name == "reposto import":
                again = measure(command(home, file))
                print(f"{'  the same file again':24} {again.seconds:6.1f} s{'':18}{again.megabytes:6.0f} MB")
        print(f"promised: {PROMISE_S} s, {PROMISE_MB} MB")


if __name__ == "__main__":
    main()
