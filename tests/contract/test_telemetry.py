"""Traces: one for each analysis, over the processes that had a part in it, sent to a collector of our own."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from reposto.app import telemetry
from reposto.app.settings import load_settings
from reposto.model.errors import SettingInvalid
from tests.support import company
from tests.support.api import Api, make_token
from tests.support.collector import Collector, run_collector
from tests.support.logins import open_socket
from tests.support.processes import ServerProcess

pytestmark = pytest.mark.xdist_group("telemetry")


@pytest.fixture
def collector() -> Iterator[Collector]:
    with run_collector() as running:
        yield running


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
