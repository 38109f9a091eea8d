"""One peer: memory of idle sockets, latency, throughput, fan-out, and a tab that never reads."""

from __future__ import annotations

import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from ctypes import CDLL
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.homes import Seat
from benchmarks.measuring import Latency, cpu_seconds, memory_mib
from benchmarks.push_peers.load import Client, Run
from benchmarks.push_peers.peers import Peer, join, redis_command
from benchmarks.servers import REPOSITORY, STOP_S, clean_environment, wait_until_ready
from benchmarks.sockets import Tabs

SETTLE_S = 1.5
WINDOW = 1_000  # receipts owed at most in W2: each tab one message, so that no queue grows
FLOOD = 6_000  # messages of 1.5 KB to the conversation whose third tab never reads: more than the kernel keeps for it
WARM_UP = 1_000  # messages
AT_ONCE = 200  # tabs that are opened before they all join their sessions


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of what."""

    sessions: int
    runs: int
    rate: float
    seconds: float
    fan_out: int
    shots: int
    idle: int


@dataclass(slots=True)
class Figures:
    """What was found; each list has an entry a run."""

    name: str
    failed: str = ""
    p50: list[float] = field(default_factory=list)  # ms
    p95: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    throughput: list[float] = field(default_factory=list)  # deliveries/s
    server_us: list[float] = field(default_factory=list)  # processor time of the server for one delivery
    server_share: list[float] = field(default_factory=list)  # of its core, during W2
    client_share: list[float] = field(default_factory=list)
    redis_share: list[float] = field(default_factory=list)
    fan_out: list[float] = field(default_factory=list)  # ms until the last tab
    missing: int = 0  # receipts that never came, without the stalled tab
    late_ms: float = 0.0  # the publisher behind its plan, at worst
    kib: float = 0.0  # of memory for an idle socket
    accepts: float = 0.0  # sockets opened a second
    stalled_p99: float = 0.0
    stalled_missing: float = 0.0  # share of the others' receipts that never came beside a tab that doesn't read
    stalled_mib: float = 0.0  # by how much the server grew meanwhile

    def as_data(self) -> dict[str, Any]:
        """For the file that a run can be taken up from."""
        return asdict(self)


@dataclass(slots=True)
class Bench:
    """What all peers share: Redis, the client, the seats."""

    folder: Path
    library: CDLL
    redis_port: int
    redis_pid: int
    seats: list[Seat]
    plan: Plan
    cores: list[int]
    server_cores: list[int] | None = None  # the first one, if nothing else is said

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.redis_port}/0"

    @contextmanager
    def server(self, peer: Peer, log: Path) -> Iterator[tuple[int, int]]:
        """The peer's process on its own core: (pid, port)."""
        first, *rest = peer.command(self.redis_url)
        command = [first, *rest] if first == "node" else [sys.executable, "-m", first, *rest]
        os.sched_setaffinity(0, self.server_cores or self.cores[:1])
        with log.open("wb") as target:
            process = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env=clean_environment() | {"REPOSTO_REDIS_URL": self.redis_url, "REPOSTO_WORKERS": "1"},
                stdin=subprocess.DEVNULL,
                stdout=target,
                stderr=target,
            )
        os.sched_setaffinity(0, self.cores[-1:])
        try:
            yield process.pid, wait_until_ready(process, log)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_S)
            process.kill()
            process.wait()

    def open(self, peer: Peer, port: int, seats: Sequence[Seat], receipts: Sequence[tuple[Seat, int]] = ()) -> Client:
        """A tab of each seat, joined, and a PUBLISH for each of these sessions with so many tabs."""
        tabs = Tabs(port)
        client = Client(self.library, len(seats), self.redis_port, speaks_engine_io=peer.speaks_engine_io)
        for start in range(0, len(seats), AT_ONCE):
            some = seats[start : start + AT_ONCE]
            wanted = [(peer.path(seat), seat.token) for seat in some]
            new = tabs.open(wanted, subprotocol=peer.subprotocol, answering=False)
            join([(tab.socket, bytes(tab.buffer), seat.session_id) for tab, seat in zip(new, some, strict=True)], peer)
            client.add([tab.socket for tab in new])
            client.idle(0)  # some servers want to hear from the first ones already
        client.prepare([(redis_command(*peer.publish(seat.session_id)), count) for seat, count in receipts])
        return client


def measure(bench: Bench, peer: Peer) -> Figures:
    """Everything about one peer; what goes wrong is written down, and ends only this peer's part."""
    figures = Figures(peer.name)
    log = bench.folder / f"{peer.name.replace(' ', '-')}.log"
    try:
        with bench.server(peer, log) as (pid, port):
            time.sleep(SETTLE_S)
            _measure_idle(bench, peer, pid, port, figures)
        with bench.server(peer, log) as (pid, port):
            time.sleep(SETTLE_S)
            _measure_many(bench, peer, pid, port, figures)
            _measure_fan_out(bench, peer, port, figures)
            _measure_stalled(bench, peer, pid, port, figures)
    except (SystemExit, OSError, RuntimeError) as error:
        figures.failed = f"{type(error).__name__}: {error}"[:300]
    return figures


