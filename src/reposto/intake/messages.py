"""What the reading process tells its parent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from reposto.intake.nfe import Note
from reposto.intake.rows import ROW_TYPES, Kind, Row
from reposto.model.errors import Ask, RowError


@dataclass(frozen=True, slots=True)
class Begin:
    """Rows follow. A second one means: forget the rows so far, the file is read again in another way."""

    kind: Kind
    columns: dict[Kind, dict[str, str]]  # field -> the column as the file calls it
    ignored: tuple[str, ...]
    sheet: str = ""  # of a workbook
    sheets: tuple[str, ...] = ()  # that could be read, this one among them


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows, and which part of the file has been read. As columns: half the work to send and to unpack."""

    kind: Kind
    columns: tuple[tuple[Any, ...], ...]  # one for each attribute of the kind's row
    done: float

    @classmethod
    def of(cls, kind: Kind, rows: Sequence[Row], done: float) -> Batch:
        return cls(kind, tuple(zip(*rows, strict=True)), done)

    @property
    def rows(self) -> list[Row]:
        return list(map(ROW_TYPES[self.kind]._make, zip(*self.columns, strict=True)))

    def column(self, name: str) -> tuple[Any, ...]:
        return self.columns[ROW_TYPES[self.kind]._fields.index(name)]


@dataclass(frozen=True, slots=True)
class End:
    """Everything was read. With bad rows, nothing of it may be used."""

    lines: int
    bad: tuple[RowError, ...]
    more: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The file as a whole can't be used."""

    pt: str
    en: str
    ask: Ask = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Crashed:
    """A mistake of ours."""

    trace: str


@dataclass(frozen=True, slots=True)
class NoteRead:
    """An NF-e."""

    note: Note


@dataclass(frozen=True, slots=True)
class NoteRefused:
    """A document that can't be used as one; the others may."""

    file_name: str
    why: str  # in Portuguese
    cancels: str = ""  # the access key of a note that it makes void


Message: TypeAlias = Begin | Batch | End | Refused | Crashed | NoteRead | NoteRefused
