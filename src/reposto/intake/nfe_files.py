"""The documents in files and in ZIPs of them, each read as an NF-e. Runs inside the confined process."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from reposto.intake.limits import MIB
from reposto.intake.messages import NoteRead, NoteRefused
from reposto.intake.nfe import MAX_NOTE_BYTES, BadNote, read_note
from reposto.model.errors import FileRefused


def read_notes(paths: Sequence[Path], today: date) -> Iterator[NoteRead | NoteRefused]:
    """Each note, or why it can't be used; FileRefused when a file as a whole can't."""
    for path in paths:
        for name, data in _documents(path):
            try:
                if len(data) > MAX_NOTE_BYTES:
                    raise BadNote(f"tem mais de {MAX_NOTE_BYTES // MIB} MiB, demais para uma NF-e")
                yield NoteRead(read_note(data, name, today))
            except BadNote as error:
                yield NoteRefused(name, str(error), error.cancels)


def _documents(path: Path) -> Iterator[tuple[str, bytes]]:
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            yield path.name, file.read(MAX_NOTE_BYTES + 1)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if entry.filename.lower().endswith(".xml") and not entry.is_dir():
                    with archive.open(entry) as stream:
                        yield f"{path.name}/{entry.filename}", stream.read(MAX_NOTE_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise FileRefused(
            f"{path.name}: o arquivo compactado está danificado ou protegido por senha.",
            f"{path.name}: the archive is damaged or protected.",
        ) from None
