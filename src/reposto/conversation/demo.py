"""Load the demo company, and keep it from looking stale, without ever touching a real company's data."""

from __future__ import annotations

from datetime import date, datetime

from reposto.conversation.load import LoadResult, load_rows
from reposto.intake.demo.company import COMPANY, make_rows
from reposto.intake.demo.products import PRODUCTS
from reposto.model.errors import Conflict
from reposto.storage.catalogue import bump_version, read_meta, write_meta
from reposto.storage.company import holds_other_data, is_empty, save_company
from reposto.storage.engine import Store

FIRST_LOADED = "demo_first_loaded"  # note in `meta`: the day from which the demo's history is told
FILE_PREFIX = "demo/"


def load_demo(store: Store, today: date, now: datetime) -> tuple[LoadResult, ...]:
    """Bring the demo company up to yesterday; Conflict when somebody else's data is there.

    Each kind is a transaction of its own; a load that was interrupted is completed by the next one.
    """
    first_loaded = _claim(store, today)
    rows = make_rows(first_loaded, max(today, first_loaded))
    return tuple(
        load_rows(store, kind, found, file_name=f"{FILE_PREFIX}{kind}", sha256="", now=now)
        for kind, found in rows.items()
    )


def _claim(store: Store, today: date) -> date:
    """The day on which the demo was first loaded: today, when nothing is there yet."""
    with store.write() as connection:
        noted = read_meta(connection).get(FIRST_LOADED)
        if noted is None:
            if not is_empty(connection):
                raise _other_data()
            write_meta(connection, FIRST_LOADED, today.isoformat())
            save_company(connection, COMPANY, timezone="America/Sao_Paulo")
            bump_version(connection)
            return today
        if holds_other_data(connection, [item.sku for item in PRODUCTS], FILE_PREFIX):
            raise _other_data()
        return date.fromisoformat(noted)


def _other_data() -> Conflict:
    return Conflict(
        "Aqui já há dados de uma empresa; a de demonstração não se mistura com eles. "
        "Para vê-la, use outra pasta: reposto demo --home PASTA.",
        "A company's data is here already, and the demo is never mixed with it. "
        "To see the demo, use another folder: reposto demo --home FOLDER.",
    )
