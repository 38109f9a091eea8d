"""From a question to its acknowledgement: a real server, the demo company, questions at 1/s and at 10/s.

python -m benchmarks.ack [--runs 3] [--count 100] [--slow 10] [--home DIR]

A question is sent on one of 40 open WebSockets, and the clock stops when `analysis_started` is back on it: the
question was understood, stored with its acknowledgement and its job, and the disk has confirmed it. Two rows are the
server with its analyses running on the same cores, the third one without them (its workers end each analysis at
once). Beside them a naive server (benchmarks/naive.py: one fixed sentence, stored and sent), and the floor: a durable
commit of one row on this disk.
"""

from __future__ import annotations

import argparse
import itertools
import random
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from benchmarks.homes import Seat, add_seats, make_demo, opened, write_answer
from benchmarks.measuring import Latency, commit_floor, latency_row, print_conditions, print_table, ratio
from benchmarks.servers import running, serve_arguments
from benchmarks.sockets import Tab, Tabs
from reposto.conversation.at_once import needs_job
from reposto.conversation.catalogue import Catalogue
from reposto.model.clock import local_today
from reposto.model.request import Expect
from reposto.storage import catalogue

SOCKETS = 40  # a socket takes 120 questions a minute
PATIENCE_S = 10.0
WORDINGS = ("Qual a demanda do produto {}?", "quanto devo comprar de {}?", "tem que repor {}? e qual o prazo?")
Ask = Callable[[Tab, str], None]


class Asker:
    """Asks at a steady rate, whatever the answers do, and notes how long each acknowledgement took."""

    def __init__(self, tabs: Tabs, seats: Sequence[Tab], questions: Sequence[str], ask: Ask) -> None:
        self._tabs = tabs
        self._seats = itertools.cycle(seats)
        self._questions = itertools.cycle(questions)
        self._ask = ask
        self._sent: dict[int, float] = {}
        self._durations: list[float] = []

    def run(self, count: int, rate: float) -> Latency:
        """One repetition; a question whose acknowledgement never comes is an error."""
        self._durations = []
        began = time.monotonic()
        for number in range(count):
            due = began + number / rate
            self._tabs.run(self._note, lambda due=due: time.monotonic() >= due, tick_s=0.001)  # type: ignore[misc]
            tab = next(self._seats)
            self._sent[tab.number] = time.monotonic()
            self._ask(tab, next(self._questions))
        deadline = time.monotonic() + PATIENCE_S
        self._tabs.run(self._note, lambda: not self._sent or time.monotonic() > deadline)
        if self._sent:
            raise SystemExit(f"{len(self._sent)} questions were not acknowledged within {PATIENCE_S} s")
        return Latency.of(self._durations)

    def _note(self, number: int, received: int, payload: bytes) -> None:
        if b'"analysis_started"' in payload and number in self._sent:
            self._durations.append(received / 1e9 - self._sent.pop(number))


def ask_reposto(tab: Tab, question: str) -> None:
    """As the page does."""
    frame = {"type": "question", "client_id": str(uuid.uuid4()), "content": question}
    tab.send(orjson.dumps(frame))


def ask_naive(tab: Tab, question: str) -> None:
    """Plain text."""
    tab.send(question.encode())


def make_questions(home: Path) -> list[str]:
    """About the demo company's products, in three wordings; without those that are answered by asking back."""
    with opened(home) as store, store.read() as connection:
        understander = Catalogue(store).current(connection).understander
        names = [product.name for product in catalogue.list_named_products(connection)]
    questions = []
    for question in (wording.format(name) for name in names for wording in WORDINGS):
        request = understander.understand(question, turns=(), today=local_today())
        if request.expect is Expect.ANSWER and len(request.skus) == 1 and needs_job(request):
            questions.append(question)
    random.Random(1).shuffle(questions)
    return questions


def measure_reposto(module: str, arguments: Sequence[str], home: Path, rates: dict[float, int], runs: int) -> Runs:
    """Latencies by rate."""
    seats = [seat for _ in range(runs * len(rates)) for seat in add_seats(home, SOCKETS)]
    questions = make_questions(home)
    found: Runs = {rate: [] for rate in rates}
    with running(module, *arguments, log=home / "server.log") as server:
        for rate, count in rates.items():
            for _ in range(runs):
                tabs = Tabs(server.port)
                mine, seats = seats[:SOCKETS], seats[SOCKETS:]
                opened_tabs = tabs.open([(path_of(seat), seat.token) for seat in mine])
                asker = Asker(tabs, opened_tabs, questions, ask_reposto)
                asker.run(3, 3)
                found[rate].append(asker.run(count, rate))
                tabs.close()
    return found


def path_of(seat: Seat) -> str:
    """Of a conversation's WebSocket."""
    return f"/api/chat/ws/{seat.session_id}"


def measure_naive(home: Path, rates: dict[float, int], runs: int) -> Runs:
    """The same with the naive server."""
    found: Runs = {rate: [] for rate in rates}
    with running("benchmarks.naive", str(home), log=home / "naive.log") as server:
        tabs = Tabs(server.port)
        opened_tabs = tabs.open([(f"/ws/{number}", "none") for number in range(1, SOCKETS + 1)], subprotocol="")
        asker = Asker(tabs, opened_tabs, make_questions(home), ask_naive)
        for rate, count in rates.items():
            found[rate] = [asker.run(count, rate) for _ in range(runs)]
        tabs.close()
    return found


Runs = dict[float, list[Latency]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--count", type=int, default=100, help="questions of one repetition at 10/s")
    parser.add_argument("--slow", type=int, default=10, help="questions of one repetition at 1/s")
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    rates = {10.0: options.count, 1.0: options.slow}
    with tempfile.TemporaryDirectory(dir=options.home) as folder:
        base = Path(folder)
        print_conditions("question sent -> analysis_started received, ms")
        real, alone = base / "real", base / "alone"
        make_demo(real)
        write_answer(real)
        shutil.copytree(real, alone)
        found = {
            "reposto": measure_reposto("reposto.app.cli", serve_arguments(real), real, rates, options.runs),
            "reposto, no analyses beside": measure_reposto(
                "benchmarks.load_server", (str(alone),), alone, {10.0: options.count}, options.runs
            ),
            "naive": measure_naive(alone, {10.0: options.count}, options.runs),
        }
        floor = commit_floor(base)
        report(found, floor)


def report(found: dict[str, Runs], floor: Latency) -> None:
    """One row each."""
    rows = [
        [f"{who}, {rate:.0f}/s", str(runs[0].count), *latency_row(runs)]
        for who, by_rate in found.items()
        for rate, runs in by_rate.items()
    ]
    rows.append(["a durable commit here", str(floor.count), *latency_row([floor])])
    print_table(["median of the runs (least to most)", "questions a run", "p50", "p95", "p99", "max"], rows)
    ours = found["reposto, no analyses beside"][10.0]
    theirs = found["naive"][10.0]
    at_median = ratio([run.p50 for run in ours], [run.p50 for run in theirs])
    at_p99 = ratio([run.p99 for run in ours], [run.p99 for run in theirs])
    print(f"naive at 10/s: {at_median} reposto's p50 without analyses, {at_p99} its p99")


if __name__ == "__main__":
    main()
