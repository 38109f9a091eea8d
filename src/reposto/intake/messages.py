"""What the reading process tells its parent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from reposto.intake.rows import Kind, Row
from reposto.model.errors import RowError


@dataclass(frozen=True, slots=True)
class Begin:
    """Rows follow. A second one means: forget the rows so far, the file is read again in another way."""

    kind: Kind
    columns: dict[Kind, dict[str, str]]  # field -> the column as the file calls it
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows, and which part of the file has been read."""

    kind: Kind
    rows: list[Row]
    done: float


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


@dataclass(frozen=True, slots=True)
class Crashed:
    """A mistake of ours."""

    trace: str


Message: TypeAlias = Begin | Batch | End | Refused | Crashed
