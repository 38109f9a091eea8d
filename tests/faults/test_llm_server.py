"""A whole server with a language model: text streams to every tab, a late tab has it all, faults cost no answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from reposto.model.clock import monotonic
from tests.support import company
from tests.support.api import Api, make_token
from tests.support.logins import open_socket
from tests.support.model_server import ModelServer, model_server
from tests.support.processes import ServerProcess

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("llm")]
PIECES = (
    "Este produto vende de forma parecida todos os dias. ",
    "O estoque está contado e a previsão foi feita com todo o histórico. ",
    "Veja abaixo os números de cada consulta. ",
    "Se algo mudou, é só dizer.",
)
NEXT = ("Repetindo com outras palavras, nada mudou. ", "Os números continuam abaixo.")


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server() as model:
        yield model


@pytest.fixture(scope="module")
def server(model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    home = tmp_path_factory.mktemp("llm") / "home"
    company.fill(home)
    env = {
        "REPOSTO_LLM": "openai:test",
        "REPOSTO_LLM_URL": model.url,
        "REPOSTO_LLM_KEY": "k-secret-9471",
        "REPOSTO_LLM_SECONDS": "8",
        "REPOSTO_WORKERS": "1",
    }
    with ServerProcess(home, env=env) as server:
        yield server


@pytest.fixture
def api(server: ServerProcess) -> Iterator[Api]:
    with Api(server.url, make_token(server.home)) as api:
        yield api


class Tab:
    """What a tab knows of the draft, put together as the page does it."""

    def __init__(self, server: ServerProcess, api: Api, session_id: int) -> None:
        self.socket: ClientConnection = open_socket(
            server, session_id, {"Authorization": f"Bearer {api.token}"}, "?after=0"
        )
        self.frames: list[dict[str, Any]] = []
        self.draft = ""
        self.until(lambda frame: frame["type"] == "ready")

    def until(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 30) -> dict[str, Any]:
        end = monotonic() + seconds
        while True:
            frame: dict[str, Any] = json.loads(self.socket.recv(timeout=end - monotonic()))
            self.frames.append(frame)
            self._read(frame)
            if wanted(frame):
                return frame

    def _read(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "delta":
            assert frame["offset"] == len(self.draft)  # nothing lost here, and every sign is one unit
            self.draft += frame["text"]
        for job in frame.get("jobs", [frame] if frame["type"] == "progress" else []):
            self.draft = job.get("draft", self.draft)


def is_result(frame: dict[str, Any]) -> bool:
    return frame["type"] == "message" and (frame["metadata"] or {}).get("type") == "analysis_result"


def test_sentences_reach_every_tab_as_they_are_written_and_a_late_one_has_them_all(
    server: ServerProcess, api: Api, model: ModelServer
) -> None:
    gap = threading.Event()
    script = model.play(pieces=PIECES, gap=gap)
    session_id = api.open_session()
    first, second = Tab(server, api, session_id), Tab(server, api, session_id)
    assert api.ask(session_id, company.QUESTION).json()["metadata"]["type"] == "analysis_started"
    for tab in (first, second):
        tab.until(lambda _frame, tab=tab: len(tab.draft) > 0)  # type: ignore[misc]
    late = Tab(server, api, session_id)  # while the model still writes
    assert late.draft.startswith(PIECES[0])
    gap.set()
    results = [tab.until(is_result) for tab in (first, second, late)]
    assert results[0] == results[1] == results[2]
    assert results[0]["content"].startswith("".join(PIECES).strip())
    assert results[0]["metadata"]["model"] | {"seconds": 0} == {
        "part": "prose",
        "name": "openai:test",
        "used": True,
        "seconds": 0,
    }
    for tab in (first, second, late):
        assert "".join(PIECES).startswith(tab.draft)
        tab.socket.close()
    (seen,) = script.seen
    assert "k-secret-9471" not in json.dumps(seen["body"])
    assert "k-secret-9471" not in server.log.read_text("utf-8")


def test_a_model_that_breaks_costs_no_answer(server: ServerProcess, api: Api, model: ModelServer) -> None:
    session_id = api.open_session()
    tab = Tab(server, api, session_id)
    for script, reason in (({"pieces": ("Vão sair 987.654 UN. ", "Pronto.")}, "numbers"), ({"status": 500}, "server")):
        model.play(**script)
        began = monotonic()
        assert api.ask(session_id, company.QUESTION).status_code == 201
        result = tab.until(is_result)
        assert result["metadata"]["model"] == {
            "part": "prose", "name": "openai:test", "used": False, "reason": reason,
        }  # fmt: skip
        assert "987.654" not in json.dumps(tab.frames)
        assert monotonic() - began < 8
    tab.socket.close()


def test_a_cancel_in_the_middle_of_a_sentence_ends_it_within_a_second(
    server: ServerProcess, api: Api, model: ModelServer
) -> None:
    server.terminate()
    server.wait()
    server.start()  # a worker whose breaker is closed again
    gap = threading.Event()
    model.play(pieces=PIECES, gap=gap)
    session_id = api.open_session()
    tab = Tab(server, api, session_id)
    started = api.ask(session_id, company.QUESTION).json()
    tab.until(lambda _frame: len(tab.draft) > 0)
    began = monotonic()
    job = started["metadata"]["job_id"]
    assert api.call("POST", f"/api/chat/sessions/{session_id}/jobs/{job}/cancel").status_code == 202
    tab.until(lambda frame: frame["type"] == "message" and frame["metadata"]["type"] == "analysis_cancelled")
    gap.set()
    model.play(pieces=NEXT)
    assert api.ask(session_id, company.QUESTION).status_code == 201
    result = tab.until(is_result)
    assert result["content"].startswith(NEXT[0].strip())
    assert monotonic() - began < 6
    tab.socket.close()
