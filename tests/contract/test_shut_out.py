"""A3: who may no longer come in does not stay in either, whoever shut him out and by which process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import company
from tests.support.logins import PASSWORD, close_code, log_in, open_socket, run
from tests.support.processes import ServerProcess

pytestmark = pytest.mark.xdist_group("shut_out")
WITHIN_S = 2.0
OTHER = "outra senha comprida"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    home: Path = tmp_path_factory.mktemp("shut_out") / "home"
    company.fill(home)
    for name in ("ana", "rui"):
        assert run(home, "user", "add", name, stdin=f"{PASSWORD}\n").returncode == 0
    with ServerProcess(home) as server:
        yield server


@pytest.mark.parametrize(("name", "command"), [("ana", "password"), ("rui", "disable")])
def test_open_sockets_are_closed_and_nothing_lets_him_in(server: ServerProcess, name: str, command: str) -> None:
    with log_in(server, name) as client:
        session_id = client.post("/api/chat/sessions").json()["id"]
        cookie = client.cookies["reposto_session"]
        socket = open_socket(server, session_id, {"Cookie": f"reposto_session={cookie}", "Origin": server.url})
        assert run(server.home, "user", command, name, stdin=f"{OTHER}\n").returncode == 0
        began = time.monotonic()
        assert close_code(socket) == 4401
        assert time.monotonic() - began < WITHIN_S
        assert client.get("/api/me").status_code == 401
        old = client.post("/api/login", json={"name": name, "password": PASSWORD})
        new = client.post("/api/login", json={"name": name, "password": OTHER})
        assert (old.status_code, new.status_code) == (401, 204 if command == "password" else 401)


def test_the_name_of_a_disabled_user_stays_taken(server: ServerProcess) -> None:
    assert run(server.home, "user", "add", "eva", stdin=f"{PASSWORD}\n").returncode == 0
    assert run(server.home, "user", "disable", "eva").returncode == 0
    for command in ("add", "disable"):
        done = run(server.home, "user", command, "eva", stdin=f"{PASSWORD}\n")
        assert done.returncode == 1 and "eva" in done.stderr and "Traceback" not in done.stderr
