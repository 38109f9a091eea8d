"""Who may come in, over real HTTP and WebSocket: origins, cookies, tokens, CSRF, other people's conversations."""

from __future__ import annotations

import http.client
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support import company
from tests.support.api import Api, make_token
from tests.support.logins import PASSWORD, close_code, log_in, open_socket, run, ws_url
from tests.support.processes import REPOSTO, ServerProcess, clean_environment

pytestmark = pytest.mark.xdist_group("access")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    home = tmp_path_factory.mktemp("access") / "home"
    company.fill(home)
    for name in ("ana", "rui"):
        assert run(home, "user", "add", name, stdin=f"{PASSWORD}\n").returncode == 0
    server = ServerProcess(home, env={"REPOSTO_ALLOWED_ORIGINS": '["https://compras.example.com"]'})
    with server:
        yield server


@pytest.fixture(scope="module")
def token(server: ServerProcess) -> str:
    return make_token(server.home)


@pytest.fixture
def api(server: ServerProcess, token: str) -> Iterator[Api]:
    with Api(server.url, token) as api:
        yield api


# -------------------------------------------------------------------- origins

ORIGINS = {
    "own": True,
    "https://compras.example.com": True,
    None: False,
    "null": False,
    "": False,
    "https://evil.example": False,
    "https://compras.example.com.evil.example": False,
    "https://evilcompras.example.com": False,
    "https://sub.compras.example.com": False,
    "http://compras.example.com": False,
    "https://compras.example.com:8443": False,
    "HTTPS://COMPRAS.EXAMPLE.COM": False,
}


@pytest.mark.parametrize(("origin", "allowed"), ORIGINS.items())
def test_only_exact_origins_open_a_socket_with_a_cookie(
    server: ServerProcess, origin: str | None, allowed: bool
) -> None:
    with log_in(server) as client:
        session_id = client.post("/api/chat/sessions").json()["id"]
        headers = {"Cookie": f"reposto_session={client.cookies['reposto_session']}"}
        if origin is not None:
            headers["Origin"] = server.url if origin == "own" else origin
        if allowed:
            with open_socket(server, session_id, headers) as socket:
                assert '"ready"' in str(socket.recv(timeout=10))
        else:
            with pytest.raises(InvalidStatus) as refused:
                open_socket(server, session_id, headers)
            assert refused.value.response.status_code == 403


def test_a_token_needs_no_origin_but_a_wrong_one_is_refused(server: ServerProcess, api: Api, token: str) -> None:
    session_id = api.open_session()
    bearer = {"Authorization": f"Bearer {token}"}
    open_socket(server, session_id, bearer).close()
    with pytest.raises(InvalidStatus):
        open_socket(server, session_id, bearer | {"Origin": "https://evil.example"})


def test_a_token_in_the_address_is_refused(server: ServerProcess, api: Api, token: str) -> None:
    session_id = api.open_session()
    with pytest.raises(InvalidStatus):
        open_socket(server, session_id, {"Authorization": f"Bearer {token}"}, f"?token={token}")


def test_another_host_name_is_not_served(server: ServerProcess) -> None:
    """DNS rebinding: a foreign name that points at 127.0.0.1."""
    response = httpx.get(f"{server.url}/api/me", headers={"Host": "evil.example"}, trust_env=False)
    assert response.status_code == 403


# -------------------------------------------------------------------- identity


def test_without_a_login_a_socket_is_closed_with_4401(server: ServerProcess) -> None:
    for headers in ({"Authorization": "Bearer nonsense"}, {"Origin": server.url, "Cookie": "reposto_session=x"}):
        assert close_code(open_socket(server, 1, headers)) == 4401


def test_without_a_login_nothing_is_answered(server: ServerProcess) -> None:
    for method, path in every_route():
        response = httpx.request(method, f"{server.url}{path}", trust_env=False)
        assert response.status_code == 401, (method, path, response.status_code)
        assert set(response.json()) == {"detail"}


