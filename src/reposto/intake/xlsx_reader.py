"""XLSX, cell by cell, in constant memory but for its shared strings.

openpyxl keeps floats, not what was typed, hides formulas that were never calculated and is several times slower; a
workbook is a ZIP of plain XML, read here with expat. A DTD, in which XML bombs live, is refused.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context, Decimal
from pathlib import Path
from typing import IO
from xml.parsers import expat

from reposto.intake.limits import HEADER_WITHIN, MAX_COLUMNS, MAX_FIELD
from reposto.intake.sniff import refuse
from reposto.intake.values import Broken, RawCell

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]
Text = Callable[[str], None]

_CHUNK = 1 << 16
_NUMBER = re.compile(r"[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,3})?")
_DIGITS = Context(prec=15)  # what Excel keeps and shows; 0.30000000000000004 is its 0.3
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})  # ECMA-376 18.8.30
_PERCENT_FORMATS = frozenset({9, 10})  # 0%, 0.00%
_NOT_CODES = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # literal text, colours and conditions in a number format
_EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}


class BadWorkbook(ValueError):
    """The reason, in Portuguese."""


_DAMAGE = (
    BadWorkbook,
    LookupError,
    ValueError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
)


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheet that is read, others that could have been, and all that are left out."""

    read: str = ""
    fitting: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    choice: tuple[str, ...] = ()  # those that fit, in the order of the workbook, with the one that is read


@dataclass(slots=True)
class _Book:
    """What a sheet's cells refer to."""

    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)  # per style: "", "date", "%", or as many zeros as the format has
    epoch: date = _EPOCHS[False]


Fits = Callable[[Sequence[Sequence[RawCell]]], bool]  # whether the first lines of a sheet are those of a table we read


def read_xlsx(
    path: Path, fits: Fits | None = None, wanted: str | None = None
) -> tuple[Iterator[tuple[int, list[RawCell]]], Callable[[], int], Sheets]:
    """One sheet's lines with their numbers, the bytes read so far, and which sheets there are.

    It is the one that is wanted, else the first visible one that fits; the first of all when none does, whose refusal
    says what is wrong.
    """
    archive = zipfile.ZipFile(path)
    try:
        sheets, book = _open_book(archive)
        fitting = [sheet for sheet in sheets if fits is not None and fits(_peek(archive, sheet[1], book))]
        named = [sheet for sheet in sheets if sheet[0] == wanted]
        if wanted is not None and not named:
            raise BadWorkbook("não há mais nenhuma planilha com esse nome.")
        chosen = (named or fitting or sheets)[0]
        stream = archive.open(chosen[1])
    except _DAMAGE as error:
        archive.close()
        raise _refusal(path, error) from None
    others = tuple(s[0] for s in fitting if s is not chosen)
    choice = tuple(s[0] for s in sheets if s is chosen or s in fitting)
    found = Sheets(chosen[0], others, tuple(s[0] for s in sheets if s is not chosen), choice)
    return _guarded(path, archive, stream, book), stream.tell, found


def _peek(archive: zipfile.ZipFile, target: str, book: _Book) -> list[list[RawCell]]:
    """The first lines of a sheet; one that can't be read has none, and only tells so if it is the one to be read."""
    try:
        with archive.open(target) as stream:
            return [cells for _, (_number, cells) in zip(range(HEADER_WITHIN), _Sheet(book).read(stream), strict=False)]
    except _DAMAGE:
        return []


def _guarded(
    path: Path, archive: zipfile.ZipFile, stream: IO[bytes], book: _Book
) -> Iterator[tuple[int, list[RawCell]]]:
    with archive, stream:
        try:
            yield from _Sheet(book).read(stream)
        except _DAMAGE as error:
            raise _refusal(path, error) from None


def _refusal(path: Path, error: Exception) -> Exception:
    return refuse(path, str(error) if isinstance(error, BadWorkbook) else "a planilha está danificada.")


