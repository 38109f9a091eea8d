"""Traces: one for each analysis, over the processes that had a part in it, sent to a collector of our own."""

from __future__ import annotations

import gzip
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from reposto.app import telemetry
from reposto.app.settings import load_settings
from reposto.model.errors import SettingInvalid
from tests.support import company
from tests.support.api import Api, make_token
from tests.support.logins import open_socket
from tests.support.processes import ServerProcess

pytestmark = pytest.mark.xdist_group("telemetry")


@dataclass(slots=True)
class Received:
    """A span as it came in."""

    name: str
    trace: str
    span: str
    parent: str
    start: int
    end: int
    instance: str
    attributes: dict[str, Any]
    status: int


@dataclass(slots=True)
class Collector:
    """Speaks OTLP over HTTP."""

    url: str
    spans: list[Received] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    def take(self, body: bytes) -> None:
        self.raw.append(body)
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            names = {a.key: a.value.string_value for a in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    values = {a.key: a.value.string_value or a.value.int_value for a in span.attributes}
                    self.spans.append(
                        Received(
                            span.name,
                            span.trace_id.hex(),
                            span.span_id.hex(),
                            span.parent_span_id.hex(),
                            span.start_time_unix_nano,
                            span.end_time_unix_nano,
                            names["service.instance.id"],
                            values,
                            span.status.code,
                        )
                    )

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < deadline, [span.name for span in self.spans]
            time.sleep(0.05)


@pytest.fixture
def collector() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            if self.path == "/v1/traces":
                taken.take(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    taken = Collector(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield taken
    server.shutdown()
    server.server_close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    company.fill(tmp_path / "home")
    return tmp_path / "home"


def test_a_question_is_one_trace_from_its_arrival_to_the_tabs(home: Path, collector: Collector) -> None:
    with ServerProcess(home, env={"REPOSTO_OTLP_ENDPOINT": collector.url}) as server:
        token = make_token(home)
        with Api(server.url, token) as api:
            session_id = api.open_session()
            tab = open_socket(server, session_id, {"Authorization": f"Bearer {token}"})
            asked = api.ask(session_id, company.QUESTION).json()
            collector.until(lambda: any(span.name == "push" for span in collector.spans))
            collector.until(lambda: any(span.name == "job.run" for span in collector.spans))
            tab.close()
    job_id = asked["metadata"]["job_id"]
    spans = {span.name: span for span in collector.spans}
    steps = {"demand", "prices", "logistics", "recommendation"}
    assert set(spans) == {"question", "job.wait", "job.run", "push"} | steps
    assert len(collector.spans) == len(spans)  # each once
    assert {span.trace for span in collector.spans} == {uuid.UUID(job_id).hex}
    question, run = spans["question"], spans["job.run"]
    assert question.parent == "" and run.parent == spans["job.wait"].parent == spans["push"].parent == question.span
    assert {spans[step].parent for step in steps} == {run.span}
    assert question.start <= spans["job.wait"].start <= run.start <= run.end
    assert spans["push"].start <= spans["push"].end and all(span.start <= span.end for span in collector.spans)
    assert question.instance == spans["push"].instance != run.instance
    assert run.attributes["job_id"] == job_id and run.attributes["sku"] == "84903501"
    assert (run.attributes["session_id"], run.attributes["attempt"], run.status) == (session_id, 1, 0)
    everything = b"".join(collector.raw).decode("utf-8", "replace")
    for private in ("vantagem", "demanda", token, "local"):  # nothing that was written, nobody's name
        assert private not in everything


def test_a_collector_that_is_away_costs_nothing_but_spans(home: Path) -> None:
    with ServerProcess(home, env={"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}) as server:
        with Api(server.url, make_token(home)) as api:
            session_id = api.open_session()
            api.ask(session_id, company.QUESTION)
            deadline = time.monotonic() + 30
            while len(api.history(session_id)) < 3:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        began = time.monotonic()
        server.terminate()
        server.wait()
        assert time.monotonic() - began < 10.0  # G10


def test_without_an_endpoint_nothing_is_loaded(home: Path) -> None:
    settings = load_settings(home)
    assert settings.otlp_endpoint == ""
    telemetry.begin(settings.otlp_endpoint, settings.otlp_share, "server")
    assert telemetry._state.tracer is None


def test_the_share_is_the_same_choice_in_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [
        str(uuid.UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128, version=4)) for number in range(4000)
    ]
    monkeypatch.setattr(telemetry._state, "share", 0.25)
    traced = [known for known in ids if telemetry._ids(known)]
    assert 0.21 < len(traced) / len(ids) < 0.29
    monkeypatch.setattr(telemetry._state, "share", 0.0)
    assert not any(telemetry._ids(known) for known in ids)
    monkeypatch.setattr(telemetry._state, "share", 1.0)
    assert all(telemetry._ids(known) for known in ids)
    assert telemetry._ids("not a uuid") is None


@pytest.mark.parametrize(("name", "value"), [("ENDPOINT", "collector:4318"), ("SHARE", "2"), ("SHARE", "x")])
def test_a_wrong_setting_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"REPOSTO_OTLP_{name}", value)
    with pytest.raises(SettingInvalid, match=f"REPOSTO_OTLP_{name}"):
        load_settings(tmp_path)