def every_route() -> list[tuple[str, str]]:
    return [
        ("POST", "/api/chat/sessions"),
        ("GET", "/api/chat/sessions"),
        ("DELETE", "/api/chat/sessions/1"),
        ("GET", "/api/chat/sessions/1/messages"),
        ("POST", "/api/chat/sessions/1/messages"),
        ("POST", "/api/chat/sessions/1/jobs/x/cancel"),
        ("POST", "/api/chat/sessions/1/actions"),
        ("GET", "/api/me"),
        ("POST", "/api/logout"),
    ]


def test_every_changing_route_wants_our_page(server: ServerProcess) -> None:
    """A6: refused without the token, with a wrong one, and from a foreign origin, by enumeration."""
    with log_in(server) as client:
        right = client.headers["X-CSRF-Token"]
        for method, path in every_route():
            if method == "GET":
                continue
            for headers in ({"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 40}):
                assert client.request(method, path, headers=headers, json={}).status_code == 403, path
            evil = {"X-CSRF-Token": right, "Origin": "https://evil.example"}
            assert client.request(method, path, headers=evil, json={}).status_code == 403, path
        assert client.get("/api/me").status_code == 200


def test_the_link_works_once(server: ServerProcess) -> None:
    link = run(server.home, "link").stdout.strip()
    with httpx.Client(trust_env=False) as client:
        first = client.get(link)
        assert (first.status_code, first.headers["location"]) == (303, "/agents")
        cookie = first.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=lax" in cookie
        assert client.get(f"{server.url}/api/me").json()["name"] == "local"
    again = httpx.get(link, trust_env=False)
    assert again.status_code == 401 and "reposto link" in again.text


def test_wrong_passwords_are_slowed_down(server: ServerProcess) -> None:
    """A5: the 11th failure in five minutes is refused, even with the right password."""
    home_user = "zeca"
    assert run(server.home, "user", "add", home_user, stdin=f"{PASSWORD}\n").returncode == 0
    answers = [
        httpx.post(f"{server.url}/api/login", json={"name": home_user, "password": f"errada {n}"}, trust_env=False)
        for n in range(11)
    ]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    right = httpx.post(f"{server.url}/api/login", json={"name": home_user, "password": PASSWORD}, trust_env=False)
    assert right.status_code == 429


def test_logging_out_closes_the_sockets_at_once(server: ServerProcess) -> None:
    """A3."""
    with log_in(server, "rui") as client, log_in(server, "rui") as elsewhere:
        session_id = client.post("/api/chat/sessions").json()["id"]
        sockets = [
            open_socket(
                server, session_id, {"Origin": server.url, "Cookie": f"reposto_session={c.cookies['reposto_session']}"}
            )
            for c in (client, elsewhere)
        ]
        began = time.monotonic()
        assert client.post("/api/logout").status_code == 204
        assert close_code(sockets[0]) == 4401
        assert time.monotonic() - began < 2.0
        assert client.get("/api/me").status_code == 401
        sockets[1].send('{"type":"ping"}')
        assert any('"pong"' in str(sockets[1].recv(timeout=5)) for _ in range(2))
        sockets[1].close()


# -------------------------------------------------------------------- tenants


def test_a_foreign_conversation_and_an_absent_one_look_the_same(server: ServerProcess) -> None:
    """A4: every route and the socket."""
    with log_in(server, "ana") as ana, log_in(server, "rui") as rui:
        foreign = ana.post("/api/chat/sessions").json()["id"]
        ana.post(f"/api/chat/sessions/{foreign}/messages", json={"content": company.QUESTION})
        absent = 10**6
        bodies: dict[str, Any] = {
            "messages": {"content": "oi"},
            "actions": {"action_type": "choose_product", "action_data": {"sku": "001"}},
        }
        for method, path in every_route():
            if "/1" not in path:
                continue
            answers = []
            for session_id in (foreign, absent):
                body = bodies.get(path.rsplit("/", 1)[-1])
                answers.append(rui.request(method, path.replace("/1", f"/{session_id}"), json=body))
            assert [answer.status_code for answer in answers] == [404, 404], path
            assert answers[0].json() == answers[1].json()
        headers = {"Origin": server.url, "Cookie": f"reposto_session={rui.cookies['reposto_session']}"}
        for session_id in (foreign, absent):
            assert close_code(open_socket(server, session_id, headers)) == 4404
        assert foreign not in {session["id"] for session in rui.get("/api/chat/sessions").json()}


# -------------------------------------------------------------------- limits and errors


def test_the_twenty_first_socket_is_refused(server: ServerProcess) -> None:
    """G9, and other users don't notice."""
    with log_in(server, "rui") as rui, log_in(server, "ana") as ana:
        session_id = rui.post("/api/chat/sessions").json()["id"]
        headers = {"Origin": server.url, "Cookie": f"reposto_session={rui.cookies['reposto_session']}"}
        sockets = [open_socket(server, session_id, headers) for _ in range(20)]
        assert close_code(open_socket(server, session_id, headers)) == 4429
        others = {"Origin": server.url, "Cookie": f"reposto_session={ana.cookies['reposto_session']}"}
        open_socket(server, ana.post("/api/chat/sessions").json()["id"], others).close()
        for socket in sockets:
            socket.close()


def test_a_frame_beyond_64_kib_closes_with_1009(server: ServerProcess, api: Api, token: str) -> None:
    socket = open_socket(server, api.open_session(), {"Authorization": f"Bearer {token}"})
    socket.send("x" * (64 * 1024 + 1))
    assert close_code(socket) == 1009


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/chat/sessions/{id}/messages", {"content": ""}, 422),
        ("POST", "/api/chat/sessions/{id}/messages", {"content": "x" * 4001}, 413),
        ("POST", "/api/chat/sessions/{id}/messages", {}, 422),
        ("POST", "/api/chat/sessions/{id}/messages", {"content": "oi", "client_id": "x" * 129}, 422),
        ("GET", "/api/chat/sessions/{id}/messages?limit=0", None, 422),
        ("GET", "/api/chat/sessions/{id}/messages?after=-1", None, 422),
        ("GET", "/api/chat/sessions/abc/messages", None, 422),
        ("GET", "/api/chat/sessions/99999999999999999999999/messages", None, 404),
        ("POST", "/api/chat/sessions/{id}/actions", {"action_type": "rm"}, 422),
        ("POST", "/api/chat/sessions/{id}/jobs/nope/cancel", None, 404),
        ("PUT", "/api/chat/sessions", None, 405),
        ("GET", "/api/nothing", None, 404),
        ("GET", "/agents/assets/..%2f..%2fcli.py", None, 404),
        ("GET", "/agents/../../../etc/passwd", None, 404),
    ],
)
def test_bad_input_gets_a_sentence(api: Api, method: str, path: str, body: Any, status: int) -> None:
    response = api.call(method, path.replace("{id}", str(api.open_session())), json=body)
    assert response.status_code == status, response.text
    if response.headers["content-type"] == "application/json":
        detail = response.json()["detail"]
        assert isinstance(detail, str) and detail and "Traceback" not in detail