def _parse(stream: IO[bytes], start: Start, end: End, text: Text) -> Iterator[None]:
    """Feed a part of the workbook through expat, pausing after each chunk."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition("}")[2], attributes)
    parser.EndElementHandler = lambda name: end(name.rpartition("}")[2])
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_dtd
    while chunk := stream.read(_CHUNK):
        parser.Parse(chunk, False)
        yield
    parser.Parse(b"", True)
    yield


def _refuse_dtd(*_: object) -> None:
    raise BadWorkbook("a planilha traz uma DTD, que nenhum Excel escreve; pode ser um ataque.")


def _open_book(archive: zipfile.ZipFile) -> tuple[list[tuple[str, str]], _Book]:
    targets: dict[str, tuple[str, str]] = {}
    sheets: list[tuple[str, str]] = []
    book = _Book()

    def relation(name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            target = posixpath.normpath(posixpath.join("/xl", attributes["Target"])).lstrip("/")
            targets[attributes["Id"]] = (attributes.get("Type", "").rpartition("/")[2], target)

    def workbook(name: str, attributes: Attributes) -> None:
        if name == "workbookPr":
            book.epoch = _EPOCHS[attributes.get("date1904", "0") in ("1", "true")]
        elif name == "sheet" and attributes.get("state", "visible") == "visible":
            link = next((value for key, value in attributes.items() if key.endswith("}id")), "")
            if targets[link][0] == "worksheet":
                sheets.append((attributes.get("name", ""), targets[link][1]))

    _walk(archive, "xl/_rels/workbook.xml.rels", relation)
    _walk(archive, "xl/workbook.xml", workbook)
    if not sheets:
        raise BadWorkbook("a pasta de trabalho não tem nenhuma planilha visível.")
    for what, target in targets.values():
        if what == "sharedStrings":
            book.strings = _read_strings(archive, target)
        elif what == "styles":
            book.formats = _read_formats(archive, target)
    return sheets, book


def _walk(archive: zipfile.ZipFile, name: str, start: Start, end: End | None = None, text: Text | None = None) -> None:
    with archive.open(name) as stream:
        for _ in _parse(stream, start, end or (lambda _: None), text or (lambda _: None)):
            pass


def _read_strings(archive: zipfile.ZipFile, target: str) -> list[str]:
    strings: list[str] = []
    pieces: list[str] = []
    inside = {"t": False, "rPh": False}  # rPh: how a Japanese text is spoken, not part of it

    def start(name: str, _: Attributes) -> None:
        if name in inside:
            inside[name] = True

    def end(name: str) -> None:
        if name == "si":
            strings.append("".join(pieces))
            pieces.clear()
        elif name in inside:
            inside[name] = False

    def text(found: str) -> None:
        if inside["t"] and not inside["rPh"]:
            pieces.append(found)

    _walk(archive, target, start, end, text)
    return strings


def _read_formats(archive: zipfile.ZipFile, target: str) -> list[str]:
    custom: dict[str, str] = {}
    formats: list[str] = []
    inside = {"cellXfs": False}

    def start(name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            custom[attributes["numFmtId"]] = _classify(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            inside["cellXfs"] = True
        elif name == "xf" and inside["cellXfs"]:
            number = attributes.get("numFmtId", "0")
            formats.append(custom.get(number, _built_in(int(number))))

    def end(name: str) -> None:
        if name == "cellXfs":
            inside["cellXfs"] = False

    _walk(archive, target, start, end)
    return formats


def _built_in(number: int) -> str:
    return "date" if number in _DATE_FORMATS else "%" if number in _PERCENT_FORMATS else ""


def _classify(format_code: str) -> str:
    code = _NOT_CODES.sub("", format_code.partition(";")[0])
    if "%" in code:
        return "%"
    if code and set(code) == {"0"} and len(code) > 1:
        return code  # "00000": the leading zeros of a code
    return "date" if re.search("[dmy]", code.lower()) and "0.0" not in code and "#" not in code else ""


class _Sheet:
    """Builds lines of cells from the events of one worksheet."""

    def __init__(self, book: _Book) -> None:
        self.book = book
        self.lines: list[tuple[int, list[RawCell]]] = []
        self.number = 0
        self.cells: list[RawCell] = []
        self.column = 0
        self.type = "n"
        self.style = 0
        self.formula = False
        self.has_value = False
        self.pieces: list[str] = []
        self.length = 0
        self.collecting = False

    def read(self, stream: IO[bytes]) -> Iterator[tuple[int, list[RawCell]]]:
        for _ in _parse(stream, self.start, self.end, self.text):
            yield from self.lines
            self.lines.clear()

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self.column = _column(attributes["r"]) if "r" in attributes else len(self.cells)
            self.type = attributes.get("t", "n")
            self.style = int(attributes.get("s", "0"))
            self.formula = self.has_value = False
            self.pieces.clear()
            self.length = 0
        elif name in ("v", "t"):
            self.collecting = self.has_value = True
        elif name == "f":
            self.formula = True
        elif name == "row":
            self.number = int(attributes["r"]) if "r" in attributes else self.number + 1
            self.cells = []
        elif name == "rPh":
            self.collecting = False

    def text(self, found: str) -> None:
        if self.collecting:
            self.length += len(found)
            if self.length > MAX_FIELD:
                raise BadWorkbook(f"a linha {self.number} tem uma célula com mais de {MAX_FIELD} caracteres.")
            self.pieces.append(found)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.collecting = False
        elif name == "c":
            self.put(self.value())
        elif name == "row":
            self.lines.append((self.number, self.cells))

    def put(self, cell: RawCell) -> None:
        if cell == "":
            return
        if self.column >= MAX_COLUMNS:
            raise BadWorkbook(f"a linha {self.number} tem mais de {MAX_COLUMNS} colunas.")
        while len(self.cells) < self.column:
            self.cells.append("")
        self.cells.append(cell)

    def value(self) -> RawCell:
        found = "".join(self.pieces)
        if self.formula and not found and self.type != "str":
            return Broken("(fórmula)", "a fórmula nunca foi calculada; abra no Excel, salve e tente de novo")
        if not self.has_value or found == "":
            return ""
        if self.type == "n":
            return self.number_or_date(found)
        if self.type == "s":
            index = int(found)
            if index < 0:
                raise BadWorkbook("a planilha está danificada.")
            return self.book.strings[index]
        if self.type == "b":
            return "sim" if found == "1" else "não"
        if self.type == "e":
            return Broken(found, f"a planilha mostra o erro {found}")
        if self.type == "d":
            return date.fromisoformat(found[:10])
        return found

    def number_or_date(self, found: str) -> RawCell:
        if not _NUMBER.fullmatch(found):
            return Broken(found, "não é um número")
        number = _DIGITS.create_decimal(found)
        style = self.book.formats[self.style] if self.style < len(self.book.formats) else ""
        if style == "date":
            return self.to_date(number, found)
        if style == "%":  # shown as 12 %, kept as 0.12
            return _plain(number * 100)
        if style and number >= 0 and number == number.to_integral_value():
            return f"{int(number):0{len(style)}d}"
        return _plain(number)

    def to_date(self, number: Decimal, found: str) -> RawCell:
        if not 1 <= number < 2_958_466:  # 31/12/9999, Excel's last day
            return Broken(found, "não é uma data")
        return self.book.epoch + timedelta(days=int(number))


def _plain(number: Decimal) -> Decimal:
    """Without an exponent where it is short without one: 1E+2 is 100."""
    if -15 <= number.adjusted() <= 20:
        return Decimal(format(number, "f"))
    return number


def _column(reference: str) -> int:
    """0 for A, 26 for AA."""
    index = 0
    for letter in reference:
        if letter.isdigit():
            break
        index = index * 26 + ord(letter) - 64
        if index > 20_000:
            raise BadWorkbook("a planilha tem colunas demais.")
    return index - 1
