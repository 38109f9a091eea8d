"""From a worker's commit to every tab: 500 conversations x 2 tabs, 200 results/s, and a tab that stops reading.

python -m benchmarks.push_durable [--sessions 500] [--tabs 2] [--rate 200] [--seconds 5] [--runs 3]
                                  [--home DIR] [--only NAME,…]

reposto: the real server and its real workers, whose analyses cost nothing but are claimed, saved (by
`conversation.work.answer`), encoded and announced as always; answers are real ones of the demo company. Each result
also brings its two tabs two progress frames. Beside it, on the same disk with the same answers: a naive server
(benchmarks/naive.py: what it leaves out is said there), pushing, and polled every 2 s.

"from before" counts from just before the worker's commit, so it contains the wait for the disk; "from after" counts
from the moment the commit was done. --home puts the databases elsewhere, such as on a RAM disk.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from benchmarks.homes import SOCKETS_PER_USER, Seat, add_seats, make_demo, queue_jobs, write_answer
from benchmarks.measuring import (
    Latency,
    commit_floor,
    cpu_seconds,
    latency_row,
    memory_mib,
    print_conditions,
    print_table,
    ratio,
    spread,
)
from benchmarks.polling import poll
from benchmarks.records import Commit, take_records
from benchmarks.servers import Running, leave_nothing_behind, running
from benchmarks.sockets import Tabs, read_rest
from tests.support.postgres import SETTINGS, run_postgres

LEAD_S = 1.5  # from queueing to the first result that is due: the server looks for queued jobs every second
PATIENCE_S = 4.0  # since the last receipt, once all were due
AT_ONCE = 1_000.0  # results a second, which nobody reaches; for so many seconds:
AT_ONCE_S = 0.5
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}  # not as the tests have it
HOT_SHARE = 0.5  # of the results go to one conversation, whose third tab doesn't read: some MB in a few seconds
RESULT = re.compile(rb'"session_id":(\d+),"seq":(\d+),"sender":"ai"')
FIRST_BYTES = 200  # a message's numbers come first

Queue = Callable[[Sequence[tuple[int, int]]], None]
Receipts = dict[tuple[int, int], list[int]]  # (session, seq) -> ns of each receipt


@dataclass(slots=True)
class Phase:
    """One repetition of one thing."""

    before: Latency
    after: Latency
    lateness: Latency  # of the commit's beginning behind its due time
    rate: float  # results per second, from the first commit to the last
    missing: int  # receipts that never came
    cpu: dict[str, float] = field(default_factory=dict)  # share of one core
    stalled: str = ""  # what became of a tab that didn't read


@dataclass(slots=True)
class Load:
    """A server under load: how to queue results for it, and who listens."""

    folder: Path
    server: Running
    tabs: Tabs
    sessions: list[int]
    per_session: int
    queue: Queue
    rate: float
    seconds: float
    newest: dict[int, int] = field(default_factory=dict)  # what pollers have seen already

    def run(self, chance: random.Random, hot: int | None = None) -> Phase:
        """Queue results for random conversations (a share of them for the hot one), wait for all receipts."""
        plan = self.plan(chance, hot)
        take_records(self.folder)
        receipts: Receipts = {}
        self.queue(plan)
        used = self.cpu()
        began = time.monotonic()
        expected = len(plan) * self.per_session
        newest = plan[-1][1]
        counted = 0

        def on_text(_tab: int, received: int, payload: bytes) -> None:
            nonlocal counted, newest
            found = RESULT.search(payload, 0, FIRST_BYTES)
            if found is not None:
                receipts.setdefault((int(found[1]), int(found[2])), []).append(received)
                counted += 1
                newest = max(newest, received)

        def is_over() -> bool:
            return counted >= expected or time.monotonic_ns() > newest + PATIENCE_S * 1e9

        self.tabs.run(on_text, is_over)
        wall = time.monotonic() - began
        if counted < expected:
            print(f"{expected - counted} of {expected} receipts did not come")
        phase = evaluate(take_records(self.folder, len(plan)), receipts, self.per_session, without=hot)
        phase.cpu = {name: (seconds - used[name]) / wall for name, seconds in self.cpu().items()}
        return phase

    def plan(self, chance: random.Random, hot: int | None = None) -> list[tuple[int, int]]:
        first = time.monotonic_ns() + int(LEAD_S * 1e9)
        plan = []
        for number in range(int(self.rate * self.seconds)):
            is_hot = hot is not None and chance.random() < HOT_SHARE
            session = hot if is_hot and hot is not None else chance.choice(self.sessions)
            plan.append((session, first + int(number / self.rate * 1e9)))
        return plan

    def cpu(self) -> dict[str, float]:
        workers = sum(cpu_seconds(pid) for pid in self.server.children())
        return {"server": cpu_seconds(self.server.pid), "workers": workers, "client": time.process_time()}


def evaluate(commits: Sequence[Commit], receipts: Receipts, per_session: int, without: int | None) -> Phase:
    """Every receipt against its commit; those of the session `without` are counted apart, so left out."""
    rest = [commit for commit in commits if commit.session_id != without]
    before, after, missing = [], [], 0
    for commit in rest:
        times = receipts.get((commit.session_id, commit.seq), [])
        missing += per_session - len(times)
        before += [(received - commit.before) / 1e9 for received in times]
        after += [(received - commit.after) / 1e9 for received in times]
    span = (max(c.after for c in commits) - min(c.before for c in commits)) / 1e9
    lateness = Latency.of((commit.before - commit.due) / 1e9 for commit in commits)
    return Phase(Latency.of(before), Latency.of(after), lateness, len(commits) / span, missing)


@contextmanager
def reposto_under_load(
    home: Path, options: argparse.Namespace, database_url: str = ""
) -> Iterator[tuple[Load, list[Seat]]]:
    """The real server with all tabs open."""
    home.mkdir(parents=True, exist_ok=True)
    if database_url:
        (home / "reposto.toml").write_text(f'database_url = "{database_url}"\n', encoding="utf-8")
    make_demo(home)
    sku = write_answer(home)
    seats = add_seats(home, options.sessions, options.tabs)
    with running("benchmarks.load_server", str(home), log=home / "server.log") as server:
        tabs = Tabs(server.port)
        wanted = [(f"/api/chat/ws/{seat.session_id}", seat.token) for seat in seats for _ in range(options.tabs)]
        tabs.open(wanted)
        sessions = [seat.session_id for seat in seats]
        load = Load(
            home,
            server,
            tabs,
            sessions,
            options.tabs,
            lambda plan: queue_jobs(home, plan, sku),
            options.rate,
            options.seconds,
        )
        yield load, seats
        tabs.close()


@contextmanager
def naive_under_load(home: Path, options: argparse.Namespace, *, pushed: bool) -> Iterator[Load]:
    """The naive server, with tabs or with none."""
    home.mkdir(parents=True, exist_ok=True)
    with running("benchmarks.naive", str(home), log=home / "server.log") as server:
        tabs = Tabs(server.port)
        sessions = list(range(1, options.sessions + 1))
        if pushed:
            tabs.open([(f"/ws/{n}", "none") for n in sessions for _ in range(options.tabs)], subprotocol="")

        def queue(plan: Sequence[tuple[int, int]]) -> None:
            address = f"http://127.0.0.1:{server.port}/load"
            request = urllib.request.Request(address, orjson.dumps(plan), method="POST")
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()

        yield Load(home, server, tabs, sessions, options.tabs, queue, options.rate, options.seconds)
        tabs.close()


def measure_reposto(home: Path, options: argparse.Namespace) -> dict[str, list[Phase]]:
    """Quiet, then with one busy conversation, then with a third tab in it that doesn't read."""
    chance = random.Random(1)
    found: dict[str, list[Phase]] = {}
    with reposto_under_load(home, options) as (load, seats):
        load.seconds, seconds = 2, load.seconds
        load.run(chance)  # caches, file sizes
        load.seconds = seconds
        found["reposto"] = [load.run(chance) for _ in range(options.runs)]
        found["reposto, all due at once"] = run_at_once(load, chance, options.runs)
        if "stalled" in options.only:
            hot = seats[0]
            found["reposto, one busy conversation"] = [load.run(chance, hot.session_id) for _ in range(options.runs)]
            stalled = []
            for number in range(options.runs):
                seat = seats[number * (SOCKETS_PER_USER // options.tabs)]  # of another user each time
                path = f"/api/chat/ws/{seat.session_id}"
                stalled.append(run_stalled(load, path, seat.token, seat.session_id, chance))
            found["reposto, and a tab of it that doesn't read"] = stalled
    return found


def run_at_once(load: Load, chance: random.Random, runs: int) -> list[Phase]:
    """As many results a second as two workers can claim and commit; their latency says nothing then."""
    before = load.rate, load.seconds
    load.rate, load.seconds = AT_ONCE, AT_ONCE_S
    phases = [load.run(chance) for _ in range(runs)]
    load.rate, load.seconds = before
    return phases


def measure_postgres(home: Path, options: argparse.Namespace) -> dict[str, list[Phase]]:
    """The same over PostgreSQL, with its own defaults: every commit is synced to the disk."""
    chance = random.Random(1)
    found: dict[str, list[Phase]] = {}
    SETTINGS.update(DURABLE)
    with run_postgres() as postgres:
        url = postgres.url_of(postgres.create_database())
        with reposto_under_load(home, options, url) as (load, _seats):
            load.run(chance)  # caches
            found["reposto on PostgreSQL"] = [load.run(chance) for _ in range(options.runs)]
            found["reposto on PostgreSQL, all due at once"] = run_at_once(load, chance, options.runs)
    return found


def run_stalled(load: Load, path: str, token: str, session_id: int, chance: random.Random) -> Phase:
    """A tab of the busy conversation never reads; the others are measured. Then it reads what was left for it."""
    one = load.tabs.open_stalled(path, token)
    before = memory_mib(load.server.pid)[0]
    try:
        phase = load.run(chance, session_id)
        grown = memory_mib(load.server.pid)[0] - before
        began = time.monotonic()
        size, code = read_rest(one)
        took = time.monotonic() - began
        phase.stalled = (
            f"{size / 2**20:.1f} MiB were waiting for it, read in {took:.1f} s, and {code};"
            f" the server grew by {grown:.0f} MiB"
        )
        return phase
    finally:
        one.close()


def measure_naive(home: Path, options: argparse.Namespace) -> dict[str, list[Phase]]:
    """Pushing; pushing while one tab doesn't read; polled."""
    chance = random.Random(1)
    found: dict[str, list[Phase]] = {}
    with naive_under_load(home / "pushing", options, pushed=True) as load:
        load.run(chance)
        found["naive, send_json"] = [load.run(chance) for _ in range(options.runs)]
        if "stalled" in options.only:
            phase = run_stalled(load, f"/ws/{load.sessions[0]}", "none", load.sessions[0], chance)
            found["naive, and a tab that doesn't read"] = [phase]
    return found


def measure_polling(home: Path, options: argparse.Namespace) -> dict[str, list[Phase]]:
    """Every tab asks for news every two seconds."""
    with naive_under_load(home / "polled", options, pushed=False) as load:
        return {"naive, polled every 2 s": [poll(load, random.Random(n)) for n in range(options.runs)]}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--tabs", type=int, default=2)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--only", default="reposto,stalled,postgres,naive,polling")
    options = parser.parse_args()
    leave_nothing_behind()
    names = options.only.split(",")
    with tempfile.TemporaryDirectory(dir=options.home) as folder:
        base = Path(folder)
        print_conditions(f"{options.sessions} conversations x {options.tabs} tabs, {options.rate:.0f} results/s")
        found: dict[str, list[Phase]] = {}
        if "reposto" in names:
            found |= measure_reposto(base / "reposto", options)
        else:
            make_demo(base / "reposto")
            write_answer(base / "reposto")
        if "postgres" in names:
            found |= measure_postgres(base / "postgres", options)
        for name, measure in (("naive", measure_naive), ("polling", measure_polling)):
            if name in names:
                for kind in ("pushing", "polled"):
                    (base / name / kind).mkdir(parents=True, exist_ok=True)
                    (base / name / kind / "answer.json").write_bytes((base / "reposto/answer.json").read_bytes())
                found |= measure(base / name, options)
        report(found)
        floor = commit_floor(base)
        print(f"a durable commit of one row here: p50 {floor.p50:.2f} ms, p99 {floor.p99:.2f} ms")


def report(found: dict[str, list[Phase]]) -> None:
    """Latencies, then what they cost."""
    head = ["ms, median of the runs (least to most)", "p50", "p95", "p99", "max"]
    for name in ("after", "before"):
        print(f"From {name} the commit to the receipt:")
        print_table(head, [[who, *latency_row([getattr(run, name) for run in runs])] for who, runs in found.items()])
    rows = []
    for who, runs in found.items():
        cpu = [spread([run.cpu[name] * 100 for run in runs], 0) for name in ("server", "workers", "client")]
        late = spread([run.lateness.p99 for run in runs])
        missing = str(sum(run.missing for run in runs))
        rows.append([who, spread([run.rate for run in runs], 0), late, missing, *cpu])
    head = ["", "results/s", "begun late, p99 ms", "never received", "server % of a core", "workers %", "client %"]
    print_table(head, rows)
    for who, runs in found.items():
        for run in runs:
            if run.stalled:
                print(f"{who}: {run.stalled}")
    ours = found.get("reposto")
    for who, runs in found.items():
        if ours is not None and runs is not ours:
            at_median = ratio([run.after.p50 for run in ours], [run.after.p50 for run in runs])
            at_p99 = ratio([run.after.p99 for run in ours], [run.after.p99 for run in runs])
            print(f"{who}: {at_median} reposto's p50, {at_p99} its p99 from after the commit")


if __name__ == "__main__":
    main()