def _measure_idle(bench: Bench, peer: Peer, pid: int, port: int, figures: Figures) -> None:
    before = memory_mib(pid)[0]
    seats = [bench.seats[number % len(bench.seats)] for number in range(bench.plan.idle)]
    began = time.monotonic()
    client = bench.open(peer, port, seats)
    figures.accepts = len(seats) / (time.monotonic() - began)
    client.idle(SETTLE_S)
    figures.kib = (memory_mib(pid)[0] - before) * 1024 / len(seats)
    client.close()


def _measure_many(bench: Bench, peer: Peer, pid: int, port: int, figures: Figures) -> None:
    """W1 and W2: two tabs a session."""
    plan, chance = bench.plan, random.Random(1)
    seats = bench.seats[: plan.sessions]
    client = bench.open(peer, port, [*seats, *seats], [(seat, 2) for seat in seats])
    client.idle(0.5)
    rate = _throughput(client.run(_any_of(len(seats), WARM_UP, chance), window=WINDOW))
    for _ in range(plan.runs):
        run = client.run(_any_of(len(seats), int(plan.rate * plan.seconds), chance), rate=plan.rate)
        latency = Latency.of(value / 1e9 for value in run.latencies)
        figures.p50.append(latency.p50)
        figures.p95.append(latency.p95)
        figures.p99.append(latency.p99)
        figures.missing += run.missing
        figures.late_ms = max(figures.late_ms, run.late_ms)
        order = _any_of(len(seats), max(int(rate / 2 * plan.seconds), 100), chance)
        used, redis, began = cpu_seconds(pid), cpu_seconds(bench.redis_pid), time.monotonic()
        run = client.run(order, window=WINDOW)
        wall = time.monotonic() - began
        figures.throughput.append(_throughput(run))
        figures.server_us.append((cpu_seconds(pid) - used) / max(len(run.latencies), 1) * 1e6)
        figures.server_share.append((cpu_seconds(pid) - used) / wall)
        figures.redis_share.append((cpu_seconds(bench.redis_pid) - redis) / wall)
        figures.client_share.append(run.client)
        figures.missing += run.missing
    client.close()


def _measure_fan_out(bench: Bench, peer: Peer, port: int, figures: Figures) -> None:
    """W3: one session with many tabs."""
    plan = bench.plan
    seat = bench.seats[plan.sessions]
    client = bench.open(peer, port, [seat] * plan.fan_out, [(seat, plan.fan_out)])
    client.idle(0.5)
    client.run([0])
    for _ in range(plan.runs):
        last = []
        for _ in range(plan.shots):
            run = client.run([0])
            figures.missing += run.missing
            last.append(max(run.latencies, default=0) / 1e6)
            time.sleep(0.05)
        figures.fan_out.append(statistics.median(last))
    client.close()


def _measure_stalled(bench: Bench, peer: Peer, pid: int, port: int, figures: Figures) -> None:
    """One tab of a busy session never reads; the others are as in W1."""
    plan, chance = bench.plan, random.Random(2)
    hot, *others = bench.seats[plan.sessions + 1 : plan.sessions + 102]
    stalled = Tabs(port).open_stalled(peer.path(hot), hot.token)
    stalled.settimeout(10)
    if peer.speaks_engine_io:
        join([(stalled, _read_head(stalled), hot.session_id)], peer)
    client = bench.open(peer, port, [hot, hot, *others, *others], [(hot, 2), *((seat, 2) for seat in others)])
    client.idle(0.5)
    before = memory_mib(pid)[0]
    client.run([0] * FLOOD, window=WINDOW)
    order = [1 + number for number in _any_of(len(others), int(plan.rate * plan.seconds), chance)]
    run = client.run(order, rate=plan.rate)
    figures.stalled_p99 = Latency.of(value / 1e9 for value in run.latencies).p99
    figures.stalled_missing = run.missing / run.expected
    figures.stalled_mib = memory_mib(pid)[0] - before
    client.close()
    stalled.close()


def _read_head(one: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = one.recv(4096)
        if not chunk:
            raise RuntimeError("the server hung up on a tab that was to stall")
        data += chunk
    return data.partition(b"\r\n\r\n")[2]


def _any_of(sessions: int, count: int, chance: random.Random) -> list[int]:
    return [chance.randrange(sessions) for _ in range(count)]


def _throughput(run: Run) -> float:
    return len(run.latencies) / run.seconds
