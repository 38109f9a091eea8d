"""From a header line to the kind of file and the place of each column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reposto.intake.field import Field
from reposto.intake.fields import FIELDS
from reposto.intake.kinds import ALSO, FAMILIAR, KIND_LABELS
from reposto.intake.rows import KINDS, Kind
from reposto.intake.words import fold, header_key
from reposto.model.errors import FileRefused


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of one kind are: field name -> index of its column."""

    kind: Kind
    columns: dict[str, int]
    score: int  # 2 for a name that says it by itself, 1 for one that could mean something else

    @property
    def missing(self) -> list[Field]:
        return [f for f in FIELDS[self.kind] if f.required and f.name not in self.columns]


@dataclass(frozen=True, slots=True)
class Header:
    """A recognised header: its cells as written, the layouts to read each line with, the columns nobody reads."""

    cells: tuple[str, ...]
    layouts: tuple[Layout, ...]

    @property
    def kind(self) -> Kind:
        return self.layouts[0].kind

    @property
    def ignored(self) -> tuple[str, ...]:
        used = {index for layout in self.layouts for index in layout.columns.values()}
        return tuple(cell for index, cell in enumerate(self.cells) if index not in used and cell.strip())

    def name_of(self, kind: Kind, field: str) -> str:
        """The column as the file calls it."""
        for layout in self.layouts:
            if layout.kind == kind and field in layout.columns:
                return self.cells[layout.columns[field]].strip()
        return next(f.label for f in FIELDS[kind] if f.name == field)


def match_columns(cells: Sequence[str], kind: Kind) -> Layout:
    """The best reading of a header as one of this kind, whether or not it is complete."""
    keys: dict[str, int] = {}
    for index, cell in enumerate(cells):
        keys.setdefault(header_key(cell), index)
    keys.pop("", None)
    columns: dict[str, int] = {}
    score = 0
    for strong in (True, False):
        for field in FIELDS[kind]:
            names = field.strong if strong else field.weak
            found = next((keys[n] for n in names if n in keys and keys[n] not in columns.values()), None)
            if field.name not in columns and found is not None:
                columns[field.name] = found
                score += 2 if strong else 1
    score += sum(1 for key, index in keys.items() if index not in columns.values() and key in FAMILIAR[kind])
    return Layout(kind, columns, score)


def recognise(cells: Sequence[str], kind: Kind | None, file_name: str) -> Header | None:
    """The header, or None when this line isn't one. Refuses when it could be of two kinds and nothing decides."""
    if kind is not None:
        layout = match_columns(cells, kind)
        return None if layout.missing else _complete(cells, layout)
    fitting = [layout for k in KINDS if not (layout := match_columns(cells, k)).missing and _is_enough(layout)]
    if not fitting:
        return None
    best = max(layout.score for layout in fitting)
    leaders = [layout for layout in fitting if layout.score >= best - _margin(layout, fitting)]
    named = [layout for layout in leaders if _is_in_name(layout.kind, file_name)]
    if len(leaders) > 1 and len(named) != 1:
        raise _ambiguous([layout.kind for layout in leaders])
    return _complete(cells, named[0] if named else leaders[0])


def explain_missing(lines: Sequence[Sequence[str]], kind: Kind | None) -> FileRefused:
    """Why no header was found, as a help to whoever made the file."""
    header = max(lines, key=lambda cells: sum(bool(c.strip()) for c in cells), default=[])
    shown = "; ".join(c.strip()[:40] for c in header if c.strip())[:300]
    kinds: tuple[Kind, ...] = (kind,) if kind else KINDS
    nearest = max((match_columns(cells, k) for cells in lines for k in kinds), key=lambda m: m.score, default=None)
    if nearest is None or not nearest.score:
        return FileRefused(
            f"Não reconheci o cabeçalho. Li: {shown or '(nada)'}. A primeira linha precisa ter os nomes das colunas.",
            "The header was not recognised.",
            ask="kind",
        )
    missing = ", ".join(field.label for field in nearest.missing)
    what = KIND_LABELS[nearest.kind]
    return FileRefused(
        f"Parece um arquivo de {what}, mas falta a coluna: {missing}. Li: {shown}."
        if missing
        else f"Parece um arquivo de {what}, mas não tenho certeza; diga se é. Li: {shown}.",
        "The header lacks a column.",
        ask="kind",
        kinds=() if missing else (nearest.kind,),
    )


def _complete(cells: Sequence[str], layout: Layout) -> Header:
    also = (match_columns(cells, kind) for kind in ALSO.get(layout.kind, ()))
    extra = tuple(found for found in also if not found.missing and _says_so(cells, found))
    return Header(tuple(cells), (layout, *extra))


def _says_so(cells: Sequence[str], layout: Layout) -> bool:
    """Whether a further kind is there by a strong name: "Quantidade" in a product file needn't be the stock."""
    strong = {f.name: f.strong for f in FIELDS[layout.kind] if f.required and f.name != "sku"}
    return all(header_key(cells[layout.columns[name]]) in names for name, names in strong.items())


def _is_enough(layout: Layout) -> bool:
    """A single name ("Nome") says nothing yet."""
    return len(layout.columns) >= 2


def _margin(layout: Layout, fitting: Sequence[Layout]) -> int:
    # A stock report with names reads as products with stock too, one point apart: only the buyer knows which.
    kinds = {fit.kind for fit in fitting}
    return 1 if {"stock", "products"} <= kinds and layout.kind in ("stock", "products") else 0


def _is_in_name(kind: Kind, file_name: str) -> bool:
    label = KIND_LABELS[kind]
    words = fold(file_name)
    return any(stem in words for stem in (fold(label)[:5], kind[:5]))


def _ambiguous(kinds: Sequence[Kind]) -> FileRefused:
    choices = " ou ".join(KIND_LABELS[kind] for kind in kinds)
    return FileRefused(
        f"O cabeçalho serve para mais de um tipo de arquivo ({choices}); diga qual é.",
        f"The header fits several kinds of file: {', '.join(kinds)}; say which.",
        ask="kind",
        kinds=tuple(kinds),
    )
