"""What a file is, by its first bytes and its ZIP directory; the wrong ones are refused with a sentence."""

from __future__ import annotations

import stat
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reposto.intake.limits import (
    MAX_FILE_BYTES,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    MAX_ZIP_DIRECTORY,
    MIB,
    MIN_RATIO_BYTES,
)
from reposto.model.errors import FileRefused

_ASK = "Exporte como CSV ou XLSX e tente de novo."
_WRONG: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", f"é um PDF, não uma planilha. {_ASK}"),
    (b"\x89PNG", f"é uma imagem, não uma planilha. {_ASK}"),
    (b"\xff\xd8\xff", f"é uma imagem, não uma planilha. {_ASK}"),
    (b"GIF8", f"é uma imagem, não uma planilha. {_ASK}"),
    (
        b"\xd0\xcf\x11\xe0",
        "é do Excel antigo (.xls) ou está protegido por senha. Salve como .xlsx sem senha e tente de novo.",
    ),
    (b"Rar!", "é um arquivo compactado. Descompacte e mande a planilha que está dentro."),
    (b"7z\xbc\xaf", "é um arquivo compactado. Descompacte e mande a planilha que está dentro."),
    (b"\x1f\x8b", "é um arquivo compactado. Descompacte e mande a planilha que está dentro."),
    (b"SQLite format 3", f"é um banco de dados, não uma planilha. {_ASK}"),
    (b"PAR1", f"é um arquivo Parquet, não uma planilha. {_ASK}"),
    (b"{\\rtf", f"é um documento de texto, não uma planilha. {_ASK}"),
)
_MARKUP = ("<html", "<!doctype html", "<table", "<head", "<body", "<meta", "<style")


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may be read: how, and how many bytes that will be."""

    path: Path
    format: Literal["csv", "xlsx", "nfe"]
    size: int  # unpacked


def sniff(path: Path) -> Source:
    """Look at the file without reading it; FileRefused says what it is instead of a table."""
    size = _measure(path)
    with path.open("rb") as file:
        head = file.read(8192)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise refuse(path, "está vazio.")
    for magic, what in _WRONG:
        if head.startswith(magic):
            raise refuse(path, what)
    if head.startswith(b"PK"):
        unpacked, names = _measure_archive(path, size)
        if _holds_notes(names):
            return Source(path, "nfe", unpacked)
        _refuse_other_zip(path, names)
        return Source(path, "xlsx", unpacked)
    if _is_fiscal(head):
        return Source(path, "nfe", size)
    _refuse_markup(path, head)
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuse(path, f"não é uma planilha nem um texto. {_ASK}")
    return Source(path, "csv", size)


def refuse(path: Path, what: str) -> FileRefused:
    """A refusal that begins with the file's name."""
    return FileRefused(f"{path.name}: {what}", f"{path.name}: not a table that can be loaded.")


def _measure(path: Path) -> int:
    try:
        status = path.stat()
    except FileNotFoundError:
        raise refuse(path, "o arquivo não existe.") from None
    if not stat.S_ISREG(status.st_mode):
        raise refuse(path, "não é um arquivo comum.")
    if status.st_size > MAX_FILE_BYTES:
        raise refuse(path, f"tem {status.st_size // MIB} MiB; o máximo é {MAX_FILE_BYTES // MIB}. Divida em partes.")
    return status.st_size


def _refuse_markup(path: Path, head: bytes) -> None:
    text = head.decode("latin-1").lstrip("ï»¿ \t\r\n").lower()
    if text.startswith(_MARKUP):
        raise refuse(
            path, "é uma página HTML com nome de planilha. Abra no Excel, salve como .xlsx ou CSV e tente de novo."
        )
    if text.startswith(("<?xml", "<nfe")):
        what = "é uma planilha XML do Excel 2003" if "spreadsheet" in text else "é um XML"
        if "<html" in text:
            what = "é uma página HTML"
        raise refuse(path, f"{what}. {_ASK}")
    if text.startswith(("{", "[{")):
        raise refuse(path, f"é um JSON, não uma planilha. {_ASK}")


def _is_fiscal(head: bytes) -> bool:
    """An XML of the tax authorities: which, and whether it is of use, is said by whoever reads it."""
    text = head.decode("latin-1").lstrip("ï»¿ \t\r\n").lower()
    return text.startswith("<") and "portalfiscal.inf.br" in text


def _holds_notes(names: set[str]) -> bool:
    """A ZIP of XML files that is no document of an office program."""
    office = any(name.startswith(("xl/", "word/", "ppt/")) or name == "content.xml" for name in names)
    return not office and any(name.lower().endswith(".xml") for name in names)


def _measure_archive(path: Path, size: int) -> tuple[int, set[str]]:
    if _directory_size(path) > MAX_ZIP_DIRECTORY:
        raise refuse(path, "o arquivo compactado tem entradas demais; divida-o em partes.")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise refuse(path, "está danificado ou incompleto.") from None
    names = {entry.filename for entry in entries}
    if any(entry.flag_bits & 1 for entry in entries):
        raise refuse(path, "está protegido por senha. Salve sem senha e tente de novo.")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES:
        raise refuse(
            path,
            f"descompactado tem {unpacked // MIB} MiB; o máximo é {MAX_UNPACKED_BYTES // MIB}. Salve como CSV.",
        )
    if unpacked > MIN_RATIO_BYTES and unpacked > MAX_RATIO * size:
        raise refuse(path, "está compactado demais para ser de verdade. Salve como CSV.")
    return unpacked, names


def _refuse_other_zip(path: Path, names: set[str]) -> None:
    if any(name.lower() == "xl/workbook.xml" for name in names):
        return
    if "xl/workbook.bin" in names:
        raise refuse(path, "é um .xlsb (Excel binário). Salve como .xlsx e tente de novo.")
    if "content.xml" in names:
        raise refuse(path, "é do LibreOffice (.ods). Salve como .xlsx ou CSV e tente de novo.")
    if any(name.startswith("word/") for name in names):
        raise refuse(path, f"é um documento do Word, não uma planilha. {_ASK}")
    raise refuse(path, "é um arquivo compactado. Descompacte e mande a planilha que está dentro.")


def _directory_size(path: Path) -> int:
    """Bytes of the ZIP's directory as its last record says, before anybody reads it."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(file.tell() - 65_557, 0))
        tail = file.read()
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) < found + 22:
        raise refuse(path, "está danificado ou incompleto.")
    size: int = struct.unpack_from("<L", tail, found + 12)[0]
    return size
