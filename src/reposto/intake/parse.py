"""Read a company's file in a confined child process; typed rows come back, or a refusal that lists the bad ones."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from reposto.intake.convert import Problems
from reposto.intake.limits import OUT_OF_MEMORY, STALL_S
from reposto.intake.messages import Batch, Begin, Crashed, End, Message, NoteRead, NoteRefused, Refused
from reposto.intake.references import Known, check
from reposto.intake.rows import Kind, Row
from reposto.intake.sniff import Source, refuse, sniff
from reposto.model.errors import FileRefused

CHILD = "from reposto.intake.child import main; main()"


@dataclass(slots=True)
class ParsedFile:
    """A file read in full: nothing in it is bad."""

    file_name: str
    kind: Kind
    rows: dict[Kind, list[Row]] = field(default_factory=dict)
    lines: int = 0
    columns: dict[Kind, dict[str, str]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def parse_file(path: Path, kind: Kind | None = None, *, today: date, known: Known | None = None) -> ParsedFile:
    """All rows of a file by kind (a product export may carry the stock too), or FileRefused."""
    parsed = ParsedFile(path.name, kind or "products")
    for message in stream_file(path, kind, today=today, known=known):
        if isinstance(message, Begin):
            parsed.kind, parsed.columns, parsed.ignored = message.kind, message.columns, message.ignored
            parsed.rows = {kind_: [] for kind_ in message.columns}
        elif isinstance(message, Batch):
            parsed.rows[message.kind].extend(message.rows)
        else:
            parsed.lines, parsed.warnings = message.lines, message.warnings
    return parsed


def stream_file(
    path: Path, kind: Kind | None = None, *, today: date, known: Known | None = None, sheet: str | None = None
) -> Iterator[Begin | Batch | End]:
    """Begin, then batches, then End; a second Begin means that all rows so far are void.

    Rows count only once End has come: until then FileRefused may be raised. With `known`, rows that name a product,
    supplier or order that isn't there are bad rows as well.
    """
    source = sniff(path)
    problems = Problems()
    begin: Begin | None = None
    for message in _run(source, kind, today, sheet):
        if isinstance(message, Begin):
            begin, problems = message, Problems()
        elif isinstance(message, Batch) and begin is not None and known is not None:
            if message.kind == begin.kind:  # the stock in a product file names products of that same file
                _note_unknown(message, known, begin.columns[message.kind], problems)
        elif isinstance(message, End):
            for bad in message.bad:
                problems.add(bad.row, bad.column, bad.value, bad.reason)
            problems.more += message.more
            if problems:
                raise refuse_rows(path.name, problems)
        yield message


def _note_unknown(batch: Batch, known: Known, columns: dict[str, str], problems: Problems) -> None:
    if batch.kind == "sales" and known.skus >= set(batch.column("sku")):
        return  # as a rule; then a million rows need not be built
    for row, name, value, reason in check(batch.rows, known):
        problems.add(row.row, columns.get(name, name), value, reason)


def detect_kind(path: Path, sheet: str | None = None) -> Kind:
    """The kind of a file (or of that sheet of it) by its header."""
    for message in _run(sniff(path), None, date.max, sheet):
        if isinstance(message, Begin):
            return message.kind
    raise AssertionError("a file begins or is refused")


def _run(source: Source, kind: Kind | None, today: date, sheet: str | None) -> Iterator[Begin | Batch | End]:
    if source.format == "nfe":
        raise refuse(source.path, "é uma NF-e; notas são carregadas sem dizer o tipo.")
    job = {
        "path": str(source.path),
        "format": source.format,
        "size": source.size,
        "kind": kind,
        "today": today.isoformat(),
        "sheet": sheet,
    }
    for message in run_child(source, job):
        if isinstance(message, Begin | Batch | End):
            yield message


def run_child(source: Source, job: dict[str, Any]) -> Iterator[Begin | Batch | End | NoteRead | NoteRefused]:
    """What the confined process makes of the job, End last; FileRefused when it can't or takes too much."""
    command = [sys.executable, "-c", CHILD]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603 - our own interpreter, fixed arguments
    watchdog = _Watchdog(child)
    try:
        assert child.stdin is not None and child.stdout is not None
        with child.stdin as stdin:
            stdin.write(json.dumps(job).encode())
        yield from _receive(source, child.stdout, child, watchdog)
    finally:
        watchdog.stop()
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _receive(
    source: Source, stream: IO[bytes], child: subprocess.Popen[bytes], watchdog: _Watchdog
) -> Iterator[Begin | Batch | End | NoteRead | NoteRefused]:
    while True:
        try:
            message: Message = pickle.load(stream)  # noqa: S301 - written by our own code in the child
        except (EOFError, pickle.UnpicklingError):
            raise _explain_death(source, child.wait(), watchdog.fired) from None
        watchdog.feed()
        if isinstance(message, Refused):
            raise FileRefused(message.pt, message.en, ask=message.ask, kinds=message.kinds)
        if isinstance(message, Crashed):
            raise RuntimeError(f"the reader of {source.format} files failed:\n{message.trace}")
        yield message
        if isinstance(message, End):
            return


def _explain_death(source: Source, code: int, stalled: bool) -> Exception:
    if stalled or code in (-signal.SIGXCPU, -signal.SIGKILL):
        return refuse(source.path, "demorou demais para ser lido; divida-o em partes ou salve como CSV.")
    if code == OUT_OF_MEMORY:
        return refuse(source.path, "precisaria de memória demais para ser lido; divida-o em partes.")
    return RuntimeError(f"the reader of {source.format} files ended with code {code}")


def refuse_rows(file_name: str, problems: Problems) -> FileRefused:
    """The refusal that lists bad rows in the order of the file."""
    rows = sorted(problems.rows, key=lambda bad: bad.row)
    count = len(rows) + problems.more
    what = "1 problema" if count == 1 else f"{count} problemas"
    return FileRefused(
        f"{file_name}: {what}; nada foi gravado.",
        f"{file_name}: {count} bad cells; nothing was stored.",
        rows=tuple(rows),
        more=problems.more,
    )


class _Watchdog:
    """Kills the child when it gives no sign of life."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self.child = child
        self.fired = False
        self.timer = self._start()

    def feed(self) -> None:
        self.timer.cancel()
        self.timer = self._start()

    def stop(self) -> None:
        self.timer.cancel()

    def _start(self) -> threading.Timer:
        timer = threading.Timer(STALL_S, self._fire)
        timer.daemon = True
        timer.start()
        return timer

    def _fire(self) -> None:
        self.fired = True
        self.child.kill()
