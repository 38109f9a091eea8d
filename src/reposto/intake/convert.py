"""Lines of cells -> typed rows, and a list of what was wrong with the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from reposto.intake.field import Field
from reposto.intake.fields import FIELDS
from reposto.intake.headers import Header, Layout
from reposto.intake.limits import MAX_ROW_ERRORS
from reposto.intake.rows import ROW_TYPES, OrderRow, PromotionRow, Row, SellingPriceRow
from reposto.intake.values import BadValue, Broken, RawCell, Reading, Value, is_blank, unwrap
from reposto.intake.words import header_key, supplier_key
from reposto.model.errors import RowError

_CACHE = 50_000  # values of a column kept at once: codes, days and quantities repeat all the time
_SHOWN = 60  # characters of a bad cell in the list
_UNREAD: Any = object()  # what a cache does not have
# Columns by which a product's stock is divided over several lines
_WAREHOUSES = frozenset(
    "deposito local armazem filial loja b2local b2filial estabelecimento lote numerodolote nlote endereco enderecamento"
    " b8lotectl b8local bflocaliz".split()
)


@dataclass(slots=True)
class Problems:
    """The bad rows: the first ones in full, the others counted."""

    rows: list[RowError] = field(default_factory=list)
    more: int = 0

    def add(self, row: int, column: str, value: object, reason: str) -> None:
        if len(self.rows) >= MAX_ROW_ERRORS:
            self.more += 1
            return
        shown = value.shown if isinstance(value, Broken) else str(value)
        self.rows.append(RowError(row, column, shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…", reason))

    def __bool__(self) -> bool:
        return bool(self.rows)


class _Column:
    """Reads the cells of one column; equal cells are read once."""

    __slots__ = ("cache", "field", "header", "index", "numeric", "reading", "slot")

    def __init__(self, field: Field, index: int, slot: int, header: str, reading: Reading) -> None:
        self.field, self.index, self.slot, self.header, self.reading = field, index, slot, header, reading
        self.cache: dict[RawCell, Value] = {}
        self.numeric = False

    def read(self, cell: RawCell) -> Value:
        if isinstance(cell, Broken):
            raise BadValue(cell.reason)
        plain = unwrap(cell.strip()) if isinstance(cell, str) else cell
        if is_blank(plain):
            value = self._blank()
        else:
            value = self.field.parse(plain, self.reading)
            if value == "":
                value = self._blank() if self.field.required else value
        self.numeric = self.numeric or isinstance(cell, Decimal)
        if len(self.cache) >= _CACHE:
            self.cache.clear()
        self.cache[cell] = value
        return value

    def _blank(self) -> Value:
        if self.field.required:
            raise BadValue("está vazio")
        return self.field.blank


class Converter:
    """Makes the rows of one kind."""

    def __init__(self, header: Header, layout: Layout, reading: Reading, problems: Problems) -> None:
        self.kind = layout.kind
        self.optional = layout is not header.layouts[0]
        self.problems = problems
        self.make = ROW_TYPES[self.kind]._make
        names: tuple[str, ...] = ROW_TYPES[self.kind]._fields
        defaults: dict[str, Value] = ROW_TYPES[self.kind]._field_defaults
        self.template = [defaults.get(name) for name in names]
        self.columns = [
            _Column(
                f, layout.columns[f.name], names.index(f.name), header.cells[layout.columns[f.name]].strip(), reading
            )
            for f in FIELDS[self.kind]
            if f.name in layout.columns
        ]
        by_warehouse = self.kind == "stock" and any(header_key(cell) in _WAREHOUSES for cell in header.cells)
        self.unique = _Unique(self) if self.kind in _KEYS and not by_warehouse else None

    @property
    def numeric_codes(self) -> list[str]:
        """Code columns that a spreadsheet keeps as numbers."""
        return [c.header for c in self.columns if c.numeric and c.field.name in ("sku", "supplier_code")]

    def convert(self, number: int, cells: Sequence[RawCell]) -> Row | None:
        """The row, or None when it was bad or does not speak of this kind."""
        values = self.template.copy()
        values[-1] = number
        width = len(cells)
        bad = False
        if self.optional and any(
            c.field.required and (c.index >= width or _is_empty(cells[c.index])) for c in self.columns
        ):
            return None
        for column in self.columns:
            cell = cells[column.index] if column.index < width else ""
            try:
                value = column.cache.get(cell, _UNREAD)
                values[column.slot] = column.read(cell) if value is _UNREAD else value
            except BadValue as error:
                self.problems.add(number, column.header, cell, str(error))
                bad = True
        if bad:
            return None
        row: Row = self.make(values)
        return row if self.is_sound(row) else None

    def is_sound(self, row: Row) -> bool:
        """Cells that are right one by one but not together."""
        if isinstance(row, PromotionRow | SellingPriceRow) and row.ends_on and row.ends_on < row.starts_on:
            return self.complain(row, "ends_on", "termina antes de começar")
        if isinstance(row, OrderRow) and row.expected_on is not None and row.expected_on < row.ordered_on:
            return self.complain(row, "expected_on", "é antes da data do pedido")
        return self.unique is None or self.unique.admits(row)

    def complain(self, row: Row, field: str, reason: str) -> bool:
        column = next(c for c in self.columns if c.field.name == field)
        self.problems.add(row.row, column.header, getattr(row, field), reason)
        return False


_KEYS = {
    "products": ("sku",),
    "stock": ("sku",),
    "suppliers": ("cnpj", "name"),
    "promotions": ("sku", "starts_on"),
    "selling_prices": ("sku", "starts_on"),
}


class _Unique:
    """One row for each key; a repetition word for word is ignored."""

    def __init__(self, converter: Converter) -> None:
        self.converter = converter
        self.fields = _KEYS[converter.kind]
        self.seen: dict[object, Row] = {}

    def admits(self, row: Row) -> bool:
        first = self.seen.setdefault(self.key(row), row)
        if first is row:
            return True
        if first[:-1] != row[:-1]:
            column = next(n for n in self.fields if getattr(row, n))
            self.converter.complain(row, column, f"já apareceu na linha {first.row}, com outros dados")
        return False

    def key(self, row: Row) -> object:
        if self.converter.kind == "suppliers":
            return getattr(row, "cnpj", None) or supplier_key(getattr(row, "name", ""))
        return tuple(getattr(row, name) for name in self.fields)


def _is_empty(cell: RawCell) -> bool:
    return isinstance(cell, str) and not cell.strip()
