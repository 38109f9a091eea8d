"""Start a server for a benchmark, wait until it takes requests, and end it with all that it started."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
READY = re.compile(rb"ready on http://127\.0\.0\.1:(\d+)")
START_S, STOP_S = 90.0, 15.0


@dataclass(slots=True)
class Running:
    """A server that takes requests."""

    process: subprocess.Popen[bytes]
    port: int
    ready_after: float  # seconds from exec to its line
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def children(self) -> list[int]:
        """Its worker processes."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]


@contextmanager
def running(module: str, *arguments: str, log: Path, env: dict[str, str] | None = None) -> Iterator[Running]:
    """`python -m module arguments…`; its output goes into the log, as it would in production."""
    with log.open("wb") as target:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=REPOSITORY,
            env=clean_environment() | (env or {}),
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=target,
            start_new_session=True,
        )
    try:
        port = wait_until_ready(process, log)
        yield Running(process, port, time.perf_counter() - started, log)
    finally:
        _stop(process)


def leave_nothing_behind() -> None:
    """A benchmark that is told to go ends its servers first."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C does


def serve_arguments(home: Path) -> Sequence[str]:
    """For `reposto.app.cli`, on a free port."""
    return ("serve", "--home", str(home), "--port", "0")


def clean_environment() -> dict[str, str]:
    """Ours without settings of reposto; nothing is analysed unasked, else questions would measure a look-up."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("REPOSTO_")}
    return {**ours, "REPOSTO_PREPARE": "false"}


def wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> int:
    """The port it says it listens on."""
    deadline = time.monotonic() + START_S
    while (found := READY.search(log.read_bytes())) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"{process.args!r} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.002)
    return int(found.group(1))


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
    if process.poll() is None:
        process.kill()  # its workers notice the end of their pipe
    process.wait()
