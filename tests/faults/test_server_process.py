"""`reposto serve` as a process: it starts, dies, starts again, and leaves nothing behind."""

import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.processes import ServerProcess


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    server = ServerProcess(tmp_path / "home")
    yield server
    server.stop()


def eventually(holds: Callable[[], bool], within: float) -> bool:
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def status_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=5) as response:
        status: int = response.status
        return status


def test_ready_line_tells_the_truth(server: ServerProcess) -> None:
    server.start()
    assert status_of(f"{server.url}/health/live") == 200


def test_workers_of_a_killed_server_end_by_themselves(server: ServerProcess) -> None:
    server.start()
    assert eventually(lambda: len(server.worker_pids()) > 0, within=20), server.logs()
    server.kill9()
    assert eventually(lambda: server.worker_pids() == [], within=10), server.worker_pids()


def test_starts_again_over_the_same_home_and_port_at_once_after_a_kill(server: ServerProcess) -> None:
    server.start()
    first = server.url
    server.kill9()
    server.start()
    assert server.url == first
    assert status_of(f"{server.url}/health/live") == 200


def test_terminates_within_ten_seconds_with_all_its_workers(server: ServerProcess) -> None:
    server.start()
    server.terminate()
    # uvicorn, having drained, ends by the signal that it was sent; systemd takes either for a clean exit.
    assert server.wait(timeout=10) in {0, -signal.SIGTERM}, server.logs()
    assert eventually(lambda: server.worker_pids() == [], within=1)


def test_refuses_a_second_server_over_the_same_home(server: ServerProcess) -> None:
    server.start()
    second = ServerProcess(server.home)
    with pytest.raises(RuntimeError, match="did not get ready"):
        second.start()
    assert status_of(f"{server.url}/health/live") == 200
