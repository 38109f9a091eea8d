"""What it costs as it grows: sockets, messages a second, the length of a history, API processes.

python -m benchmarks.growth [--short] [--only sockets,rate,history,processes] [--svg FILE]

The gateway as in benchmarks/push.py: messages of 1.5 KB published over Redis by another process; the server on one
core (two processes on both, in the last part, beside the client), client and Redis on the other. A resume is timed from
the TCP connection to `ready`, for a client that missed the last five messages of its conversation.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.growth_plot import Curve, write_svg
from benchmarks.homes import Seat, add_seats, opened
from benchmarks.measuring import Latency, cpu_seconds, memory_mib, print_conditions, print_table
from benchmarks.push import SEATS_BEYOND, SPARE_FILES, make_seats
from benchmarks.push_peers.load import Client, build, raise_file_limit
from benchmarks.push_peers.measure import Bench, Plan
from benchmarks.push_peers.peers import Peer, all_peers
from benchmarks.servers import leave_nothing_behind
from benchmarks.sockets import Tabs, take_frames
from reposto.storage import chat
from tests.support.postgres import run_postgres
from tests.support.redis import run_redis

SOCKETS, SOCKETS_SHORT = (100, 300, 1_000, 3_000, 10_000), (100, 1_000, 10_000)
RATES = (50, 100, 200, 500, 1_000, 2_000, 5_000)
LENGTHS = (10, 100, 1_000, 10_000, 100_000)
RATE = 200.0  # messages a second, where sockets grow
TABS = 1_000  # sockets, where the rate grows
MISSED = 5
RESUMES = 30
SETTLE_S = 1.5


@dataclass(slots=True)
class Growth:
    """A table of one thing that grows, and its curves."""

    title: str
    head: list[str]
    rows: list[list[str]]
    curves: list[Curve]


@dataclass(slots=True)
class Stage:
    """A server that was just started, and how to measure it."""

    bench: Bench
    peer: Peer
    pids: list[int]
    port: int
    seconds: float
    seats: list[Seat]

    def listen(self, count: int) -> tuple[Client, list[Seat]]:
        """That many tabs, each of its own session as long as there are seats."""
        wanted = [self.seats[number % len(self.seats)] for number in range(count)]
        used = self.seats[: min(count, len(self.seats))]
        each = {seat.session_id: 0 for seat in used}
        for seat in wanted:
            each[seat.session_id] += 1
        client = self.bench.open(self.peer, self.port, wanted, [(seat, each[seat.session_id]) for seat in used])
        client.idle(SETTLE_S)
        return client, used

    def push(self, client: Client, sessions: int, rate: float) -> tuple[Latency, float, int]:
        """Latencies, the server's share of a core, and what never came."""
        chance = random.Random(1)
        order = [chance.randrange(sessions) for _ in range(int(rate * self.seconds))]
        used, began = sum(map(cpu_seconds, self.pids)), time.monotonic()
        run = client.run(order, rate=rate)
        busy = (sum(map(cpu_seconds, self.pids)) - used) / (time.monotonic() - began)
        return Latency.of(value / 1e9 for value in run.latencies), busy, run.missing


Stages = Callable[[], AbstractContextManager[Stage]]


@contextmanager
def started(bench: Bench, peer: Peer, seats: list[Seat], seconds: float) -> Iterator[Stage]:
    """A fresh server."""
    with bench.server(peer, bench.folder / "server.log") as (pid, port):
        time.sleep(SETTLE_S)
        yield Stage(bench, peer, [pid, *family(pid)], port, seconds, seats)


def family(pid: int) -> list[int]:
    """Processes that it started, and those that they did."""
    found = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    return found + [grand for one in found for grand in family(one)]


