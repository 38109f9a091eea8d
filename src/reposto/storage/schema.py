"""Bring a database to the newest schema, and give it its lineage."""

from __future__ import annotations

import uuid
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, select, text

from reposto.storage import tables, tables_prices
from reposto.storage.engine import Store

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7_233_001  # any number, the same everywhere: two processes must not migrate at once


def migrate(store: Store, revision: str = "head") -> None:
    """Run the missing revisions in one transaction; a second process waits for the first.

    A schema that is newer than this code stays as it is: during an upgrade without downtime, old processes that are
    started again go on beside the new ones. Revisions only add, so that they can.
    """
    with store.write() as connection:
        if store.dialect == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        if _is_ahead(connection):
            return
        command.upgrade(_config(connection), revision)
        if revision == "head":
            _ensure_lineage(connection)


def current_revision(connection: Connection) -> str | None:
    """The revision the database is at."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """The revision this code knows as the newest."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def is_behind(connection: Connection) -> bool:
    """Whether revisions are missing; one that is newer than this code knows is none of its business."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    present = current_revision(connection)
    known = {script.revision for script in scripts.walk_revisions()}
    return present is None or (present in known and present != scripts.get_current_head())


def _is_ahead(connection: Connection) -> bool:
    present = current_revision(connection)
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    return present is not None and present not in known


def drift(store: Store) -> list[object]:
    """Differences between the migrated schema and the tables; empty when they agree."""
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, tables_prices.metadata))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _ensure_lineage(connection: Connection) -> None:
    known = set(connection.scalars(select(tables.meta.c.key)))
    defaults = {"epoch": uuid.uuid4().hex, "data_version": "0", "catalogue_version": "0"}
    for key, value in defaults.items():
        if key not in known:
            connection.execute(insert(tables.meta).values(key=key, value=value))
    if connection.scalar(select(tables.company.c.id)) is None:
        connection.execute(insert(tables.company).values(id=1))
