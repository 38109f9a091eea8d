"""Tables of the VN2 challenge as columns, from CSV or Parquet."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

Keys = tuple[tuple[int, int], ...]  # (Store, Product)


class BadInput(Exception):
    """A file that can't be read as the challenge's; says what is wrong."""


def find(folder: Path, stem: str) -> Path:
    for path in (folder / f"{stem}.parquet", folder / f"{stem}.csv"):
        if path.exists():
            return path
    raise BadInput(f"{stem}.parquet not found in {folder}")


def columns_of(path: Path) -> dict[str, list[Any]]:
    """Every column by name; CSV with commas, semicolons or tabs, in UTF-8 with or without its mark."""
    if not path.is_file():
        raise BadInput(f"{path} does not exist")
    if path.suffix.lower() == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            table = pq.read_table(path)
        except pa.ArrowInvalid as problem:
            raise BadInput(f"{path.name} is not a Parquet file: {problem}") from problem
        return {str(name): table.column(name).to_pylist() for name in table.column_names}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadInput(f"{path.name} is not text in UTF-8: {problem}") from problem
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    found = list(csv.DictReader(text.splitlines(), delimiter=delimiter))
    if not found:
        raise BadInput(f"{path.name}: no rows")
    return {str(name): [r[name] for r in found] for name in found[0] if name is not None}


def day_of(value: Any) -> date:
    """ValueError for what is no date; of a time only the day counts."""
    return value if type(value) is date else date.fromisoformat(str(value)[:10])
