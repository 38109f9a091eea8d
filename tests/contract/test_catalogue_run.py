"""What to buy today: a run over the catalogue, its parts, its list, its drafts; over both databases."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select, update

from reposto.app import access
from reposto.app.analysis import Stopped, run_job
from reposto.conversation import runs, sessions, work
from reposto.conversation.actions import act
from reposto.conversation.ask import Asked, Asker, ask
from reposto.conversation.catalogue import Catalogue
from reposto.conversation.demo import load_demo
from reposto.conversation.list_results import read_list, rows_of
from reposto.intake.export import write_csv
from reposto.intake.xlsx_writer import write_xlsx
from reposto.language.list_table import list_table
from reposto.model.errors import AnalysisCancelled, Conflict, NotFound, StaleAttempt
from reposto.model.message import MAX_ATTEMPTS, PART, Job, JobState, Message
from reposto.storage import catalogue, purchasing, results
from reposto.storage import tables as t
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate
from tests.support.postgres import PostgresServer

NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)
TODAY = NOW.date()
PRODUCTS = 18
QUESTION = "o que devo comprar hoje?"


@pytest.fixture(scope="module")
def loaded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "reposto.sqlite"
    _load(sqlite_url(path))
    return path


@pytest.fixture(scope="module")
def loaded_postgres(postgres_server: PostgresServer) -> str:
    name = postgres_server.create_database()
    _load(postgres_server.url_of(name))
    return name


def _load(url: str) -> None:
    """The demo company with its first products only: enough for three parts."""
    store = Store(url)
    migrate(store)
    load_demo(store, TODAY, NOW)
    with store.write() as connection:
        skus = [product.sku for product in catalogue.list_products(connection)]
        late = t.products.c.sku.in_(skus[PRODUCTS:])
        connection.execute(update(t.products).where(late).values(active=False))
        catalogue.bump_version(connection, catalogue=True)
    store.close()


class Shop:
    """A buyer, and workers that do one job when told."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.index = Catalogue(store)
        self.buyer = Asker(access.add_user(store, "ana", None, role="buyer", locale="pt-BR").id)
        self.session = sessions.open_session(store, self.buyer.user_id, now=NOW).id

    def ask(self, text: str = QUESTION) -> Asked:
        return ask(
            self.store,
            self.index,
            session_id=self.session,
            asker=self.buyer,
            content=text,
            client_id=None,
            now=NOW,
        )

    def claim(self, worker: str = "w") -> Job | None:
        claimed = work.claim(self.store, worker=worker, now=NOW)
        return None if claimed is None else claimed[0]

    def work(self, job: Job) -> None:
        run_job(self.store, job, tell=lambda _wake: None, stopped=lambda: False)

    def drain(self) -> int:
        """Work until nothing is left; how many jobs that took."""
        done = 0
        while (job := self.claim()) is not None:
            self.work(job)
            done += 1
        return done

    def result(self, text: str = QUESTION) -> Message:
        self.ask(text)
        self.drain()
        return self.history()[-1]

    def history(self) -> list[Message]:
        return sessions.read_history(self.store, self.session, self.buyer.user_id, after=0, limit=500)

    def press(self, action_type: str, data: dict[str, Any], asker: Asker | None = None) -> Message:
        return act(
            self.store,
            self.index,
            session_id=self.session,
            asker=asker or self.buyer,
            action_type=action_type,
            action_data=data,
            now=NOW,
        )[0]

    def parts(self) -> list[Any]:
        with self.store.read() as connection:
            return list(connection.execute(select(t.jobs).where(t.jobs.c.kind == PART).order_by(t.jobs.c.id)))

    def lines(self, message: Message) -> list[dict[str, Any]]:
        job_id = (message.metadata or {})["job_id"]
        return rows_of(read_list(self.store, self.session, self.buyer.user_id, job_id), "lines")


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    if request.param == "sqlite":
        path = tmp_path / "reposto.sqlite"
        shutil.copy(request.getfixturevalue("loaded_sqlite"), path)
        yield from _opened(sqlite_url(path))
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database(template=request.getfixturevalue("loaded_postgres"))
    yield from _opened(server.url_of(name))
    server.drop_database(name)


def _opened(url: str) -> Iterator[Shop]:
    store = Store(url)
    yield Shop(store)
    store.close()


def test_each_line_is_what_the_products_own_analysis_says(shop: Shop) -> None:
    listed = shop.lines(shop.result())
    assert len(listed) >= 4
    for line in listed:
        metadata = shop.result(f"devo comprar {line['sku']}?").metadata or {}
        advice = metadata["analysis"]["recommendation"]
        assert metadata["analysis"]["sku"] == line["sku"]
        for name in ("quantity", "supplier_id", "supplier", "unit_price", "order_by", "verdict"):
            assert line[name] == advice[name], (line["sku"], name)
        assert line["payable"] == advice["payable_total"]
        assert line["arrival"] == advice["expected_arrival"]


