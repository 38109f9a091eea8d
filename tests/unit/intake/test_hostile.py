"""Anything at all may be in a file: it is refused or it is finite and sane; nothing crashes (RELIABILITY I9)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from reposto.intake.fields import FIELDS
from reposto.intake.rows import KINDS, ROW_TYPES, Kind, Row
from reposto.model.errors import FileRefused
from tests.support.intake import TODAY, read_bytes, read_text

NASTY = [
    *"NaN nan inf -inf Infinity 1e308 -1e308 1e-320 1e999 0x10 1_000 --1 +1 -1 -0 ,5 1,5 1.5 1.234 1,234".split(),
    *"R$ % =1+1".split(),
    *"31/12/9999 00/00/0000 29/02/2025 2026-13-01 01/01/0001 9999-12-31 99999999 20260201 01/02/2026".split(),
    *(
        "٣",
        "１２",
        "½",
        "∞",
        "\u202e12",
        "1\u00a0000",
        "'=1",
        "\x00",
        "\x1b[31m",
        "😀",
        "a" * 400,
        "9" * 400,
        "",
        " ",
        '"',
    ),
]
cells = st.one_of(st.sampled_from(NASTY), st.text(max_size=12), st.floats().map(repr), st.dates().map(str))


def is_sane(row: Row) -> bool:
    for value in row:
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, Decimal | int | float) and not (0 <= value <= 10**9):
            return False
        if isinstance(value, date) and not date(1990, 1, 1) <= value <= TODAY.replace(year=TODAY.year + 11):
            return False
        if isinstance(value, str) and (len(value) > 300 or any(ord(c) < 32 and c not in "\n\t" for c in value)):
            return False
    return True


@settings(max_examples=400)
@given(st.sampled_from(KINDS), st.data())
def test_any_cell_is_sane_or_refused(kind: Kind, data: st.DataObject) -> None:
    labels = [field.label for field in FIELDS[kind]]
    lines = data.draw(st.lists(st.lists(cells, min_size=len(labels), max_size=len(labels)), min_size=1, max_size=4))
    quoted = (['"' + cell.replace('"', '""') + '"' for cell in line] for line in lines)
    text = "\n".join([";".join(labels), *(";".join(line) for line in quoted)])
    try:
        read = read_bytes(text.encode("utf-8", "replace"), kind)
    except FileRefused:
        return
    for row in read.rows:
        assert isinstance(row, ROW_TYPES[kind])
        assert is_sane(row), row
    assert all(bad.reason and bad.row > 1 for bad in read.bad)


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for name in ("x.csv", "x.xlsx"):
        try:
            read_bytes(content, None, name)
        except FileRefused as refusal:
            assert refusal.message_pt


@given(st.decimals(0, 10**6, places=2))
def test_numbers_of_brazil_come_through_exactly(number: Decimal) -> None:
    written = f"{number:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
    read = read_text(f"sku;estoque\n1;{written}\n", "stock")
    assert [row.on_hand for row in read.rows] == [number]  # type: ignore[union-attr]
