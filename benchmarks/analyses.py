"""Analyses per second, from queued questions to saved results, and how long one takes.

python -m benchmarks.analyses [--runs 3] [--count 60] [--home DIR]

Warm: one process, every product of the demo company: the facts loaded, the four analysts, the words; beside it, where
the dependency group `bench` is installed, statsforecast's AutoETS (season of 7 days) on the daily series of every
third of them, which makes a forecast and nothing else. End to end: a real server with one and with two workers finds
COUNT questions queued; from the first claim to the last saved result. At rest: one question after the other, from
sending it on a WebSocket to receiving the result.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import re
import shutil
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import func, select

from benchmarks.homes import add_seats, make_demo, opened
from benchmarks.measuring import Latency, latency_row, print_conditions, print_table, ratio, spread
from benchmarks.servers import running, serve_arguments
from benchmarks.sockets import Tab, Tabs
from reposto.app import access
from reposto.app.analysis import analyse_request
from reposto.conversation import sessions
from reposto.conversation.ask import Asker, ask
from reposto.conversation.catalogue import Catalogue
from reposto.language import prose
from reposto.model.clock import local_today, utc_now
from reposto.model.facts import ProductFacts
from reposto.model.message import JobState
from reposto.model.request import Expect, Intent, Request
from reposto.storage import catalogue, company, facts
from reposto.storage.engine import Store
from reposto.storage.tables import jobs

RESULT = re.compile(rb'"sender":"ai"')
FIRST_BYTES = 200  # a message's numbers come first
PATIENCE_S = 120.0
SEASON = 7  # days
HORIZON = 30  # days


def products(store: Store) -> list[Request]:
    """A question about each product of the demo company."""
    with store.read() as connection:
        today = local_today(company.zone(connection))
        named = catalogue.list_named_products(connection)
    return [Request(one.name, Intent.DEMAND_FORECAST, Expect.ANSWER, (one.sku,), today=today) for one in named]


def load(store: Store, request: Request) -> ProductFacts:
    """What the analysts need to know."""
    assert request.today is not None
    with store.read() as connection:
        return facts.load_facts(connection, request.skus[0], today=request.today, loaded_at=utc_now())


def analyse_all(store: Store) -> Latency:
    """Each product once, as a worker does it, nothing saved."""
    durations = []
    for request in products(store):
        began = time.perf_counter()
        analysis = analyse_request(load(store, request), request, lambda _name, _state: None)
        prose.write_analysis(analysis, request, "pt-BR")
        durations.append(time.perf_counter() - began)
    return Latency.of(durations)


def peer() -> Callable[[list[float]], Any] | None:
    """statsforecast's AutoETS on one series, if it is installed."""
    if importlib.util.find_spec("statsforecast") is None:
        return None
    import numpy
    from statsforecast.models import AutoETS

    model = AutoETS(season_length=SEASON)
    return lambda series: model.forecast(y=numpy.array(series), h=HORIZON, level=[80])


def forecast_all(store: Store, forecast: Callable[[list[float]], Any]) -> Latency:
    """The peer on the series of every third of these products: it takes long."""
    durations = []
    for request in products(store)[::3]:
        history = load(store, request).sales
        series = [] if history is None else history.quantity.tolist()
        if len(series) < 2 * SEASON:
            continue
        began = time.perf_counter()
        forecast(series)
        durations.append(time.perf_counter() - began)
    return Latency.of(durations)


def queue_questions(home: Path, count: int) -> None:
    """Ask, through the real use case, one question in each of so many conversations."""
    with opened(home) as store:
        index = Catalogue(store)
        user = access.add_user(store, f"buyer-{uuid.uuid4().hex[:12]}", None, role="buyer", locale="pt-BR")
        asked = itertools.cycle(products(store))
        for _ in range(count):
            session = sessions.open_session(store, user.id, now=utc_now())
            done = ask(
                store,
                index,
                session_id=session.id,
                asker=Asker(user.id),
                content=f"Qual a demanda do produto {next(asked).skus[0]}?",
                client_id=None,
                now=utc_now(),
            )
            if not done.change.queued:
                raise SystemExit(f"{done.question.content!r} was answered without an analysis")


