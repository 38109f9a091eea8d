"""Routes that take a company's files from the page: sent one by one, looked at together, then loaded together."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from reposto.app.http.common import KnownId, RuntimeDep, UserDep
from reposto.app.http.lists import CSV_TYPE
from reposto.app.http.shield import UPLOADS
from reposto.app.import_cli import parse_about, parse_kind
from reposto.app.runtime import Runtime
from reposto.conversation import sessions, uploads
from reposto.conversation.change import Change
from reposto.delivery import wire
from reposto.intake.limits import MIB
from reposto.intake.template import make_template
from reposto.model.clock import utc_now

router = APIRouter(prefix="/api")
PIECE = MIB  # bytes to a transaction: the write lock is held for milliseconds


class FileToLoad(BaseModel):
    """One file that was sent; what it is, where that can't be seen."""

    upload: str = Field(max_length=32)
    kind: str | None = Field(None, max_length=16)
    sheet: str | None = Field(None, max_length=200)


class FilesToLoad(BaseModel):
    """Files that go together."""

    files: list[FileToLoad] = Field(min_length=1, max_length=50)
    own_cnpj: str = Field("", max_length=40)
    received_on: date | None = None


class Confirmed(FilesToLoad):
    """The same once a buyer has looked; `client_id` makes a second press harmless."""

    client_id: str = Field(min_length=1, max_length=128)


@router.post(UPLOADS.removeprefix("/api"), status_code=201)
async def send_file(
    runtime: RuntimeDep, user: UserDep, request: Request, x_file_name: Annotated[str, Header(max_length=4000)] = ""
) -> dict[str, Any]:
    """Take one file, its bytes as the body, its name percent-encoded in X-File-Name."""
    name = unquote(x_file_name, errors="replace")
    upload_id = await runtime.in_writer(uploads.open_upload, runtime.store, user.id, name, now=utc_now())
    try:
        size = await _receive(runtime, request, upload_id)
        await runtime.in_writer(uploads.finish_upload, runtime.store, upload_id, size)
    except BaseException:
        await runtime.in_writer(uploads.drop_upload, runtime.store, user.id, upload_id)
        raise
    return {"id": upload_id, "name": uploads.safe_name(name), "size": size}


async def _receive(runtime: Runtime, request: Request, upload_id: str) -> int:
    held = bytearray()
    size = pieces = 0

    async def keep() -> None:
        nonlocal pieces
        await runtime.in_writer(uploads.add_piece, runtime.store, upload_id, pieces, bytes(held))
        pieces += 1
        held.clear()

    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > uploads.MAX_BYTES:
                raise uploads.too_large()
            held += chunk
            if len(held) >= PIECE:
                await keep()
    except ClientDisconnect:
        raise uploads.gone() from None  # nobody is there to read it
    if held:
        await keep()
    return size


@router.delete("/uploads/{upload_id}", status_code=204)
async def drop_file(runtime: RuntimeDep, user: UserDep, upload_id: str) -> Response:
    """Forget a file that was sent."""
    if upload_id.isalnum():
        await runtime.in_writer(uploads.drop_upload, runtime.store, user.id, upload_id)
    return Response(status_code=204)


@router.post("/imports/preview")
async def look(runtime: RuntimeDep, user: UserDep, wanted: FilesToLoad) -> dict[str, Any]:
    """What these files would change; nothing is stored."""
    return await runtime.imports.run({"task": "look", "user": user.id, **_job(wanted)})


@router.post("/chat/sessions/{session_id}/imports", status_code=201)
async def load(
    runtime: RuntimeDep, user: UserDep, session_id: KnownId, wanted: Confirmed, response: Response
) -> dict[str, Any]:
    """Load these files, all or none; the message that says so, the same one when it is asked for again."""
    job = {"task": "load", "user": user.id, "locale": user.locale, "session": session_id}
    done = await runtime.imports.run({**job, "client_id": wanted.client_id, **_job(wanted)})
    first = min([done["seq"], *done["new"]])
    found = await runtime.in_thread(
        sessions.read_history, runtime.store, session_id, user.id, after=first - 1, limit=len(done["new"]) or 1
    )
    if done["new"]:
        runtime.publish(Change(session_id, tuple(found)))
    else:
        response.status_code = 200
    return wire.message_data(next(message for message in found if message.seq == done["seq"]))


@router.get("/imports/template")
async def template(user: UserDep, kind: str) -> Response:
    """An empty file of a kind, with every column."""
    found = parse_kind(kind)
    headers = {"Content-Disposition": f'attachment; filename="modelo-{found}.csv"'}
    return Response(make_template(found).encode(), media_type=CSV_TYPE, headers=headers)


def _job(wanted: FilesToLoad) -> dict[str, Any]:
    about = parse_about(wanted.own_cnpj, wanted.received_on.isoformat() if wanted.received_on else None)
    return {
        "files": [file.model_dump() for file in wanted.files],
        "own_cnpj": about.own_cnpj,
        "received_on": about.received_on.isoformat() if about.received_on else None,
    }
