"""A private RabbitMQ from the installed package: four to ten seconds to start, thrown away at the end."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.daemons import Daemon, end_with_us, wait_until
from tests.support.ports import free_port
from tests.support.processes import iterate_processes

START_SECONDS = 90.0  # eight alone; beside a dozen busy processes more than thirty were seen
PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the one on the PATH changes user and folders


class RabbitServer(Daemon):
    """One node with nothing else on its machine to know of."""

    def __init__(self, folder: Path) -> None:
        super().__init__(lambda: _start(self), signal.SIGTERM)
        self.folder = folder
        self.port, self.dist_port, self.epmd_port = free_port(), free_port(), free_port()

    @property
    def url(self) -> str:
        """With a place for a proxy's port."""
        return "amqp://guest:guest@127.0.0.1:{port}//"

    def environment(self) -> dict[str, str]:
        """Everything that it would else share with others."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder),  # its cookie
            "ERL_EPMD_PORT": str(self.epmd_port),
            "RABBITMQ_NODENAME": f"reposto{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.dist_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",  # one scheduler, which doesn't spin
        }


def is_installed() -> bool:
    """Not everywhere: it brings all of Erlang with it."""
    return PROGRAM.exists()


@contextmanager
def run_rabbitmq() -> Iterator[RabbitServer]:
    folder = Path(tempfile.mkdtemp(prefix="reposto-rabbit-", dir="/tmp"))
    (folder / "plugins").write_text("[].\n")
    server = RabbitServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        for process in iterate_processes():  # the port mapper, and what a start that took too long has left
            if f"HOME={folder}" in process.environment:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def _start(server: RabbitServer) -> subprocess.Popen[bytes]:
    log = server.folder / "log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*end_with_us(signal.SIGTERM), str(PROGRAM)],
            cwd=server.folder,
            env=server.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    wait_until(lambda: _answers(server.port), process, log, within=START_SECONDS)
    return process


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"  # a method frame: Connection.Start
    except OSError:
        return False
