"""Routes of the lists behind answers about the catalogue: pages, CSV and XLSX, for whoever may see the conversation."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Query, Response

from reposto.app.http.common import MAX_ID, KnownId, RuntimeDep, UserDep
from reposto.conversation.list_results import StoredList, read_list, rows_of
from reposto.intake.export import write_csv
from reposto.intake.xlsx_writer import write_xlsx
from reposto.language.list_table import Table, list_table

router = APIRouter(prefix="/api/chat")
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Part = Literal["lines", "upcoming", "review", "failed", "left_out"]


@router.get("/sessions/{session_id}/lists/{job_id}")
async def read_rows(
    runtime: RuntimeDep,
    user: UserDep,
    session_id: KnownId,
    job_id: str,
    part: Part = "lines",
    offset: int = Query(0, ge=0, le=MAX_ID),
    limit: int = Query(200, ge=1, le=500),
) -> dict[str, Any]:
    """Some rows of one part of a list, and how many there are."""

    def read() -> dict[str, Any]:
        rows = rows_of(read_list(runtime.store, session_id, user.id, job_id), part)
        return {"part": part, "total": len(rows), "offset": offset, "rows": rows[offset : offset + limit]}

    return await runtime.in_thread(read)


@router.get("/sessions/{session_id}/lists/{job_id}/export")
async def export(
    runtime: RuntimeDep, user: UserDep, session_id: KnownId, job_id: str, kind: Literal["csv", "xlsx"] = "csv"
) -> Response:
    """The whole list as a file that a Brazilian Excel opens and runs nothing of."""

    def make() -> tuple[bytes, str]:
        stored = read_list(runtime.store, session_id, user.id, job_id)
        table = list_table(stored.kind, stored.data, stored.locale)
        return _file(table, kind), _name(stored, kind)

    body, name = await runtime.in_thread(make)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=CSV_TYPE if kind == "csv" else XLSX_TYPE, headers=headers)


def _file(table: Table, kind: str) -> bytes:
    if kind == "csv":
        return write_csv(table.header, table.rows).encode()
    return write_xlsx(table.title, table.header, table.rows)


def _name(stored: StoredList, kind: str) -> str:
    return f"reposto-{stored.kind.replace('_', '-')}-{stored.data['today']}.{kind}"
