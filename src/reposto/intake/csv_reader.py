"""CSV as it comes: encoding, separator, quotes."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from reposto.intake.headers import match_columns
from reposto.intake.limits import HEADER_WITHIN, MAX_FIELD
from reposto.intake.rows import KINDS, Kind
from reposto.intake.sniff import refuse

SEPARATORS = (";", ",", "\t", "|")
_CHUNK = 1 << 20
# A UTF-8 letter read as a single-byte encoding is a capital Ã or Â and a sign: no Portuguese word has that.
_UTF8_LETTER = re.compile(rb"[\xc2\xc3][\x80-\xbf]")


def read_csv(path: Path, kind: Kind | None) -> tuple[Iterator[tuple[int, list[str]]], Callable[[], int]]:
    """The lines with their numbers (the first is 1), and how many bytes have been read so far."""
    encoding = detect_encoding(path)
    separator = detect_separator(path, encoding, kind)
    raw = path.open("rb")
    return _lines(path, raw, encoding, separator), raw.tell


def detect_encoding(path: Path) -> str:
    """UTF-8 if every byte of it is, else ISO-8859-1 as Windows writes it. A mixture of both is refused."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        head = file.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        mixed = 0
        is_utf8 = True
        while chunk := file.read(_CHUNK):
            mixed += len(_UTF8_LETTER.findall(chunk))
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
    if is_utf8:
        return "utf-8-sig"
    if mixed:
        raise refuse(path, "mistura duas codificações de texto (UTF-8 e ISO-8859-1). Exporte de novo em uma só.")
    return "cp1252"


def detect_separator(path: Path, encoding: str, kind: Kind | None) -> str:
    """The separator with which some line near the top has the most columns that we know."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        top = [line for _, line in zip(range(HEADER_WITHIN), iter(lambda: file.readline(MAX_FIELD), ""), strict=False)]
    if top and (declared := re.match(r"sep=(.)\s*$", top[0])):
        return declared[1]
    kinds = (kind,) if kind else KINDS

    def worth(separator: str) -> tuple[int, int]:
        known, cells = 0, 0
        for line in top:
            split = next(csv.reader([line], delimiter=separator), [])
            cells = max(cells, len(split))
            known = max(known, *(len(match_columns(split, k).columns) for k in kinds))
        return known, cells

    return max(SEPARATORS, key=worth)


def _lines(path: Path, raw: io.BufferedReader, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(MAX_FIELD)
    # cp1252 leaves five bytes undefined; they are control characters in ISO-8859-1 and `clean` drops those
    text = io.TextIOWrapper(raw, encoding=encoding, errors="replace" if encoding == "cp1252" else "strict", newline="")
    reader = csv.reader(text, delimiter=separator, strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            if cells == ["\x1a"]:  # how DOS programs end a text
                continue
            if number == 1 and len(cells) <= 2 and cells and cells[0].startswith("sep="):
                continue
            yield number, cells
    except csv.Error as error:
        reason = (
            f"tem uma célula com mais de {MAX_FIELD} caracteres"
            if "field larger" in str(error)
            else "tem aspas abertas e não fechadas (ou fechadas no meio da célula)"
        )
        raise refuse(path, f"a linha {number + 1} {reason}.") from None
    except UnicodeDecodeError:
        raise refuse(path, f"a linha {number + 1} tem caracteres que não são texto.") from None
    finally:
        text.close()
