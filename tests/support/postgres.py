"""A private PostgreSQL from the installed binaries: 0.7 s to make and start, thrown away at the end."""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.daemons import Daemon, end_with_us, find_program, wait_until
from tests.support.ports import free_port

USER = "postgres"
# Nothing here has to survive a power cut, and the tests may open many connections.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "log_min_messages": "fatal",
    "timezone": "UTC",
}


class PostgresServer(Daemon):
    """A running server; databases are made on demand, empty or as copies of another."""

    def __init__(self, folder: Path, port: int, owner: str | None) -> None:
        super().__init__(lambda: _start(self, owner), signal.SIGINT)  # "fast": doesn't wait for clients
        self.folder = folder
        self.port = port
        self._numbers = itertools.count(1)

    def url_of(self, database: str, port: int | None = None) -> str:
        """SQLAlchemy's address of a database, through a proxy's `port` if one is given."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{port or self.port}/{database}"

    def conninfo_of(self, database: str) -> str:
        """The same over the Unix socket, for psycopg itself."""
        return f"host={self.folder} port={self.port} user={USER} dbname={database}"

    def create_database(self, template: str = "template0") -> str:
        """The name of a new database; a `template` must have no open connections."""
        name = f"test_{next(self._numbers)}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop_database(self, name: str) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.conninfo_of("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def find_postgres(program: str) -> Path:
    """Debian keeps the server programs of each version off the PATH; the newest one serves."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    return find_program(program, folders=versions[::-1])


@contextmanager
def run_postgres() -> Iterator[PostgresServer]:
    owner = USER if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="reposto-pg-", dir="/tmp"))  # a socket's path fits 107 bytes
    try:
        if owner is not None:
            shutil.chown(folder, owner)
        server = PostgresServer(folder, free_port(), owner)
        _init(folder, owner)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _init(folder: Path, owner: str | None) -> None:
    subprocess.run(
        [
            *end_with_us(signal.SIGKILL, owner),
            *(str(find_postgres("initdb")), "-D", str(folder / "data"), "-U", USER, "--auth=trust"),
            *("--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"),
        ],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _start(server: PostgresServer, owner: str | None) -> subprocess.Popen[bytes]:
    settings = SETTINGS | {
        "listen_addresses": "127.0.0.1",
        "port": str(server.port),
        "unix_socket_directories": str(server.folder),
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [*end_with_us(signal.SIGINT, owner), str(find_postgres("postgres")), "-D", str(server.folder / "data")]
    log = server.folder / "log"
    with log.open("ab") as output:
        process = subprocess.Popen([*command, *options], cwd=server.folder, stdout=output, stderr=output)
    wait_until(lambda: _accepts(server), process, log)
    return process


def _accepts(server: PostgresServer) -> bool:
    try:
        psycopg.connect(server.conninfo_of("postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
