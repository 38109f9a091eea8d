"""A private Redis from the installed binary, without persistence."""

import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.daemons import end_with_us, find_program, stop_process, wait_until
from tests.support.ports import free_port


class RedisServer:
    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self.process = process

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


@contextmanager
def run_redis(port: int | None = None) -> Iterator[RedisServer]:
    """Give `port` to bring back one that was killed, at the same address."""
    port = port or free_port()
    folder = Path(tempfile.mkdtemp(prefix="reposto-redis-", dir="/tmp"))
    log = folder / "log"
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*end_with_us(signal.SIGKILL), str(find_program("redis-server")), *options], stdout=output, stderr=output
        )
    try:
        wait_until(lambda: _answers(port), process, log)
        yield RedisServer(port, process)
    finally:
        stop_process(process, signal.SIGKILL)  # it keeps nothing, so there is nothing to wait for
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16) == b"+PONG\r\n"
    except OSError:
        return False
