"""R5: a page of version 0.1, still open in somebody's tab, finds all that it reads in the present server's answers."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from websockets.sync.client import ClientConnection

from tests.support.logins import PASSWORD, log_in, open_socket, run
from tests.support.processes import ServerProcess

PAGE: dict[str, Any] = tomllib.loads((Path(__file__).parents[1] / "support" / "page_v01.toml").read_text("utf-8"))
KINDS: dict[str, tuple[type, ...]] = {"text": (str,), "number": (int, float), "yes-no": (bool,), "any": (object,)}
QUESTION = "Qual a demanda do produto A vantagem de ganhar sem preocupação?"
ENOUGH = 200  # frames
FULL = {
    "demand": ("series", "evidence"),
    "prices": ("offers", "history"),
    "logistics": ("suppliers",),
    "recommendation": ("reasons", "next_steps"),
}


def differences(value: Any, wanted: str, where: str = "") -> Iterator[str]:
    """Where a value is not what the old page reads of it."""
    what, _, may_lack = wanted.partition(" | ")
    if value is None:
        if not may_lack:
            yield f"{where}: null or absent, not {what}"
    elif what.startswith("["):
        if not isinstance(value, list):
            yield f"{where}: no list"
            return
        for number, item in enumerate(value):
            yield from differences(item, what[1:-1], f"{where}[{number}]")
    elif what in KINDS:
        if not isinstance(value, KINDS[what]) or (isinstance(value, bool) and what == "number"):
            yield f"{where}: {value!r} is no {what}"
    elif not isinstance(value, dict):
        yield f"{where}: no {what}"
    else:
        for name, kind in PAGE["shapes"][what].items():
            yield from differences(value.get(name), kind, f"{where}.{name}")


class OldPage:
    """Speaks what that page speaks, and nothing else."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.seen: set[str] = set()

    def say(self, what: str, **words: str) -> None:
        frame = PAGE["sends"][what]
        for word, value in words.items():
            frame = frame.replace(word.upper(), value)
        self.socket.send(frame)

    def hear(self, kind: str, metadata: str | None = None) -> dict[str, Any]:
        """The next frame of a kind, everything before it looked at."""
        for _ in range(ENOUGH):
            frame: dict[str, Any] = orjson.loads(self.socket.recv(timeout=30))
            known = PAGE["frames"].get(frame["type"])
            if known is None:
                continue  # the page counts it, and goes on
            self.seen.add(frame["type"])
            assert not list(differences(frame, known, frame["type"]))
            about = str((frame.get("metadata") or {}).get("type"))
            if about in PAGE["shapes"]:
                assert not list(differences(frame["metadata"], about, about))
            if frame["type"] == kind and metadata in (None, about):
                return frame
        raise AssertionError(f"no {kind} in {ENOUGH} frames")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    home = tmp_path_factory.mktemp("old") / "home"
    assert run(home, "demo").returncode == 0  # whose answers have something of everything
    assert run(home, "user", "add", "ana", stdin=f"{PASSWORD}\n").returncode == 0
    with ServerProcess(home) as server:
        yield server


@pytest.fixture
def ana(server: ServerProcess) -> Iterator[httpx.Client]:
    with log_in(server) as client:
        yield client


def test_what_it_calls_is_answered_as_it_reads_it(ana: httpx.Client) -> None:
    session_id = ana.post("/api/chat/sessions", json={}).json()["id"]
    ana.post(f"/api/chat/sessions/{session_id}/messages", json={"content": QUESTION, "client_id": uuid.uuid4().hex})
    for call, (status, read) in PAGE["calls"].items():
        method, path = call.replace("{id}", str(session_id)).split(" ")
        body = {"content": "oi", "client_id": uuid.uuid4().hex} if path.endswith("/messages") else {}
        answer = ana.request(method, path, json=body if method == "POST" else None)
        assert answer.status_code == status, call
        if read:
            assert not list(differences(answer.json(), read, call))


def test_what_it_sends_is_understood_and_what_comes_is_what_it_reads(server: ServerProcess, ana: httpx.Client) -> None:
    session_id = ana.post("/api/chat/sessions", json={}).json()["id"]
    headers = {"Origin": server.url, "Cookie": f"reposto_session={ana.cookies['reposto_session']}"}
    page = OldPage(open_socket(server, session_id, headers, "?after=0"))
    assert page.hear("ready")["last_seq"] == 0
    page.say("question", client="c1", content=QUESTION)
    own = page.hear("message")
    assert own["sender"] == "human" and own["metadata"]["client_id"] == "c1"  # by which it takes it for saved
    started = page.hear("message", "analysis_started")["metadata"]
    done = page.hear("message", "analysis_result")
    assert done["metadata"]["job_id"] == started["job_id"]
    analysis = done["metadata"]["analysis"]
    for part, lists in FULL.items():  # else nothing would have been looked at
        assert all(analysis[part][name] for name in lists), part
    page.say("ping")
    page.hear("pong")
    page.say("question", client="c1", content=QUESTION)  # its confirmation was lost
    page.say("question", client="c2", content="")
    assert page.hear("error")["client_id"] == "c2"
    page.say("cancel", job="no-such-job")
    page.hear("error")
    page.socket.close()
    assert {"message", "ready", "progress", "error", "pong"} <= page.seen

    # A tab that comes back with its cursor.
    stored = ana.get(f"/api/chat/sessions/{session_id}/messages?after=0&limit=500").json()
    assert [message["seq"] for message in stored] == [1, 2, 3]
    again = OldPage(open_socket(server, session_id, headers, "?after=2"))
    assert again.hear("message")["seq"] == 3 and again.hear("ready")["last_seq"] == 3
    again.socket.close()


def test_a_field_that_it_misses_is_noticed() -> None:
    whole = {"id": 1, "session_id": 1, "seq": 1, "sender": "ai", "content": "", "criado_em": "", "metadata": None}
    assert not list(differences(whole | {"new": {}}, "message"))
    for name in ("id", "content"):
        assert list(differences({key: value for key, value in whole.items() if key != name}, "message"))
    assert list(differences(whole | {"seq": "1"}, "message")) and list(differences([whole, None], "[message]"))
