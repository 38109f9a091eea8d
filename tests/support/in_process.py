"""The gateway on the test's own event loop, so that a test can look into it; without workers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from reposto.app.access import COOKIE, issue
from reposto.app.direct import SocketProtocol
from reposto.app.patience import PatientProtocol
from reposto.app.pool import Pool
from reposto.app.runtime import Runtime
from reposto.app.server import build_app
from reposto.app.settings import load_settings
from reposto.storage import users
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate
from tests.support.office import Office

DIRECT: Any = SocketProtocol  # the way out that `reposto serve` uses
QUEUED: Any = "websockets-sansio"  # uvicorn's own class: the gateway falls back to its queue


@asynccontextmanager
async def uvicorn_with(app: Any, ws: Any, http: Any = PatientProtocol) -> AsyncIterator[str]:
    """The application under uvicorn; yields ws://host:port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        http=http,
        ws=ws,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        assert not running.done()
        await asyncio.sleep(0.01)
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


@dataclass(slots=True)
class Gateway:
    """A running gateway and a buyer's ways in."""

    url: str
    runtime: Runtime
    office: Office
    token: str
    cookie: str

    def open(
        self, session_id: int | None = None, query: str = "", *, plain: bool = False, by_cookie: bool = False
    ) -> connect:
        """A socket of the buyer, to be awaited or entered."""
        number = self.office.session if session_id is None else session_id
        origin = self.url.replace("ws", "http", 1)
        headers = {"Cookie": f"{COOKIE}={self.cookie}", "Origin": origin}
        return connect(
            f"{self.url}/api/chat/ws/{number}{query}",
            additional_headers=headers if by_cookie else {"Authorization": f"Bearer {self.token}"},
            subprotocols=None if plain else [Subprotocol("reposto.v1")],
            max_size=None,
            close_timeout=1,
            proxy=None,
        )


@asynccontextmanager
async def gateway(home: Path, ws: Any = DIRECT) -> AsyncIterator[Gateway]:
    """A gateway over a small company in an empty home."""
    home.mkdir()  # noqa: ASYNC240 - of one folder
    store = Store(sqlite_url(home / "reposto.sqlite"))
    migrate(store)
    office = Office(store)
    with store.read() as connection:
        user = users.find_user(connection, "ana")
    assert user is not None
    token, cookie = (issue(store, user, kind, timedelta(days=1)) for kind in ("token", "cookie"))
    runtime = Runtime(load_settings(home), store)
    assert isinstance(runtime.pool, Pool)
    runtime.pool._size = 0
    async with uvicorn_with(build_app(runtime), ws) as url:
        yield Gateway(url, runtime, office, token, cookie)


__all__ = ["DIRECT", "QUEUED", "ClientConnection", "Gateway", "gateway", "uvicorn_with"]
