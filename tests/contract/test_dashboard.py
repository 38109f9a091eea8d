"""The dashboard and the handbook speak only of numbers that exist, and the handbook of all of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from prometheus_client import CollectorRegistry, ProcessCollector

from reposto.app.exporter import WorkerNumbers
from reposto.app.http.metrics import Numbers, Tables
from reposto.app.runtime import Runtime
from reposto.app.settings import load_settings
from reposto.app.vitals import Waiting
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate

DOCS = Path(__file__).parents[2] / "docs"
DASHBOARD = DOCS / "grafana" / "reposto.json"
HANDBOOK = DOCS / "howto" / "operate.md"
SCRAPED = {"job", "instance", "le"}  # labels that Prometheus adds, and those of a bucket
USED = re.compile(r"\b((?:reposto|process)_[a-z0-9_]+)(?:{([^}]*)})?")
WIDTH = 24  # columns of Grafana's grid


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Series name -> its labels, as the programs show them."""
    home = tmp_path_factory.mktemp("home")
    store = Store(sqlite_url(home / "reposto.sqlite"))
    migrate(store)
    runtime = Runtime(load_settings(home), store)
    numbers = Numbers(runtime, Tables({}, Waiting(), {"sales": 1}))
    numbers_of_process = CollectorRegistry()
    ProcessCollector(registry=numbers_of_process)
    found: dict[str, set[str]] = {}
    for family in itertools.chain(numbers.collect(), WorkerNumbers().collect(), numbers_of_process.collect()):
        labels = set(getattr(family, "_labelnames", ()))
        for suffix in {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""]):
            found[family.name + suffix] = labels | ({"le"} if suffix == "_bucket" else set())
    store.close()
    return found


def read_dashboard() -> dict[str, Any]:
    board: dict[str, Any] = orjson.loads(DASHBOARD.read_bytes())
    return board


def queries(board: dict[str, Any]) -> Iterator[str]:
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]


def test_the_dashboard_uses_only_series_that_exist_with_labels_that_they_have(exported: dict[str, set[str]]) -> None:
    count = 0
    for query in queries(read_dashboard()):
        for name, matchers in USED.findall(query):
            assert name in exported, f"{name} in {query}"
            used = set(re.findall(r"([a-z_]+)\s*=?[=~!]", matchers))
            assert used <= exported[name] | SCRAPED, f"{query}: {name} has no {used - exported[name]}"
            count += 1
        known = set().union(*(exported[name] for name, _ in USED.findall(query))) | SCRAPED
        for grouped in re.findall(r"\bby \(([^)]*)\)", query):
            assert {label.strip() for label in grouped.split(",")} <= known, query
    assert count > 30


def test_what_all_processes_tell_alike_is_not_added_up() -> None:
    alike = ("reposto_jobs", "reposto_job_", "reposto_queue_age", "reposto_import_rows", "reposto_invariant_violations")
    for query in queries(read_dashboard()):
        if any(name.startswith(alike) for name, _ in USED.findall(query)):
            assert "max" in query, query


def test_grafana_can_load_it() -> None:
    """What an import needs: ids, known kinds of panels, places that don't overlap, queries of the chosen source."""
    board = read_dashboard()
    assert board["uid"] == board["title"] == "reposto" and board["schemaVersion"] >= 36
    assert {variable["name"] for variable in board["templating"]["list"]} == {"datasource", "job"}
    panels = board["panels"]
    ids = [panel["id"] for panel in panels]
    assert len(ids) == len(set(ids)) and {panel["type"] for panel in panels} == {"row", "stat", "timeseries"}
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= WIDTH
        cells = set(
            itertools.product(range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"]))
        )
        assert not cells & taken, panel["title"]
        taken |= cells
        if panel["type"] == "row":
            continue
        assert panel["title"] and panel["targets"]
        references = [target["refId"] for target in panel["targets"]]
        assert len(references) == len(set(references))
        for target in panel["targets"]:
            assert target["datasource"] == panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert balanced(target["expr"]), target["expr"]


def balanced(query: str) -> bool:
    pairs, open_ones = {")": "(", "}": "{", "]": "["}, []
    for character in re.sub(r'"[^"]*"', "", query):
        if character in pairs.values():
            open_ones.append(character)
        elif character in pairs and (not open_ones or open_ones.pop() != pairs[character]):
            return False
    return not open_ones


def test_the_handbook_names_every_number_and_no_other(exported: dict[str, set[str]]) -> None:
    told = {name for name, _ in USED.findall(HANDBOOK.read_text(encoding="utf-8")) if name.startswith("reposto_")}
    shown = {name for name in exported if name.startswith("reposto_")}
    families = {re.sub(r"_(?:bucket|sum|count)$", "", name) for name in shown}
    assert told - shown - families == set()
    assert families - {re.sub(r"_(?:bucket|sum|count)$", "", name) for name in told} == set()
