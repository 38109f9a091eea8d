"""Ways into a running server: the command line, a password, a socket."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.support.processes import REPOSTO, ServerProcess, clean_environment

PASSWORD = "uma senha comprida"


def run(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(REPOSTO), *arguments, "--home", str(home)],
        env=clean_environment(),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@contextmanager
def log_in(server: ServerProcess, name: str = "ana", password: str = PASSWORD) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=20) as client:
        response = client.post("/api/login", json={"name": name, "password": password})
        assert response.status_code == 204, response.text
        client.headers["X-CSRF-Token"] = client.get("/api/me").json()["csrf"]
        yield client


def ws_url(server: ServerProcess, session_id: int, query: str = "") -> str:
    return f"{server.url.replace('http', 'ws', 1)}/api/chat/ws/{session_id}{query}"


def open_socket(server: ServerProcess, session_id: int, headers: dict[str, str], query: str = "") -> ClientConnection:
    return connect(
        ws_url(server, session_id, query),
        additional_headers=headers,
        subprotocols=[Subprotocol("reposto.v1")],
        proxy=None,
        legacy=True,  # as a plain object: several are open at once
    )


def close_code(socket: ClientConnection) -> int | None:
    try:
        while True:
            socket.recv(timeout=10)
    except ConnectionClosed:
        return socket.close_code
