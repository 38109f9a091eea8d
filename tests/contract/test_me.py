"""What a user may change about himself: the language in which he is answered, over real HTTP and WebSocket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection

from tests.support import company
from tests.support.api import Api, make_token
from tests.support.logins import PASSWORD, log_in, open_socket, run
from tests.support.processes import ServerProcess

pytestmark = pytest.mark.xdist_group("me")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    home = tmp_path_factory.mktemp("me") / "home"
    company.fill(home)
    for name in ("ana", "rui", "eva"):
        assert run(home, "user", "add", name, stdin=f"{PASSWORD}\n").returncode == 0
    with ServerProcess(home) as server:
        yield server


def choose(client: httpx.Client, body: Any, **headers: str) -> httpx.Response:
    return client.put("/api/me", json=body, headers=headers)


def acknowledgement(socket: ClientConnection, question: str) -> str:
    """What the agent says to a question that is asked through an open socket."""
    socket.send(json.dumps({"type": "question", "client_id": question, "content": question}))
    while True:
        frame = json.loads(socket.recv(timeout=20))
        if frame["type"] == "message" and frame["sender"] == "agent":
            return str(frame["content"])


def test_the_language_is_kept_for_the_user_and_answered_like_a_question_for_it(server: ServerProcess) -> None:
    with log_in(server) as here, log_in(server) as elsewhere, log_in(server, "rui") as rui:
        before = here.get("/api/me").json()
        assert before["locale"] == "pt-BR"
        changed = choose(here, {"locale": "en"})
        assert changed.status_code == 200
        assert changed.json() == before | {"locale": "en"} == here.get("/api/me").json()
        assert elsewhere.get("/api/me").json()["locale"] == "en"
        assert rui.get("/api/me").json()["locale"] == "pt-BR"
        assert choose(here, {"locale": "pt-BR"}).json() == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"locale": None},
        {"locale": ""},
        {"locale": "fr"},
        {"locale": "EN"},
        {"locale": "en-US"},
        {"locale": ["en"]},
        {"locale": "en", "role": "admin"},
        [],
        "en",
    ],
)
def test_anything_else_is_refused_and_changes_nothing(server: ServerProcess, body: Any) -> None:
    with log_in(server, "rui") as client:
        before = client.get("/api/me").json()
        refused = choose(client, body)
        assert refused.status_code == 422
        detail = refused.json()["detail"]
        assert isinstance(detail, str) and detail
        assert client.get("/api/me").json() == before


def test_only_our_page_may_change_it(server: ServerProcess) -> None:
    with log_in(server, "rui") as client:
        for token in ("", "0" * 40):
            assert choose(client, {"locale": "en"}, **{"X-CSRF-Token": token}).status_code == 403
        assert choose(client, {"locale": "en"}, Origin="https://evil.example").status_code == 403
        assert client.get("/api/me").json()["locale"] == "pt-BR"
        assert choose(client, {"locale": "en"}, Origin=server.url).status_code == 200
        assert choose(client, {"locale": "pt-BR"}).status_code == 200
    assert httpx.put(f"{server.url}/api/me", json={"locale": "en"}, trust_env=False).status_code == 401


def test_a_program_may_change_it_with_its_token(server: ServerProcess) -> None:
    with Api(server.url, make_token(server.home)) as api:
        for locale in ("en", "pt-BR"):
            assert api.call("PUT", "/api/me", json={"locale": locale}).json()["locale"] == locale


def test_answers_and_errors_come_in_the_chosen_language_also_through_sockets_that_are_open(
    server: ServerProcess,
) -> None:
    with log_in(server, "eva") as client:
        session_id = client.post("/api/chat/sessions").json()["id"]
        headers = {"Origin": server.url, "Cookie": f"reposto_session={client.cookies['reposto_session']}"}
        with open_socket(server, session_id, headers) as socket:
            first = acknowledgement(socket, company.QUESTION)
            assert choose(client, {"locale": "en"}).status_code == 200
            second = acknowledgement(socket, f"{company.QUESTION} 2")
        asked = client.post(f"/api/chat/sessions/{session_id}/messages", json={"content": company.QUESTION}).json()
        assert "demanda" in first.lower() and "demand " not in first.lower()
        for english in (second, asked["content"]):
            assert "demanda" not in english.replace(company.PRODUCTS["84903501"], "").lower()
            assert "demand" in english.lower()
        assert client.get("/api/chat/sessions/999999/messages").json()["detail"].isascii()