def end_to_end(home: Path, workers: int) -> tuple[float, float]:
    """Results a second, and the median seconds from claim to result, of a server that finds the questions queued."""
    arguments = serve_arguments(home)
    settings = {"REPOSTO_WORKERS": str(workers)}
    with running("reposto.app.cli", *arguments, log=home / "server.log", env=settings), opened(home) as store:
        deadline = time.monotonic() + PATIENCE_S
        while (left := count_open(store)) and time.monotonic() < deadline:
            time.sleep(0.1)
        if left:
            raise SystemExit(f"{left} analyses did not end within {PATIENCE_S} s")
        with store.read() as connection:
            rows = connection.execute(select(jobs.c.state, jobs.c.started_at, jobs.c.finished_at)).all()
    if any(row.state != JobState.DONE for row in rows):
        raise SystemExit("not every analysis ended well")
    span = max(row.finished_at for row in rows) - min(row.started_at for row in rows)
    typical = statistics.median((row.finished_at - row.started_at).total_seconds() for row in rows)
    return len(rows) / span.total_seconds(), typical


def count_open(store: Store) -> int:
    """Queued or running."""
    with store.read() as connection:
        query = select(func.count()).select_from(jobs).where(jobs.c.finished_at.is_(None))
        return connection.execute(query).scalar_one()


def one_by_one(home: Path, runs: int, count: int) -> list[Latency]:
    """Questions at a server at rest, each after the answer to the one before."""
    with opened(home) as store:
        asked = itertools.cycle(products(store))
    found = []
    with running("reposto.app.cli", *serve_arguments(home), log=home / "server.log") as server:
        tabs = Tabs(server.port)
        for seat in add_seats(home, runs):
            (tab,) = tabs.open([(f"/api/chat/ws/{seat.session_id}", seat.token)])
            ask_and_wait(tabs, tab, next(asked).skus[0])  # the first waits for a worker to be ready
            found.append(Latency.of(ask_and_wait(tabs, tab, next(asked).skus[0]) for _ in range(count)))
        tabs.close()
    return found


def ask_and_wait(tabs: Tabs, tab: Tab, sku: str) -> float:
    """Seconds from sending a question to receiving its result."""
    results: list[int] = []

    def on_text(number: int, received: int, payload: bytes) -> None:
        if number == tab.number and RESULT.search(payload, 0, FIRST_BYTES):
            results.append(received)

    question = {"type": "question", "client_id": str(uuid.uuid4()), "content": f"Qual a demanda do produto {sku}?"}
    began = time.monotonic_ns()
    tab.send(orjson.dumps(question))
    deadline = time.monotonic() + PATIENCE_S
    tabs.run(on_text, lambda: bool(results) or time.monotonic() > deadline)
    if not results:
        raise SystemExit(f"no result for {sku} within {PATIENCE_S} s")
    return (results[0] - began) / 1e9


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.home) as folder:
        template, home = Path(folder) / "template", Path(folder) / "home"
        make_demo(template)
        print_conditions("analyses of the demo company's products")
        measure_warm(template, options.runs)
        rows = []
        queued = Path(folder) / "queued"
        shutil.copytree(template, queued)
        queue_questions(queued, options.count)
        for workers in (1, 2):
            runs = []
            for _ in range(options.runs):
                shutil.rmtree(home, ignore_errors=True)
                shutil.copytree(queued, home)
                runs.append(end_to_end(home, workers))
            rows.append([str(workers), spread([rate for rate, _ in runs]), spread([s for _, s in runs], 2)])
        print_table(["workers", "results saved a second", "from claim to result, median s"], rows)
        runs_alone = one_by_one(template, options.runs, 15)
        print_table(
            ["question sent -> result received, server at rest, ms", "p50", "p95", "p99", "max"],
            [["reposto", *latency_row(runs_alone, 0)]],
        )


def measure_warm(home: Path, runs: int) -> None:
    """The first table."""
    forecast = peer()
    with opened(home) as store:
        analyse_all(store)
        ours = [analyse_all(store) for _ in range(runs)]
        rows = [["reposto: facts, four analysts, words", str(ours[0].count), *latency_row(ours, 0)]]
        if forecast is not None:
            theirs = [forecast_all(store, forecast) for _ in range(runs)]
            rows.append(["statsforecast AutoETS: a forecast only", str(theirs[0].count), *latency_row(theirs, 0)])
    print_table(["one analysis, warm, ms", "products", "p50", "p95", "p99", "max"], rows)
    if forecast is None:
        print("statsforecast is not installed (dependency group bench): nothing to compare with\n")
        return
    of_median = ratio([run.p50 for run in ours], [run.p50 for run in theirs])
    print(f"AutoETS: {of_median} reposto's p50\n")


if __name__ == "__main__":
    main()
