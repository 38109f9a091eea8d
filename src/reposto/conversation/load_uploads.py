"""Files sent from the page: what they would change, file by file; then all of them in one transaction with the message.

Both run the same way, and the look takes it back. What the message says is stored with what it says it of: a crash
leaves both or neither, and whoever presses twice gets the same message twice.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from reposto.conversation import load_notes
from reposto.conversation.change import Change
from reposto.conversation.demo import FIRST_LOADED
from reposto.conversation.load import LoadResult, Prepared, apply, apply_notes, join, prepare, promise
from reposto.conversation.load_notes import AboutNotes, ReadNotes
from reposto.conversation.uploads import gone
from reposto.intake.parse import detect_kind
from reposto.intake.references import Known
from reposto.intake.rows import KINDS, Kind
from reposto.intake.sniff import Source, sniff
from reposto.language.import_words import write_imported, write_sent
from reposto.model.encode import to_data
from reposto.model.errors import FileRefused, InvalidInput
from reposto.model.imports import FileProblem, FileReport, FileWish, ImportWish, KindChanges
from reposto.model.message import Message
from reposto.storage import chat, company, uploads
from reposto.storage.catalogue import read_meta
from reposto.storage.engine import Store
from reposto.storage.load import begin_load

NOTES = "notes"  # the kind of NF-e
MAX_FILES = 50  # at once


@dataclass(frozen=True, slots=True)
class Looked:
    """What files would change; `demo`: in the data of the demo company."""

    files: tuple[FileReport, ...]
    demo: bool


@dataclass(frozen=True, slots=True)
class Loader:
    """Who loads files, and for which conversation; `client_id` makes a second press harmless."""

    user_id: int
    locale: str
    session_id: int
    client_id: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """The message that says what was loaded, and what to push; nothing of the latter when it was there already."""

    reply: Message
    change: Change | None


@dataclass(slots=True)
class _Entry:
    """A file (or a sheet of one), or all NF-e together, on its way in."""

    uploads: tuple[str, ...]
    name: str
    wish: FileWish | None = None
    path: Path | None = None
    kind: Kind | None = None
    content: Prepared | ReadNotes | None = None
    refused: FileRefused | None = None


class _Undo(Exception):
    """Ends a transaction whose outcome nobody wants."""


def look_at(store: Store, user_id: int, wish: ImportWish, *, now: datetime) -> Looked:
    """What each file would change, those before it being in; nothing is stored."""
    with ExitStack() as stack:
        with store.read() as connection:
            demo = FIRST_LOADED in read_meta(connection)
            paths = _fetch(connection, user_id, wish, _folder(stack))
        entries = _read(stack, store, paths, wish, now)
        reports: list[FileReport] = []
        try:
            with store.write() as connection:
                reports += [_try(connection, entry, wish, now) for entry in entries]
                raise _Undo
        except _Undo:
            return Looked(tuple(reports), demo)


def load_uploads(store: Store, loader: Loader, wish: ImportWish, *, now: datetime) -> Loaded:
    """Load all of these files or, when anything is wrong with one, none; and say so in the conversation."""
    key = _key(loader.client_id)
    with ExitStack() as stack:
        with store.read() as connection:
            chat.access_session(connection, loader.session_id, loader.user_id)
            if done := _find_done(connection, loader.session_id, key):
                return Loaded(done, None)
            paths = _fetch(connection, loader.user_id, wish, _folder(stack))
        entries = _read(stack, store, paths, wish, now)
        for entry in entries:
            if entry.refused is not None:
                raise entry.refused
        with store.write() as connection:
            begin_load(connection)  # one load at a time: whoever pressed twice waits here, and then finds it done
            if done := _find_done(connection, loader.session_id, key):
                return Loaded(done, None)
            reports = tuple(_report(entry, _apply(connection, entry, wish, now)) for entry in entries)
            uploads.delete_uploads(connection, loader.user_id, list(paths))
            return _say(connection, loader, key, reports, now)


def _say(connection: Connection, loader: Loader, key: str, reports: Sequence[FileReport], now: datetime) -> Loaded:
    """The buyer's act and what came of it, as messages like all others."""
    sent = chat.append_message(
        connection,
        loader.session_id,
        "human",
        write_sent([report.name for report in reports], loader.locale),
        now=now,
        metadata={"type": "files_sent", "client_id": loader.client_id},
        client_id=key,
    )
    told = [to_data(replace(report, warnings=(), ignored=(), sheets=())) for report in reports]
    reply = chat.append_message(
        connection,
        loader.session_id,
        "agent",
        write_imported(reports, loader.locale),
        now=now,
        metadata={"type": "import_result", "files": told},
        in_reply_to=sent.seq,
    )
    return Loaded(reply, Change(loader.session_id, (sent, reply)))


def _find_done(connection: Connection, session_id: int, key: str) -> Message | None:
    sent = chat.find_by_client_id(connection, session_id, key)
    return None if sent is None else chat.find_replies(connection, session_id, sent.seq)[0]


def _key(client_id: str) -> str:
    if not 0 < len(client_id) <= 128 or not client_id.isprintable():
        raise InvalidInput("client_id deve ter de 1 a 128 caracteres visíveis.", "client_id: 1 to 128 characters.")
    return f"i:{client_id}"


