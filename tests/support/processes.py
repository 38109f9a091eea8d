"""The real `reposto serve` as a process of its own, to be asked, killed and started again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.daemons import end_with_us
from tests.support.ports import free_port

READY = re.compile(r"^reposto ready on (http://\S+?)/agents\b", re.MULTILINE)
READY_SECONDS = 180.0  # a second or two alone; a minute at a load of 30
REPOSTO = Path(sys.executable).with_name("reposto")
MARK = "TEST_SERVER"
WORKER_MODULE = "reposto.app.child"
KEPT_VARIABLES = ("HOME", "LANG", "PATH", "TMPDIR", "TZ")


class ServerProcess:
    """One server over one home. After `kill9` or `terminate` and `wait` it may be started again, on the same port.

    `program` is another installation than the one under test; `arguments` follow `serve`.
    """

    ready_line = READY

    def __init__(
        self,
        home: Path,
        port: int | None = None,
        env: Mapping[str, str] | None = None,
        arguments: tuple[str, ...] = (),
        program: Path = REPOSTO,
    ) -> None:
        self.home = home
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home.with_name(f"{home.name}-{self.port}.log")
        self._command = [str(program), "serve", "--home", str(home), "--port", str(self.port), *arguments]
        self._mark = f"{MARK}={uuid.uuid4().hex}"  # inherited by whatever it starts, so that nothing of it gets lost
        self._env = clean_environment() | dict(env or {}) | dict([self._mark.split("=")])
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int:
        return self._started().pid

    @property
    def is_running(self) -> bool:
        """Whether its first process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self, wait: bool = True) -> ServerProcess:
        """Returns when the server takes requests; with `wait=False` at once, for a kill while it starts."""
        if self._process is not None and self._process.poll() is None:
            raise RuntimeError("the server is running already")
        self.home.mkdir(parents=True, exist_ok=True)
        # A file and not a pipe: a worker that outlives its server must not keep a reader waiting.
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                [*end_with_us(signal.SIGKILL), *self._command],
                cwd=self.home,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # what the terminal sends to pytest isn't meant for it
            )
        if wait:
            self.wait_until_ready()
        return self

    def wait_until_ready(self, timeout: float = READY_SECONDS) -> None:
        process = self._started()
        deadline = time.monotonic() + timeout
        while not (found := self.ready_line.search(self._log_of_this_start())):
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"`{' '.join(self._command)}` did not get ready:\n{self.logs()}")
            time.sleep(0.01)
        self.url = found.group(1)

    def kill9(self) -> None:
        """A crash: the server gets no chance, and its workers are left to notice by themselves."""
        self._started().kill()
        self.wait()

    def terminate(self) -> None:
        """Asks it to stop, as a deployment does; `wait` tells when and how it did."""
        self._started().terminate()

    def wait(self, timeout: float = 120) -> int:
        """The exit code; negative for a signal."""
        return self._started().wait(timeout)

    def stop(self) -> None:
        """For the end of a test, whatever state it is in: nothing of it stays."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        while left := self._family():
            for member in left:
                with suppress(ProcessLookupError):
                    os.kill(member.pid, signal.SIGKILL)
            time.sleep(0.01)

    def logs(self) -> str:
        """Everything it printed, over all its starts."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def worker_pids(self, name: str = "") -> list[int]:
        """The processes that run analyses, also those that a killed server left behind; or the one of that name."""
        return [m.pid for m in self._family() if WORKER_MODULE in m.command and name in m.command]

    def __enter__(self) -> ServerProcess:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _family(self) -> list[ProcessInfo]:
        return [process for process in iterate_processes() if self._mark in process.environment]

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the server was never started")
        return self._process

    def _log_of_this_start(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")


@dataclass(frozen=True)
class ProcessInfo:
    pid: int
    command: str
    environment: tuple[str, ...]


def iterate_processes() -> Iterator[ProcessInfo]:
    """All of this user's that live, from /proc; of a zombie neither command nor environment is left."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # somebody else's, or it ended while being looked at
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (folder / "environ").read_bytes().decode(errors="replace").split("\0")
            yield ProcessInfo(int(folder.name), command, tuple(environment))


def clean_environment() -> dict[str, str]:
    """Of our own variables only what any login has: no REPOSTO_ setting and nothing of pytest leaks in.

    Products are not analysed unasked: a question whose answer is known would meet none of the faults of a test.
    """
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, "REPOSTO_PREPARE": "false"}
