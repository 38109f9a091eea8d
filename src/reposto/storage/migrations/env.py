"""Alembic's entry point: runs the revisions on the connection that `storage.schema` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from reposto.storage import tables_prices, tables_uploads  # noqa: F401 - they add to the metadata
from reposto.storage.tables import metadata
from reposto.storage.types import Price, Quantity, UtcDateTime


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our types into revisions as what they are in the database: a revision never imports our code."""
    if kind == "type" and isinstance(item, (Price, Quantity)):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Run what is missing, inside the caller's transaction."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render_item,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
