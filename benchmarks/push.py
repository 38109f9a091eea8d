"""Pushing, beside others: reposto, the naive manager, python-socketio, Django Channels, Node's ws and Socket.IO.

python -m benchmarks.push [--short] [--runs 3] [--only NAME,…] [--state FILE] [--without-durable]

All on one machine, in one run, with the same messages (1.5 KB) published by another process over Redis, each by the
peer's own route between processes; nothing here is saved. The server has one core, Redis and the client (in C: its
share of a core is in the table) the other. W1: 500 sessions x 2 tabs, 200 messages/s. W2: the same as fast as goes,
1,000 receipts owed at most. W3: one session with 2,000 tabs. Idle sockets. Then a tab that never reads.
Afterwards the durable path, from a worker's commit to the tabs (benchmarks/push_durable.py).

With --state a run that was broken off is taken up where it was: what the file has is not measured again.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import orjson
from sqlalchemy import update

from benchmarks import push_durable
from benchmarks.homes import Seat, add_seats, opened
from benchmarks.measuring import print_conditions, print_table, ratio, spread
from benchmarks.push_peers.load import FIRST_SEQ, build, raise_file_limit
from benchmarks.push_peers.measure import Bench, Figures, Plan, measure
from benchmarks.push_peers.peers import all_peers, install_node_peers
from benchmarks.servers import leave_nothing_behind
from reposto.storage import chat
from reposto.storage.tables import chat_sessions
from tests.support.redis import run_redis

FULL = Plan(sessions=500, runs=3, rate=200, seconds=5, fan_out=2_000, shots=10, idle=5_000)
SHORT = Plan(sessions=500, runs=3, rate=200, seconds=2, fan_out=2_000, shots=5, idle=1_000)
SPARE_FILES = 200
SEATS_BEYOND = 102  # for the fan-out and the stalled tab


def main() -> None:
    """Measure, then print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="fewer and shorter of everything")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--only", default="", help="names of peers as in the table")
    parser.add_argument("--state", type=Path)
    parser.add_argument("--without-durable", action="store_true")
    options = parser.parse_args()
    leave_nothing_behind()
    chosen = SHORT if options.short else FULL
    runs = options.runs or chosen.runs
    files = raise_file_limit()
    idle, fan_out = (min(wanted, files - SPARE_FILES) for wanted in (chosen.idle, chosen.fan_out))
    plan = Plan(chosen.sessions, runs, chosen.rate, chosen.seconds, fan_out, chosen.shots, idle)
    cores = sorted(os.sched_getaffinity(0))[:2]
    print_conditions(
        f"{plan.sessions} sessions x 2 tabs, {plan.runs} runs; server on core {cores[0]}, rest on {cores[-1]}"
    )
    with tempfile.TemporaryDirectory(prefix="reposto-push-") as folder:
        found = measure_all(Path(folder), plan, cores, options.only.split(",") if options.only else [], options.state)
    report(found)
    if not options.without_durable:
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
        sys.argv = [sys.argv[0], *(["--seconds", "3"] if options.short else []), "--runs", str(runs)]
        push_durable.main()


def measure_all(folder: Path, plan: Plan, cores: list[int], only: list[str], state: Path | None) -> list[Figures]:
    """Each peer in turn; what a broken-off run found already is taken from its file."""
    known: dict[str, Figures] = {}
    if state is not None and state.exists():
        known = {one["name"]: Figures(**one) for one in orjson.loads(state.read_bytes())}
    os.sched_setaffinity(0, cores[-1:])
    library = build(folder)
    home = folder / "home"
    seats = make_seats(home, plan.sessions + SEATS_BEYOND)
    with opened(home) as store, store.read() as connection:
        lineage = chat.get_epoch(connection)
    with run_redis() as redis:
        bench = Bench(folder, library, redis.port, redis.process.pid, seats, plan, cores)
        for peer in all_peers(lineage, home, install_node_peers(folder)):
            if (only and peer.name not in only) or (peer.name in known and not known[peer.name].failed):
                continue
            figures = known[peer.name] = measure(bench, peer)
            print(f"{peer.name}: {figures.failed or 'measured'}", file=sys.stderr, flush=True)
            if state is not None:
                state.write_bytes(orjson.dumps([one.as_data() for one in known.values()]))
    return list(known.values())


def make_seats(home: Path, count: int) -> list[Seat]:
    """Conversations that stand at FIRST_SEQ, so that all later numbers have as many digits; one user's."""
    seats = add_seats(home, count)
    with opened(home) as store, store.write() as connection:
        connection.execute(update(chat_sessions).values(last_seq=FIRST_SEQ))
    return seats


def report(found: list[Figures]) -> None:
    """Ratios to the naive manager first, then the figures, then what they cost."""
    measured = [one for one in found if not one.failed]
    naive = next((one for one in measured if one.name == "naive"), None)
    if naive is not None:
        print("Against the naive manager (1x = as fast; more is better):")
        head = ["", "W1 p50", "W1 p99", "W2 deliveries/s", "W3 last tab", "memory of an idle socket"]
        rows = [
            [
                one.name,
                ratio(one.p50, naive.p50),
                ratio(one.p99, naive.p99),
                ratio(naive.throughput, one.throughput),
                ratio(one.fan_out, naive.fan_out),
                ratio([one.kib], [naive.kib]),
            ]
            for one in measured
        ]
        print_table(head, rows)
    head = ["", "W1 p50 ms", "p95", "p99", "W2 deliveries/s", "W3 last tab, ms", "idle socket KiB", "sockets opened/s"]
    rows = [
        [
            one.name,
            *(spread(values, 2) for values in (one.p50, one.p95, one.p99)),
            spread(one.throughput, 0),
            spread(one.fan_out),
            f"{one.kib:.1f}",
            f"{one.accepts:.0f}",
        ]
        for one in measured
    ]
    print_table(head, rows)
    print("What it took (W2), what never came (W1 to W3), and 100 sessions beside a tab that never reads:")
    head = [
        "",
        "server µs a delivery",
        "server %",
        "client %",
        "Redis %",
        "never came",
        "worst delay of the publisher, ms",
    ]
    head += ["others' p99 ms", "of theirs never came", "server grew MiB"]
    rows = [
        [
            one.name,
            spread(one.server_us),
            *(spread([100 * value for value in values], 0) for values in share(one)),
            str(one.missing),
            f"{one.late_ms:.1f}",
            f"{one.stalled_p99:.2f}",
            f"{one.stalled_missing:.0%}",
            f"{one.stalled_mib:.0f}",
        ]
        for one in measured
    ]
    print_table(head, rows)
    for one in found:
        if one.failed:
            print(f"{one.name} could not be measured: {one.failed}")


def share(one: Figures) -> tuple[list[float], list[float], list[float]]:
    """Of a core each."""
    return one.server_share, one.client_share, one.redis_share


if __name__ == "__main__":
    main()
