"""Prices and promotions that are told: their effects are found, used, bounded, and not seen where there are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from reposto.analysts.forecast import History, LocalEngine, PooledEngine, PooledTables
from reposto.analysts.forecast.calendar import price_weeks
from reposto.analysts.forecast.causes import PRICE, PROMOTION, read_causes, usual_price
from reposto.analysts.forecast.price_effects import Prior, fit_prior
from reposto.analysts.forecast.types import Floats

TODAY = date(2026, 11, 23)
DAYS = 560
WEEK = np.array([0.9, 0.85, 0.95, 1.05, 1.25, 1.0, 0.0]) * 7 / 6
NONE: frozenset[date] = frozenset()


def a_shop(
    elasticity: float, *, mark: float = 0.0, wobble: float = 0.0, products: int = 12, seed: int = 1
) -> list[History]:
    """Daily sales at prices that fall by 10 to 40 % for some days every two months or so; prices seen with sales."""
    rng = np.random.default_rng(seed)
    start = TODAY - timedelta(days=DAYS)
    of_week = (start.weekday() + np.arange(DAYS)) % 7
    found = []
    for i in range(products):
        log_price, flags = wobble * rng.standard_normal(DAYS), np.zeros(DAYS, dtype=bool)
        at = int(rng.integers(20, 60))
        while at < DAYS - 10:
            days = int(rng.integers(5, 11))
            flags[at : at + days] = True
            log_price[at : at + days] += np.log(1 - rng.choice([0.1, 0.2, 0.3, 0.4]))
            at += int(rng.integers(45, 75))
        mean = rng.uniform(3, 12) * WEEK[of_week] * np.exp(elasticity * log_price + mark * flags)
        q = rng.poisson(mean * rng.gamma(8, 1 / 8, DAYS)).astype(np.float64)
        price = np.where(q > 0, 20 * np.exp(log_price), np.nan)
        found.append(History(start, q, promotion=flags & (q > 0), price=price, told=True, group=f"g{i % 2}"))
    return found


def prior_of(histories: list[History]) -> Prior | None:
    return fit_prior([w for h in histories if (w := price_weeks(h, TODAY, NONE)) is not None])


def ahead(history: History, days: int, factor: float) -> History:
    """The next days at a price `factor` times the usual one."""
    usual = usual_price(history.price, history.promotion)
    assert usual is not None
    return replace(history, price_ahead=np.full(days, usual * factor))


def means(tables: PooledTables, history: History, planned: frozenset[date] = NONE) -> Floats:
    forecast = PooledEngine(tables).forecast(
        history, today=TODAY, horizon_days=28, planned_promotion=planned, tried=False
    )
    return forecast.mean_per_day


def test_a_known_elasticity_is_found() -> None:
    prior = prior_of(a_shop(-2.5, mark=0.3))
    assert prior is not None
    assert prior.common[PRICE] == pytest.approx(-2.5, abs=0.5)
    assert prior.common[PROMOTION] == pytest.approx(0.3, abs=0.15)
    assert prior.depth == pytest.approx(np.log([0.9, 0.8, 0.7, 0.6]).mean(), abs=0.08)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_prices_that_do_nothing_change_nothing(seed: int) -> None:
    histories = a_shop(0.0, wobble=0.1, seed=seed)
    tables = PooledEngine.fit(histories, today=TODAY)
    plain = PooledEngine.fit([replace(h, price=None, told=False) for h in histories], today=TODAY)
    cheap = means(tables, ahead(histories[0], 7, 0.7)).sum()
    usual = means(plain, replace(histories[0], price=None, told=False)).sum()
    assert cheap == pytest.approx(usual, rel=0.05)


def test_deep_and_shallow_promotions_differ_and_dear_prices_lower() -> None:
    histories = a_shop(-2.5, mark=0.3)
    tables = PooledEngine.fit(histories, today=TODAY)
    days = frozenset(TODAY + timedelta(days=k) for k in range(7))
    base = means(tables, histories[0])[:7].sum()
    shallow = means(tables, ahead(histories[0], 7, 0.9), days)[:7].sum() / base
    deep = means(tables, ahead(histories[0], 7, 0.7), days)[:7].sum() / base
    dear = means(tables, ahead(histories[0], 7, 1.1))[:7].sum() / base
    assert shallow == pytest.approx(0.9**-2.5 * np.exp(0.3), rel=0.2)
    assert deep == pytest.approx(0.7**-2.5 * np.exp(0.3), rel=0.2)
    assert dear == pytest.approx(1.1**-2.5, rel=0.1)


def test_a_promotion_without_a_price_is_as_deep_as_the_others_were() -> None:
    histories = a_shop(-2.5)
    tables = PooledEngine.fit(histories, today=TODAY)
    days = frozenset(TODAY + timedelta(days=k) for k in range(7))
    bare, lifted = means(tables, histories[0]), means(tables, histories[0], days)
    causes = read_causes(histories[0], histories[0].quantity)
    assert causes is not None
    assert causes.depth is not None
    assert lifted[:7].sum() / bare[:7].sum() == pytest.approx(np.exp(-2.5 * causes.depth), rel=0.2)


def test_no_plan_is_believed_beyond_what_was_seen() -> None:
    histories = a_shop(-2.5)
    tables = PooledEngine.fit(histories, today=TODAY)
    assert tables.effects is not None
    given_away = means(tables, ahead(histories[0], 7, 0.02))[:7].sum() / means(tables, histories[0])[:7].sum()
    deepest = min(tables.effects.deepest, float(np.log(0.6)))
    assert given_away <= np.exp(-1.5 * deepest * 3.5)


def test_a_new_price_that_stays_is_the_usual_one_after_a_while() -> None:
    """Dearer by a tenth since three weeks, it goes on selling as it now does, not as it did before."""
    histories = a_shop(-2.5)
    rng = np.random.default_rng(5)
    q = rng.poisson(10 * np.tile(WEEK, DAYS // 7)).astype(np.float64)
    start = TODAY - timedelta(days=DAYS)
    price = np.full(DAYS, 20.0)
    price[-21:] = 22.0
    q[-21:] = rng.poisson(10 * 1.1**-2.5 * np.tile(WEEK, 3))
    dear = History(start, q, price=price, told=True, group="g0")
    tables = PooledEngine.fit([*histories, dear], today=TODAY)
    assert means(tables, dear).sum() == pytest.approx(28 * 10 * 1.1**-2.5, rel=0.1)


def test_without_a_calendar_prices_change_nothing_at_all() -> None:
    history = a_shop(-2.5)[0]
    untold, bare = replace(history, told=False), replace(history, told=False, price=None)
    for engine in (LocalEngine(), PooledEngine(PooledEngine.fit(a_shop(-2.5), today=TODAY))):
        one = engine.forecast(untold, today=TODAY, horizon_days=28)
        other = engine.forecast(bare, today=TODAY, horizon_days=28)
        assert one.mean_per_day.tobytes() == other.mean_per_day.tobytes()
        assert one.knot_quantiles.tobytes() == other.knot_quantiles.tobytes()
        assert one.back_test == other.back_test


def test_prices_leave_the_tables_of_others_as_they_are() -> None:
    bare = [replace(h, price=None, told=False) for h in a_shop(-2.5)]
    assert PooledEngine.fit(bare, today=TODAY).effects is None
    told = PooledEngine.fit(a_shop(-2.5), today=TODAY)
    assert told.effects is not None
    again = PooledTables.from_bytes(told.to_bytes())
    assert again.effects is not None
    assert again.effects.common.tolist() == told.effects.common.tolist()
    assert again.effects.apart.tolist() == told.effects.apart.tolist()
    assert (again.effects.depth, again.effects.deepest) == (told.effects.depth, told.effects.deepest)


def test_few_weeks_with_a_price_teach_nothing() -> None:
    history = a_shop(-2.5)[0]
    assert history.price is not None
    short = replace(
        history,
        start=TODAY - timedelta(days=70),
        quantity=history.quantity[-70:],
        promotion=None,
        price=history.price[-70:],
    )
    assert prior_of([short]) is None
    assert LocalEngine().forecast(ahead(short, 7, 0.5), today=TODAY, horizon_days=28).mean(28) > 0


def test_a_product_alone_learns_from_itself() -> None:
    history = next(h for h in a_shop(-2.5, products=1, wobble=0.02))
    engine = LocalEngine()
    base = engine.forecast(history, today=TODAY, horizon_days=7).mean(7)
    cheap = engine.forecast(ahead(history, 7, 0.7), today=TODAY, horizon_days=7).mean(7)
    assert cheap / base == pytest.approx(0.7**-2.5, rel=0.35)


def test_prices_of_another_length_are_refused() -> None:
    history = a_shop(-2.5)[0]
    with pytest.raises(ValueError, match="price"):
        LocalEngine().forecast(replace(history, price=np.ones(3)), today=TODAY, horizon_days=7)


def test_odd_prices_do_no_harm() -> None:
    """Zeros, infinite ones, one single price, none in the last year: figures all the same."""
    history = a_shop(-2.5)[0]
    tables = PooledEngine.fit(a_shop(-2.5), today=TODAY)
    rng = np.random.default_rng(3)
    odd = np.where(rng.random(DAYS) < 0.3, rng.choice([0.0, -5.0, 1e12, 1e-9], DAYS), 20.0)
    single, old = np.full(DAYS, np.nan), np.full(DAYS, np.nan)
    single[300], old[:100] = 20.0, 20.0
    for price in (odd, single, old, np.full(DAYS, np.nan)):
        told = replace(history, price=price, price_ahead=np.array([0.0, np.nan, 5.0, 1e12]))
        found = means(tables, told, frozenset({TODAY}))
        assert np.isfinite(found).all()
        assert (found >= 0).all()
