"""Results committed a second, each by itself or in groups: what group commit and batching bring.

python -m benchmarks.commits [--seconds 1.5] [--runs 3] [--workers 2,8] [--home DIR] [--only sqlite,postgres]

Worker processes claim jobs and save answers of 18 KB as the product does, without analysing, telling or logging
anything. "by itself": each result is a transaction of its own, as in the product. "with the next claim": so is each,
and the worker's next job is claimed in it. "in groups": workers hand their answers over a pipe to one process, which
commits whatever waits in one transaction, a savepoint for each. "log by commits": by itself, but SQLite's log is
written back by whoever makes it 1,000 pages long, SQLite's own way, instead of beside the writers.

On PostgreSQL, which groups by itself what is committed at the same moment, the syncs of its log are counted.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import delete, text

from benchmarks.homes import ANSWER, add_seats, database_url, make_demo, opened, queue_jobs, write_answer
from benchmarks.measuring import Latency, commit_floor, latency_row, print_conditions, print_table, spread
from benchmarks.push_durable import DURABLE
from reposto.app.log_keeper import LogKeeper
from reposto.conversation import work
from reposto.model.clock import utc_now
from reposto.model.message import Job, JobState
from reposto.storage import chat, claims, endings, engine, jobs, tables
from reposto.storage.engine import Store
from tests.support.postgres import SETTINGS, run_postgres

ALONE, CLAIMING, GROUPED, OLD_LOG = "by itself", "with the next claim", "in groups", "log by commits"
WAYS = {"sqlite": (ALONE, OLD_LOG, CLAIMING, GROUPED), "postgresql": (ALONE,)}
SESSIONS = 100
MOST_A_SECOND = 1_500  # jobs that are queued for each second of a run
PACE = 200.0  # results a second, of all workers, where they don't go as fast as they can
SQLITES_OWN = 1_000  # pages of the log


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker does for a while."""

    way: str
    seconds: float
    every_s: float = 0.0  # from one result to the next; 0: as fast as it goes


@dataclass(slots=True)
class Run:
    """What came of it."""

    saved: list[float] = field(default_factory=list)  # seconds that each result took from before it was saved
    rate: float = 0.0
    groups: int = 0
    syncs: int | None = None  # of PostgreSQL's log


def labour(home: Path, name: str, line: Connection) -> None:
    """A worker process: tasks come over the line, durations go back."""
    answer = orjson.loads((home / ANSWER).read_bytes())
    while (task := line.recv()) is not None:
        engine.LONGEST_LOG_PAGES = SQLITES_OWN if task.way == OLD_LOG else LONGEST
        store = Store(database_url(home))
        work.claim(store, worker=name, now=utc_now())  # connections and statements; this one stays unanswered
        line.send("ready")
        line.recv()
        line.send(Worker(store, name, line, answer, task).run())
        store.close()


LONGEST = engine.LONGEST_LOG_PAGES


@dataclass(slots=True)
class Worker:
    """Claims and saves until its time is up."""

    store: Store
    name: str
    line: Connection
    answer: dict[str, Any]
    task: Task

    def run(self) -> list[float]:
        """Seconds from before each save to its commit."""
        took = []
        began = time.monotonic()
        job = self._claim()
        number = 0
        while job is not None and time.monotonic() - began < self.task.seconds:
            if self.task.every_s:
                number += 1
                time.sleep(max(began + number * self.task.every_s - time.monotonic(), 0.0))
            before = time.monotonic()
            job = self._save(job)
            took.append(time.monotonic() - before)
            job = job or self._claim()
        return took

    def _claim(self) -> Job | None:
        claimed = work.claim(self.store, worker=self.name, now=utc_now())
        return None if claimed is None else claimed[0]

    def _save(self, job: Job) -> Job | None:
        """The next job, where it is claimed in the same transaction."""
        content, metadata = self.answer["content"], {**self.answer["metadata"], "attempt": job.attempt}
        if self.task.way == GROUPED:
            self.line.send_bytes(
                orjson.dumps([job.id, job.session_id, job.attempt, job.question_seq, content, metadata])
            )
            self.line.recv_bytes()
        elif self.task.way == CLAIMING:
            with self.store.write() as connection:
                _save_one(connection, job, content, metadata)
                now = utc_now()
                given = {"to_worker": self.name, "to_lease": now + work.LEASE, "to_started": now}
                row = connection.execute(claims._CLAIMS[self.store.dialect, True], given).one_or_none()
            return None if row is None else jobs.to_job(row)
        else:
            work.answer(self.store, job, content, metadata, now=utc_now())
        return None


def _save_one(connection: Any, job: Job, content: str, metadata: dict[str, Any]) -> bool:
    """As `endings.save_answer` does it on SQLite."""
    now = utc_now()
    if jobs.finish_with_next(connection, job, now=now) is None:
        return False
    chat.append_message(
        connection, job.session_id, endings.SENDER, content, now=now, metadata=metadata, in_reply_to=job.question_seq
    )
    return True


