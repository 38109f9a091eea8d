"""Files that somebody sends from the page: taken in piece by piece, kept until they are loaded, given up or old."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from reposto.intake.limits import MIB
from reposto.model.errors import InvalidInput, NotFound, TooLong, TooMany
from reposto.model.text import nfc
from reposto.storage import uploads as table
from reposto.storage.engine import Store

MAX_BYTES = 32 * MIB  # of one file: a million lines of sales; the command line takes more
MAX_WAITING_BYTES = 4 * MAX_BYTES  # of one user's files that are not loaded yet
MAX_WAITING = 100  # files of one user: a year of the accountant's monthly archives, several times
KEPT_FOR = timedelta(hours=24)
_NAME_BYTES = 160  # of 255 that file systems take


def open_upload(store: Store, user_id: int, file_name: str, *, now: datetime) -> str:
    """Begin a file; refuses one too many. What is old goes first."""
    upload_id = uuid.uuid4().hex
    with store.write() as connection:
        table.delete_stale(connection, now - KEPT_FOR)
        count, size = table.waiting(connection, user_id)
        if count >= MAX_WAITING or size >= MAX_WAITING_BYTES:
            raise TooMany(
                "Há arquivos demais esperando: importe ou retire os que já enviou.",
                "Too many files are waiting: import or remove those you have sent.",
            )
        table.add_upload(connection, upload_id, user_id, safe_name(file_name), now)
    return upload_id


def add_piece(store: Store, upload_id: str, piece: int, data: bytes) -> None:
    """The next bytes."""
    with store.write(lasting=False) as connection:
        table.add_piece(connection, upload_id, piece, data)


def finish_upload(store: Store, upload_id: str, size: int) -> None:
    """All of it has come."""
    if size == 0:
        raise InvalidInput("O arquivo está vazio.", "The file is empty.")
    with store.write() as connection:
        table.finish_upload(connection, upload_id, size)


def drop_upload(store: Store, user_id: int, upload_id: str) -> None:
    """Forget a file; one that isn't there is forgotten already."""
    with store.write() as connection:
        table.delete_uploads(connection, user_id, [upload_id])


def too_large() -> TooLong:
    """What is said of a larger file."""
    return TooLong(
        f"O arquivo passa de {MAX_BYTES // MIB} MB. Divida-o em partes (um ano de vendas em cada, por exemplo), ou peça"
        " a quem cuida do servidor para usar `reposto import`.",
        f"The file has more than {MAX_BYTES // MIB} MB. Split it, or have it loaded with `reposto import`.",
    )


def gone() -> NotFound:
    """What is said of files that were loaded, given up or too old."""
    return NotFound(
        "Estes arquivos não estão mais aqui; envie de novo.", "These files are no longer here; send them again."
    )


def safe_name(written: str) -> str:
    """The last part of a name, as one visible line that is a file name everywhere; the ending stays."""
    visible = (c if unicodedata.category(c)[0] != "C" else " " * c.isspace() for c in written.replace("\\", "/"))
    name = nfc(" ".join("".join(visible).split())).rstrip("/ ")
    path = PurePosixPath(name.rpartition("/")[2].strip(". "))
    stem, ending = path.stem, path.suffix
    if len(ending.encode()) > 12:
        stem, ending = path.name, ""
    stem = stem.encode()[: _NAME_BYTES - len(ending.encode())].decode(errors="ignore")
    return f"{stem}{ending}" or "arquivo"
