"""The buy list of a large catalogue: products a second by size and workers, memory, and how cost grows.

python -m benchmarks.catalogue_run [--products 10000] [--days 730] [--short] [--no-fit] [--no-trees] [--home DIR]

A made-up company (benchmarks/catalogue_company.py, the same every time), its forecast tables fitted as a server does.

One product: the four analysts in one process, warm, by length of history; and the answer from the kept analysis.
The list: a real `reposto serve` is asked what to buy, nothing being prepared; from the question to the saved list, all
products analysed anew; beside it every two seconds a question about one product, from question to answer. Then the same
question again (a look-up), and again after one product's stock changed (all facts are read, one product is analysed).
By catalogue size, and a tenth of the catalogue with 1 and with 2 workers. Memory: the highest resident memory of each
worker over its life. Preparing: a tenth of the catalogue analysed unasked while the same questions come.

--short: up to 300 products with a year of sales; some three minutes. In full: a quarter of an hour.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from sqlalchemy import func, select, update

from benchmarks.catalogue_company import make_company
from benchmarks.homes import add_seats, opened
from benchmarks.measuring import Latency, print_conditions, print_table
from benchmarks.servers import Running, leave_nothing_behind, running, serve_arguments
from reposto.analysts.analysis import analyse
from reposto.app import answers, remembered
from reposto.app.fit import fit_forecasts
from reposto.app.upkeep import look_at_results
from reposto.conversation.ask import Asker, ask
from reposto.conversation.catalogue import Catalogue
from reposto.model.asked import Asked
from reposto.model.clock import local_today, utc_now
from reposto.model.message import CATALOGUE, JobState
from reposto.model.request import Expect, Intent, Request
from reposto.storage import catalogue, company, facts, results
from reposto.storage.catalogue import bump_version
from reposto.storage.engine import Store
from reposto.storage.tables import chat_sessions, jobs, product_results, stock_levels

QUESTION = "O que devo comprar hoje?"
PATIENCE_S = 3600.0
LOOK_EVERY_S, ASK_EVERY_S = 0.02, 2.0
SAMPLE = 40  # products of the table by length of history
HISTORIES = (90, 365, 730, 1460)  # days
ASKED_AT_REST = 10  # questions to compare with
HEAD_OF_ONE = ("days of history", "load one product, ms p50 (p95)", "analyse it")
HEAD_OF_LISTS = (
    "products",
    "workers",
    "list, s",
    "products/s",
    "again, s",
    "after a change, s",
    "a worker's memory, MiB",
    "workers ready, s",
    "one question meanwhile, s: median, worst",
)
HEAD_OF_PREPARING = ("prepares", "all, s", "products/s", "one question meanwhile, s: median, worst (number)", "list, s")


@dataclass(slots=True)
class Run:
    """One list: seconds from question to result, and of single questions meanwhile."""

    seconds: float
    products: int
    single: list[float] = field(default_factory=list)


class Buyer:
    """Asks through the real use case, beside the server, in a conversation of his own."""

    def __init__(self, store: Store, session_id: int) -> None:
        self.store = store
        self.session_id = session_id
        self.index = Catalogue(store)
        with store.read() as connection:
            owner = select(chat_sessions.c.user_id).where(chat_sessions.c.id == session_id)
            self.asker = Asker(connection.execute(owner).scalar_one())

    def ask(self, text: str) -> str:
        """The id of the job that the question began."""
        asked = ask(
            self.store,
            self.index,
            session_id=self.session_id,
            asker=self.asker,
            content=text,
            client_id=str(uuid.uuid4()),
            now=utc_now(),
        )
        if not asked.change.jobs:
            raise SystemExit(f"{text!r} began no analysis: {asked.reply.content[:200]}")
        return asked.change.jobs[0].id

    def state(self, job_id: str) -> Any:
        """The job's row."""
        with self.store.read() as connection:
            return connection.execute(select(jobs).where(jobs.c.id == job_id)).one()


