"""The whole list behind an answer about the catalogue, for its owner: in pages, or all of it for a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reposto.model.errors import NotFound
from reposto.model.message import CATALOGUE
from reposto.storage import chat, jobs, runs
from reposto.storage.engine import Store


@dataclass(frozen=True, slots=True)
class StoredList:
    """Kind and data of a list, and the language it was written in."""

    kind: str
    data: dict[str, Any]
    locale: str


def read_list(store: Store, session_id: int, user_id: int, job_id: str) -> StoredList:
    """The list of a run in one of this user's conversations; NotFound for anybody else's."""
    with store.read() as connection:
        chat.access_session(connection, session_id, user_id)
        run = jobs.get_job(connection, job_id) if job_id.isprintable() else None  # no database takes a NUL
        stored = None
        if run is not None and run.session_id == session_id and run.kind == CATALOGUE:
            stored = runs.load_run_result(connection, job_id)
    if run is None or stored is None:
        raise NotFound("Esta lista não existe.", "There is no such list.")
    return StoredList(*stored, run.locale)


def rows_of(stored: StoredList, part: str) -> list[dict[str, Any]]:
    """The rows of one part of a list, in its order; NotFound when it has no such part."""
    if part == "lines":
        return [line for group in stored.data.get("groups", ()) for line in group["lines"]] or list(
            stored.data.get("lines", ())
        )
    rows = stored.data.get(part)
    if part not in ("upcoming", "review", "failed", "left_out") or not isinstance(rows, list):
        raise NotFound("Esta lista não tem essa parte.", "The list has no such part.")
    return rows
