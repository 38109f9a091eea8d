"""The buy list in words, in both languages, with whatever may be in it or absent."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reposto.analysts.catalogue.buy_list import Wanted, make_buy_list
from reposto.language.buy_list import buy_list_data, head_of, write_buy_list
from reposto.language.list_facts import Stretch, write_abc, write_excess, write_spent
from reposto.language.list_lines import write_overview, write_planned, write_runouts
from reposto.language.list_words import write_list_started
from reposto.model.lists import ListLine
from reposto.model.stock_lists import Excess, Idle, Ranked, Spent, StockReview

TODAY = date(2026, 11, 22)
EVIL = "**Dólar** [x](http://evil) <b>| a@b.com"
SILLY = re.compile(r"\.\.(?!\.)|\{\w|\bNone\b|\bnan\b|; \.|, \.|  |\( ")

LIVE = re.compile(r"(?<!\\)<b|(?<!\\)\]\(|\*\*Dólar\*\*")  # markup of a name that would be rendered


def line(sku: str, **changes: object) -> ListLine:
    base = ListLine(
        sku=sku,
        name=EVIL,
        unit="UN",
        category="Bebidas",
        verdict="approve",
        confidence="high",
        quantity=480.0,
        supplier_id=1,
        supplier="Bento Ferragens",
        unit_price=Decimal("9.50"),
        goods=Decimal("4560.00"),
        freight=Decimal("120.00"),
        payable=Decimal("4680.00"),
        minimum_order=Decimal("6000"),
        order_by=TODAY + timedelta(days=2),
        arrival=TODAY + timedelta(days=9),
        available=12.0,
        stockout_on=TODAY + timedelta(days=3),
        stockout_chance=0.4,
        at_risk=Decimal("320.00"),
        saved=Decimal("300.00"),
        reorder_point=90.0,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


LINES = [
    line("1"),
    line("2", overdue=True, stockout_chance=0.97, supplier_id=2, supplier="Vale", drafted=30.0),
    line("3", available=0.0, at_risk=Decimal("0.20"), saved=Decimal("0.10"), order_by=None),
    line("4", verdict="wait", quantity=0.0, later_quantity=20.0, later_payable=Decimal("80"), at_risk=None),
    line("5", verdict="wait", quantity=0.0, order_by=TODAY, at_risk=None, stockout_on=None),
    line("6", verdict="manual_review", quantity=None, missing=("Não há oferta; importe as ofertas.",)),
    line("7", verdict="manual_review", quantity=None, failed=True),
]


def check(text: str) -> None:
    assert not SILLY.search(text), SILLY.search(text)
    assert not LIVE.search(text), LIVE.search(text)


@pytest.mark.parametrize("locale", ["pt-BR", "en"])
@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(budget=Decimal("5000")),
        Wanted(budget=Decimal("1")),
        Wanted(budget=Decimal("99999")),
        Wanted(category="Bebidas", horizon_days=10),
        Wanted(supplier="Ninguém"),
        Wanted(only_running_out=True, horizon_days=1),
    ],
)
def test_a_list_reads_well_whatever_is_in_it(wanted: Wanted, locale: str) -> None:
    for lines in (LINES, LINES[:1], LINES[3:]):
        found = make_buy_list(lines, wanted, today=TODAY)
        limits = [("category", wanted.category)] if wanted.category else []
        check(write_buy_list(found, [(name, str(value)) for name, value in limits], locale))
        check(write_planned(found, TODAY + timedelta(days=30), locale))


def test_the_lead_says_how_much_and_what_is_at_stake() -> None:
    text = write_buy_list(make_buy_list(LINES, Wanted(), today=TODAY), [], "pt-BR").replace("\u00a0", " ")
    assert text.startswith("**Compre hoje 3 itens de 2 fornecedores: R$ 14.040,00**. Sem pedir")
    assert "abaixo do pedido mínimo de R$ 6.000,00 em mercadoria: faltam R$ 1.440,00" in text
    assert "deve faltar antes da entrega mesmo pedindo hoje" in text
    assert "já há rascunho de 30 UN" in text


def test_a_budget_says_what_it_chose_by_and_what_it_left_out() -> None:
    text = write_buy_list(make_buy_list(LINES, Wanted(budget=Decimal("9500")), today=TODAY), [], "pt-BR")
    text = text.replace("\u00a0", " ")
    assert "Com R$ 9.500,00, compre 2 itens" in text
    assert "É a combinação de linhas inteiras que evita a maior perda esperada" in text
    assert "Ficam de fora 1 item (R$ 4.680,00)" in text


def test_a_message_of_a_huge_list_stays_small() -> None:
    many = [line(f"{n}", supplier_id=n % 40, supplier=f"F{n % 40}") for n in range(5_000)]
    found = make_buy_list(many, Wanted(), today=TODAY)
    head = head_of(buy_list_data(found, "pt-BR"))
    assert sum(len(group["lines"]) for group in head["groups"]) <= 96
    assert head["counts"]["groups"] == 40
    assert len(str(head)) < 64_000
    assert len(write_buy_list(found, [], "pt-BR")) < 32_000


@pytest.mark.parametrize("locale", ["pt-BR", "en"])
def test_the_other_lists_read_well(locale: str) -> None:
    idle = Idle("1", EVIL, "UN", 10.0, None, None)
    sold = Idle("2", EVIL, "KG", 10.5, TODAY - timedelta(days=300), Decimal("99.90"))
    excess = Excess("3", EVIL, "UN", 900.0, 412.3, 500.0, Decimal("5000"))
    stock = StockReview(Decimal("9000"), 3, 1, (sold, idle), (excess,) * 12)
    for review in (stock, StockReview(Decimal("0"), 0, 0, (), ())):
        check(write_excess(review, TODAY, 180, 180, 180, locale))
        found = make_buy_list(LINES, Wanted(), today=TODAY)
        check(write_overview(review, LINES, [line("1"), *LINES[3:6]], found, locale))
        check(write_overview(review, LINES, [], make_buy_list([], Wanted(), today=TODAY), locale))
    ranked = [Ranked(str(n), EVIL, "UN", "ABC"[n % 3], "XYZ"[n % 3], Decimal(100 - n), 0.1, n + 1) for n in range(12)]
    for skus in ((), ("1",), ("1", "2")):
        check(write_abc(ranked, skus, TODAY, locale))
    check(write_abc([], (), TODAY, locale))
    spent = [Spent("Bento", Decimal("100.5"), 2, 1), Spent("Vale", Decimal("1"), 1, 0)]
    for supplier in (None, "Bento"):
        for some in (spent, []):
            check(write_spent(some, Stretch(TODAY - timedelta(days=30), TODAY), supplier, TODAY, locale))
    check(write_runouts(LINES, 7, 15, TODAY, locale))
    check(write_runouts([], 7, 1, TODAY, locale))
    for stale in (None, 0, 3, 7):
        for eta in (None, 2.0, 200.0):
            check(write_list_started("buy_list", 7, stale, eta, locale))
