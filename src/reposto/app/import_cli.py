"""`reposto import`: files into the company's data, and what was wrong with those that stay out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from babel.numbers import format_decimal

from reposto.conversation.load import LoadResult, load_files
from reposto.conversation.load_notes import AboutNotes
from reposto.intake.kinds import KIND_LABELS
from reposto.intake.rows import KINDS, Kind
from reposto.intake.template import make_template
from reposto.intake.values import BadValue, Reading, cnpj, day
from reposto.intake.words import fold
from reposto.model.clock import utc_now
from reposto.model.errors import FileRefused, InvalidInput
from reposto.storage.engine import Store

EXIT_REFUSED = 2


def run_import(
    store: Store,
    files: Sequence[Path],
    *,
    kind: str | None,
    dry_run: bool,
    received_on: str | None = None,
    own_cnpj: str | None = None,
) -> int:
    """Load the files and tell about each; the exit code is 2 when one was refused (those before it are in)."""
    wanted = parse_kind(kind) if kind is not None else None
    about = parse_about(own_cnpj, received_on)
    try:
        with _progress() as progress:
            loads = load_files(store, files, wanted, dry_run=dry_run, progress=progress, about_notes=about)
            for result in loads:
                for line in describe(result):
                    print(line)
    except FileRefused as error:
        for line in describe_refusal(error):
            print(line, file=sys.stderr)
        return EXIT_REFUSED
    return 0


def print_template(kind: str) -> None:
    """An example of a file of that kind, to fill in."""
    sys.stdout.write(make_template(parse_kind(kind)))


def parse_kind(written: str) -> Kind:
    """`sales` or `vendas`."""
    word = fold(written)
    for kind in KINDS:
        if word in (fold(kind), fold(KIND_LABELS[kind])):
            return kind
    choices = ", ".join(f"{kind} ({KIND_LABELS[kind]})" for kind in KINDS)
    raise InvalidInput(f"Não existe o tipo {written!r}; use um destes: {choices}.", f"There is no kind {written!r}.")


def parse_about(own_cnpj: str | None, received_on: str | None) -> AboutNotes:
    """What the options say about the NF-e."""
    reading = Reading(utc_now().date())
    try:
        own = str(cnpj(own_cnpj, reading)) if own_cnpj else ""
    except BadValue as error:
        raise InvalidInput(f"CNPJ {own_cnpj!r}: {error}.", "Not a CNPJ.") from None
    try:
        came_on = day()(received_on, reading) if received_on else None
    except BadValue as error:
        raise InvalidInput(f"Dia do recebimento {received_on!r}: {error}.", "Not a day of the past.") from None
    assert came_on is None or isinstance(came_on, date)
    return AboutNotes(own, came_on)


def describe(result: LoadResult) -> Iterator[str]:
    """What a load did, in a few lines."""
    name = f"{result.file_name} ({KIND_LABELS[result.kind]})"
    lines = _count(result.rows, "linha", "linhas")
    if not result.changed:
        yield f"{name}: {lines}; tudo já estava gravado, nada mudou."
    else:
        parts = [
            f"{KIND_LABELS[kind]}: {_number(c.inserted)} novos, {_number(c.updated)} alterados, "
            f"{_number(c.unchanged)} iguais" + (f", {_number(c.deleted)} retirados" if c.deleted else "")
            for kind, c in result.changes.items()
        ]
        yield f"{name}: {lines}. {'; '.join(parts)}."
    if result.dry_run:
        yield "  (só conferido: nada foi gravado)"
    if result.ignored:
        yield f"  colunas que não usamos: {', '.join(result.ignored)}"
    for warning in result.warnings:
        yield f"  atenção: {warning}"


def describe_refusal(error: FileRefused) -> Iterator[str]:
    """The sentence, then each bad cell."""
    yield error.message_pt
    if error.ask == "kind":
        kinds = error.kinds or KINDS
        yield f"  diga o tipo: {' ou '.join(f'--kind {kind}' for kind in kinds)}; modelos: --template vendas"
    elif error.ask == "own_cnpj":
        yield "  diga o seu com --cnpj"
    for bad in error.rows:
        yield f"  linha {bad.row}, {bad.column}: {bad.value!r}: {bad.reason}"
    if error.more:
        yield f"  … e mais {_number(error.more)}"


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None] | None]:
    """A bar on the terminal; nothing where there is none."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def show(name: str, done: float) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=1.0)
            bar.update(tasks[name], completed=done)

        yield show


def _count(number: int, one: str, many: str) -> str:
    return f"{_number(number)} {one if number == 1 else many}"


def _number(number: int) -> str:
    return format_decimal(number, locale="pt_BR")
