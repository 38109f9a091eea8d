"""Files on their way in, kept in pieces so that neither memory nor the write lock feels how large one is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from reposto.storage.tables_uploads import upload_pieces, uploads


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is there in full."""

    id: str
    file_name: str
    size: int


def add_upload(connection: Connection, upload_id: str, user_id: int, file_name: str, now: datetime) -> None:
    """The beginning of a file."""
    values = {"id": upload_id, "user_id": user_id, "file_name": file_name, "created_at": now}
    connection.execute(insert(uploads).values(**values))


def add_piece(connection: Connection, upload_id: str, piece: int, data: bytes) -> None:
    """The next bytes of it."""
    connection.execute(insert(upload_pieces).values(upload_id=upload_id, piece=piece, data=data))


def finish_upload(connection: Connection, upload_id: str, size: int) -> None:
    """All of it is there."""
    connection.execute(update(uploads).where(uploads.c.id == upload_id).values(size=size))


def find_uploads(connection: Connection, user_id: int, ids: Collection[str]) -> dict[str, Upload]:
    """Those of these files that this user sent in full."""
    columns = (uploads.c.id, uploads.c.file_name, uploads.c.size)
    query = select(*columns).where(uploads.c.user_id == user_id, uploads.c.id.in_(ids), uploads.c.size.is_not(None))
    return {row.id: Upload(*row) for row in connection.execute(query)}


def read_pieces(connection: Connection, upload_id: str) -> Iterator[bytes]:
    """The bytes of a file, one piece in memory at a time."""
    numbers = select(upload_pieces.c.piece).where(upload_pieces.c.upload_id == upload_id)
    for piece in connection.scalars(numbers.order_by(upload_pieces.c.piece)).all():
        wanted = select(upload_pieces.c.data).where(
            upload_pieces.c.upload_id == upload_id, upload_pieces.c.piece == piece
        )
        yield bytes(connection.execute(wanted).scalar_one())


def waiting(connection: Connection, user_id: int) -> tuple[int, int]:
    """How many files of this user are there or on their way, and how many bytes the finished ones have."""
    query = select(func.count(), func.coalesce(func.sum(uploads.c.size), 0)).where(uploads.c.user_id == user_id)
    count, size = connection.execute(query).one()
    return int(count), int(size)


def delete_uploads(connection: Connection, user_id: int, ids: Collection[str]) -> None:
    """Forget these files of this user."""
    connection.execute(delete(uploads).where(uploads.c.user_id == user_id, uploads.c.id.in_(ids)))


def delete_stale(connection: Connection, before: datetime) -> None:
    """Forget what nobody has loaded."""
    connection.execute(delete(uploads).where(uploads.c.created_at < before))
