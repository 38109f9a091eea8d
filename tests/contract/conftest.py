"""One suite over both databases: `store` is a migrated, empty one of each kind in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate
from tests.support.copies import open_copy
from tests.support.postgres import PostgresServer
from tests.support.shop import Shop, load_shop


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: running the migrations again for each test would cost more than most tests."""
    path = tmp_path_factory.mktemp("template") / "reposto.sqlite"
    _migrate(sqlite_url(path))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    name = postgres_server.create_database()
    _migrate(postgres_server.url_of(name))
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    yield from open_copy(request, tmp_path, "sqlite_template", "postgres_template")


def _migrate(url: str) -> None:
    store = Store(url)
    migrate(store)
    store.close()


@pytest.fixture(scope="session")
def shop_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a small shop, to copy."""
    path = tmp_path_factory.mktemp("shop") / "reposto.sqlite"
    load_shop(sqlite_url(path))
    return path


@pytest.fixture(scope="session")
def shop_postgres(postgres_server: PostgresServer) -> str:
    name = postgres_server.create_database()
    load_shop(postgres_server.url_of(name))
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """The shop over a database of each kind in turn."""
    for store in open_copy(request, tmp_path, "shop_sqlite", "shop_postgres"):
        yield Shop(store)
