"""Planned promotions and prices in an analysis: what they do, in figures and in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from reposto.analysts.analysis import analyse
from reposto.analysts.histories import history_of
from reposto.language import prose
from reposto.language.figures import unsupported_numbers
from reposto.model.facts import PriceSpan, ProductFacts, SalesHistory
from reposto.model.findings import DemandDriver
from reposto.model.request import Expect, Intent, Request
from tests.support import facts as shop

TODAY = shop.TODAY
DAYS = 728


def a_sofa(elasticity: float = -2.0, *, priced: bool = True, calendar: tuple[PriceSpan, ...] = ()) -> ProductFacts:
    """Two years of sales at R$ 100, a week at R$ 90, 80 or 65 every two months; marks come with sales."""
    day = np.arange(DAYS)
    cheap = day % 60 < 7
    log_price = np.where(cheap, np.log(np.array([0.9, 0.8, 0.65])[day // 60 % 3]), 0.0)
    q = np.random.default_rng(4).poisson(9 * np.exp(elasticity * log_price)).astype(np.float64)
    none = np.zeros(DAYS, dtype=bool)
    price = np.where(q > 0, 100 * np.exp(log_price), np.nan) if priced else None
    planned = tuple(
        d for s in calendar if s.promotion and s.ends_on for d in _days(s.starts_on, s.ends_on) if d >= TODAY
    )
    sales = SalesHistory(
        TODAY - timedelta(days=DAYS), q, none, cheap & (q > 0), none, planned, DAYS, price=price, calendar=calendar
    )
    return replace(shop.smooth(), sales=sales)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def a_week(discount: float | None, first: int = 3) -> PriceSpan:
    start = TODAY + timedelta(days=first)
    return PriceSpan(start, start + timedelta(days=6), None, discount, promotion=True)


def drivers(facts: ProductFacts) -> tuple[DemandDriver, ...]:
    return tuple(d for d in analyse(facts).demand.drivers if d.code in ("promotion", "price"))


def test_a_deep_promotion_lifts_more_than_a_shallow_one_and_says_from_how_many() -> None:
    (deep,), (shallow,) = drivers(a_sofa(calendar=(a_week(30.0),))), drivers(a_sofa(calendar=(a_week(10.0),)))
    assert (deep.price_percent, deep.days, deep.learned_from) == (-30.0, 7, 13)
    assert deep.lift_percent == pytest.approx((0.7**-2 - 1) * 100, rel=0.3)
    assert (
        5 < (shallow.lift_percent or 0) < 0.5 * (deep.lift_percent or 0)
    )  # alone it can't tell prices from marks well
    demand = [analyse(a_sofa(calendar=c)).demand.total for c in ((), (a_week(10.0),), (a_week(30.0),))]
    expected = [t.expected for t in demand if t is not None]
    assert expected[0] < expected[1] < expected[2]


def test_a_dearer_price_lowers_the_forecast_from_its_day_on() -> None:
    (driver,) = drivers(a_sofa(calendar=(PriceSpan(TODAY + timedelta(days=10), None, 110.0),)))
    assert driver.code == "price"
    assert driver.price_percent == pytest.approx(10.0, abs=1.0)
    assert driver.lift_percent == pytest.approx((1.1**-2 - 1) * 100, rel=0.4)
    assert driver.days == 20


def test_a_list_price_that_goes_on_changes_nothing() -> None:
    """What is paid is often less than the list says: the same list price is no news."""
    listed = (PriceSpan(TODAY - timedelta(days=400), None, 125.0), PriceSpan(TODAY + timedelta(days=5), None, 125.0))
    assert drivers(a_sofa(calendar=listed)) == ()
    sales = a_sofa(calendar=listed).sales
    assert sales is not None
    assert history_of(a_sofa().product, sales).price_ahead is None


def test_discounts_alone_tell_depth_where_no_price_is_known() -> None:
    start = TODAY - timedelta(days=DAYS)
    past = tuple(
        PriceSpan(start + timedelta(days=n), start + timedelta(days=n + 6), None, (10.0, 20.0, 35.0)[n // 60 % 3], True)
        for n in range(0, DAYS - 6, 60)
    )
    (deep,) = drivers(a_sofa(priced=False, calendar=(*past, a_week(30.0))))
    (shallow,) = drivers(a_sofa(priced=False, calendar=(*past, a_week(10.0))))
    assert (deep.lift_percent or 0) > 1.8 * (shallow.lift_percent or 0) > 0


def test_no_comparable_past_is_said_and_nothing_is_made_up() -> None:
    bare = a_sofa()
    assert bare.sales is not None
    none = np.zeros(DAYS, dtype=bool)
    flat = np.random.default_rng(1).poisson(9, DAYS).astype(np.float64)
    sales = replace(bare.sales, quantity=flat, promotion=none, price=np.full(DAYS, 100.0), calendar=(a_week(20.0),))
    facts = replace(bare, sales=replace(sales, planned_promotions=tuple(_days(TODAY, TODAY + timedelta(days=6)))))
    (driver,) = drivers(facts)
    assert driver.learned_from == 0
    text = written(facts, "pt-BR")
    assert "nunca" in text or "ainda não teve" in text or "não houve nenhuma parecida" in text


@pytest.mark.parametrize(("locale", "words"), [("pt-BR", "romoção de 20% de 26/11"), ("en", "romotion of 20% from 26")])
def test_the_answer_says_it(locale: str, words: str) -> None:
    facts = a_sofa(calendar=(a_week(20.0),))
    text = written(facts, locale)
    assert words in text
    assert ("aprendido de 13 promoções" if locale == "pt-BR" else "learnt from 13 past") in text
    assert not [n for n in unsupported_numbers(text, analyse(facts), locale) if "%" in n]


def written(facts: ProductFacts, locale: str) -> str:
    request = Request("?", Intent.DEMAND_FORECAST, Expect.ANSWER, (facts.product.sku,), today=TODAY)
    return prose.write_analysis(analyse(facts), request, locale)
