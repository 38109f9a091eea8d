"""The buy list of a large catalogue: products a second with 1 and 2 workers, memory, and how cost grows.

python -m benchmarks.catalogue_run [--products 10000] [--days 730] [--short] [--no-fit] [--home DIR]

A made-up company (benchmarks/catalogue_company.py, the same every time). One product: the four analysts in one process,
warm, by length of history. The list: a real `reposto serve` with 1 and with 2 workers is asked what to buy; from the
question to the saved list, all products analysed anew; beside it every two seconds a question about one product, from
question to answer. Then the same question again (a look-up), and again after one product's stock changed (all facts
are looked at, one product is analysed). Memory: the highest resident memory of each worker over its life.

--short: 300 products with a year of sales; some two minutes. In full: half an hour, most of it the list with 1 worker.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from benchmarks.catalogue_company import make_company
from benchmarks.homes import add_seats, opened
from benchmarks.measuring import Latency, print_conditions, print_table
from benchmarks.servers import Running, running, serve_arguments
from reposto.analysts.analysis import analyse
from reposto.app.fit import fit_forecasts
from reposto.conversation.ask import Asker, ask
from reposto.conversation.catalogue import Catalogue
from reposto.model.clock import local_today, utc_now
from reposto.model.message import CATALOGUE, JobState
from reposto.storage import catalogue, company, facts
from reposto.storage.catalogue import bump_version
from reposto.storage.engine import Store
from reposto.storage.tables import chat_sessions, jobs, product_results, stock_levels

QUESTION = "O que devo comprar hoje?"
PATIENCE_S = 3600.0
LOOK_EVERY_S, ASK_EVERY_S = 0.02, 2.0
SAMPLE = 40  # products of the table by length of history
HISTORIES = (90, 365, 730, 1460)  # days


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


def wait_for_workers(server: Running, workers: int) -> None:
    """Until as many processes are there, and a little for them to warm up."""
    deadline = time.monotonic() + 60
    while len(server.children()) < workers and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(3.0)


def with_workers(home: Path, workers: int, skus: list[str], stale_sku: str) -> tuple[Run, Run, Run, float, int]:
    """First list, second, the one after a change; the highest memory of a worker; the answer's bytes."""
    seat = add_seats(home, 1)[0]
    settings = {"REPOSTO_WORKERS": str(workers)}
    arguments = serve_arguments(home)
    with running("reposto.app.cli", *arguments, log=home / "server.log", env=settings) as server, opened(home) as store:
        wait_for_workers(server, workers)
        buyer = Buyer(store, seat.session_id)
        first = measure_list(buyer, skus, beside=True)
        again = measure_list(buyer, skus, beside=False)
        with store.write() as connection:
            connection.execute(update(stock_levels).where(stock_levels.c.sku == stale_sku).values(on_hand=10**6))
            bump_version(connection)
        changed = measure_list(buyer, skus, beside=False)
        memory = max(highest_mib(pid) for pid in server.children())
        with store.read() as connection:
            kept = connection.execute(select(func.count()).select_from(product_results)).scalar_one()
    return first, again, changed, memory, int(kept)


def by_history(folder: Path, today: Any) -> list[list[str]]:
    """Milliseconds to load and to analyse a product, by the length of its history."""
    rows = []
    for days in HISTORIES:
        home = folder / f"history-{days}"
        with opened(home) as store:
            make_company(store, products=SAMPLE, days=days, today=today)
            loading, working = [], []
            with store.read() as connection:
                skus = [product.sku for product in catalogue.list_products(connection)]
                for sku in (*skus[:3], *skus):  # the first ones warm up
                    began = time.perf_counter()
                    found = facts.load_facts(connection, sku, today=today, loaded_at=utc_now())
                    loaded = time.perf_counter()
                    analyse(found)
                    loading.append(loaded - began)
                    working.append(time.perf_counter() - loaded)
        cells = [Latency.of(loading[3:]), Latency.of(working[3:])]
        rows.append([str(days), *(f"{cell.p50:.1f} ({cell.p95:.1f})" for cell in cells)])
        shutil.rmtree(home)
    return rows


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--no-fit", action="store_true", help="without tables fitted across the catalogue")
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    products, days = (300, 365) if options.short else (options.products, options.days)
    with tempfile.TemporaryDirectory(dir=options.home) as name:
        folder = Path(name)
        print_conditions(f"the buy list of {products:,} products with {days} days of sales")
        with opened(folder / "template") as store:
            with store.read() as connection:
                today = local_today(company.zone(connection))
            print_table(
                ["days of history", "load one product, ms p50 (p95)", "analyse it, ms p50 (p95)"],
                by_history(folder, today),
            )
            began = time.perf_counter()
            rows = make_company(store, products=products, days=days, today=today)
            print(f"made: {rows:,} sales rows in {time.perf_counter() - began:.0f} s", flush=True)
            if not options.no_fit:
                began = time.perf_counter()
                fit_forecasts(store, learn=False)
                print(f"tables fitted across the catalogue in {time.perf_counter() - began:.0f} s\n", flush=True)
            with store.read() as connection:
                skus = [product.sku for product in catalogue.list_products(connection)]
        cells = []
        for workers in (1, 2):
            home = folder / f"home-{workers}"
            shutil.copytree(folder / "template", home)
            first, again, changed, memory, kept = with_workers(home, workers, skus, skus[len(skus) // 2])
            if kept != len(skus):
                raise SystemExit(f"{kept} of {len(skus)} products have a result")
            cells.append(list_row(workers, first, again, changed, memory))
            shutil.rmtree(home)
        head = ["workers", "list, s", "products/s", "again, s", "after a change, s", "a worker's memory, MiB"]
        print_table([*head, "one question meanwhile, s: median, worst"], cells)


def list_row(workers: int, first: Run, again: Run, changed: Run, memory: float) -> list[str]:
    """A line of the table."""
    single = f"{statistics.median(first.single):.2f}, {max(first.single):.2f}" if first.single else "-"
    rate = first.products / first.seconds
    others = [f"{run.seconds:.1f}" for run in (again, changed)]
    return [str(workers), f"{first.seconds:.1f}", f"{rate:.1f}", *others, f"{memory:.0f}", single]


if __name__ == "__main__":
    main()
