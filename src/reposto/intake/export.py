"""Tables out again: CSV that Excel in Brazil opens with a double click, and that no spreadsheet runs as formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from reposto.intake.fields import FIELDS
from reposto.intake.rows import Kind, Row
from reposto.intake.values import ESCAPED

BOM = "\ufeff"  # without it Excel reads UTF-8 as Windows-1252


def safe_cell(value: object) -> str:
    """A cell's text. Text that a spreadsheet might run gets an apostrophe in front; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, int | Decimal):
        return format(Decimal(value), "f").replace(".", ",")
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").replace(".", ",")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    text = str(value)
    return "'" + text if text[:1] in ESCAPED and text else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A CSV with `;`, decimal comma and dd/mm/aaaa."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return BOM + out.getvalue()


def export_rows(kind: Kind, rows: Iterable[Row]) -> str:
    """Rows as a file that `reposto import` reads back as the same rows."""
    fields = FIELDS[kind]
    return write_csv([f.label for f in fields], ([_written(row, f.name) for f in fields] for row in rows))


_STATUS = {
    "draft": "rascunho",
    "approved": "aprovado",
    "sent": "enviado",
    "partial": "parcial",
    "received": "recebido",
    "cancelled": "cancelado",
}


def _written(row: Row, name: str) -> object:
    value = getattr(row, name)
    return _STATUS[value] if name == "status" and value else value
