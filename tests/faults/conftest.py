"""Servers for the fault tests: a small company in a fresh home, with defects put in where a test wants one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import company
from tests.support.processes import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = ROOT / "tests" / "support" / "mutants"


@pytest.fixture
def switches(tmp_path: Path) -> Path:
    """Where failpoints look for what the test wants of them (tests/support/mutants/failpoints.py)."""
    folder = tmp_path / "switches"
    folder.mkdir()
    return folder


@pytest.fixture
def serve(tmp_path: Path, switches: Path) -> Iterator[Callable[..., ServerProcess]]:
    """serve("slow", "no_fence") starts a server with these changes (tests/support/mutants/changes.py)."""
    started: list[ServerProcess] = []

    def start(*changes: str) -> ServerProcess:
        home = tmp_path / "home"
        company.fill(home)
        env = {"REPOSTO_LOG_FORMAT": "json", "TEST_SWITCHES": str(switches)}
        if changes:
            env |= {"TEST_CHANGES": ",".join(changes), "PYTHONPATH": f"{MUTANTS}:{ROOT}"}
        server = ServerProcess(home, env=env)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.stop()
