"""R4: a migration killed at any statement leaves what was there, and the next one completes it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import current_revision, drift, migrate, newest_revision
from tests.support.soak import times

KILLED = """
import os, signal, sys
from sqlalchemy import event
from reposto.storage.engine import Store
from reposto.storage.schema import migrate
url, fatal = sys.argv[1], int(sys.argv[2])
store, count = Store(url), 0

def before(*_):
    global count
    count += 1
    if count == fatal:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(store.engine, "before_cursor_execute", before)
migrate(store)
print(count)
"""


def run(url: str, fatal: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", KILLED, url, str(fatal)], capture_output=True, text=True, check=False)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_killed_migration_is_completed_by_the_next(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    statements = int(run(sqlite_url(tmp_path / "count.sqlite"), 0).stdout)
    points = times(3, 10)
    # PostgreSQL takes one more for its lock; the last point is beyond the end of neither
    for number in range(1, points + 1):
        fatal = max(1, statements * number // (points + 1))
        url = sqlite_url(tmp_path / f"{number}.sqlite")
        if kind == "postgresql":
            server = request.getfixturevalue("postgres_server")
            url = server.url_of(server.create_database())
        killed = run(url, fatal)
        assert killed.returncode == -9, killed.stderr
        store = Store(url)
        try:
            with store.read() as connection:
                assert current_revision(connection) is None  # all of it in one transaction
            migrate(store)
            assert drift(store) == []
            with store.read() as connection:
                assert current_revision(connection) == newest_revision()
        finally:
            store.close()