def test_broken_json_and_huge_bodies(server: ServerProcess, api: Api) -> None:
    path = f"/api/chat/sessions/{api.open_session()}/messages"
    assert api.call("POST", path, content=b"{", headers={"Content-Type": "application/json"}).status_code == 422
    assert api.call("POST", path, content=b"x" * (1024 * 1024 + 1)).status_code == 413
    host, port = server.url.removeprefix("http://").split(":")
    raw = http.client.HTTPConnection(host, int(port), timeout=10)
    raw.request("POST", path, body=iter([b"x" * 10]), headers={"Authorization": f"Bearer {api.token}"})
    assert raw.getresponse().status == 413  # of unknown length
    raw.close()


def test_headers_keep_the_page_to_itself(server: ServerProcess) -> None:
    headers = httpx.get(f"{server.url}/agents", trust_env=False).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


def test_a_plain_client_gets_plain_messages_only(server: ServerProcess, api: Api, token: str) -> None:
    """wscat or an older front end: no subprotocol, a question as plain text."""
    bearer = {"Authorization": f"Bearer {token}"}
    with connect(ws_url(server, api.open_session()), additional_headers=bearer, proxy=None) as socket:
        socket.send(company.QUESTION)
        frames = [httpx.Response(200, content=socket.recv(timeout=20)).json() for _ in range(3)]
    assert [frame["sender"] for frame in frames] == ["human", "agent", "ai"]
    assert [frame["seq"] for frame in frames] == [1, 2, 3]
    assert all("type" not in frame for frame in frames)
    assert frames[2]["metadata"]["type"] == "analysis_result"


