"""Load the demo company, and keep it from looking stale, without ever touching a real company's data."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from reposto.conversation.load import LoadResult, load_rows
from reposto.intake.demo.company import COMPANY, EDITION, make_rows, only_since
from reposto.intake.demo.products import PRODUCTS
from reposto.model.errors import Conflict
from reposto.storage.catalogue import bump_version, read_meta, write_meta
from reposto.storage.company import holds_other_data, is_empty, save_company
from reposto.storage.engine import Store

# Notes in `meta`: the day from which the demo's history is told, and the edition and day up to which it was loaded.
FIRST_LOADED = "demo_first_loaded"
LOADED = "demo_loaded"
FILE_PREFIX = "demo/"


def load_demo(store: Store, today: date, now: datetime) -> tuple[LoadResult, ...]:
    """Bring the demo company up to yesterday; Conflict when somebody else's data is there.

    Each kind is a transaction of its own; a load that was interrupted is completed by the next one. Nothing at all is
    returned when it was loaded today already.
    """
    first_loaded, since = _claim(store, today)
    if since is not None and since >= today:
        return ()
    rows = make_rows(first_loaded, max(today, first_loaded))
    if since is not None:
        rows = only_since(rows, since - timedelta(days=1))
    done = tuple(
        load_rows(store, kind, found, file_name=f"{FILE_PREFIX}{kind}", sha256="", now=now)
        for kind, found in rows.items()
    )
    with store.write() as connection:
        write_meta(connection, LOADED, f"{EDITION} {today.isoformat()}")
    return done


def refresh_demo(store: Store, today: date, now: datetime) -> bool:
    """Keep a demo from looking stale; False, and nothing done, when this isn't the demo or somebody added to it."""
    with store.read() as connection:
        if FIRST_LOADED not in read_meta(connection):
            return False
    try:
        return bool(load_demo(store, today, now))
    except Conflict:
        return False


def _claim(store: Store, today: date) -> tuple[date, date | None]:
    """The day on which the demo was first loaded (today, when nothing is there yet), and up to which it is complete."""
    with store.write() as connection:
        notes = read_meta(connection)
        if FIRST_LOADED not in notes:
            if not is_empty(connection):
                raise _other_data()
            write_meta(connection, FIRST_LOADED, today.isoformat())
            save_company(connection, COMPANY, timezone="America/Sao_Paulo")
            bump_version(connection)
            return today, None
        if holds_other_data(connection, [item.sku for item in PRODUCTS], FILE_PREFIX):
            raise _other_data()
    edition, _, loaded = notes.get(LOADED, "").partition(" ")
    if loaded and edition != EDITION:
        raise _other_edition()
    return date.fromisoformat(notes[FIRST_LOADED]), date.fromisoformat(loaded) if loaded else None


def _other_edition() -> Conflict:
    return Conflict(
        "Esta demonstração foi criada por outra versão do reposto e fica como está. "
        "Para a nova, use outra pasta: reposto demo --home PASTA.",
        "This demo was made by another version of reposto and stays as it is. "
        "For the new one, use another folder: reposto demo --home FOLDER.",
    )


def _other_data() -> Conflict:
    return Conflict(
        "Aqui já há dados de uma empresa; a de demonstração não se mistura com eles. "
        "Para vê-la, use outra pasta: reposto demo --home PASTA.",
        "A company's data is here already, and the demo is never mixed with it. "
        "To see the demo, use another folder: reposto demo --home FOLDER.",
    )
