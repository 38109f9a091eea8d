"""Products analysed unasked in real processes: the server is killed half-way, the next one goes on from there."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from reposto.app.fit import fit_forecasts
from reposto.app.prepare import CHUNK
from reposto.conversation.demo import load_demo
from reposto.model.clock import local_today, utc_now
from reposto.storage import tables as t
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate
from tests.support.api import Api, make_token
from tests.support.processes import ServerProcess, iterate_processes

QUESTION = "o que devo comprar hoje?"
PRODUCTS = 91
PATIENCE_S = 180.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    store = Store(sqlite_url(home / "reposto.sqlite"))
    migrate(store)
    load_demo(store, local_today(), utc_now())
    fit_forecasts(store, learn=False)  # else the server would begin with that
    store.close()
    return home


def computed(store: Store) -> dict[str, datetime]:
    """When each product was analysed."""
    with store.read() as connection:
        rows = connection.execute(select(t.product_results.c.sku, t.product_results.c.computed_at)).all()
    return {row.sku: row.computed_at for row in rows}


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def preparers(home: Path) -> list[int]:
    """The processes at it."""
    return [p.pid for p in iterate_processes() if "reposto.app.prepare" in p.command and str(home) in p.command]


@pytest.mark.timeout(300)  # twice the server's start, its first look after 5 s and the next after 20
def test_a_kill_costs_a_few_products_and_the_list_is_there_before_it_is_asked_for(home: Path) -> None:
    store = Store(sqlite_url(home / "reposto.sqlite"))
    with ServerProcess(home, env={"REPOSTO_PREPARE": "true"}) as server:
        wait_until(lambda: len(computed(store)) >= CHUNK)
        server.kill9()
        wait_until(lambda: not preparers(home))  # it ends with its server
        before = computed(store)
        assert CHUNK <= len(before) < PRODUCTS
        server.start()
        wait_until(lambda: len(computed(store)) == PRODUCTS)
        assert computed(store).items() >= before.items()  # what was saved was not done again
        with Api(server.url, make_token(home)) as api:
            wait_until(lambda: f"reposto_products_ready {PRODUCTS}.0" in api.call("GET", "/metrics").text)
            session = api.open_session()
            api.ask(session, QUESTION)
            wait_until(lambda: api.history(session)[-1]["metadata"]["type"] == "analysis_result")
            assert api.history(session)[-1]["metadata"]["list"]["products"] == PRODUCTS
        assert "agents.run.cut" not in server.logs()  # nothing was left to analyse
    store.close()


def test_nothing_is_analysed_unasked_where_that_is_off(home: Path) -> None:
    store = Store(sqlite_url(home / "reposto.sqlite"))
    with ServerProcess(home) as server, Api(server.url, make_token(home)) as api:
        wait_until(lambda: f"reposto_products {PRODUCTS}.0" in api.call("GET", "/metrics").text)  # it has looked
        time.sleep(1.0)  # and would have begun
        assert computed(store) == {}
        assert not preparers(home)
    store.close()
