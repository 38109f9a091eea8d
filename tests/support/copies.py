"""A store of each kind, copied from one that was filled once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from reposto.storage.engine import Store, sqlite_url
from tests.support.postgres import PostgresServer


def open_copy(request: pytest.FixtureRequest, tmp_path: Path, sqlite: str, postgres: str) -> Iterator[Store]:
    """For a fixture with the params sqlite and postgresql; `sqlite` and `postgres` name the fixtures to copy."""
    if request.param == "sqlite":
        path = tmp_path / "reposto.sqlite"
        shutil.copy(request.getfixturevalue(sqlite), path)
        yield from _opened(sqlite_url(path))
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database(template=request.getfixturevalue(postgres))
    yield from _opened(server.url_of(name))
    server.drop_database(name)


def _opened(url: str) -> Iterator[Store]:
    store = Store(url)
    yield store
    store.close()
