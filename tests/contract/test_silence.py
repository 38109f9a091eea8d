"""D9: a PostgreSQL that is stopped (SIGSTOP): calls end with "try again" instead of whenever it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import text

from reposto.model.errors import StorageBusy
from reposto.storage import silence
from reposto.storage.engine import Store
from reposto.storage.silence import PROBE_S, SILENT_S
from tests.support.postgres import PostgresServer, run_postgres

WITHIN_S = SILENT_S + PROBE_S + 3.0  # the rest for a machine that is busy with other tests


@pytest.fixture(scope="module")
def own() -> Iterator[PostgresServer]:
    """One that may be stopped."""
    with run_postgres() as server:
        yield server


@pytest.fixture
def store(own: PostgresServer) -> Iterator[Store]:
    store = Store(own.url_of(own.create_database()))
    yield store
    own.resume()
    store.close()


def ask(store: Store, statement: str = "SELECT 1") -> object:
    with store.read() as connection:
        return connection.execute(text(statement)).scalar()


def seconds_until_refused(call: Callable[[], object]) -> float:
    began = time.monotonic()
    with pytest.raises(StorageBusy):
        call()
    return time.monotonic() - began


def test_a_stopped_server_is_given_up_and_found_again(own: PostgresServer, store: Store) -> None:
    assert ask(store) == 1
    own.pause()
    assert seconds_until_refused(lambda: ask(store)) < WITHIN_S + 5  # the idle connection first, then a new one
    assert seconds_until_refused(lambda: ask(store)) < WITHIN_S
    own.resume()
    assert ask(store) == 1


def test_a_statement_that_was_sent_before_is_given_up_too(own: PostgresServer, store: Store) -> None:
    def stop_in_between() -> None:
        with store.write() as connection:
            connection.execute(text("SELECT 1"))
            own.pause()
            connection.execute(text("SELECT 2"))

    assert seconds_until_refused(stop_in_between) < WITHIN_S
    own.resume()
    assert ask(store) == 1


def test_a_long_statement_is_waited_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "SILENT_S", 0.3)
    assert ask(store, "SELECT 7 FROM pg_sleep(1.5)") == 7


def test_a_server_that_refuses_new_connections_is_there(
    own: PostgresServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full, or closed, is not gone."""
    monkeypatch.setattr(silence, "SILENT_S", 0.3)
    name = store.url.database
    with psycopg.connect(own.conninfo_of("postgres"), autocommit=True) as other:
        assert ask(store) == 1
        other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        assert ask(store, "SELECT 7 FROM pg_sleep(1.5)") == 7