def save_groups(store: Store, lines: Sequence[Connection], template: Job) -> Run:
    """Until all workers have sent their durations: whatever waits is one transaction."""
    run, open_lines = Run(), list(lines)
    while open_lines:
        waiting = []
        for line in wait(open_lines):
            assert isinstance(line, Connection)
            body = line.recv_bytes()
            if body[:1] == b"[":
                waiting.append((line, orjson.loads(body)))
            else:  # a pickle: it is done
                run.saved += multiprocessing.reduction.ForkingPickler.loads(body)
                open_lines.remove(line)
        if not waiting:
            continue
        with store.write() as connection:
            for _line, (job_id, session_id, attempt, question_seq, content, metadata) in waiting:
                job = replace(template, id=job_id, session_id=session_id, attempt=attempt, question_seq=question_seq)
                with connection.begin_nested():
                    assert _save_one(connection, job, content, metadata)
        run.groups += 1
        for line, _given in waiting:
            line.send_bytes(b"saved")
    return run


@contextmanager
def crew(home: Path, number: int) -> Iterator[list[Connection]]:
    """So many worker processes."""
    context = multiprocessing.get_context("spawn")
    pairs = [context.Pipe() for _ in range(number)]
    processes = [
        context.Process(target=labour, args=(home, f"w{index}", pair[1]), daemon=True)
        for index, pair in enumerate(pairs)
    ]
    for process in processes:
        process.start()
    try:
        yield [pair[0] for pair in pairs]
    finally:
        for (ours, _theirs), process in zip(pairs, processes, strict=True):
            ours.send(None)
            process.join(10)


def measure(home: Path, store: Store, lines: Sequence[Connection], task: Task, sessions: list[int], sku: str) -> Run:
    """One run of one way."""
    number = int(min(MOST_A_SECOND, 1.2 / task.every_s * len(lines) if task.every_s else MOST_A_SECOND) * task.seconds)
    with store.write() as connection:
        connection.execute(delete(tables.jobs))
    queue_jobs(home, [(sessions[index % len(sessions)], index) for index in range(number + len(lines))], sku)
    keeper = LogKeeper(store)
    if task.way != OLD_LOG:
        keeper.start()
    for line in lines:
        line.send(task)
        assert line.recv() == "ready"
    syncs = _syncs(store)
    began = time.monotonic()
    for line in lines:
        line.send("go")
    if task.way == GROUPED:
        template = Job("", 0, 0, sku, JobState.RUNNING, 0, 0, ())
        run = save_groups(store, lines, template)
    else:
        run = Run([one for line in lines for one in line.recv()])
    run.rate = len(run.saved) / (time.monotonic() - began)
    run.syncs = None if syncs is None else (_syncs(store) or 0) - syncs
    keeper.stop()
    return run


def _syncs(store: Store) -> int | None:
    if store.dialect != "postgresql":
        return None
    time.sleep(0.7)  # its processes report now and then
    with store.read() as connection:
        return int(connection.execute(text("SELECT wal_sync FROM pg_stat_wal")).scalar_one())


def measure_all(home: Path, answer: Path, sku: str, options: argparse.Namespace) -> dict[tuple[str, ...], list[Run]]:
    """Every way, one after the other in each round, so that all see the same neighbours."""
    (home / ANSWER).write_bytes(answer.read_bytes())
    with opened(home):
        pass
    sessions = [seat.session_id for seat in add_seats(home, SESSIONS)]
    found: dict[tuple[str, ...], list[Run]] = {}
    for number in map(int, options.workers.split(",")):
        with opened(home) as store, crew(home, number) as lines:
            for _ in range(options.runs):
                for way in WAYS[store.dialect]:
                    for every_s in (0.0, number / PACE):
                        pace = f"{PACE:.0f}/s" if every_s else "as fast as it goes"
                        run = measure(home, store, lines, Task(way, options.seconds, every_s), sessions, sku)
                        found.setdefault((store.dialect, str(number), pace, way), []).append(run)
    return found


def report(found: dict[tuple[str, ...], list[Run]]) -> None:
    """One line for each way."""
    head = [
        "database",
        "workers",
        "",
        "committed",
        "results/s",
        "p50 ms",
        "p95",
        "p99",
        "max",
        "results a group or sync",
    ]
    rows = []
    for key, runs in sorted(found.items(), key=lambda item: item[0][:3]):
        sizes = [len(run.saved) / (run.groups or run.syncs or len(run.saved)) for run in runs]
        latencies = latency_row([Latency.of(run.saved) for run in runs])
        rows.append([*key, spread([run.rate for run in runs], 0), *latencies, spread(sizes)])
    print_table(head, rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", default="2,8")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--only", default="sqlite,postgres")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.home) as folder:
        base = Path(folder)
        print_conditions("Results committed, from before the save to its commit")
        make_demo(base / "demo")
        sku, answer = write_answer(base / "demo"), base / "demo" / ANSWER
        found: dict[tuple[str, ...], list[Run]] = {}
        if "sqlite" in options.only:
            (base / "sqlite").mkdir()
            found |= measure_all(base / "sqlite", answer, sku, options)
        if "postgres" in options.only:
            SETTINGS.update(DURABLE)
            with run_postgres() as postgres:
                home = base / "postgres"
                home.mkdir()
                url = postgres.url_of(postgres.create_database())
                (home / "reposto.toml").write_text(f'database_url = "{url}"\n', encoding="utf-8")
                found |= measure_all(home, answer, sku, options)
        report(found)
        floor = commit_floor(base)
        print(f"a durable commit of one row here: p50 {floor.p50:.2f} ms, p99 {floor.p99:.2f} ms")


if __name__ == "__main__":
    main()