def test_sums_are_those_of_the_lines(shop: Shop) -> None:
    message = shop.result()
    listed = shop.lines(message)
    totals = (message.metadata or {})["list"]["totals"]
    for name in ("payable", "goods", "freight", "at_risk"):
        assert Decimal(totals[name]) == sum((Decimal(line[name]) for line in listed), Decimal(0))
    assert totals["lines"] == len(listed)


def test_the_parts_are_nobodys_business(shop: Shop) -> None:
    asked = shop.ask()
    cut = shop.claim()
    assert cut is not None and cut.id == (asked.reply.metadata or {})["job_id"]
    shop.work(cut)
    assert len(shop.parts()) == 3
    shown = sessions.resume(shop.store, shop.session, shop.buyer.user_id).jobs
    assert [(job.id, job.state, job.done, job.total) for job in shown] == [(cut.id, JobState.RUNNING, 0, PRODUCTS)]
    assert work.look_at_queue(shop.store, now=NOW).oldest_seconds == 0.0
    shop.drain()
    assert [(m.metadata or {}).get("type") for m in shop.history()[1:]] == ["analysis_started", "analysis_result"]
    assert shop.parts() == []


def test_progress_counts_products_and_shows_the_first_lines(shop: Shop) -> None:
    shop.ask()
    seen = []
    while (job := shop.claim()) is not None:
        shop.work(job)
        seen += [(j.done, len(j.partial)) for j in sessions.resume(shop.store, shop.session, shop.buyer.user_id).jobs]
    assert [done for done, _ in seen] == [0, 8, 16, PRODUCTS]
    assert seen[-1][1] == 5


def test_a_question_overtakes_the_parts(shop: Shop) -> None:
    shop.ask()
    run = shop.claim()
    assert run is not None
    shop.work(run)
    shop.ask("qual a demanda do produto 84903501?")
    claimed = shop.claim()
    assert claimed is not None and claimed.sku == "84903501"


def test_only_the_part_of_a_killed_worker_is_done_again(shop: Shop) -> None:
    shop.ask()
    for worker in ("w1", "w2"):
        job = shop.claim(worker)
        assert job is not None
        shop.work(job)
    held = shop.claim("w3")  # and dies
    assert held is not None and held.kind == PART
    changes = work.hand_back_all(shop.store, worker="w3", now=NOW)
    assert [(change.jobs, change.queued) for change in changes] == [((), True)]
    assert sorted(row.attempt for row in shop.parts()) == [0, 1, 1]
    assert shop.drain() == 3  # two parts and the finish
    assert (shop.history()[-1].metadata or {})["type"] == "analysis_result"


def test_a_part_that_was_taken_over_writes_nothing(shop: Shop) -> None:
    shop.ask()
    run = shop.claim()
    assert run is not None
    shop.work(run)
    slow = shop.claim("slow")
    assert slow is not None
    work.hand_back_all(shop.store, worker="slow", now=NOW)
    again = shop.claim("quick")
    assert again is not None and again.id == slow.id
    with pytest.raises(Stopped):
        shop.work(slow)
    with pytest.raises(StaleAttempt):
        runs.end_part(shop.store, slow, runs.PartDone((), (), ()), basis="", now=NOW)
    shop.work(again)
    (shown,) = sessions.resume(shop.store, shop.session, shop.buyer.user_id).jobs
    assert shown.done == 8
    shop.drain()


def test_cancelling_ends_it_all(shop: Shop) -> None:
    asked = shop.ask()
    run = shop.claim()
    assert run is not None
    shop.work(run)
    part = shop.claim("busy")
    assert part is not None
    change = sessions.cancel(shop.store, shop.session, shop.buyer.user_id, run.id, now=NOW)
    assert set(change.cancelled) == {run.id, part.id}
    assert shop.parts() == []
    assert shop.claim() is None
    with pytest.raises(AnalysisCancelled):
        work.heartbeat(shop.store, part, now=NOW)
    with pytest.raises(Stopped):
        shop.work(part)
    assert [(m.metadata or {}).get("type") for m in shop.history()[1:]] == ["analysis_started", "analysis_cancelled"]
    assert (asked.reply.metadata or {})["job_id"] == run.id


