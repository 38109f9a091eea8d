"""`reposto backup` and `reposto restore` for the SQLite home: a consistent copy while the server runs."""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

from reposto.app.server import own_home
from reposto.app.settings import Settings
from reposto.model.errors import InvalidInput
from reposto.storage.catalogue import write_meta
from reposto.storage.engine import Store
from reposto.storage.schema import migrate

DATABASE = "reposto.sqlite"


def back_up(settings: Settings, target: Path) -> str:
    """Copy the database as it is at one instant (SQLite's online backup), whoever writes meanwhile."""
    source = _database(settings)
    if not source.is_file():
        raise InvalidInput(f"Não há banco de dados em {settings.home}.", f"There is no database in {settings.home}.")
    if target.exists():
        raise InvalidInput(f"{target} já existe; escolha outro nome.", f"{target} exists; choose another name.")
    part = target.with_name(f"{target.name}.part")
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live, closing(sqlite3.connect(part)) as copy:
        live.backup(copy)
        _check(copy, part)
    part.rename(target)
    return f"cópia gravada em {target} ({target.stat().st_size / 1e6:.1f} MB)"


def restore(settings: Settings, source: Path) -> str:
    """Put a copy in the database's place, as a new lineage: open pages then forget what they hold and read anew."""
    if not source.is_file():
        raise InvalidInput(f"{source} não existe.", f"{source} does not exist.")
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
        _check(copy, source)
    with own_home(settings):
        target = _database(settings)
        part = target.with_name(f"{DATABASE}.part")
        shutil.copyfile(source, part)
        fresh = Store(f"sqlite:///{part}")
        migrate(fresh)
        with fresh.write() as connection:
            write_meta(connection, "epoch", uuid.uuid4().hex)
        fresh.close()
        kept = None
        if target.exists():
            kept = target.with_name(f"{DATABASE}.before-restore")
            _move_database(target, kept)
        _move_database(part, target)
    return f"banco restaurado de {source}" + (f"; o anterior ficou em {kept}" if kept else "")


def _database(settings: Settings) -> Path:
    if settings.database_url:
        raise InvalidInput("Com PostgreSQL use pg_dump e pg_restore.", "With PostgreSQL, use pg_dump and pg_restore.")
    return settings.home.resolve() / DATABASE


def _check(connection: sqlite3.Connection, path: Path) -> None:
    try:
        good = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        good = good and connection.execute("SELECT count(*) FROM meta WHERE key = 'epoch'").fetchone() == (1,)
    except sqlite3.DatabaseError:
        good = False
    if not good:
        raise InvalidInput(f"{path} não é uma cópia do reposto.", f"{path} is not a copy of a reposto database.")


def _move_database(source: Path, target: Path) -> None:
    """With its write-ahead log, which belongs to it."""
    for suffix in ("-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
        if Path(f"{source}{suffix}").exists():
            Path(f"{source}{suffix}").replace(f"{target}{suffix}")
    source.replace(target)