def measure_list(buyer: Buyer, skus: list[str], *, beside: bool) -> Run:
    """From the question to the saved list; `beside`: with questions about single products meanwhile."""
    began = time.monotonic()
    job_id = buyer.ask(QUESTION)
    waiting: tuple[str, float] | None = None
    asked_at, single, asked = began, list[float](), 0
    while (row := buyer.state(job_id)).finished_at is None:
        now = time.monotonic()
        if now - began > PATIENCE_S:
            raise SystemExit(f"no list within {PATIENCE_S} s")
        if waiting is not None and buyer.state(waiting[0]).finished_at is not None:
            single.append(now - waiting[1])
            waiting = None
        if beside and waiting is None and now - asked_at > ASK_EVERY_S:
            asked_at, sku = now, skus[-1 - asked % len(skus)]
            asked += 1
            # a horizon of its own, so that it has to be worked out
            waiting = buyer.ask(f"qual a demanda do produto {sku} para 45 dias?"), now
        time.sleep(LOOK_EVERY_S)
    if row.state != JobState.DONE or row.kind != CATALOGUE:
        raise SystemExit(f"the list ended as {row.state}: {row.error}")
    return Run(time.monotonic() - began, row.total, single)


def highest_mib(pid: int) -> float:
    """The most resident memory a process has had, MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def workers_of(server: Running) -> list[int]:
    """Their processes; others of the server's fit and prepare."""
    lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in server.children()}
    return [pid for pid, line in lines.items() if b"reposto.app.child" in line]


