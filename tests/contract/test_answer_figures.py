"""Every number of every answer about the demo company comes from its findings: all products, many questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from reposto.analysts.asked import analyse_question, compare_products
from reposto.app.answers import question_of
from reposto.intake.demo.products import PRODUCTS
from reposto.language import prose
from reposto.language.comparison import write_comparison
from reposto.language.figures import unsupported_numbers
from reposto.language.formats import amount
from reposto.model.facts import ProductFacts
from reposto.model.request import Expect, Intent, Request, Window
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.facts import load_facts
from tests.support.demo_talk import NOW, TODAY, load_demo_at

DECEMBER = Window(date(2026, 12, 1), date(2026, 12, 31))
NOVEMBER = Window(date(2026, 11, 1), date(2026, 11, 30))
LAST_AUTUMN = Window(date(2025, 3, 1), date(2025, 5, 31))
CASES: list[Request] = [
    Request("x", Intent.DEMAND_FORECAST, Expect.ANSWER, window=DECEMBER, params={"period": "2026-12"}),
    Request("x", Intent.DEMAND_FORECAST, Expect.ANSWER, window=NOVEMBER, params={"period": "2026-11"}),
    Request("x", Intent.DEMAND_FORECAST, Expect.ANSWER, window=LAST_AUTUMN),
    Request("x", Intent.STOCKOUT_DATE, Expect.ANSWER, params={"horizon_days": 33}),
    Request("x", Intent.REORDER_QUANTITY, Expect.ANSWER, params={"horizon_days": 60}),
    Request("x", Intent.WHAT_IF, Expect.ANSWER, params={"percent_change": 20.0}, topic="demand"),
    Request("x", Intent.WHAT_IF, Expect.ANSWER, params={"percent_change": -7.5}, topic="price"),
    Request("x", Intent.WHAT_IF, Expect.ANSWER, params={"lead_time_days": 15}, topic="lead_time"),
    Request("x", Intent.WHAT_IF, Expect.ANSWER, params={"quantity": 500}, topic="quantity"),
    Request("x", Intent.ORDER_CREATE, Expect.ANSWER, params={"quantity": 37}),
    Request("x", Intent.EXPLAIN, Expect.ANSWER, topic="accuracy"),
    Request("x", Intent.EXPLAIN, Expect.ANSWER, topic="sum"),
]
# These say what the analysis says, in other orders: one analysis serves them all.
PLAIN = [
    Intent.DEMAND_FORECAST,
    Intent.STOCKOUT_DATE,
    Intent.EXCESS_STOCK,
    Intent.PURCHASE_RECOMMENDATION,
    Intent.REORDER_QUANTITY,
    Intent.ORDER_BY_DATE,
    Intent.STOCK_POLICY,
    Intent.PRICE_HISTORY,
    Intent.PRICE_FORECAST,
    Intent.SUPPLIER_COMPARE,
    Intent.SUPPLIER_LEAD_TIME,
    Intent.LANDED_COST,
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("figures") / "reposto.sqlite"
    load_demo_at(path)
    store = Store(sqlite_url(path))
    yield store
    store.close()


def facts_of(store: Store, sku: str) -> ProductFacts:
    with store.read() as connection:
        return load_facts(connection, sku, today=TODAY, loaded_at=NOW)


@pytest.mark.parametrize("sku", [item.sku for item in PRODUCTS[::6]])  # of every kind; all of them take minutes
def test_every_number_is_found(store: Store, sku: str) -> None:
    facts = facts_of(store, sku)
    for case in CASES:
        request = replace(case, skus=(sku,), today=TODAY)
        analysis, asked = analyse_question(facts, question_of(request))
        for locale in ("pt-BR", "en"):
            text = prose.write_analysis(analysis, request, locale, asked=asked)
            assert unsupported_numbers(text, analysis, locale, request, asked) == [], (request.intent, text)
    for intent in PLAIN:
        request = Request("x", intent, Expect.ANSWER, (sku,), today=TODAY)
        for locale in ("pt-BR", "en"):
            text = prose.write_analysis(analysis, request, locale)
            assert unsupported_numbers(text, analysis, locale, request) == [], (intent, text)


def test_comparisons_too(store: Store) -> None:
    request = Request("x", Intent.COMPARE_PRODUCTS, Expect.ANSWER, ("TEC-101", "TEC-102"), today=TODAY)
    analyses = tuple(analyse_question(facts_of(store, sku), question_of(request))[0] for sku in request.skus)
    comparison = compare_products(analyses, TODAY)
    for locale in ("pt-BR", "en"):
        text = write_comparison(comparison, locale)
        assert unsupported_numbers(text, analyses[0], locale, request, comparison) == [], text


def test_a_wrong_number_in_a_simulation_is_caught(store: Store) -> None:
    request = replace(CASES[5], skus=("TEC-101",), today=TODAY)
    analysis, asked = analyse_question(facts_of(store, "TEC-101"), question_of(request))
    assert asked.simulation is not None and asked.simulation.then.demand is not None
    text = prose.write_analysis(analysis, request, "pt-BR", asked=asked)
    right = amount(asked.simulation.then.demand, "M", "pt-BR")
    wrong = amount(asked.simulation.then.demand + 7.3, "M", "pt-BR")
    assert right in text
    assert wrong in unsupported_numbers(text.replace(right, wrong), analysis, "pt-BR", request, asked)
