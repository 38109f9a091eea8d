"""D6: more readers than connections: the rest waits its time, is told, and nothing hangs."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import text

from reposto.model.errors import StorageBusy
from reposto.storage import engine
from reposto.storage.engine import POOL_SIZE, Store
from tests.support.office import at_once

PATIENCE_S = 0.5


@pytest.fixture
def hurried(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The same database with less patience: five seconds in earnest."""
    monkeypatch.setattr(engine, "POOL_WAIT_S", PATIENCE_S)
    url = store.url.render_as_string(hide_password=False)
    return Store(url)


def test_who_gets_no_connection_is_told_in_time_and_the_pool_recovers(hurried: Store) -> None:
    release = threading.Event()

    def read(_index: int) -> str:
        try:
            with hurried.read() as connection:
                connection.execute(text("SELECT 1"))
                release.wait(20)
        except StorageBusy:
            return "told"
        return "served"

    timer = threading.Timer(PATIENCE_S * 6, release.set)
    timer.start()
    began = time.monotonic()
    outcomes = at_once(POOL_SIZE * 3, read)
    assert outcomes.count("served") == POOL_SIZE
    assert outcomes.count("told") == POOL_SIZE * 2
    assert time.monotonic() - began < 20
    assert at_once(POOL_SIZE, read) == ["served"] * POOL_SIZE
    timer.join()
    hurried.close()


def test_two_hundred_at_once_all_get_their_turn(store: Store) -> None:
    def read(_index: int) -> int:
        with store.read() as connection:
            return int(connection.execute(text("SELECT 7")).scalar_one())

    assert at_once(200, read) == [7] * 200
