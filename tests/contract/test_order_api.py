"""Orders over HTTP and their log over a WebSocket, beside one running server: a viewer looks, a buyer changes."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

import openpyxl
import pytest

from reposto.app.settings import load_settings
from reposto.model.orders import OrderLine
from reposto.storage import purchasing
from reposto.storage.engine import Store
from tests.support import company
from tests.support.api import Api, make_token
from tests.support.logins import PASSWORD, run
from tests.support.processes import ServerProcess
from tests.support.tabs import Tab

pytestmark = pytest.mark.xdist_group("orders")
NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    home = tmp_path_factory.mktemp("orders") / "home"
    company.fill(home)
    assert run(home, "user", "add", "vera", "--role", "viewer", stdin=f"{PASSWORD}\n").returncode == 0
    with ServerProcess(home) as server:
        yield server


@pytest.fixture
def number(server: ServerProcess) -> str:
    """A draft of two chairs."""
    store = Store(load_settings(server.home).url)
    with store.write() as connection:
        supplier = connection.exec_driver_sql("SELECT min(id) FROM suppliers").scalar()
        if supplier is None:
            connection.exec_driver_sql("INSERT INTO suppliers (id, key, name) VALUES (1, 'f', '=Ferragens')")
        made = purchasing.create_order(
            connection,
            supplier or 1,
            [OrderLine("001", 2)],
            status="draft",
            created_by=1,
            ordered_on=date(2026, 11, 22),
            expected_on=None,
            now=NOW,
        )
    store.close()
    return made


def test_a_viewer_looks_and_takes_files_but_changes_nothing(server: ServerProcess, number: str) -> None:
    with Api(server.url, run(server.home, "token", "--user", "vera").stdout.strip()) as vera:
        listed = vera.call("GET", "/api/orders").json()
        assert number in {order["number"] for order in listed["orders"]}
        body = {"step": "discard", "revision": 0}
        assert vera.call("POST", f"/api/orders/{number}", json=body).status_code == 403
        text = vera.call("GET", f"/api/orders/{number}/export?kind=txt")
        assert number in text.text
        rows = list(csv.reader(io.StringIO(vera.call("GET", f"/api/orders/{number}/export").text), delimiter=";"))
        assert rows[1][:3] == [number, "1", "001"]
        book = openpyxl.load_workbook(io.BytesIO(vera.call("GET", f"/api/orders/{number}/export?kind=xlsx").content))
        assert book.worksheets[0]["C2"].value == "001"


def test_a_change_reaches_a_tab_that_listens_to_the_log(server: ServerProcess, number: str) -> None:
    token = run(server.home, "token", "--user", "vera").stdout.strip()

    async def watch() -> None:
        with Api(server.url, make_token(server.home)) as buyer:
            log = buyer.call("GET", "/api/orders").json()["log"]
            tab = Tab(server.url, token, log, after=0)
            running = asyncio.create_task(tab.run())
            await asyncio.wait_for(tab.ready.wait(), 10)
            before = len(tab.messages)
            body = {"step": "change", "revision": 0, "quantities": {"1": 5}}
            answer = await asyncio.to_thread(buyer.call, "POST", f"/api/orders/{number}", json=body)
            assert (answer.status_code, answer.json()["lines"][0]["quantity"]) == (200, 5)
            for _ in range(100):
                if len(tab.messages) > before:
                    break
                await asyncio.sleep(0.05)
            newest = tab.messages[max(tab.messages)]
            assert (newest["metadata"]["order_number"], newest["metadata"]["revision"]) == (number, 1)
            await tab.leave()
            await running

    asyncio.run(watch())


def test_what_is_wrong_is_refused_with_a_sentence(server: ServerProcess, number: str) -> None:
    with Api(server.url, make_token(server.home)) as buyer:
        path = f"/api/orders/{number}"
        assert buyer.call("POST", path, json={"step": "burn", "revision": 0}).status_code == 422
        assert buyer.call("POST", path, json={"step": "change", "revision": 0}).status_code == 422
        assert buyer.call("POST", "/api/orders/PC-999999", json={"step": "send", "revision": 0}).status_code == 404
        assert buyer.call("GET", "/api/orders/a%00b").status_code == 404
        assert buyer.call("POST", path, json={"step": "send", "revision": 0}).json()["status"] == "sent"
        stale = buyer.call("POST", path, json={"step": "discard", "revision": 0})
        assert stale.status_code == 409
        assert "noutra aba" in stale.json()["detail"]
