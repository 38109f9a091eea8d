"""kill -9 in the middle of `reposto import`: all of the file is stored, or nothing (RELIABILITY I6)."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from reposto.conversation.load import load_rows
from reposto.intake.rows import ProductRow
from reposto.model.clock import utc_now
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate
from tests.support.processes import REPOSTO, clean_environment

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = ROOT / "tests" / "support" / "mutants"
PRODUCTS, DAYS = 100, 1_500
ROWS = PRODUCTS * DAYS  # 4 MB of database: more than SQLite's cache, so pages reach the log before the commit
KILLS = 10

Violation = str


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with products, and a file of sales."""
    home = tmp_path_factory.mktemp("import") / "home"
    home.mkdir()
    store = Store(sqlite_url(home / "reposto.sqlite"))
    migrate(store)
    products = [ProductRow(f"{n:05}", f"Produto {n}") for n in range(PRODUCTS)]
    load_rows(store, "products", products, file_name="produtos", sha256="", now=utc_now())
    store.close()
    first = date(2022, 1, 1)
    days = [(first + timedelta(days=n)).strftime("%d/%m/%Y") for n in range(DAYS)]
    lines = "".join(f"{n:05};{day};{n % 7 + 1},5\n" for day in days for n in range(PRODUCTS))
    (home / "vendas.csv").write_text(f"sku;data da venda;quantidade\n{lines}", "utf-8")
    return home


def start(home: Path, *changes: str) -> subprocess.Popen[bytes]:
    env = clean_environment()
    if changes:
        env |= {"TEST_CHANGES": ",".join(changes), "PYTHONPATH": f"{MUTANTS}:{ROOT}"}
    command = [str(REPOSTO), "import", "--home", str(home), str(home / "vendas.csv")]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def kill(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode


def wait_for_writing(process: subprocess.Popen[bytes], home: Path) -> None:
    """Until pages of the import reach the write-ahead log (the migration's few don't count)."""
    log = home / "reposto.sqlite-wal"
    while process.poll() is None and not (log.exists() and log.stat().st_size > 500_000):
        time.sleep(0.001)


def stored(home: Path) -> tuple[int, int, str]:
    """Rows of sales, loads noted, and SQLite's own opinion."""
    database = sqlite3.connect(home / "reposto.sqlite")
    try:
        rows = database.execute("SELECT count(*) FROM daily_sales").fetchone()[0]
        noted = database.execute("SELECT count(*) FROM imports WHERE kind = 'sales'").fetchone()[0]
        return rows, noted, database.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        database.close()


def import_and_kill(prepared: Path, home: Path, chance: random.Random, *changes: str) -> tuple[bool, Violation | None]:
    """Whether the kill hit a running import, and what it broke."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(prepared, home)
    process = start(home, *changes)
    wait_for_writing(process, home)
    time.sleep(chance.uniform(0, 0.3))
    hit = kill(process) == -signal.SIGKILL
    found = stored(home)
    return hit, None if found in ((0, 0, "ok"), (ROWS, 1, "ok")) else f"{found} of {ROWS} rows"


@pytest.mark.timeout(600)
def test_a_killed_import_leaves_all_or_nothing(prepared: Path, tmp_path: Path) -> None:
    chance = random.Random(20261122)
    home = tmp_path / "home"
    hits = 0
    for _ in range(KILLS * 3):
        hit, violation = import_and_kill(prepared, home, chance)
        assert violation is None
        hits += hit
        if hits == KILLS:
            break
    assert hits == KILLS, "the imports ended before they could be killed"
    again = start(home)
    assert again.communicate()[1] == b""
    assert again.returncode == 0
    assert stored(home) == (ROWS, 1, "ok")


@pytest.mark.timeout(300)
def test_an_import_killed_while_it_reads_leaves_nothing(prepared: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(prepared, home)
    before = stored(home)
    process = start(home)
    time.sleep(random.Random(1).uniform(0.3, 0.6))  # reading takes longer than that; a kill at any moment must do
    kill(process)
    assert stored(home) in (before, (ROWS, 1, "ok"))


@pytest.mark.timeout(300)
def test_the_kills_find_an_import_that_commits_by_batch(prepared: Path, tmp_path: Path) -> None:
    chance = random.Random(20261122)
    home = tmp_path / "home"
    assert any(import_and_kill(prepared, home, chance, "commits_by_batch")[1] is not None for _ in range(KILLS))
