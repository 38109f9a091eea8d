"""What every test may ask for: real servers on free ports, started on first use, one of each per test process.

A server each (0.7 s for PostgreSQL, 0.02 s for Redis) costs less than sharing one between the two test processes
would in locks and leftovers.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support import ports
from tests.support.chromium import find_chromium
from tests.support.postgres import PostgresServer, run_postgres
from tests.support.redis import RedisServer, run_redis
from tests.support.soak import soaking

# Examples share two cores with servers and browsers: a slow one says nothing, and pytest-timeout ends a hung one.
# CI tries the same examples each time; everybody else's runs look for new ones.
settings.register_profile("reposto", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("reposto")

# Else a question would find its answer known, by the speed of the machine; tests/contract/test_prepare.py asks for it.
os.environ["REPOSTO_PREPARE"] = "false"

MARKED_FOLDERS = {"browser", "faults"}  # these run one at a time, see scripts/run_tests.sh
# Times a fault test's limit, which is there to end one that hangs: how long a sound one takes is the machine's affair.
# Fifty restarts took 335 s at a load of 10, and more than their 600 s at 30.
LOADED, SOAKED = 3, 10


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(here).parts[0]
        if folder in MARKED_FOLDERS:
            item.add_marker(folder)
        limit = item.get_closest_marker("timeout")
        if folder == "faults" and limit is not None:
            item.add_marker(pytest.mark.timeout(limit.args[0] * (SOAKED if soaking() else LOADED)), append=False)
    if not soaking():
        long = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in set(long)]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with run_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database, dropped after the test."""
    name = postgres_server.create_database()
    yield postgres_server.url_of(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    with run_redis() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Of the Redis that this test process uses; keys and channels of earlier tests may still be there."""
    return redis_server.url


@pytest.fixture
def free_port() -> int:
    return ports.free_port()


@pytest.fixture(scope="session")
def chromium() -> Path:
    return find_chromium()
