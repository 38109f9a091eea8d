"""Aliases over HTTP and on the command line, beside one running server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import company
from tests.support.api import Api, make_token
from tests.support.logins import PASSWORD, log_in, run
from tests.support.processes import ServerProcess

pytestmark = pytest.mark.xdist_group("aliases")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    home = tmp_path_factory.mktemp("aliases") / "home"
    company.fill(home)
    assert run(home, "user", "add", "ana", stdin=f"{PASSWORD}\n").returncode == 0
    with ServerProcess(home) as server:
        yield server


def test_taught_on_the_page_is_understood_and_listed_everywhere(server: ServerProcess) -> None:
    with log_in(server) as ana, Api(server.url, make_token(server.home)) as local:
        assert ana.post("/api/aliases", json={"text": "Banquinho  Azul", "sku": "001"}).status_code == 204
        assert ana.post("/api/aliases", json={"text": "banquinho azul", "sku": "001"}).status_code == 204
        (alias,) = local.call("GET", "/api/aliases").json()
        wanted = {"text": "banquinho azul", "sku": "001", "name": "Cadeira Lua", "source": "told", "user": "ana"}
        assert {name: alias[name] for name in wanted} == wanted
        session = local.open_session()
        reply = local.ask(session, "quanto tem do banquinho azul?").json()
        assert reply["metadata"]["alias"] == {"text": "banquinho azul", "sku": "001"}
        assert "banquinho azul\t001\tCadeira Lua\tensinado por ana" in run(server.home, "alias", "list").stdout
        # another process takes it back: the running server must know by its next question
        removed = run(server.home, "alias", "remove", str(alias["id"]))
        assert removed.returncode == 0
        assert local.ask(session, "quanto tem do banquinho azul?").json()["metadata"]["type"] == "product_not_found"
        assert ana.delete(f"/api/aliases/{alias['id']}").status_code == 404
        assert run(server.home, "alias", "remove", str(alias["id"])).returncode == 1
        assert run(server.home, "alias", "list").stdout == "nenhum apelido\n"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": "001", "sku": "001"}, 422),
        ({"text": "banco", "sku": "999"}, 404),
        ({"text": "", "sku": "001"}, 422),
        ({"text": "x" * 500, "sku": "001"}, 422),
        ({}, 422),
    ],
)
def test_what_can_be_no_alias_is_refused(server: ServerProcess, body: dict[str, str], status: int) -> None:
    with log_in(server) as ana:
        answer = ana.post("/api/aliases", json=body)
        assert (answer.status_code, bool(answer.json()["detail"])) == (status, True)


def test_aliases_are_for_those_who_are_logged_in_and_changed_only_from_our_page(server: ServerProcess) -> None:
    with log_in(server) as ana:
        token = ana.headers.pop("X-CSRF-Token")
        assert ana.post("/api/aliases", json={"text": "banco", "sku": "001"}).status_code == 403
        ana.cookies.clear()
        ana.headers["X-CSRF-Token"] = token
        assert ana.get("/api/aliases").status_code == 401
        assert ana.delete("/api/aliases/1").status_code == 401