def test_a_part_that_kills_every_worker_is_named_in_the_list(shop: Shop) -> None:
    shop.ask()
    run = shop.claim()
    assert run is not None
    shop.work(run)
    poison = shop.parts()[0]
    for attempt in range(MAX_ATTEMPTS):
        held = shop.claim(f"dies-{attempt}")
        assert held is not None and held.id == poison.id
        work.hand_back_all(shop.store, worker=f"dies-{attempt}", now=NOW)
    shop.drain()
    found = (shop.history()[-1].metadata or {})["list"]
    assert found["counts"]["failed"] == 8
    assert {row["sku"] for row in found["failed"]} <= set(poison.request["skus"])


def test_a_run_whose_worker_dies_while_cutting_or_finishing_goes_on(shop: Shop) -> None:
    shop.ask()
    assert shop.claim("w1") is not None
    work.hand_back_all(shop.store, worker="w1", now=NOW)
    for job in iter(shop.claim, None):
        if job.parent_id is None and job.done == PRODUCTS:
            work.hand_back_all(shop.store, worker="w", now=NOW)  # died before the list was saved
            break
        shop.work(job)
    shop.drain()
    assert [(m.metadata or {}).get("type") for m in shop.history()[1:]] == ["analysis_started", "analysis_result"]


def test_a_server_that_starts_leaves_a_waiting_run_alone(shop: Shop) -> None:
    shop.ask()
    run = shop.claim()
    assert run is not None
    shop.work(run)
    assert work.hand_back_orphans(shop.store, now=NOW) == []
    watch = work.Watch()
    assert [work.reap(shop.store, watch, now=NOW, at=float(second)) for second in range(9)] == [[]] * 9
    shop.drain()
    assert (shop.history()[-1].metadata or {})["type"] == "analysis_result"


def test_the_second_list_is_a_look_up_until_the_data_change(shop: Shop) -> None:
    first = shop.result()
    shop.ask()
    assert shop.drain() == 1
    again = shop.history()[-1]
    assert shop.lines(again) == shop.lines(first)
    wanted = shop.lines(first)[0]
    with shop.store.write() as connection:
        connection.execute(update(t.stock_levels).where(t.stock_levels.c.sku == wanted["sku"]).values(on_hand=10**6))
        catalogue.bump_version(connection)
    with shop.store.read() as connection:
        before = {row.sku: row.fingerprint for row in connection.execute(select(t.product_results))}
    changed = shop.result()
    with shop.store.read() as connection:
        after = {row.sku: row.fingerprint for row in connection.execute(select(t.product_results))}
        fresh = results.find_fresh(connection, day=TODAY, basis=results.read_basis(connection))
    assert {sku for sku in before if before[sku] != after[sku]} == {wanted["sku"]}
    assert len(fresh) == PRODUCTS
    assert wanted["sku"] not in {line["sku"] for line in shop.lines(changed)}


def test_a_budget_in_the_question(shop: Shop) -> None:
    whole = shop.result()
    message = shop.result("com R$ 20 mil, o que compro primeiro?")
    totals = (message.metadata or {})["list"]["totals"]
    assert 0 < Decimal(totals["payable"]) <= Decimal(totals["budget"]) == 20_000
    out = rows_of(
        read_list(shop.store, shop.session, shop.buyer.user_id, (message.metadata or {})["job_id"]), "left_out"
    )
    assert {line["why"] for line in out} == {"budget"}
    assert {x["sku"] for x in out} | {x["sku"] for x in shop.lines(message)} == {x["sku"] for x in shop.lines(whole)}
    assert "R$ 20.000,00" in message.content.replace("\u00a0", " ")


def test_the_button_drafts_an_order_for_each_supplier_once(shop: Shop) -> None:
    message = shop.result()
    groups = (message.metadata or {})["list"]["groups"]
    data = {"job_id": (message.metadata or {})["job_id"]}
    made = shop.press("approve_list", data)
    assert shop.press("approve_list", {**data, "note": "again"}) == made
    numbers = [order["order_number"] for order in (made.metadata or {})["orders"]]
    assert len(set(numbers)) == len(groups)
    with shop.store.read() as connection:
        orders = [purchasing.get_order(connection, number) for number in numbers]
        drafts = connection.execute(
            select(func.count()).select_from(t.purchase_orders).where(t.purchase_orders.c.status == "draft")
        ).scalar_one()
    listed = {line["sku"]: line for line in shop.lines(message)}
    bought = {line.sku: line for order in orders for line in order.lines}
    assert {order.status for order in orders} == {"draft"}
    assert {sku: line.quantity for sku, line in bought.items()} == {sku: x["quantity"] for sku, x in listed.items()}
    assert {sku: line.unit_price for sku, line in bought.items()} == {
        sku: Decimal(x["unit_price"]) for sku, x in listed.items()
    }
    assert drafts >= len(orders)
    with pytest.raises(NotFound):
        shop.press("approve_list", {"job_id": "nobody's"})


