"""A private Redis from the installed binary, without persistence."""

import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.daemons import Daemon, end_with_us, find_program, wait_until
from tests.support.ports import free_port


class RedisServer(Daemon):
    """Without persistence: started again, it has forgotten everything."""

    def __init__(self, port: int, folder: Path, *options: str) -> None:
        super().__init__(lambda: _start(port, folder, options), signal.SIGKILL)
        self.port = port

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


@contextmanager
def run_redis(port: int | None = None, *options: str) -> Iterator[RedisServer]:
    """Give `port` to bring one back at the address of another; `options` as redis-server's own."""
    port = port or free_port()
    folder = Path(tempfile.mkdtemp(prefix="reposto-redis-", dir="/tmp"))
    server = RedisServer(port, folder, *options)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _start(port: int, folder: Path, more: tuple[str, ...]) -> subprocess.Popen[bytes]:
    log = folder / "log"
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*end_with_us(signal.SIGKILL), str(find_program("redis-server")), *options, *more],
            stdout=output,
            stderr=output,
        )
    wait_until(lambda: _answers(port), process, log)
    return process


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16) == b"+PONG\r\n"
    except OSError:
        return False
