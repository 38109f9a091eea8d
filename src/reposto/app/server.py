"""Build the ASGI application and run it under uvicorn; one owner per SQLite home."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import orjson
import structlog
import uvicorn
from fastapi import FastAPI

from reposto import __version__
from reposto.app import gateway
from reposto.app.access import CODE_LIFE, check_may_listen, ensure_local_user, issue
from reposto.app.direct import SocketProtocol
from reposto.app.http import aliases, chat, health, imports, lists, login, metrics, orders, page
from reposto.app.http.common import add_error_handlers
from reposto.app.http.shield import Shield
from reposto.app.patience import PatientProtocol
from reposto.app.runtime import Runtime
from reposto.app.settings import Settings
from reposto.app.supervisor import supervise
from reposto.delivery import wire
from reposto.model.clock import monotonic
from reposto.model.errors import SettingInvalid
from reposto.storage.engine import Store
from reposto.storage.schema import migrate

log = structlog.get_logger(__name__)

# A dead peer is found after interval + timeout = 30 s and dropped at once (C2 allows the server 40 s).
PING_INTERVAL_S, PING_TIMEOUT_S = 20.0, 10.0
# After which a thread that computes (a question is understood in 4.5 ms) lets the event loop go on; Python's own 5 ms
# would hold up every wake that comes meanwhile.
HAND_OVER_S = 0.0005
PORT_WITHIN_S = 2.0
ACCEPTED_S = 0.3  # for the first request of a connection that was accepted just now: uvicorn would close it unheard
PRIVATE = 0o700  # a home that we make is nobody else's to read
GRACE_S = 3.0  # after 1012 was sent: for HTTP calls that are under way (G10: exit within 10 s in all)


def build_app(runtime: Runtime) -> FastAPI:
    """Routes and middleware around a runtime."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await runtime.start()
        with metrics.own_port(runtime):
            yield
        await runtime.stop()

    app = FastAPI(
        title="reposto", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.runtime = runtime
    add_error_handlers(app)
    for router in (
        health.router,
        metrics.router,
        login.router,
        chat.router,
        lists.router,
        aliases.router,
        orders.router,
        imports.router,
        gateway.router,
        page.router,
    ):
        app.include_router(router)
    app.add_middleware(Shield, gate=runtime.gate, count=runtime.vitals.count_response)
    return app


class Server(uvicorn.Server):
    """uvicorn's server, which tells the tabs before it closes their sockets."""

    def __init__(self, config: uvicorn.Config, runtime: Runtime, on_ready: Callable[[int], None]) -> None:
        super().__init__(config)
        self._runtime = runtime
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say where."""
        await super().startup(sockets)
        if self.started:
            self._on_ready(self.servers[0].sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the sockets with 1012 ourselves, then let uvicorn do the rest."""
        for server in self.servers:
            server.close()  # others accept from now on, or nobody
        self._runtime.leave()
        await asyncio.sleep(ACCEPTED_S)
        await super().shutdown(sockets)


def serve(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Run the server until SIGTERM or SIGINT. Raises SettingInvalid when it may not start."""
    settings.home.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    with own_home(settings), bind(settings) as listener:
        store = Store(settings.url)
        migrate(store)
        check_may_listen(store, settings)
        code = _first_code(settings, store)
        try:
            if settings.processes > 1:
                store.close()
                port = listener.getsockname()[1]
                supervise(settings, listener, lambda: _announce(settings, port, code, say))
            else:
                run_server(settings, store, listener, lambda port: _announce(settings, port, code, say))
        finally:
            (settings.home / "server.json").unlink(missing_ok=True)


def run_server(settings: Settings, store: Store, listener: socket.socket, on_ready: Callable[[int], None]) -> None:
    """One API process, until SIGTERM or SIGINT."""
    sys.setswitchinterval(HAND_OVER_S)
    runtime = Runtime(settings, store)
    config = uvicorn.Config(
        build_app(runtime),
        http=PatientProtocol,
        ws=SocketProtocol,
        ws_max_size=wire.MAX_FRAME,
        ws_ping_interval=PING_INTERVAL_S,
        ws_ping_timeout=PING_TIMEOUT_S,
        ws_per_message_deflate=False,  # measured: half the throughput and twice the memory
        timeout_graceful_shutdown=int(GRACE_S),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
    )
    server = Server(config, runtime, on_ready)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    server.run(sockets=[listener])


def bind(settings: Settings) -> socket.socket:
    """Take the port before anything is started; refused with a sentence when somebody has it."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol by name: asyncio turns Nagle's algorithm off only then, and with it on frames wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        _bind(listener, settings)
    except OSError as error:
        listener.close()
        where = f"{settings.host}:{settings.port}"
        raise SettingInvalid(
            f"Não foi possível atender em {where} ({error.strerror}). Escolha outra porta com --port.",
            f"Cannot listen on {where} ({error.strerror}). Choose another port with --port.",
        ) from None
    return listener


def _bind(listener: socket.socket, settings: Settings) -> None:
    """Processes of a supervisor that was killed notice within milliseconds, and hold the port until then."""
    patience = monotonic() + (PORT_WITHIN_S if settings.processes > 1 else 0.0)
    while True:
        try:
            listener.bind((settings.host, settings.port))
        except OSError:
            if monotonic() > patience:
                raise
            time.sleep(0.02)
        else:
            return


def _leave(_number: int, _frame: object) -> None:
    """While uvicorn runs it handles signals itself, and raises them again when it has drained: then we end well."""
    raise SystemExit(0)


def _first_code(settings: Settings, store: Store) -> str | None:
    """The code of the link that is printed; issued before anything runs, because writing may have to wait."""
    if not settings.on_loopback:
        return None
    return issue(store, ensure_local_user(store, settings.locale), "code", CODE_LIFE)


def _announce(settings: Settings, port: int, code: str | None, say: Callable[[str], None]) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = f"http://{host}:{port}"
    where = {"pid": os.getpid(), "url": base}
    (settings.home / "server.json").write_bytes(orjson.dumps(where))
    say(f"reposto ready on {base}/agents")
    if code is not None:
        say(f"entre por aqui (vale uma vez): {base}/login?code={code}")


@contextlib.contextmanager
def own_home(settings: Settings) -> Iterator[None]:
    """Two servers on one SQLite file would fight over its jobs: the second is refused, with the first one's pid."""
    if not settings.url.startswith("sqlite"):
        yield
        return
    with (settings.home / "reposto.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            pid = file.read().strip() or "?"
            raise SettingInvalid(
                f"Já há um servidor usando {settings.home} (processo {pid}). Pare-o ou use outro --home.",
                f"A server is using {settings.home} already (process {pid}). Stop it or use another --home.",
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_running(home: Path) -> str | None:
    """The address of the server that uses this home, if one does."""
    try:
        where = orjson.loads((home / "server.json").read_bytes())
        os.kill(where["pid"], signal.SIG_DFL)
    except (OSError, ValueError, KeyError):
        return None
    return str(where["url"])
