"""Files on their way in."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from reposto.storage.tables import metadata
from reposto.storage.types import BigId, UtcDateTime

# Files that somebody sent and has not loaded yet, in pieces; gone once they are loaded, or after a day.
uploads = Table(
    "uploads",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("file_name", String(300), nullable=False),
    Column("size", Integer),  # null until all of it is there
    Column("created_at", UtcDateTime, nullable=False),
)

upload_pieces = Table(
    "upload_pieces",
    metadata,
    Column("upload_id", String(32), ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True),
    Column("piece", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