def _folder(stack: ExitStack) -> Path:
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reposto-upload-")))


def _fetch(connection: Connection, user_id: int, wish: ImportWish, folder: Path) -> dict[str, Path]:
    """The files on disk, each under its own name in a folder of its own."""
    wanted = list(dict.fromkeys(file.upload for file in wish.files))
    if not wanted or len(wish.files) > MAX_FILES:
        raise InvalidInput(f"Envie de 1 a {MAX_FILES} arquivos por vez.", f"Send 1 to {MAX_FILES} files at a time.")
    found = uploads.find_uploads(connection, user_id, wanted)
    if len(found) < len(wanted):
        raise gone()
    paths: dict[str, Path] = {}
    for number, upload in enumerate(found[wanted_id] for wanted_id in wanted):
        path = paths[upload.id] = folder / str(number) / upload.file_name
        path.parent.mkdir()
        with path.open("wb") as file:
            for piece in uploads.read_pieces(connection, upload.id):
                file.write(piece)
    return paths


def _read(stack: ExitStack, store: Store, paths: dict[str, Path], wish: ImportWish, now: datetime) -> list[_Entry]:
    """All files in the order in which they must go in, with what is in them or why not."""
    tables, notes = _sort_out(paths, wish)
    known = Known()
    for entry in tables:
        if entry.refused is not None or entry.path is None or entry.wish is None:
            continue
        with _refusals(entry):
            # The kind that he said, not the one that was found: a workbook's other sheets may be of another.
            said, sheet = _kind(entry.wish), entry.wish.sheet
            prepared = prepare(store, entry.path, said, now=now, also_known=known, sheet=sheet)
            entry.content = stack.enter_context(prepared)
            known = join(known, promise(prepared))
    return [*tables, *_read_notes(store, notes, now)]


def _sort_out(paths: dict[str, Path], wish: ImportWish) -> tuple[list[_Entry], dict[str, Source]]:
    """Tables by kind, what others refer to first; and the NF-e."""
    tables: list[_Entry] = []
    notes: dict[str, Source] = {}
    alone = len(wish.files) == 1  # then there is nothing to be put in order
    for file in dict.fromkeys(wish.files):
        path = paths[file.upload]
        entry = _Entry((file.upload,), path.name, file, path)
        with _refusals(entry):
            source = sniff(path)
            if source.format == "nfe":
                notes[file.upload] = source
                continue
            entry.kind = _kind(file) or (None if alone else detect_kind(path, file.sheet))
        tables.append(entry)
    return sorted(tables, key=lambda e: KINDS.index(e.kind) if e.kind else len(KINDS)), notes


def _kind(file: FileWish) -> Kind | None:
    if file.kind is None:
        return None
    if file.kind not in KINDS:
        raise InvalidInput(f"Não existe o tipo {file.kind!r}.", f"There is no kind {file.kind!r}.")
    return file.kind


def _read_notes(store: Store, notes: dict[str, Source], now: datetime) -> list[_Entry]:
    if not notes:
        return []
    sources = list(notes.values())
    name = sources[0].path.name if len(sources) == 1 else f"{len(sources)} NF-e"
    entry = _Entry(tuple(notes), name)
    with _refusals(entry):
        with store.read() as connection:
            today = now.astimezone(company.zone(connection)).date()
        entry.content = load_notes.read(sources, today)
    return [entry]


@contextmanager
def _refusals(entry: _Entry) -> Iterator[None]:
    """What is wrong with one file is no reason not to look at the others."""
    try:
        yield
    except FileRefused as refused:
        entry.refused = refused


def _try(connection: Connection, entry: _Entry, wish: ImportWish, now: datetime) -> FileReport:
    """What a file would change; a refused one leaves no trace for those after it."""
    if entry.refused is None:
        with _refusals(entry), connection.begin_nested():
            return _report(entry, _apply(connection, entry, wish, now))
    return _report(entry, None)


def _apply(connection: Connection, entry: _Entry, wish: ImportWish, now: datetime) -> LoadResult:
    if isinstance(entry.content, ReadNotes):
        return apply_notes(connection, entry.content, now, AboutNotes(wish.own_cnpj, wish.received_on))
    assert entry.content is not None, "what was refused is not applied"
    return apply(connection, entry.content, now=now)


def _report(entry: _Entry, result: LoadResult | None) -> FileReport:
    sheet = ""
    sheets: tuple[str, ...] = ()
    kind: str = NOTES if entry.path is None else entry.kind or ""
    if isinstance(entry.content, Prepared):
        sheet, sheets, kind = entry.content.sheet, entry.content.sheets, entry.content.kind
    report = FileReport(entry.uploads, entry.name, kind, sheet=sheet, sheets=sheets if len(sheets) > 1 else ())
    if entry.refused is not None:
        refused = entry.refused
        sentence = refused.message_pt.removeprefix(f"{entry.name}: ")
        problem = FileProblem(
            sentence[:1].upper() + sentence[1:], refused.rows, refused.more, refused.ask, refused.kinds
        )
        return replace(report, problem=problem)
    assert result is not None
    changes = tuple(KindChanges(of, c.inserted, c.updated, c.unchanged, c.deleted) for of, c in result.changes.items())
    return replace(report, lines=result.rows, changes=changes, ignored=result.ignored, warnings=result.warnings)
