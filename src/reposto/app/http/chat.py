"""Routes under /api/chat."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from reposto.app.access import check_may_press
from reposto.app.http.common import MAX_ID, KnownId, RuntimeDep, UserDep
from reposto.conversation import ask as asking
from reposto.conversation import sessions
from reposto.conversation.actions import act
from reposto.conversation.ask import Asker
from reposto.delivery import wire
from reposto.model.clock import utc_now
from reposto.model.message import Message, Session

router = APIRouter(prefix="/api/chat")


class NewMessage(BaseModel):
    """A question over HTTP, for clients without WebSocket."""

    model_config = ConfigDict(extra="ignore")
    content: str = Field(max_length=1_000_000)
    client_id: str | None = None


class NewAction(BaseModel):
    """A pressed button."""

    action_type: str = Field(min_length=1, max_length=60)
    action_data: dict[str, Any] = Field(default_factory=dict)


@router.post("/sessions", status_code=201)
async def open_session(runtime: RuntimeDep, user: UserDep) -> dict[str, Any]:
    """Start a conversation."""
    session = await runtime.in_writer(sessions.open_session, runtime.store, user.id, now=utc_now())
    return {"id": session.id, "criado_em": wire.local_time(session.criado_em)}


@router.get("/sessions")
async def list_sessions(
    runtime: RuntimeDep,
    user: UserDep,
    limit: int = Query(50, ge=1, le=200),
    before: int | None = Query(None, ge=1, le=MAX_ID),
) -> list[dict[str, Any]]:
    """The user's conversations, newest first."""
    found = await runtime.in_thread(sessions.list_sessions, runtime.store, user.id, limit=limit, before=before)
    return [_summary(session) for session in found]


@router.delete("/sessions/{session_id}", status_code=204)
async def delete_session(runtime: RuntimeDep, user: UserDep, session_id: KnownId) -> Response:
    """Delete a conversation; what runs in it is cancelled."""
    change = await runtime.in_writer(sessions.delete_session, runtime.store, session_id, user.id, now=utc_now())
    runtime.publish(change)
    return Response(status_code=204)


@router.get("/sessions/{session_id}/messages")
async def read_messages(
    runtime: RuntimeDep,
    user: UserDep,
    session_id: KnownId,
    after: int = Query(0, ge=0, le=MAX_ID),
    limit: int = Query(500, ge=1, le=500),
) -> list[dict[str, Any]]:
    """History; also the fallback when WebSocket is impossible."""
    found = await runtime.in_thread(sessions.read_history, runtime.store, session_id, user.id, after=after, limit=limit)
    return [wire.message_data(message) for message in found]


@router.post("/sessions/{session_id}/messages", status_code=201)
async def ask(
    runtime: RuntimeDep, user: UserDep, session_id: KnownId, new: NewMessage, response: Response
) -> dict[str, Any]:
    """Ask; the answer to this call is the agent's immediate reply."""
    asked = await runtime.in_writer(
        asking.ask,
        runtime.store,
        runtime.catalogue,
        session_id=session_id,
        asker=Asker(user.id, user.locale),
        content=new.content,
        client_id=new.client_id,
        now=utc_now(),
        typical_seconds=runtime.pool.typical_seconds,
    )
    if asked.repeated:
        response.status_code = 200
    runtime.publish(asked.change)
    return wire.message_data(asked.reply)


@router.post("/sessions/{session_id}/jobs/{job_id}/cancel", status_code=202)
async def cancel(runtime: RuntimeDep, user: UserDep, session_id: KnownId, job_id: str) -> dict[str, Any]:
    """Stop an analysis."""
    change = await runtime.in_writer(sessions.cancel, runtime.store, session_id, user.id, job_id, now=utc_now())
    runtime.publish(change)
    return wire.message_data(change.messages[0])


@router.post("/sessions/{session_id}/actions", status_code=201)
async def run_action(runtime: RuntimeDep, user: UserDep, session_id: KnownId, new: NewAction) -> dict[str, Any]:
    """Run a button of a result; pressed again, the same message."""
    check_may_press(user, new.action_type)
    message: Message
    message, change = await runtime.in_writer(
        act,
        runtime.store,
        runtime.catalogue,
        session_id=session_id,
        asker=Asker(user.id, user.locale),
        action_type=new.action_type,
        action_data=new.action_data,
        now=utc_now(),
    )
    runtime.publish(change)
    return wire.message_data(message)


def _summary(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "criado_em": wire.local_time(session.criado_em),
        "preview": session.preview,
        "message_count": session.message_count,
        "last_seq": session.last_seq,
    }