def grow_sockets(stage: Stages, counts: Sequence[int]) -> Growth:
    """At a constant rate, to random ones."""
    rows, p50s, p99s, cpus = [], [], [], []
    for count in counts:
        with stage() as one:
            before = memory_mib(one.pids[0])[0]
            client, used = one.listen(count)
            kib = (memory_mib(one.pids[0])[0] - before) * 1024 / count
            latency, busy, missing = one.push(client, len(used), RATE)
            client.close()
        rows.append([f"{count:,}", *figures(latency), f"{busy:.1%}", f"{kib:.1f}", str(missing)])
        p50s.append((count, latency.p50))
        p99s.append((count, latency.p99))
        cpus.append((count, busy * 100))
    head = ["open sockets", "p50 ms", "p95 ms", "p99 ms", "max ms", "server, of a core", "KiB a socket", "never came"]
    curves = [Curve("p50 ms", p50s), Curve("p99 ms", p99s), Curve("% of a core", cpus)]
    return Growth(f"Sockets, at {RATE:.0f} messages/s", head, rows, curves)


def grow_rate(stage: Stages, rates: Sequence[float]) -> Growth:
    """With a constant number of sockets, two a session."""
    rows, p50s, p99s, cpus = [], [], [], []
    with stage() as one:
        one.seats = one.seats[: TABS // 2]
        client, used = one.listen(TABS)
        for rate in rates:
            latency, busy, missing = one.push(client, len(used), rate)
            rows.append([f"{rate:,.0f}", *figures(latency), f"{busy:.1%}", str(missing)])
            p50s.append((rate, latency.p50))
            p99s.append((rate, latency.p99))
            cpus.append((rate, busy * 100))
        client.close()
    head = ["messages/s (x 2 tabs)", "p50 ms", "p95 ms", "p99 ms", "max ms", "server, of a core", "never came"]
    curves = [Curve("p50 ms", p50s), Curve("p99 ms", p99s), Curve("% of a core", cpus)]
    return Growth(f"Messages a second, {TABS:,} sockets", head, rows, curves)


def grow_history(stage: Stages, home: Path, lengths: Sequence[int]) -> Growth:
    """A resume reads what is missing, however long the conversation is."""
    seats = add_seats(home, len(lengths))
    for seat, length in zip(seats, lengths, strict=True):
        write_history(home, seat.session_id, length)
    rows, p50s, p99s = [], [], []
    with stage() as one:
        for seat, length in zip(seats, lengths, strict=True):
            times = [resume(one.port, seat, length - MISSED) for _ in range(RESUMES)]
            latency = Latency.of(times[5:])  # the first ones warm the pages up
            rows.append([f"{length:,}", *figures(latency)])
            p50s.append((length, latency.p50))
            p99s.append((length, latency.p99))
    head = ["messages in the conversation", "p50 ms", "p95 ms", "p99 ms", "max ms"]
    title = f"Resuming with {MISSED} messages missed"
    return Growth(title, head, rows, [Curve("p50 ms", p50s), Curve("p99 ms", p99s)])


def write_history(home: Path, session_id: int, length: int) -> None:
    """As many messages as an answer is long, straight into the table."""
    text = "Compre 480 cadeiras até 12/12: é o que falta. " * 30
    rows = [(session_id, seq, "ai", text, "2026-11-22 22:08:00.000000", None) for seq in range(1, length + 1)]
    with sqlite3.connect(home / "reposto.sqlite") as database:
        query = "INSERT INTO chat_messages (session_id, seq, sender, content, criado_em, metadata) VALUES (?,?,?,?,?,?)"
        database.executemany(query, rows)
        database.execute("UPDATE chat_sessions SET last_seq = ? WHERE id = ?", (length, session_id))
    database.close()


def resume(port: int, seat: Seat, after: int) -> float:
    """Seconds from the connection to `ready`."""
    began = time.perf_counter()
    tabs = Tabs(port)
    (tab,) = tabs.open([(f"/api/chat/ws/{seat.session_id}?after={after}", seat.token)], answering=False)
    tab.socket.setblocking(True)
    tab.socket.settimeout(10)
    messages = 0
    while True:
        for _opcode, payload in take_frames(tab.buffer):
            messages += payload.startswith(b'{"type":"message"')
            if payload.startswith(b'{"type":"ready"'):
                took = time.perf_counter() - began
                tabs.close()
                if messages != MISSED:
                    raise SystemExit(f"{messages} messages came instead of {MISSED}")
                return took
        data = tab.socket.recv(65536)
        if not data:
            raise SystemExit("the server hung up before it was ready")
        tab.buffer += data


def grow_processes(base: Bench, seconds: float) -> Growth:
    """Over PostgreSQL; all processes share this machine's cores with the client, so two can't be twice as fast here."""
    rows = []
    with run_postgres() as postgres:
        for processes in (1, 2):
            home = base.folder / f"processes-{processes}"
            url = postgres.url_of(postgres.create_database())
            home.mkdir()
            (home / "reposto.toml").write_text(f'database_url = "{url}"\nredis_url = "{base.redis_url}"\n')
            seats = make_seats(home, TABS // 2)
            with opened(home) as store, store.read() as connection:
                peer = all_peers(chat.get_epoch(connection), home, None)[0]
            peer = replace(peer, command=partial(serve, home, processes))
            bench = replace(base, seats=seats, server_cores=base.cores[:processes])
            with started(bench, peer, seats, seconds) as one:
                client, used = one.listen(TABS)
                latency, busy, missing = one.push(client, len(used), RATE)
                client.close()
            rows.append([str(processes), *figures(latency), f"{busy:.1%}", str(missing)])
    head = ["API processes", "p50 ms", "p95 ms", "p99 ms", "max ms", "all servers, of a core", "never came"]
    return Growth(f"API processes over PostgreSQL, {TABS:,} sockets, {RATE:.0f} messages/s", head, rows, [])


def serve(home: Path, processes: int, _redis_url: str) -> list[str]:
    """A command; the home's reposto.toml says the rest."""
    return ["reposto.app.cli", "serve", "--home", str(home), "--port", "0", "--processes", str(processes)]


def figures(latency: Latency) -> list[str]:
    """p50, p95, p99, max."""
    return [f"{value:.2f}" for value in (latency.p50, latency.p95, latency.p99, latency.worst)]


def main() -> None:
    """Print the tables as Markdown, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--only", default="sockets,rate,history,processes")
    parser.add_argument("--svg", type=Path)
    options = parser.parse_args()
    leave_nothing_behind()
    room = raise_file_limit() - SPARE_FILES
    wanted = SOCKETS_SHORT if options.short else SOCKETS
    counts = [count for count in wanted if count <= room]
    if len(counts) < len(wanted):
        print(f"only {room:,} sockets: the limit of open files (ulimit -Hn) is too low for {wanted[-1]:,}")
    cores, seconds = sorted(os.sched_getaffinity(0))[:2], 2.0 if options.short else 5.0
    os.sched_setaffinity(0, cores[-1:])
    print_conditions(f"growth; server on core {cores[0]}, client and Redis on {cores[-1]}")
    found: list[Growth] = []
    with tempfile.TemporaryDirectory(prefix="reposto-growth-") as folder, run_redis() as redis:
        base = Path(folder)
        home = base / "home"
        seats = make_seats(home, max(TABS, max(counts) // 2) + SEATS_BEYOND)
        with opened(home) as store, store.read() as connection:
            peer = all_peers(chat.get_epoch(connection), home, None)[0]
        plan = Plan(0, 1, RATE, seconds, 0, 0, 0)
        bench = Bench(base, build(base), redis.port, redis.process.pid, seats, plan, cores)

        def stage() -> AbstractContextManager[Stage]:
            return started(bench, peer, seats, seconds)

        parts: dict[str, Callable[[], Growth]] = {
            "sockets": lambda: grow_sockets(stage, counts),
            "rate": lambda: grow_rate(stage, RATES[:5] if options.short else RATES),
            "history": lambda: grow_history(stage, home, LENGTHS[:4] if options.short else LENGTHS),
            "processes": lambda: grow_processes(bench, seconds),
        }
        failed = []
        for name in options.only.split(","):
            began = time.monotonic()
            try:
                growth = parts[name]()
            except (SystemExit, OSError, RuntimeError) as error:  # the other parts are worth having without it
                failed.append(f"{name}: {type(error).__name__}: {error}")
                continue
            print(f"{growth.title} ({time.monotonic() - began:.0f} s):")
            print_table(growth.head, growth.rows)
            found.append(growth)
    if options.svg is not None and any(growth.curves for growth in found):
        write_svg(options.svg, [(growth.title, growth.head[0], growth.curves) for growth in found if growth.curves])
    if failed:
        raise SystemExit("could not be measured: " + "; ".join(failed))


if __name__ == "__main__":
    main()
