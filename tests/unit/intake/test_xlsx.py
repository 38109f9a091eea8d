"""Workbooks: as openpyxl writes and reads them, as people break them, as attackers build them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reposto.intake.rows import OfferRow, SaleRow
from reposto.intake.values import Broken
from reposto.intake.xlsx_reader import read_xlsx
from reposto.model.errors import FileRefused
from tests.support.intake import Read, read_bytes

HEADER = ["SKU", "Data da venda", "Quantidade"]


def workbook(fill: Callable[[Any], None], header: list[str] = HEADER) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(header)
    fill(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(fill: Callable[[Any], None]) -> Read:
    return read_bytes(workbook(fill), "sales", "vendas.xlsx")


def test_typed_cells() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["00123", date(2026, 2, 1), 3.5])
        afternoon = datetime(2026, 2, 2, 17, 30)  # noqa: DTZ001 - a workbook knows no zones
        sheet.append(["00124", afternoon, 0.1 + 0.2])
        sheet.append(["00125", "03/02/2026", "1.234,5"])
        sheet.append([])
        sheet.append(["00126", "2026-02-04", 1.234])  # a number says what it is

    found = read(fill)
    assert found.bad == ()
    assert found.warnings == ()
    assert found.rows == [
        SaleRow("00123", date(2026, 2, 1), Decimal("3.5"), row=2),
        SaleRow("00124", date(2026, 2, 2), Decimal("0.3"), row=3),
        SaleRow("00125", date(2026, 2, 3), Decimal("1234.5"), row=4),
        SaleRow("00126", date(2026, 2, 4), Decimal("1.234"), row=6),
    ]


def test_codes_kept_as_numbers_are_warned_about_unless_their_format_has_the_zeros() -> None:
    def fill(sheet: Any) -> None:
        sheet.append([123, date(2026, 2, 1), 1])
        sheet.append([124, date(2026, 2, 1), 1])
        sheet["A3"].number_format = "00000"

    found = read(fill)
    assert [row.sku for row in found.rows if isinstance(row, SaleRow)] == ["123", "00124"]
    assert len(found.warnings) == 1
    assert "SKU" in found.warnings[0]


def test_a_formula_counts_by_its_value_and_is_refused_without_one() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["1", date(2026, 2, 1), "=1+1"])

    content = workbook(fill)
    found = read_bytes(content, "sales", "v.xlsx")
    assert [(bad.row, bad.column) for bad in found.bad] == [(2, "Quantidade")]
    assert "fórmula" in found.bad[0].reason
    calculated = edit(content, "xl/worksheets/sheet1.xml", b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
    assert [row.quantity for row in read_bytes(calculated, "sales", "v.xlsx").rows if isinstance(row, SaleRow)] == [2]


def test_an_error_cell_is_a_bad_row() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["1", date(2026, 2, 1), "#N/A"])

    assert "#N/A" in read(fill).bad[0].reason


def test_a_code_that_excel_made_a_date_is_a_bad_row() -> None:
    found = read(lambda sheet: sheet.append([date(2026, 10, 12), date(2026, 2, 1), 1]))
    assert "data" in found.bad[0].reason


def several(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


COVER: list[list[Any]] = [["Relatório de vendas"], ["Emitido por", "Maria"], []]
SALES: list[list[Any]] = [HEADER, ["1", date(2026, 2, 1), 1]]


def test_the_sheet_that_fits_is_read_wherever_it_stands() -> None:
    for kind in ("sales", None):
        found = read_bytes(several(("Capa", COVER), ("Dados", SALES), ("Resumo", COVER)), kind, "vendas.xlsx")
        assert len(found.rows) == 1
        assert found.warnings[0] == "Só a planilha Dados foi lida; ficaram de fora: Capa, Resumo."
        assert len(found.warnings) == 1


def test_a_second_sheet_that_fits_is_named_as_data() -> None:
    found = read_bytes(several(("Janeiro", SALES), ("Fevereiro", SALES)), "sales", "v.xlsx")
    assert len(found.rows) == 1
    assert found.warnings[1].startswith("Também parece ter dados: Fevereiro.")


def test_no_sheet_fits_and_the_first_one_is_explained() -> None:
    with pytest.raises(FileRefused) as refused:
        read_bytes(several(("Capa", COVER), ("Resumo", COVER)), "sales", "v.xlsx")
    assert "Relatório de vendas" in refused.value.message_pt or "Emitido por" in refused.value.message_pt


def test_only_the_first_visible_sheet_is_read_and_the_others_are_named() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Oculta"
    book.active.sheet_state = "hidden"
    sheet = book.create_sheet("Vendas")
    sheet.append(HEADER)
    sheet.append(["1", date(2026, 2, 1), 1])
    book.create_sheet("Resumo")
    out = io.BytesIO()
    book.save(out)
    found = read_bytes(out.getvalue(), "sales", "v.xlsx")
    assert len(found.rows) == 1
    assert "Resumo" in found.warnings[0]
    assert "Oculta" not in found.warnings[0]


def test_dates_of_a_macintosh_workbook() -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(HEADER)
    book.active.append(["1", date(2026, 2, 1), 1])
    out = io.BytesIO()
    book.save(out)
    found = read_bytes(out.getvalue(), "sales", "v.xlsx")
    assert [row.day for row in found.rows if isinstance(row, SaleRow)] == [date(2026, 2, 1)]


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 6)),
    st.dates(date(1901, 1, 1), date(2100, 1, 1)),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20).filter(
        lambda text: not text.startswith("=") and "_x" not in text
    ),
)


@given(st.lists(st.lists(CELLS, max_size=6), min_size=1, max_size=6))
def test_we_read_what_openpyxl_reads(tmp_path_factory: pytest.TempPathFactory, table: list[list[object]]) -> None:
    path = tmp_path_factory.mktemp("xlsx") / "x.xlsx"
    book = openpyxl.Workbook()
    for line in table:
        book.active.append(line)
    book.save(path)
    lines, _position, _sheets = read_xlsx(path)
    ours = {number: [same_shape(cell) for cell in cells] for number, cells in lines}
    again = openpyxl.load_workbook(path, read_only=True)
    theirs: dict[int, list[object]] = {}
    for number, line in enumerate(again.active.iter_rows(values_only=True), start=1):
        cells = [same_shape(cell) for cell in line]
        while cells and cells[-1] == "":
            cells.pop()
        theirs[number] = cells
    again.close()
    assert {n: cells for n, cells in ours.items() if cells} == {n: cells for n, cells in theirs.items() if cells}


def same_shape(cell: object) -> object:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "sim" if cell else "não"
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, Broken):
        return cell.shown  # "#N/A" typed as text is kept as an error by openpyxl
    return float(cell) if isinstance(cell, int | float | Decimal) else cell


def edit(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        assert old in source.read(part)
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(old, new) if name == part else data)
    return out.getvalue()


ENTITIES = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">]>'
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def excel_workbook() -> bytes:
    """As Excel writes it: shared strings, rich text, cached formulas; and a namespace prefix, as some ERPs do."""
    strings = ["SKU", "Data da venda", "Quantidade", "00123", ""]
    shared = "".join(f"<si><t>{text}</t></si>" for text in strings[:3])
    shared += '<si><r><rPr><b/></rPr><t>001</t></r><r><t>23</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si><si><t/></si>'
    cells = "".join(f'<x:c r="{c}1" t="s"><x:v>{i}</x:v></x:c>' for i, c in enumerate("ABC"))
    line = (
        '<x:c r="A2" t="s"><x:v>3</x:v></x:c><x:c r="B2" s="1"><x:v>46054</x:v></x:c>'
        '<x:c r="C2"><x:f>1+1</x:f><x:v>2</x:v></x:c>'
        '<x:c r="E2" t="s"><x:v>4</x:v></x:c><x:c r="F2" t="str"><x:f>""</x:f><x:v></x:v></x:c>'
    )
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="V" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rId3" Type="{RELATIONS}/styles" Target="/xl/styles.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>'
        '<numFmt numFmtId="164" formatCode="[$-416]dd\\/mm\\/yyyy"/>'
        '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>',
        SHEET: f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1">{cells}</x:row>'
        f'<x:row r="2">{line}</x:row>'
        "</x:sheetData></x:worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{content}')
    return out.getvalue()


def test_a_workbook_as_excel_writes_it() -> None:
    assert read_bytes(excel_workbook(), "sales", "v.xlsx").rows == [
        SaleRow("00123", date(2026, 2, 1), Decimal(2), row=2)
    ]


@pytest.mark.parametrize(
    ("part", "old", "new", "words"),
    [
        (SHEET, b"<x:worksheet", ENTITIES + b"<x:worksheet", "DTD"),
        ("xl/workbook.xml", b"<workbook", ENTITIES + b"<workbook", "DTD"),
        ("xl/sharedStrings.xml", b"<sst", ENTITIES + b"<sst", "DTD"),
        ("xl/styles.xml", b"<styleSheet", ENTITIES + b"<styleSheet", "DTD"),
        (SHEET, b'r="A2"', b'r="ZZZZZZ2"', "colunas"),
        (SHEET, b'r="C2"', b'r="ABC2"', "colunas"),
        (SHEET, b"</x:sheetData>", b"", "danificada"),
        (SHEET, b"<x:v>3</x:v>", b"<x:v>99999</x:v>", "danificada"),
        (SHEET, b"<x:v>3</x:v>", b"<x:v>-1</x:v>", "danificada"),
        (SHEET, b'<x:row r="2"', b'<x:row r="x"', "danificada"),
        ("xl/workbook.xml", b' r:id="rId1"', b"", "danificada"),
        ("xl/workbook.xml", b"<sheet ", b'<sheet state="hidden" ', "visível"),
        ("xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", b"../../../../etc/passwd", "danificada"),
    ],
)
def test_tampered_workbooks_are_refused(part: str, old: bytes, new: bytes, words: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read_bytes(edit(excel_workbook(), part, old, new), "sales", "v.xlsx")
    assert words in refusal.value.message_pt


@pytest.mark.parametrize("number", [b"NaN", b"1E+999999", b"1e400", b"INF", b"1E+308", b"-5"])
def test_impossible_numbers_are_bad_rows(number: bytes) -> None:
    content = workbook(lambda sheet: sheet.append(["1", date(2026, 2, 1), 777]))
    found = read_bytes(edit(content, SHEET, b"<v>777</v>", b"<v>" + number + b"</v>"), "sales", "v.xlsx")
    assert [bad.column for bad in found.bad] == ["Quantidade"]


def test_a_lying_directory_does_not_get_more_than_it_declared(tmp_path: Path) -> None:
    content = bytearray(workbook(lambda sheet: sheet.append(["1", date(2026, 2, 1), 1])))
    at = content.rfind(b"PK\x01\x02", 0, content.rfind(SHEET.encode()))
    declared = int.from_bytes(content[at + 24 : at + 28], "little")
    content[at + 24 : at + 28] = (declared // 2).to_bytes(4, "little")
    path = tmp_path / "v.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileRefused):
        read_bytes(bytes(content), "sales", "v.xlsx")


def test_a_percentage_cell_is_read_as_it_is_shown() -> None:
    """Whoever types 12% into Excel gets 0.12 in a percentage format."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Fornecedor", "SKU", "Preço unitário", "IPI %", "ICMS %", "Frete %"])
    for row, formats in enumerate((("0%", "0.00%", '0.0"%"'), ("General", '0.0" "%', "0.00")), start=2):
        sheet.append(["Vale", f"A{row}", 10, 0.12, 0.0325, 0.5])
        for column, code in zip("DEF", formats, strict=True):
            sheet[f"{column}{row}"].number_format = code
    out = io.BytesIO()
    book.save(out)
    found = read_bytes(out.getvalue(), "offers", "ofertas.xlsx")
    assert found.bad == ()
    shares = [(r.ipi_percent, r.icms_percent, r.freight_percent) for r in found.rows if isinstance(r, OfferRow)]
    assert shares == [(12.0, 3.25, 0.5), (0.12, 3.25, 0.5)]