def test_a_plain_client_is_told_by_a_message_why_it_was_not_understood(
    server: ServerProcess, api: Api, token: str
) -> None:
    bearer = {"Authorization": f"Bearer {token}"}
    with connect(ws_url(server, api.open_session()), additional_headers=bearer, proxy=None) as socket:
        for sent, expected in (("   ", "vazia"), ("x" * 4001, "4.000")):
            socket.send(sent)
            frame = httpx.Response(200, content=socket.recv(timeout=20)).json()
            assert frame["sender"] == "agent" and expected in frame["content"]


def test_a_person_may_ask_ten_times_a_second_and_no_more(server: ServerProcess) -> None:
    assert run(server.home, "user", "add", "eva", stdin=f"{PASSWORD}\n").returncode == 0
    with log_in(server, "eva") as client:  # nobody else's minute is used up
        answers = [client.get("/api/me").status_code for _ in range(620)]
    assert answers.count(200) >= 550 and answers[-1] == 429


# -------------------------------------------------------------------- starting, and what is logged


def test_it_refuses_to_be_reachable_while_nobody_could_log_in(tmp_path: Path) -> None:
    began = time.monotonic()
    done = run(tmp_path / "empty", "serve", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 1 and "reposto user add" in done.stderr
    assert time.monotonic() - began < 15


def test_a_second_server_on_one_home_is_refused_with_the_owners_pid(server: ServerProcess) -> None:
    done = run(server.home, "serve", "--port", "0")
    assert done.returncode == 1 and str(server.pid) in done.stderr


def test_a_port_that_is_taken_is_said_to_be(server: ServerProcess, tmp_path: Path) -> None:
    done = run(tmp_path / "other", "serve", "--port", str(server.port))
    assert done.returncode == 1 and "--port" in done.stderr


def test_metrics_speak_prometheus(server: ServerProcess) -> None:
    text = httpx.get(f"{server.url}/metrics", trust_env=False).text
    assert "reposto_sockets " in text and 'reposto_jobs{state="done"}' in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("WORKERS", "0"),
        ("DATABASE_URL", "mysql://root:s3cret@db/x"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("LOCALE", "fr"),
        ("ALLOWED_ORIGINS", "not json"),
        ("SECURE_COOKIE", "perhaps"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(tmp_path: Path, name: str, value: str) -> None:
    """R8: the name and what it may be, and no secret."""
    done = subprocess.run(
        [str(REPOSTO), "serve", "--home", str(tmp_path)],
        env=clean_environment() | {f"REPOSTO_{name}": value},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert f"REPOSTO_{name}" in done.stderr and "Traceback" not in done.stderr
    assert "s3cret" not in done.stderr


def test_no_secret_reaches_the_log(server: ServerProcess, token: str) -> None:
    """A8, A2: after everything above, no credential and no question is in the log."""
    with log_in(server) as client:
        secrets = [token, PASSWORD, client.cookies["reposto_session"], client.headers["X-CSRF-Token"]]
    log = re.sub(r"entre por aqui.*", "", server.logs())
    for secret in secrets:
        assert secret not in log
    assert "Traceback" not in log
