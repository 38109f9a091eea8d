"""The process that reads a stranger's file: confined, it only writes rows to its standard output.

A job comes in as JSON on standard input; messages go out pickled, one after the other (`messages.py`).
"""

from __future__ import annotations

import gc
import json
import os
import pickle  # only written here; the parent reads what this process, our own code, wrote
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

from reposto.intake.convert import Converter, Problems
from reposto.intake.csv_reader import read_csv
from reposto.intake.headers import Header, explain_missing, recognise
from reposto.intake.limits import HEADER_WITHIN, OUT_OF_MEMORY, confine
from reposto.intake.messages import Batch, Begin, Crashed, End, Message, Refused
from reposto.intake.nfe_files import read_notes
from reposto.intake.numbers import NumberReader, Style
from reposto.intake.rows import Kind, Row
from reposto.intake.sniff import Source
from reposto.intake.values import Broken, RawCell, Reading
from reposto.intake.xlsx_reader import Sheets, read_xlsx
from reposto.model.errors import FileRefused

BATCH = 5_000  # rows to a message: a few hundred KiB


Send: TypeAlias = Callable[[Message], None]
Lines: TypeAlias = Iterator[tuple[int, Sequence[RawCell]]]


def main() -> None:
    """Read one file."""
    job = json.load(sys.stdin)
    today = date.fromisoformat(job["today"])
    out = sys.stdout.buffer
    gc.disable()  # a short life of a million small tuples without cycles

    def send(message: Message) -> None:
        pickle.dump(message, out, protocol=pickle.HIGHEST_PROTOCOL)
        out.flush()

    try:
        confine(job["size"])
        if job["format"] == "nfe":
            _read_notes(job["paths"], today, send)
        else:
            source = Source(Path(job["path"]), job["format"], job["size"])
            read(source, job["kind"], today, send, sheet=job.get("sheet"))
    except FileRefused as error:
        send(Refused(error.message_pt, error.message_en, error.ask, error.kinds))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # there may be none left to say so in words
    except Exception:
        send(Crashed(traceback.format_exc()))


def _read_notes(paths: Sequence[str], today: date, send: Send) -> None:
    for message in read_notes([Path(path) for path in paths], today):
        send(message)
    send(End(0, (), 0, ()))


def read(source: Source, kind: Kind | None, today: date, send: Send, *, sheet: str | None = None) -> None:
    """Read the file, a second time if its numbers turn out to be written in another style."""
    style: Style | None = "comma"
    while style is not None:
        reading = Reading(today, NumberReader(style))
        _read_once(source, kind, reading, send, sheet)
        style = reading.numbers.better_style()
        if style is None:
            return


def _read_once(source: Source, kind: Kind | None, reading: Reading, send: Send, sheet: str | None) -> None:
    lines, position, sheets = _open(source, kind, sheet)
    header, lines = _find_header(lines, kind, source.path.name)
    problems = Problems()
    converters = [Converter(header, layout, reading, problems) for layout in header.layouts]
    columns = {c.kind: {x.field.name: x.header for x in c.columns} for c in converters}
    send(Begin(header.kind, columns, header.ignored, sheets.read, sheets.choice))
    width = len(header.cells) if source.format == "csv" else None
    batches: dict[Kind, list[Row]] = {converter.kind: [] for converter in converters}
    count = 0
    again = list(header.cells)  # reports print their header on each page
    for number, cells in lines:
        if not _has_content(cells) or cells == again:
            continue
        count += 1
        if width is not None and len(cells) > width and _has_content(cells[width:]):
            problems.add(number, "(linha)", len(cells), f"tem {len(cells)} colunas e o cabeçalho {width}; {_COMMA}")
            continue
        for converter in converters:
            row = converter.convert(number, cells)
            if row is not None:  # also after a bad one: the parent checks what it names
                batch = batches[converter.kind]
                batch.append(row)
                if len(batch) >= BATCH:
                    send(Batch.of(converter.kind, batch, min(position() / max(source.size, 1), 1.0)))
                    batch.clear()
    for kind_, batch in batches.items():
        if batch:
            send(Batch.of(kind_, batch, 1.0))
    if reading.numbers.better_style() is None:
        send(End(count, tuple(problems.rows), problems.more, tuple(_warn(converters, sheets, reading))))


_COMMA = "há um separador ou uma vírgula decimal a mais sem aspas?"


def _open(source: Source, kind: Kind | None, sheet: str | None) -> tuple[Lines, Callable[[], int], Sheets]:
    if source.format == "xlsx":
        return read_xlsx(source.path, lambda lines: _has_header(lines, kind, source.path.name), sheet)
    lines, position = read_csv(source.path, kind)
    return lines, position, Sheets()


def _has_header(lines: Sequence[Sequence[RawCell]], kind: Kind | None, file_name: str) -> bool:
    """Whether a sheet begins like a table that we read, or like one of two kinds that only the buyer can tell apart."""
    try:
        return any(recognise(_words(cells), kind, file_name) is not None for cells in lines)
    except FileRefused:
        return True


def _words(cells: Sequence[RawCell]) -> list[str]:
    return ["" if isinstance(cell, Broken) else str(cell) for cell in cells]


def _find_header(lines: Lines, kind: Kind | None, file_name: str) -> tuple[Header, Lines]:
    seen: list[list[str]] = []
    for _, (_number, cells) in zip(range(HEADER_WITHIN), lines, strict=False):
        words = _words(cells)
        header = recognise(words, kind, file_name)
        if header is not None:
            return header, lines
        seen.append(words)
    raise explain_missing(seen, kind)


def _has_content(cells: Iterable[RawCell]) -> bool:
    for cell in cells:  # noqa: SIM110 - `any` over a generator takes twice as long, a million times
        if cell != "" and not (isinstance(cell, str) and cell.isspace()):
            return True
    return False


def _warn(converters: Iterable[Converter], sheets: Sheets, reading: Reading) -> Iterator[str]:
    for column in dict.fromkeys(header for converter in converters for header in converter.numeric_codes):
        yield (
            f"A coluna {column} está como número na planilha: se algum código começava com zero, o zero se perdeu."
            " Formate a coluna como texto antes de exportar."
        )
    if reading.below_zero:
        yield (
            f"Há estoque negativo (como {reading.below_zero}), que foi lido como zero. Confira a contagem; o que já foi"
            " vendido e falta entregar entra na coluna Reservado."
        )
    if sheets.left_out:
        yield f"Só a planilha {sheets.read} foi lida; ficaram de fora: {', '.join(sheets.left_out)}."
    if sheets.fitting:
        several = "Também parecem dados" if len(sheets.fitting) > 1 else "Também parece ter dados"
        yield f"{several}: {', '.join(sheets.fitting)}. Salve cada uma como arquivo próprio e carregue-o também."
