"""Tokens are listed and revoked; who only looks may ask and read, and change nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from reposto.app.access import VIEWER_ROUTES, check_may_change, check_may_press, issue, list_tokens, revoke_token
from reposto.app.http.common import SAFE_METHODS
from reposto.app.runtime import Runtime
from reposto.app.server import build_app
from reposto.app.settings import load_settings
from reposto.model.errors import NotAllowed, NotFound
from reposto.storage.engine import Store
from reposto.storage.users import User, hash_token
from tests.support import company
from tests.support.logins import PASSWORD, close_code, open_socket, run
from tests.support.office import SKU, Office
from tests.support.processes import ServerProcess

NO_ROUTES = SimpleNamespace(routes=())
pytestmark = pytest.mark.xdist_group("tokens")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    home = tmp_path_factory.mktemp("tokens") / "home"
    company.fill(home)
    for name, role in (("vera", "viewer"), ("beto", "buyer")):
        assert run(home, "user", "add", name, "--role", role, stdin=f"{PASSWORD}\n").returncode == 0
    with ServerProcess(home) as running:
        yield running


def make_token(home: Path, *options: str) -> str:
    done = run(home, "token", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def client(server: ServerProcess, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=server.url, headers=headers, trust_env=False, timeout=20)


def test_a_revoked_token_is_out_at_once_and_its_socket_soon(server: ServerProcess) -> None:
    token, other = (make_token(server.home, "--user", "beto") for _ in range(2))
    shown = hash_token(token)[:12]
    with client(server, token) as api:
        session_id = api.post("/api/chat/sessions").json()["id"]
        socket = open_socket(server, session_id, {"Authorization": f"Bearer {token}"})
        listed = run(server.home, "token", "list", "--user", "beto").stdout
        assert shown in listed and "vale" in listed and token not in listed
        done = run(server.home, "token", "revoke", shown)
        assert (done.returncode, done.stdout.strip()) == (0, "token de beto anulado")
        assert api.get("/api/me").status_code == 401
        assert close_code(socket) == 4401
    with client(server, other) as api:
        assert api.get("/api/me").status_code == 200
    line = next(line for line in run(server.home, "token", "list").stdout.splitlines() if shown in line)
    assert "anulado" in line and "beto" in line


@pytest.mark.parametrize("shown", ["", "abc", "0123456789ab", "%", "_" * 12, "'; --"])
def test_what_names_no_token_revokes_none(store: Store, shown: str) -> None:
    office = Office(store)
    token = issue(store, person("buyer", office.ana.user_id), "token", timedelta(days=1))
    with pytest.raises(NotFound):
        revoke_token(store, shown)
    assert [known.revoked_at for known in list_tokens(store, "ana")] == [None]
    assert revoke_token(store, hash_token(token)[:12].upper()).user == "ana"
    with pytest.raises(NotFound):
        list_tokens(store, "ninguém")


def test_a_token_lives_as_long_as_was_asked(server: ServerProcess) -> None:
    token = make_token(server.home, "--days", "2")
    with Store(load_settings(server.home).url).read() as connection:
        row = connection.exec_driver_sql(
            "SELECT julianday(expires_at) - julianday(created_at) FROM credentials WHERE token_hash = ?",
            (hash_token(token),),
        ).scalar_one()
    assert float(row) == pytest.approx(2.0, abs=1e-3)


def test_asking_from_the_terminal_leaves_no_lasting_token(server: ServerProcess) -> None:
    assert run(server.home, "ask", "oi").returncode == 0
    with Store(load_settings(server.home).url).read() as connection:
        days = connection.exec_driver_sql(
            "SELECT julianday(expires_at) - julianday(created_at) FROM credentials WHERE kind = 'token' "
            "ORDER BY created_at DESC LIMIT 1"
        ).scalar_one()
    assert float(days) < 0.01


def test_a_viewer_asks_and_reads_but_orders_nothing(server: ServerProcess) -> None:
    with client(server, make_token(server.home, "--user", "vera")) as api:
        session_id = api.post("/api/chat/sessions").json()["id"]
        asked = api.post(f"/api/chat/sessions/{session_id}/messages", json={"content": "oi"})
        assert asked.status_code == 201
        assert api.put("/api/me", json={"locale": "pt-BR"}).status_code == 200
        path = f"/api/chat/sessions/{session_id}/actions"
        body: dict[str, Any] = {"action_type": "approve_purchase", "action_data": {"job_id": "x"}}
        refused = api.post(path, json=body)
        assert refused.status_code == 403 and "só de consulta" in refused.json()["detail"]
        chosen = api.post(path, json={"action_type": "choose_product", "action_data": {"sku": SKU}})
        assert chosen.status_code == 201
    with client(server, make_token(server.home, "--user", "beto")) as api:
        session_id = api.post("/api/chat/sessions").json()["id"]
        assert api.post(f"/api/chat/sessions/{session_id}/actions", json=body).status_code == 404  # he may; no such job


def test_a_check_of_a_healthy_home_finds_nothing(server: ServerProcess) -> None:
    done = run(server.home, "check")
    assert done.returncode == 0 and "0 falhas" in done.stdout, done.stdout + done.stderr


def person(role: str, number: int = 1) -> User:
    return User(number, "x", role, "pt-BR", None)


def changing_paths(router: Any) -> Iterator[str]:
    """Every path below /api under which something can be changed, however the routers are nested."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            if route.path.startswith("/api/") and (route.methods or set()) - SAFE_METHODS:
                yield re.sub(r"{[^}]*}", "1", route.path)
        else:
            yield from changing_paths(getattr(route, "original_router", NO_ROUTES))


def test_a_new_route_that_changes_something_is_closed_to_viewers(tmp_path: Path, store: Store) -> None:
    """Every route that is not among those that a viewer needs refuses him, without having to think of him."""
    opened = set()
    for path in changing_paths(build_app(Runtime(load_settings(tmp_path), store))):
        check_may_change(person("buyer"), path)
        if VIEWER_ROUTES.fullmatch(path):
            opened.add(path)
            continue
        with pytest.raises(NotAllowed):
            check_may_change(person("viewer"), path)
    conversation = "/api/chat/sessions/1"
    theirs = ("", "/messages", "/actions", "/jobs/1/cancel")
    assert opened == {"/api/chat/sessions", "/api/me", "/api/logout", *(conversation + rest for rest in theirs)}


@pytest.mark.parametrize("action", ["approve_purchase", "approve_all", "", "anything_new"])
def test_a_new_button_is_closed_to_viewers(action: str) -> None:
    with pytest.raises(NotAllowed):
        check_may_press(person("viewer"), action)
    check_may_press(person("buyer"), action)