def test_nothing_is_drafted_of_a_list_that_says_to_buy_nothing(shop: Shop) -> None:
    message = shop.result("com R$ 1, o que compro primeiro?")
    assert shop.lines(message) == []
    with pytest.raises(Conflict):
        shop.press("approve_list", {"job_id": (message.metadata or {})["job_id"]})


def test_a_list_is_its_owners(shop: Shop) -> None:
    message = shop.result()
    job_id = (message.metadata or {})["job_id"]
    stranger = access.add_user(shop.store, "rui", None, role="buyer", locale="pt-BR").id
    other = sessions.open_session(shop.store, shop.buyer.user_id, now=NOW).id
    for session_id, user_id, wanted in (
        (shop.session, stranger, job_id),
        (other, shop.buyer.user_id, job_id),
        (shop.session, shop.buyer.user_id, "x\0"),
    ):
        with pytest.raises(NotFound):
            read_list(shop.store, session_id, user_id, wanted)


def test_the_message_stays_small_and_the_spreadsheets_hold_it_all(shop: Shop) -> None:
    evil = '=HYPERLINK("http://evil","x")'
    with shop.store.write() as connection:
        sku = catalogue.list_products(connection)[0].sku
        connection.execute(update(t.products).where(t.products.c.active.is_(True)).values(name=evil))
        catalogue.bump_version(connection, catalogue=True)
    message = shop.result()
    stored = read_list(shop.store, shop.session, shop.buyer.user_id, (message.metadata or {})["job_id"])
    table = list_table(stored.kind, stored.data, "pt-BR")
    text = write_csv(table.header, table.rows)
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:]), delimiter=";"))
    assert rows[0][:4] == ["Situação", "Fornecedor", "SKU", "Produto"]
    assert {row[3] for row in rows[1:]} == {f"'{evil}"}
    listed = {line["sku"]: line for line in shop.lines(message)}
    bought = {row[2]: row for row in rows[1:] if row[0] == "comprar"}
    assert set(bought) == set(listed)
    for found, row in bought.items():
        assert Decimal(row[11].replace(",", ".")) == Decimal(listed[found]["payable"])
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(table.title, table.header, table.rows))).active
    assert sheet is not None and sheet.max_row == len(rows)
    assert {(cell.data_type, cell.value) for cell in sheet["D"][1:]} == {("s", evil)}
    assert len(str(message.metadata)) < 64_000
    assert sku


def test_a_question_after_the_list_is_a_look_up_with_the_same_answer(shop: Shop) -> None:
    """Worked out, then recalled: nothing in the answer tells which, but that it is quicker."""
    question = "devo comprar 84903501?"
    worked_out = shop.result(question)
    with shop.store.read() as connection:
        kept = results.find_result(connection, "84903501")
    assert kept is not None and kept.basis
    recalled = shop.result(question)
    different = ("job_id", "in_reply_to", "actions")
    first, second = (
        {name: value for name, value in (message.metadata or {}).items() if name not in different}
        for message in (worked_out, recalled)
    )
    assert second == first
    assert recalled.content == worked_out.content
    with shop.store.write() as connection:
        connection.execute(update(t.stock_levels).where(t.stock_levels.c.sku == "84903501").values(on_hand=10**6))
        catalogue.bump_version(connection)
    assert (shop.result(question).metadata or {})["analysis"]["recommendation"]["verdict"] == "wait"


def test_a_question_with_days_of_its_own_is_worked_out(shop: Shop) -> None:
    shop.result("devo comprar 84903501?")
    other = shop.result("qual a demanda do 84903501 para 60 dias?")
    assert (other.metadata or {})["analysis"]["demand"]["horizon_days"] == 60


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("curva ABC completa", "do valor vendido"),
        ("classe do 84903501?", "é classe **"),
        ("o que não gira?", "em estoque"),
        ("quais produtos vão romper nos próximos 15 dias?", "em 15 dias"),
        ("visão geral do estoque", "ponto de pedido"),
        ("quanto gastei mês passado?", "01/10/2026 a 31/10/2026"),
        ("quanto vou gastar em compras no mês que vem se seguir suas sugestões?", "até 31/12/2026"),
    ],
)
def test_other_questions_about_the_whole_catalogue_have_answers_of_their_own(
    shop: Shop, question: str, said: str
) -> None:
    message = shop.result(question)
    assert (message.metadata or {})["type"] == "analysis_result"
    assert said in message.content
    assert (message.metadata or {})["sku"] is None
