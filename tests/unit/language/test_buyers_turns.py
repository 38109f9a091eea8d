"""What the thirty turns went wrong in, and must not again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from reposto.language.comparison import told_apart
from reposto.language.english import in_portuguese
from reposto.language.recall_words import first_sentence, write_questions
from reposto.language.replies import write_data_change, write_heard
from reposto.model.facts import Product, StockLevel
from reposto.model.request import CARRIED, Expect, Intent, Request, Window
from tests.unit.language.shop import TODAY, ask

HAMMER = (("human", "preço do martelo unha 25mm"), ("agent", "R$ 30,00."))
FABRIC = (("human", "preço da sarja leve"), ("agent", "R$ 30,00."))


@pytest.mark.parametrize(
    ("text", "intent", "params"),
    [
        ("what to order today", Intent.BUY_LIST, {}),
        ("What do I need to order today?", Intent.BUY_LIST, {}),
        ("which products should we reorder this week?", Intent.BUY_LIST, {}),
        ("show me the buy list", Intent.BUY_LIST, {}),
        ("what should I buy with a budget of R$ 20,000?", Intent.BUY_LIST, {"budget": 20000}),
        ("what to buy today with 20k", Intent.BUY_LIST, {"budget": 20000}),
        ("what will run out in the next 15 days?", Intent.STOCKOUT_DATE, {"horizon_days": 15}),
        ("What’s overstocked?", Intent.EXCESS_STOCK, {}),
        ("slow-moving items", Intent.EXCESS_STOCK, {}),
        ("ABC curve", Intent.ABC_XYZ, {}),
        ("late orders", Intent.ORDER_STATUS, {}),
        ("which supplier is the fastest of all?", Intent.SUPPLIER_LEAD_TIME, {}),
    ],
)
def test_lists_are_asked_for_in_english(text: str, intent: Intent, params: dict[str, Any]) -> None:
    request = ask(text)
    assert request.intent is intent
    assert (request.expect, request.skus) == (Expect.ANSWER, ())
    assert {k: v for k, v in request.params.items() if k in params} == params


@pytest.mark.parametrize(
    "text",
    [
        "should I buy the hammer 25mm?",
        "what should I order of the hammer?",
        "o que devo comprar hoje?",
        "what to order from Hidrovale for 3 days of sales and the hammer",
        "order 20 hammers",
        "",
    ],
)
def test_what_says_more_is_left_as_it_is(text: str) -> None:
    assert in_portuguese(text) == text


def test_the_product_spoken_of_and_a_variant_of_it() -> None:
    quote = ask("pede cotação dele e do de 29mm", *HAMMER)
    assert quote.intent is Intent.QUOTE_REQUEST
    both = ask("pede cotação dela e da pesada", *FABRIC)
    assert (both.intent, both.skus) == (Intent.QUOTE_REQUEST, ("TEC-015", "TEC-008"))
    compared = ask("compara ela e a pesada", *FABRIC)
    assert (compared.intent, compared.skus) == (Intent.COMPARE_PRODUCTS, ("TEC-015", "TEC-008"))


def test_a_question_about_suppliers_that_names_no_product_says_whom_it_took() -> None:
    carried = ask("qual fornecedor entrega mais rápido?", *FABRIC)
    assert (carried.skus, carried.topic) == (("TEC-015",), CARRIED)
    named = ask("qual fornecedor entrega mais rápido a sarja pesada?", *FABRIC)
    assert (named.skus, named.topic) == (("TEC-008",), "")
    pointed = ask("e o prazo de entrega dela?", *FABRIC)
    assert (pointed.skus, pointed.topic) == (("TEC-015",), "")


@pytest.mark.parametrize(
    ("names", "common", "short"),
    [
        (("Tecido suede bege 1,40 m", "Tecido suede cinza 1,40 m"), "Tecido suede 1,40 m", ["bege", "cinza"]),
        (("Cadeira Serena em linho", "Cadeira Serena em suede"), "Cadeira Serena em", ["linho", "suede"]),
        (("Parafuso M8 x 60 mm", "Parafuso M8 x 80 mm"), "", None),  # "60" is no name
        (("Thinner 2750", "Cola PVA extra"), "", None),
        (("Tecido suede bege", "tecido suede BEGE"), "", None),
        (("Martelo", "Martelo"), "", None),
    ],
)
def test_names_are_told_apart_by_what_differs(names: tuple[str, str], common: str, short: list[str] | None) -> None:
    assert told_apart(names) == (common, short or list(names))


def test_a_correction_says_what_was_understood() -> None:
    asked = Request("contei 900", Intent.DATA_CHANGE, Expect.ANSWER, ("1",), params={"quantity": 900})
    product = Product("1", "Parafuso", "UN")
    stock = StockLevel(1088.0, 0.0, TODAY)
    heard = write_heard(asked, product, stock, "pt-BR", TODAY)
    text = write_data_change(asked, "pt-BR", heard).replace("\u00a0", " ")
    assert text.startswith(
        "Entendi: **Parafuso** (SKU 1) tem 900 UN, e no sistema há 1.088 UN. Pela conversa eu não altero"
    )
    assert "não há saldo" in write_heard(asked, product, None, "pt-BR", TODAY)


def test_questions_are_told_in_order_with_their_answers() -> None:
    day = date(2026, 5, 18)
    rows = [
        (
            datetime(2026, 5, 18, 9, 5, tzinfo=UTC),
            "estoque?",
            "answered",
            "**Cola** (SKU 1): há **12 UN**. Saldo de hoje.",
        ),
        (datetime(2026, 5, 18, 9, 6, tzinfo=UTC), "comprar?", "running", ""),
    ]
    text = write_questions(rows, 3, Window(day, day), day, "pt-BR")
    assert "Antes delas há mais 3" in text
    assert text.index("09:05") < text.index("09:06")
    assert "“estoque?”: Cola: há 12 UN\n" in text
    assert "“comprar?”: ainda em andamento" in text


def test_a_long_answer_is_cut_at_a_word() -> None:
    assert first_sentence("palavra " * 40).endswith("palavra…")
    assert first_sentence("") == ""
