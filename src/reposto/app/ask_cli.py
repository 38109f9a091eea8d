"""`reposto ask`: a client of the running server, over the same WebSocket that the page uses."""

from __future__ import annotations

import sys
import uuid
from typing import Any

import orjson
from rich.console import Console
from rich.markdown import Markdown
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from reposto.delivery import wire
from reposto.model.message import JobState

WAIT_S = 120.0
ENDINGS = frozenset({"analysis_result", "analysis_error", "analysis_cancelled"})


def ask_server(base: str, token: str, question: str, *, as_json: bool) -> int:
    """Ask in a new conversation, show what runs, print the answer; the exit code says whether there was one."""
    authorization = {"Authorization": f"Bearer {token}"}
    session_id = _open_session(base, authorization)
    address = f"{base.replace('http', 'ws', 1)}/api/chat/ws/{session_id}?after=0"
    with connect(
        address, additional_headers=authorization, subprotocols=[Subprotocol(wire.SUBPROTOCOL)], proxy=None
    ) as socket:
        client_id = str(uuid.uuid4())
        socket.send(orjson.dumps({"type": "question", "client_id": client_id, "content": question}).decode())
        final = _follow(socket)
    if as_json:
        print(orjson.dumps(final, option=orjson.OPT_INDENT_2).decode())
    else:
        Console().print(Markdown(final.get("content") or final.get("detail", "")))
    failed = final.get("type") == "error" or (final.get("metadata") or {}).get("type") == "analysis_error"
    return 1 if failed else 0


def _open_session(base: str, headers: dict[str, str]) -> int:
    import urllib.request

    request = urllib.request.Request(f"{base}/api/chat/sessions", method="POST", headers=headers)  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as response:
        session_id: int = orjson.loads(response.read())["id"]
    return session_id


def _follow(socket: ClientConnection) -> dict[str, Any]:
    """Read until the answer: the immediate reply, or the results of all analyses that it announced."""
    running = 0
    last: dict[str, Any] = {}
    while True:
        frame: dict[str, Any] = orjson.loads(socket.recv(timeout=WAIT_S))
        kind = frame.get("type")
        if kind == "error":
            return frame
        if kind == "progress":
            _show_progress(frame)
            continue
        if kind != "message" or frame["sender"] == "human":
            continue
        meaning = (frame.get("metadata") or {}).get("type")
        if meaning == "analysis_started":
            running += 1
            print(frame["content"], file=sys.stderr)
            continue
        last = frame
        running -= meaning in ENDINGS
        if running <= 0:
            return last


def _show_progress(frame: dict[str, Any]) -> None:
    line = describe_progress(frame)
    if line is not None:
        print(line, file=sys.stderr)


def describe_progress(frame: dict[str, Any]) -> str | None:
    """One line for a progress frame; None once the job has ended, because then its answer says more."""
    if JobState(frame["state"]).ended:
        return None
    steps = {
        state: [step["label"] for step in frame["steps"] if step["state"] == state] for state in ("running", "waiting")
    }
    if frame["state"] == JobState.QUEUED:
        now = "na fila"
    else:  # a snapshot may fall between the end of a step and the beginning of the next
        now = next(iter(steps["running"] + steps["waiting"]), "escrevendo a resposta")
    return f"  {frame['done']}/{frame['total']} {now}"
