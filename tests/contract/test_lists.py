"""Lists of the whole catalogue: their numbers, their drafts, their files, and what is kept; over both databases."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import func, select, update

from reposto.app import access
from reposto.app.remembered import recall
from reposto.conversation import sessions
from reposto.conversation.list_results import read_list, rows_of
from reposto.intake.export import write_csv
from reposto.intake.xlsx_writer import write_xlsx
from reposto.language.list_table import list_table
from reposto.model.errors import Conflict, NotFound
from reposto.model.request import Expect, Intent, Request
from reposto.storage import catalogue, purchasing, results
from reposto.storage import tables as t
from tests.support.shop import NOW, PRODUCTS, TODAY, Shop


def test_each_line_is_what_the_products_own_analysis_says(shop: Shop) -> None:
    listed = shop.lines(shop.result())
    assert len(listed) >= 4
    shop.forget()  # else the questions would be answered by the very same analyses
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
    shop.forget()
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


def test_what_was_kept_yesterday_answers_nothing_today(shop: Shop) -> None:
    shop.result("devo comprar 84903501?")
    request = Request("x", Intent.PURCHASE_RECOMMENDATION, Expect.ANSWER, ("84903501",))
    assert recall(shop.store, "84903501", request, TODAY) is not None
    assert recall(shop.store, "84903501", request, TODAY + timedelta(days=1)) is None


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
        ("quanto gastei este mês?", "01/11/2026 a 22/11/2026"),
        ("quanto já gastamos este ano?", "01/01/2026 a 22/11/2026"),
        ("quanto vou gastar este mês?", "até 30/11/2026"),
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
