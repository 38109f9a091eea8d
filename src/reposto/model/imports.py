"""Files that a buyer hands over on the page: what he wishes, and what was found in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from reposto.model.errors import Ask, RowError


@dataclass(frozen=True, slots=True)
class FileWish:
    """One file that was sent, and what the buyer says it is."""

    upload: str
    kind: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class ImportWish:
    """Files to be loaded together."""

    files: tuple[FileWish, ...]
    own_cnpj: str = ""
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class KindChanges:
    """Records of one kind that a file makes new, changes, leaves as they are, takes away."""

    kind: str
    inserted: int
    updated: int
    unchanged: int
    deleted: int


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Why a file can't go in."""

    sentence: str
    rows: tuple[RowError, ...] = ()
    more: int = 0
    ask: Ask = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileReport:
    """What one file (or all NF-e together) would change, or changed."""

    uploads: tuple[str, ...]
    name: str
    kind: str = ""  # "notes" of NF-e; empty when it could not be told
    lines: int = 0
    changes: tuple[KindChanges, ...] = ()
    ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sheet: str = ""
    sheets: tuple[str, ...] = field(default=())  # that could be read instead, this one among them
    problem: FileProblem | None = None

    @property
    def changed(self) -> int:
        return sum(c.inserted + c.updated + c.deleted for c in self.changes)
