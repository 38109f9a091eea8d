"""Start-up and memory at rest: until `reposto ready`, until a worker can take a job, and with 1,000 idle sockets.

python -m benchmarks.startup [--runs 3] [--sockets 1000] [--home DIR]

The demo company is loaded already; times count from exec. Memory is what /proc/PID/smaps_rollup says: Rss, and Pss,
in which pages shared with other processes are divided among them. Beside it a bare uvicorn + FastAPI with one
WebSocket route that keeps its sockets in a list (what reposto does beyond it: everything).
"""

from __future__ import annotations

import argparse
import http.client
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.homes import add_seats, make_demo
from benchmarks.measuring import memory_mib, print_conditions, print_table, spread
from benchmarks.servers import Running, running, serve_arguments
from benchmarks.sockets import Tabs

PATIENCE_S = 60.0
SETTLE_S = 1.5  # the sweep and the reaper have run; what was freed has been given back


@dataclass(frozen=True, slots=True)
class Start:
    """One start."""

    ready: float  # seconds
    worker: float | None
    server: tuple[float, float]  # MiB: Rss, Pss
    workers: list[tuple[float, float]]
    per_socket: float  # KiB of Rss
    opened_per_second: float


def start_reposto(home: Path, sockets: int) -> Start:
    """One start of the real server."""
    seats = add_seats(home, sockets)
    with running("reposto.app.cli", *serve_arguments(home), log=home / "server.log") as server:
        worker = server.ready_after + wait_for_worker(server)
        time.sleep(SETTLE_S)
        at_rest = memory_mib(server.pid)
        workers = [memory_mib(pid) for pid in server.children()]
        wanted = [(f"/api/chat/ws/{seat.session_id}", seat.token) for seat in seats]
        per_socket, rate = open_idle(server, wanted, at_rest[0], "reposto.v1")
        return Start(server.ready_after, worker, at_rest, workers, per_socket, rate)


def start_bare(home: Path, sockets: int) -> Start:
    """One start of the bare server."""
    with running("benchmarks.bare", log=home / "bare.log") as server:
        time.sleep(SETTLE_S)
        at_rest = memory_mib(server.pid)
        per_socket, rate = open_idle(server, [("/ws", "none")] * sockets, at_rest[0], "")
        return Start(server.ready_after, None, at_rest, [], per_socket, rate)


def open_idle(server: Running, wanted: list[tuple[str, str]], before: float, subprotocol: str) -> tuple[float, float]:
    """KiB per socket, and sockets opened per second, by a client that keeps 20 handshakes under way."""
    tabs = Tabs(server.port)
    began = time.perf_counter()
    tabs.open(wanted, subprotocol=subprotocol)
    rate = len(wanted) / (time.perf_counter() - began)
    deadline = time.monotonic() + SETTLE_S
    tabs.run(lambda _tab, _received, _payload: None, lambda: time.monotonic() > deadline)
    after = memory_mib(server.pid)[0]
    tabs.close()
    return (after - before) * 1024 / len(wanted), rate


def wait_for_worker(server: Running) -> float:
    """Seconds until /health/ready says 200: a worker has loaded all it needs and made an analysis."""
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE_S:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", "/health/ready")
        status = connection.getresponse().status
        connection.close()
        if status == 200:
            return time.perf_counter() - began
        time.sleep(0.01)
    raise SystemExit("no worker became ready")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.home) as folder:
        home = Path(folder)
        make_demo(home)
        print_conditions("start-up and memory at rest")
        ours, bare = [], []
        for _ in range(options.runs):  # by turns, so that a noisy minute is noisy for both
            ours.append(start_reposto(home, options.sockets))
            bare.append(start_bare(home, options.sockets))
        report(ours, bare)


def report(ours: list[Start], bare: list[Start]) -> None:
    """One row for each figure."""
    workers = [worker for start in ours for worker in start.workers]
    rows = [
        ["exec -> ready, s", spread([s.ready for s in ours], 2), spread([s.ready for s in bare], 2)],
        ["exec -> first worker ready, s", spread([s.worker for s in ours if s.worker is not None], 2), "-"],
        ["server at rest, MiB Rss", spread([s.server[0] for s in ours]), spread([s.server[0] for s in bare])],
        ["server at rest, MiB Pss", spread([s.server[1] for s in ours]), spread([s.server[1] for s in bare])],
        ["each worker at rest, MiB Rss", spread([rss for rss, _ in workers]), "-"],
        ["each worker at rest, MiB Pss", spread([pss for _, pss in workers]), "-"],
        ["an idle socket, KiB", spread([s.per_socket for s in ours]), spread([s.per_socket for s in bare])],
        ["sockets opened a second", *(spread([s.opened_per_second for s in some], 0) for some in (ours, bare))],
    ]
    print_table(["median (least to most)", "reposto", "bare uvicorn + FastAPI"], rows)


if __name__ == "__main__":
    main()
