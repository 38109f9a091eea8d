"""SQLite's log goes back into its file without anybody's commit having to do it, and doesn't grow for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reposto.storage import checkpoints, engine
from reposto.storage.engine import Store, sqlite_url

PAGE = 4096


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(sqlite_url(tmp_path / "x.sqlite"))
    with store.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)")
    yield store
    store.close()


def write(store: Store, pages: int) -> None:
    with store.write() as connection:
        connection.exec_driver_sql("INSERT INTO t (text) VALUES (?)", ("x" * PAGE * pages,))


def log_pages(tmp_path: Path) -> int:
    return (tmp_path / "x.sqlite-wal").stat().st_size // (PAGE + 24)


def test_what_was_written_is_in_the_file_and_the_log_begins_anew(store: Store, tmp_path: Path) -> None:
    for _ in range(30):
        write(store, 100)
        log = checkpoints.checkpoint(store)
        assert log.pages == log.written > 0
    assert log_pages(tmp_path) < 2 * 110


def test_a_commit_leaves_the_log_to_others(store: Store, tmp_path: Path) -> None:
    before = (tmp_path / "x.sqlite").stat().st_size
    for _ in range(30):
        write(store, 100)
    assert log_pages(tmp_path) > 3_000
    assert (tmp_path / "x.sqlite").stat().st_size == before
    checkpoints.checkpoint(store)
    assert (tmp_path / "x.sqlite").stat().st_size > 3_000 * PAGE


def test_without_a_server_a_commit_does_it_in_the_end(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LONGEST_LOG_PAGES", 500)
    other = Store(sqlite_url(tmp_path / "x.sqlite"))
    for _ in range(50):
        write(other, 100)
    other.close()
    assert log_pages(tmp_path) < 700


def test_a_reader_keeps_what_it_sees(store: Store) -> None:
    write(store, 10)
    with store.read() as connection:
        count = "SELECT count(*) FROM t"
        assert connection.exec_driver_sql(count).scalar() == 1
        write(store, 10)
        log = checkpoints.checkpoint(store)
        assert log.written < log.pages
        assert connection.exec_driver_sql(count).scalar() == 1
    log = checkpoints.checkpoint(store)
    assert log.written == log.pages


def test_the_log_stays_bounded_while_somebody_writes_all_the_time(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "LONG_PAGES", 300)
    done = threading.Event()
    written = 0

    def write_on() -> None:
        nonlocal written
        while not done.is_set():
            write(store, 10)
            written += 10

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        while written < 3_000:
            checkpoints.checkpoint(store)
    finally:
        done.set()
        writer.join()
    assert log_pages(tmp_path) < 2_000
