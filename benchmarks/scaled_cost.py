"""What one question costs each part of the scaled mode: CPU time, rows, log and bus traffic, memory at rest.

Two API processes, two workers, PostgreSQL, Redis, the demo company; conversations with two tabs each, one on either
API process. CPU seconds are the kernel's own count per process, so a busy machine blurs them less than times.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import redis as redis_client

from reposto.model.clock import monotonic
from tests.support.api import Api
from tests.support.postgres import run_postgres
from tests.support.processes import REPOSTO, clean_environment
from tests.support.redis import run_redis
from tests.support.scaled import ScaledSystem
from tests.support.tabs import Tab

# Another horizon each time: an analysis that was made before would only be looked up.
QUESTION = "Qual a demanda do produto A vantagem de ganhar sem preocupação para {days} dias?"
TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of these processes; of PostgreSQL's, also of sessions that have ended."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15] if _name(pid) == "postgres" else fields[11:13]))
    return total / TICK


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def private_mib(pids: list[int]) -> float:
    """Memory that is theirs alone, mean of the processes."""
    sizes = []
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        sizes.append(sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024)
    return statistics.mean(sizes)


class Meter:
    """Everything that is counted, now."""

    def __init__(self, system: ScaledSystem) -> None:
        self._system = system
        self._redis = redis_client.Redis(port=system.redis.port)

    def pids(self) -> Mapping[str, list[int]]:
        """By part of the system."""
        system = self._system
        return {
            "API": [api.pid for api in system.apis],
            "workers": [pid for worker in system.workers for pid in (worker.pid, *worker.child_pids())],
            "PostgreSQL": system.postgres.pids(),
            "Redis": system.redis.pids(),
        }

    def read(self) -> dict[str, float]:
        """Counters that only grow."""
        counted = {f"CPU ms, {part}": 1000 * cpu_seconds(pids) for part, pids in self.pids().items()}
        with psycopg.connect(self._system.postgres.conninfo_of(self._system.database)) as connection:
            wal, commits, size = self._row(
                connection,
                "SELECT pg_current_wal_lsn() - '0/0', (SELECT xact_commit FROM pg_stat_database"
                " WHERE datname = current_database()), pg_database_size(current_database())",
            )
        counted |= {"log, KiB": wal / 1024, "transactions": commits, "database, KiB": size / 1024}
        info: Any = self._redis.info("commandstats")
        traffic: Any = self._redis.info("stats")
        counted["publications"] = info.get("cmdstat_publish", {}).get("calls", 0)
        counted["Redis in and out, KiB"] = (traffic["total_net_input_bytes"] + traffic["total_net_output_bytes"]) / 1024
        return counted

    @staticmethod
    def _row(connection: psycopg.Connection[Any], query: str) -> list[float]:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return [float(value) for value in row]


async def ask(system: ScaledSystem, conversations: int, questions: int) -> list[float]:
    """Seconds from each question to its answer in both tabs; each conversation asks one after the other."""
    token = system.token()
    with Api(system.apis[0].url, token) as api:
        ids = [api.open_session() for _ in range(conversations)]
    pairs = [[Tab(api.url, token, session_id) for api in system.apis] for session_id in ids]
    running = [asyncio.create_task(tab.run()) for pair in pairs for tab in pair]
    for pair in pairs:
        for tab in pair:
            await asyncio.wait_for(tab.ready.wait(), 30)
    seconds: list[float] = []

    async def talk(pair: list[Tab], number: int) -> None:
        for n in range(questions):
            began = monotonic()
            await pair[n % 2].ask(QUESTION.format(days=20 + n + questions * number))
            for tab in pair:
                await tab.wait_for(lambda tab, n=n: len(tab.of_type("analysis_result")) > n)
            seconds.append(monotonic() - began)

    await asyncio.gather(*(talk(pair, number) for number, pair in enumerate(pairs)))
    for pair in pairs:
        for tab in pair:
            await tab.leave()
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    return seconds


def measure(conversations: int, questions: int, idle_s: float) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, run_postgres() as postgres, run_redis() as redis:
        system = ScaledSystem(Path(folder) / "system", postgres, redis, concurrency=1)
        try:
            command = [str(REPOSTO), "demo", "--home", str(system.home)]
            subprocess.run(command, env=clean_environment(), check=True, stdout=subprocess.DEVNULL)
            system.start()
            asyncio.run(ask(system, 2, 2))  # caches, plans, connections
            meter = Meter(system)
            before, began = meter.read(), monotonic()
            asyncio.run(asyncio.sleep(idle_s))
            idle = {name: (value - before[name]) / (monotonic() - began) for name, value in meter.read().items()}
            before, began = meter.read(), monotonic()
            seconds = asyncio.run(ask(system, conversations, questions))
            took, after = monotonic() - began, meter.read()
            print(f"{len(seconds)} questions in {took:.1f} s, {conversations} at a time; load {os.getloadavg()[0]:.1f}")
            print(f"answer p50 {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s\n")
            print("| | per question | per second at rest |\n| --- | --- | --- |")
            for name, value in after.items():
                each = (value - before[name] - idle[name] * took) / len(seconds)
                print(f"| {name} | {each:.2f} | {idle[name]:.2f} |")
            for part, pids in meter.pids().items():
                print(f"| private memory, MiB, each process: {part} | {private_mib(pids):.0f} | |")
        finally:
            system.stop()


def main() -> None:
    """--conversations, --questions, --idle."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    options.add_argument("--conversations", type=int, default=4)
    options.add_argument("--questions", type=int, default=25, help="in each conversation")
    options.add_argument("--idle", type=float, default=10.0, help="seconds of rest to subtract")
    given = options.parse_args()
    measure(given.conversations, given.questions, given.idle)


if __name__ == "__main__":
    main()
