"""The reasons in English: as many as the Portuguese ones where the figures carry them, and no word of Portuguese."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from reposto.analysts.analysis import analyse
from reposto.language.offer_lines import stated_price_words
from reposto.language.prose import write_analysis
from reposto.language.reasons_en import write_reasons, write_steps
from reposto.language.voice import Voice
from reposto.model.facts import OpenOrderLine, StockLevel
from reposto.model.request import Expect, Intent, Request
from tests.support import facts as given_facts

FACTS = given_facts.every()
PORTUGUESE = re.compile(r"[ãõçáéíóúâê]|\b(?:de|do|da|para|com|por|que|dias|estoque|pedido|venda)\b")


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_reason_has_its_english(name: str) -> None:
    analysis = analyse(FACTS[name])
    voice = Voice("en", analysis.today, analysis.unit)
    names = re.compile("|".join([re.escape(s.trade_name) for s in FACTS[name].suppliers] or ["(?!)"]))
    for said in (*write_reasons(voice, analysis), *write_steps(voice, analysis)):
        text = names.sub("X", said)
        assert not PORTUGUESE.search(text), text
        assert text[0].isupper() or text[0].isdigit() or text[0] == "X"
        assert text.endswith(".")


def test_what_decides_is_said() -> None:
    facts = replace(given_facts.smooth(), stock=StockLevel(60.0, 0.0, given_facts.TODAY - timedelta(days=1)))
    analysis = analyse(facts)
    advice = analysis.recommendation
    said = " ".join(write_reasons(Voice("en", analysis.today, analysis.unit), analysis))
    assert advice.payable_total is not None
    assert f"Value of the order: R${advice.payable_total:,.2f}" in said.replace("R$ ", "R$").replace("R$\xa0", "R$")
    for words in ("Expected demand over", "would be lacking", "delivers in", "landed", "The best price is"):
        assert words in said
    request = Request("buy?", Intent.PURCHASE_RECOMMENDATION, Expect.ANSWER, (analysis.sku,), today=analysis.today)
    text = write_analysis(analysis, request, "en")
    assert "of the cases until the next purchase is there, " in text.split("\n---\n")[1]


def test_late_orders_are_chased_and_ending_offers_closed() -> None:
    line = OpenOrderLine("1203", 1, given_facts.TODAY - timedelta(days=30), given_facts.TODAY - timedelta(days=9), 9, 0)
    base = given_facts.smooth()
    offers = tuple(replace(o, valid_until=given_facts.TODAY + timedelta(days=2)) for o in base.offers)
    few = StockLevel(60.0, 0.0, given_facts.TODAY - timedelta(days=1))
    analysis = analyse(replace(base, open_orders=(line,), offers=offers, stock=few))
    steps = write_steps(Voice("en", analysis.today, analysis.unit), analysis)
    assert steps == ["Close by 25 Nov 2026: the offer ends that day.", "Chase 1203, which should be here."]


def test_a_price_named_beside_an_amount_is_held_against_offer_and_average() -> None:
    analysis = analyse(given_facts.smooth())
    best = next(o for o in analysis.prices.offers if o.offer_id == analysis.prices.best_offer_id)
    params = {"quantity": 500, "unit_price": float(best.unit_price) / 2}
    request = Request("x", Intent.WHAT_IF, Expect.ANSWER, (analysis.sku,), params=params, today=analysis.today)
    voice = Voice("pt-BR", analysis.today, analysis.unit)
    text = stated_price_words(voice, analysis, request)
    assert "50% abaixo da melhor oferta de hoje" in text and "abaixo da média paga" in text
    assert stated_price_words(voice, analysis, replace(request, params={"quantity": 500})) == ""
