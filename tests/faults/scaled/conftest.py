"""One scaled system for all tests of this folder, mended before each; those of mutants bring up their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.hops import Breakable, run_breakable
from tests.support.postgres import run_postgres
from tests.support.redis import run_redis


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakable]:
    with (
        run_postgres() as postgres,
        run_redis() as redis,
        run_breakable(tmp_path_factory.mktemp("scaled") / "s", postgres, redis, "slow", "switchable") as breakable,
    ):
        yield breakable


@pytest.fixture
def breakable(_running: Breakable) -> Iterator[Breakable]:
    """Two API processes and two worker hosts over PostgreSQL and Redis; analyses take a quarter of a second longer."""
    _running.mend()
    yield _running
    _running.release()
    _running.heal()


@pytest.fixture
def changed(tmp_path: Path) -> Iterator[Callable[..., Breakable]]:
    """changed("no_fence") is a system of its own with these changes (tests/support/mutants), one of each process."""
    with ExitStack() as stack:

        def start(*changes: str, apis: int = 1, workers: int = 1, concurrency: int = 2) -> Breakable:
            postgres, redis = stack.enter_context(run_postgres()), stack.enter_context(run_redis())
            system = run_breakable(
                tmp_path / "s", postgres, redis, *changes, apis=apis, workers=workers, concurrency=concurrency
            )
            return stack.enter_context(system)

        yield start
