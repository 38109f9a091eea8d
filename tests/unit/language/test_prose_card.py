"""The card of an answer: which offer and why, what is billed, drafts, what sets the forecast apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reposto.language import prose
from reposto.language.figures import unsupported_numbers
from reposto.model.findings import Analysis, DemandDriver, DraftOrder
from reposto.model.request import Expect, Intent, Request
from tests.support import analyses

TODAY = analyses.TODAY


def asked(intent: Intent = Intent.DEMAND_FORECAST, **params: object) -> Request:
    return Request(text="pergunta", intent=intent, expect=Expect.ANSWER, params=params, today=analyses.TODAY)


def answer(analysis: Analysis, intent: Intent = Intent.DEMAND_FORECAST, locale: str = "pt-BR", **params: object) -> str:
    return prose.write_analysis(analysis, asked(intent, **params), locale)


def test_when_the_advised_offer_is_not_the_cheapest_both_prices_are_named() -> None:
    base = analyses.approve()
    other = replace(base, recommendation=replace(base.recommendation, offer_id=12, unit_price=Decimal("24.5")))
    line = next(x for x in answer(other).split("\n") if x.startswith("- **Preço:**"))
    assert line.startswith(
        "- **Preço:** R$ 24,50 por UN, R$ 25,11 posto aqui. O mais barato posto aqui é Tecidos Alvorada"
    )
    assert "seu preço, R$ 23,90, está 7% acima da média de doze meses (R$ 22,34), caro para o histórico" in line


def test_an_empty_stock_is_said_once_and_in_words() -> None:
    base = analyses.approve()
    empty = replace(
        base,
        demand=replace(base.demand, on_hand=0.0, reserved=0.0, available=0.0, coverage_days=0.0, stockout_date=TODAY),
    )
    head, _ = prose.split_fold(answer(empty, Intent.PURCHASE_RECOMMENDATION))
    assert "**Estoque:** nada livre, nada a caminho." in head
    assert "0 UN" not in head.replace("480 UN", "").replace("490 UN", "").replace("120 UN", "").replace("60 UN", "")


def test_a_rate_below_one_a_day_and_a_distant_next_order_are_left_out() -> None:
    head, _ = prose.split_fold(answer(analyses.manual_review()))
    assert "por dia" not in head
    base = analyses.wait()
    far = replace(base, recommendation=replace(base.recommendation, order_by=analyses.day(300)))
    assert "próximo pedido" not in answer(far)


def test_why_the_cheapest_was_not_taken_stands_beside_the_price() -> None:
    base = analyses.approve()
    reason = "Estofaria Central custa R$ 0,55 a mais por UN que Tecidos Alvorada Ltda, mas chega antes."
    advice = replace(base.recommendation, offer_id=12, supplier="Estofaria Central", reasons=(reason,))
    head, details = prose.split_fold(answer(replace(base, recommendation=advice)))
    assert reason in head
    assert reason not in details


def test_a_total_for_another_quantity_says_for_which() -> None:
    base = analyses.approve()
    first, *others = base.prices.offers
    bigger = replace(first, quantity=2040.0, total=Decimal("30417.90"))
    text = answer(replace(base, prices=replace(base.prices, offers=(bigger, *others))))
    assert "| R$ 30.417,90 (2.040 UN) |" in text
    assert "| R$ 12.318,24 |" in text


def test_offers_beyond_the_third_are_folded_and_not_repeated() -> None:
    base = analyses.approve()
    fourth = replace(base.prices.offers[1], offer_id=14, supplier="Quarta Via", rank=4)
    head, details = prose.split_fold(
        answer(replace(base, prices=replace(base.prices, offers=(*base.prices.offers, fourth))))
    )
    assert "Quarta Via" not in head
    assert "**Outras ofertas**" in details and "Quarta Via" in details
    assert "| Moveleira Serra Azul" not in details


@pytest.mark.parametrize("locale", ["pt-BR", "en"])
def test_the_amount_billed_is_what_an_order_costs_and_the_landed_cost_stands_apart(locale: str) -> None:
    base = analyses.approve()
    known = replace(base, recommendation=replace(base.recommendation, payable_total=Decimal("14800.00")))
    text = answer(known, Intent.PURCHASE_RECOMMENDATION, locale)
    first, card = text.split("\n")[0], text
    billed, landed = ("14.800,00", "12.054,72") if locale == "pt-BR" else ("14,800.00", "12,054.72")
    assert billed in first and landed not in first
    assert ("custo líquido posto" if locale == "pt-BR" else "net landed cost") in card.lower() and landed in card
    assert unsupported_numbers(text, known, locale) == []
    assert prose.suggest(known, locale)[0]["action_data"]["total"] == "14800.00"


@pytest.mark.parametrize("locale", ["pt-BR", "en"])
def test_a_draft_is_named_first_and_the_button_says_one_more(locale: str) -> None:
    base = analyses.approve()
    draft = DraftOrder("PC-000123", "Tecidos Alvorada Ltda", 2400.0, TODAY)
    known = replace(base, recommendation=replace(base.recommendation, drafts=(draft,)))
    text = answer(known, Intent.PURCHASE_RECOMMENDATION, locale)
    first = text.split("\n")[0]
    assert "PC-000123" in first and ("**envie" in first if locale == "pt-BR" else "**send" in first)
    assert "ompre 480" not in first and "uy 480" not in first  # the same isn't advised again
    few = replace(known, recommendation=replace(known.recommendation, drafts=(replace(draft, quantity=2.0),)))
    first = answer(few, Intent.PURCHASE_RECOMMENDATION, locale).split("\n")[0]
    assert "**PC-000123**" in first and ("ompre 480" in first or "uy 480" in first)
    assert unsupported_numbers(text, known, locale) == []
    label = prose.suggest(known, locale)[0]["label"]
    assert label != prose.suggest(base, locale)[0]["label"] and ("mais um" in label or "one more" in label)


@pytest.mark.parametrize(
    ("driver", "portuguese", "english"),
    [
        (
            DemandDriver("promotion", 6, date(2026, 11, 23), date(2026, 11, 28), 18.0),
            "a promoção de 23/11 a 28/11 aumenta a previsão em 18%",
            "the promotion from 23 Nov to 28 Nov raises the forecast by 18%",
        ),
        (DemandDriver("stockouts_past", 5), "faltou estoque por 5 dias", "out of stock for 5 days"),
        (DemandDriver("promotion_past", 1), "teve 1 dia de promoção", "had 1 day of promotion"),
        (DemandDriver("season", percent=-9.2), "vender 9,2% menos", "sells 9.2% less"),
        (DemandDriver("level", quantity=653.0), "do último trimestre seriam 653 UN", "it would be 653 UN"),
    ],
)
def test_what_sets_the_forecast_apart_is_said_in_both_languages(
    driver: DemandDriver, portuguese: str, english: str
) -> None:
    base = analyses.approve()
    known = replace(base, demand=replace(base.demand, drivers=(driver,)))
    for locale, words in (("pt-BR", portuguese), ("en", english)):
        for intent in (Intent.DEMAND_FORECAST, Intent.PURCHASE_RECOMMENDATION):
            text = answer(known, intent, locale)
            assert words.lower() in text.lower()
            assert unsupported_numbers(text, known, locale) == []


def test_a_quote_is_not_called_a_purchase() -> None:
    base = analyses.approve()
    known = replace(base, prices=replace(base.prices, paid_source="quote"))
    assert "ltima compra" not in answer(known) and "ltima cotação" in answer(known)
    assert "ainda não houve compra" in answer(known, Intent.PRICE_HISTORY)


def test_growth_over_a_year_is_not_called_a_standstill() -> None:
    base = analyses.approve()
    known = replace(base, demand=replace(base.demand, trend="stable", year_growth_percent=20.0))
    assert "20% acima de um ano antes" in answer(known)
    assert "20% above a year before" in answer(known, locale="en")


@pytest.mark.parametrize("locale", ["pt-BR", "en"])
def test_waiting_for_an_order_that_may_come_too_late_says_so_at_once(locale: str) -> None:
    base = analyses.wait()
    risk = replace(base.recommendation.risk, stockout_probability=0.41)
    known = replace(
        base, demand=replace(base.demand, on_order=60.0), recommendation=replace(base.recommendation, risk=risk)
    )
    first = answer(known, Intent.PURCHASE_RECOMMENDATION, locale).split("\n")[0]
    assert "41%" in first and ("cobre a entrega" in first or "chase" in first)


def test_an_error_equal_to_repeating_the_past_is_not_called_worse() -> None:
    base = analyses.approve()
    assert base.demand.accuracy is not None
    even = replace(base.demand.accuracy, error_percent=12.9, naive_error_percent=12.6)
    text = answer(replace(base, demand=replace(base.demand, accuracy=even)))
    assert "o mesmo que repetir o que houve" in text and "pior que" not in text


def test_before_an_unknown_season_sales_above_the_forecast_are_said_with_what_they_would_ask_for() -> None:
    base = analyses.approve()
    advice, sold = base.recommendation, base.demand.last_period_total
    assert advice.quantity is not None and sold is not None
    more = replace(advice.alternatives[0], code="repeat", quantity=advice.quantity + 100)

    def lead(quantity: float, decembers: int | None) -> str:
        changed = replace(advice, decembers=decembers, alternatives=(replace(more, quantity=quantity),))
        return answer(replace(base, recommendation=changed)).split("\n- ")[0]

    assert "se a temporada seguir assim, são" in lead(advice.quantity + 100, 1)
    assert "se a temporada" not in lead(advice.quantity - 50, 1)  # the last weeks were weaker
    assert "se a temporada" not in lead(advice.quantity + 100, None)  # the season is known
