"""An example of each kind of file, to fill in."""

from __future__ import annotations

from reposto.intake.export import BOM
from reposto.intake.fields import FIELDS
from reposto.intake.rows import Kind


def make_template(kind: Kind) -> str:
    """A CSV with every column that the kind knows and one example line."""
    fields = FIELDS[kind]
    lines = (";".join(f.label for f in fields), ";".join(f.example for f in fields))
    return BOM + "\r\n".join(lines) + "\r\n"