def wait_for_workers(server: Running, workers: int) -> float:
    """Seconds from the server's start until all of them can take a job."""
    asked_from = time.monotonic()
    wanted = f"reposto_workers_ready {workers}.0".encode()
    while time.monotonic() - asked_from < PATIENCE_S:
        with urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=10) as answer:
            if wanted in answer.read():
                return server.ready_after + time.monotonic() - asked_from
        time.sleep(0.05)
    raise SystemExit("the workers did not get ready")


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one server: the first list, the second, the one after a change; memory of a worker; its start."""

    first: Run
    again: Run
    changed: Run
    memory_mib: float
    ready_s: float


@contextmanager
def served(template: Path, workers: int, **settings: str) -> Iterator[tuple[Running, Buyer, list[str]]]:
    """A server on a copy of a home, a buyer, and the catalogue."""
    home = template.with_name(f"{template.name}-served")
    shutil.copytree(template, home)
    seat = add_seats(home, 1)[0]
    env = {"REPOSTO_WORKERS": str(workers), **settings}
    try:
        with (
            running("reposto.app.cli", *serve_arguments(home), log=home / "server.log", env=env) as server,
            opened(home) as store,
        ):
            with store.read() as connection:
                skus = [product.sku for product in catalogue.list_products(connection)]
            yield server, Buyer(store, seat.session_id), skus
    finally:
        shutil.rmtree(home, ignore_errors=True)


def with_workers(template: Path, workers: int) -> Figures:
    """Three lists, questions beside the first."""
    with served(template, workers) as (server, buyer, skus):
        ready = wait_for_workers(server, workers)
        first = measure_list(buyer, skus, beside=True)
        again = measure_list(buyer, skus, beside=False)
        changed_sku = skus[len(skus) // 2]
        with buyer.store.write() as connection:
            connection.execute(update(stock_levels).where(stock_levels.c.sku == changed_sku).values(on_hand=10**6))
            bump_version(connection)
        changed = measure_list(buyer, skus, beside=False)
        memory = max(highest_mib(pid) for pid in workers_of(server))
        with buyer.store.read() as connection:
            kept = connection.execute(select(func.count()).select_from(product_results)).scalar_one()
    if kept != len(skus):
        raise SystemExit(f"{kept} of {len(skus)} products have a result")
    return Figures(first, again, changed, memory, ready)


def while_preparing(template: Path) -> list[list[str]]:
    """The catalogue analysed unasked while questions come, and the same questions to a server that prepares nothing."""
    rows = []
    for prepares in (True, False):
        with served(template, 2, REPOSTO_PREPARE=str(prepares).lower()) as (server, buyer, skus):
            wait_for_workers(server, 2)
            began, single = time.monotonic(), list[float]()
            while not (done := look_at_results(buyer.store)[1].complete) and (prepares or len(single) < ASKED_AT_REST):
                if time.monotonic() - began > PATIENCE_S:
                    raise SystemExit("not prepared in time")
                single.append(measure_question(buyer, skus[-1 - len(single) % len(skus)]))
                time.sleep(ASK_EVERY_S)
            seconds = time.monotonic() - began
            first = measure_list(buyer, skus, beside=False) if done else None
        cells = [f"{seconds:.1f}", f"{len(skus) / seconds:.1f}"] if prepares else ["-", "-"]
        asked = f"{statistics.median(single):.2f}, {max(single):.2f} ({len(single)})"
        rows.append(["yes" if prepares else "no", *cells, asked, "-" if first is None else f"{first.seconds:.2f}"])
    return rows


def measure_question(buyer: Buyer, sku: str) -> float:
    """Seconds from a question that has to be worked out to its answer."""
    began = time.monotonic()
    job_id = buyer.ask(f"qual a demanda do produto {sku} para 45 dias?")
    while buyer.state(job_id).finished_at is None:
        time.sleep(LOOK_EVERY_S)
    return time.monotonic() - began


def by_history(folder: Path, today: Any) -> list[list[str]]:
    """Milliseconds to load, to analyse, and to answer from what is kept, by the length of the history."""
    rows = []
    for days in HISTORIES:
        home = folder / f"history-{days}"
        with opened(home) as store:
            make_company(store, products=SAMPLE, days=days, today=today)
            loading, working, recalling = [], [], []
            with store.read() as connection:
                skus = [product.sku for product in catalogue.list_products(connection)]
                basis = results.read_basis(connection)
            for sku in (*skus[:3], *skus):  # the first ones warm up
                request = Request(sku, Intent.DEMAND_FORECAST, Expect.ANSWER, (sku,), today=today)
                began = time.perf_counter()
                with store.read() as connection:
                    found = facts.load_facts(connection, sku, today=today, loaded_at=utc_now())
                loaded = time.perf_counter()
                analysis = analyse(found)
                analysed = time.perf_counter()
                remembered.keep(store, found, analysis, request, basis)
                kept = time.perf_counter()
                known = remembered.recall(store, sku, request, today)
                if known is None:
                    raise SystemExit(f"the analysis of {sku} was not kept")
                answers.write_one(known, Asked(), request, "pt-BR")
                recalling.append(time.perf_counter() - kept)
                loading.append(loaded - began)
                working.append(analysed - loaded)
        cells = [Latency.of(timed[3:]) for timed in (loading, working, recalling)]
        rows.append([str(days), *(f"{cell.p50:.1f} ({cell.p95:.1f})" for cell in cells)])
        shutil.rmtree(home)
    return rows


def make_template(home: Path, products: int, days: int, today: Any, *, fit: bool, trees: bool) -> None:
    """A company of that size with its fitted tables."""
    with opened(home) as store:
        began = time.perf_counter()
        rows = make_company(store, products=products, days=days, today=today)
        made = time.perf_counter()
        if fit:
            fit_forecasts(store, learn=trees)
        fitted = time.perf_counter()
    text = f"{products:,} products: {rows:,} sales rows in {made - began:.0f} s, fitted in {fitted - made:.0f} s"
    print(text, flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--no-fit", action="store_true", help="without tables fitted across the catalogue")
    parser.add_argument("--no-trees", action="store_true", help="without trees even where LightGBM is installed")
    parser.add_argument("--home", type=Path, help="where the homes are put, instead of the temporary folder")
    options = parser.parse_args()
    products, days = (300, 365) if options.short else (options.products, options.days)
    leave_nothing_behind()
    with tempfile.TemporaryDirectory(dir=options.home) as name:
        folder = Path(name)
        print_conditions(f"the buy list of {products:,} products with {days} days of sales")
        with opened(folder / "empty") as store, store.read() as connection:
            today = local_today(company.zone(connection))
        print_table([*HEAD_OF_ONE, "answer from what is kept"], by_history(folder, today))
        sizes = sorted({max(products // 100, 10), max(products // 10, 10), products})
        for size in sizes:
            make = {"fit": not options.no_fit, "trees": not options.no_trees}
            make_template(folder / f"size-{size}", size, days, today, **make)
        rows = []
        for size, workers in [*((size, 2) for size in sizes[:-1]), (sizes[1], 1), (products, 2)]:
            rows.append(list_row(size, workers, with_workers(folder / f"size-{size}", workers)))
            print(" | ".join(rows[-1]), flush=True)  # a run that is broken off has said something
        print_table(HEAD_OF_LISTS, rows)
        print_table(HEAD_OF_PREPARING, while_preparing(folder / f"size-{sizes[1]}"))
        print_conditions("at the end")


def list_row(size: int, workers: int, figures: Figures) -> list[str]:
    """A line of the table."""
    first = figures.first
    single = f"{statistics.median(first.single):.2f}, {max(first.single):.2f}" if first.single else "-"
    others = [f"{run.seconds:.1f}" for run in (figures.again, figures.changed)]
    timed = [f"{first.seconds:.1f}", f"{first.products / first.seconds:.1f}", *others]
    return [f"{size:,}", str(workers), *timed, f"{figures.memory_mib:.0f}", f"{figures.ready_s:.1f}", single]


if __name__ == "__main__":
    main()
