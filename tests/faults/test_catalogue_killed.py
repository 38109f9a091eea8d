"""A run over the catalogue in real processes: workers killed half-way, the server killed, the buyer who cancels."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from reposto.conversation.demo import load_demo
from reposto.model.clock import local_today, utc_now
from reposto.model.message import PART
from reposto.storage import tables as t
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate
from tests.support.api import Api, make_token
from tests.support.checker import check_history
from tests.support.processes import ServerProcess

QUESTION = "o que devo comprar hoje?"
PRODUCTS = 91
PATIENCE_S = 120.0


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("demo") / "home"
    home.mkdir()
    store = Store(sqlite_url(home / "reposto.sqlite"))
    migrate(store)
    load_demo(store, local_today(), utc_now())
    store.close()
    return home


class Run:
    """A server, a buyer, and a look into the database beside them."""

    def __init__(self, server: ServerProcess, store: Store, api: Api) -> None:
        self.server, self.store, self.api = server, store, api
        self.session = api.open_session()

    def ask(self) -> str:
        reply = self.api.ask(self.session, QUESTION).json()
        return str(reply["metadata"]["job_id"])

    def analysed(self) -> int:
        """Products with a result."""
        with self.store.read() as connection:
            return connection.execute(select(func.count()).select_from(t.product_results)).scalar_one()

    def parts(self) -> int:
        with self.store.read() as connection:
            query = select(func.count()).select_from(t.jobs).where(t.jobs.c.kind == PART)
            return connection.execute(query).scalar_one()

    def wait(self, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not until():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def wait_for(self, products: int) -> None:
        """Until so many have a result."""
        self.wait(lambda: self.analysed() >= products)

    def result(self) -> dict[str, Any]:
        """The list, when it has come."""
        self.wait(lambda: self.api.history(self.session)[-1]["metadata"]["type"] != "analysis_started")
        history = self.api.history(self.session)
        check_history(history)
        assert history[-1]["metadata"]["type"] == "analysis_result"
        found: dict[str, Any] = history[-1]["metadata"]["list"]
        return found


@pytest.fixture
def run(demo: Path, tmp_path: Path) -> Iterator[Run]:
    home = Path(shutil.copytree(demo, tmp_path / "home"))
    store = Store(sqlite_url(home / "reposto.sqlite"))
    with ServerProcess(home) as server, Api(server.url, make_token(home)) as api:
        yield Run(server, store, api)
    store.close()


def test_killed_workers_cost_their_parts_only(run: Run) -> None:
    run.ask()
    killed: set[int] = set()
    for reached in (8, 40):
        run.wait_for(reached)
        pid = next(pid for pid in run.server.worker_pids() if pid not in killed)
        before = run.analysed()
        os.kill(pid, signal.SIGKILL)
        killed.add(pid)
        assert run.analysed() >= before  # what other parts found stays
    found = run.result()
    assert found["products"] == PRODUCTS
    assert found["counts"]["failed"] == 0
    assert run.parts() == 0


def test_a_killed_server_goes_on_where_it_was(run: Run) -> None:
    run.ask()
    run.wait_for(16)
    run.server.kill9()
    before = run.analysed()
    assert before >= 16
    run.server.start()
    found = run.result()
    assert found["products"] == PRODUCTS
    assert found["counts"]["failed"] == 0


def test_a_cancelled_run_stops_within_a_second(run: Run) -> None:
    job_id = run.ask()
    run.wait_for(8)
    cancelled = run.api.call("POST", f"/api/chat/sessions/{run.session}/jobs/{job_id}/cancel")
    assert cancelled.status_code == 202
    assert run.parts() == 0
    time.sleep(1.0)  # the promise itself
    stopped_at = run.analysed()
    assert stopped_at < PRODUCTS
    time.sleep(2.0)  # a worker that went on would have analysed many more
    assert run.analysed() == stopped_at
    history = run.api.history(run.session)
    check_history(history)
    assert history[-1]["metadata"]["type"] == "analysis_cancelled"
