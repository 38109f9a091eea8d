"""PooledEngine: fitted on a synthetic catalogue, stored, asked; nothing breaks it."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reposto.analysts.forecast import LEVELS, Forecast, History, PooledEngine, PooledTables, fit_tables
from tests.unit.forecast.test_local_engine import TODAY, histories

WEEKS = 130


def weekly(quantity: np.ndarray, group: str = "") -> History:
    return History(TODAY - timedelta(weeks=len(quantity)), quantity.astype(np.float64), 7, group=group)


@lru_cache(maxsize=4)
def catalogue(count: int = 40, seed: int = 3) -> tuple[History, ...]:
    """Products whose demand peaks every December, of very different sizes."""
    rng = np.random.default_rng(seed)
    ends = np.array([(TODAY - timedelta(weeks=WEEKS - i)).timetuple().tm_yday for i in range(WEEKS)])
    rhythm = np.exp(0.8 * np.cos(2 * np.pi * (ends - 350) / 365.25))
    out = []
    for i in range(count):
        rate = np.exp(rng.normal(1.5, 1.2)) * rhythm
        out.append(weekly(rng.negative_binomial(3, 3 / (3 + rate)), f"g{i % 3}"))
    return tuple(out)


@lru_cache(maxsize=4)
def engine(count: int = 40) -> PooledEngine:
    return PooledEngine(fit_tables(catalogue(count), today=TODAY))


def ask(history: History, horizon: int = 60, level: float | None = None) -> Forecast:
    return engine().forecast(history, today=TODAY, horizon_days=horizon, expected_level=level)


@settings(max_examples=80, deadline=None)
@given(histories(), st.sampled_from([1, 7, 45, 200, 730]), st.sampled_from([None, 0.0, 2.5]))
def test_any_history_gives_finite_ordered_growing_quantiles(
    history: History, horizon: int, level: float | None
) -> None:
    forecast = ask(history, horizon, level)
    assert np.isfinite(forecast.mean_per_day).all() and (forecast.mean_per_day >= 0).all()
    before = np.zeros(len(LEVELS))
    for days in sorted({1, 3, 7, 20, 45, 100, horizon} & set(range(1, horizon + 1))):
        q = forecast.sum_quantiles(days)
        assert np.isfinite(q).all() and (np.diff(q) >= 0).all()
        assert (q >= before - 1e-9 * np.maximum(before, 1)).all()
        before = q


@settings(max_examples=25, deadline=None)
@given(st.lists(histories(), max_size=25))
def test_any_catalogue_can_be_fitted(several: list[History]) -> None:
    tables = fit_tables(several, today=TODAY)
    forecast = PooledEngine(tables).forecast(catalogue()[0], today=TODAY, horizon_days=30)
    assert np.isfinite(forecast.sum_quantiles(30)).all()


def test_tables_survive_storage() -> None:
    before = engine().tables
    after = PooledTables.from_bytes(before.to_bytes())
    assert after.version == before.version
    history = catalogue()[0]
    one = engine().forecast(history, today=TODAY, horizon_days=90)
    two = PooledEngine(after).forecast(history, today=TODAY, horizon_days=90)
    np.testing.assert_array_equal(one.knot_quantiles, two.knot_quantiles)


def test_bytes_of_something_else_are_refused() -> None:
    import io

    buffer = io.BytesIO()
    np.savez(buffer, format=np.array(999))
    with pytest.raises(ValueError, match="format 999"):
        PooledTables.from_bytes(buffer.getvalue())


def test_version_follows_the_data() -> None:
    same = fit_tables(catalogue(), today=TODAY).version
    assert same == engine().tables.version
    changed = list(catalogue())
    changed[0] = weekly(changed[0].quantity + 1.0)
    assert fit_tables(changed, today=TODAY).version != same


def test_the_december_peak_of_the_others_reaches_products_with_less_than_a_year() -> None:
    """With 40 weeks of its own, a product cannot know December; its company does."""
    pooled = recent = 0.0
    for i, history in enumerate(catalogue()):
        young = weekly(history.quantity[-40:], f"g{i % 3}")
        pooled += ask(young, 28).mean(28)
        recent += float(young.quantity[-13:].sum()) / 13 * 4
    assert pooled > 1.2 * recent


def test_a_new_product_takes_its_size_from_its_group_and_says_it_is_a_guess() -> None:
    forecast = ask(History(TODAY, np.zeros(0), 7, group="g0"), 28)
    sizes = [h.quantity.mean() * 4 for h in catalogue() if h.group == "g0"]
    assert min(sizes) < forecast.mean(28) < max(sizes)
    assert forecast.confidence == "low"
    assert {"no_history", "guess_from_group"} <= set(forecast.notes)


def test_weeks_without_a_sale_shrink_the_guess() -> None:
    empty = History(TODAY, np.zeros(0), 7, group="g0")
    waiting = weekly(np.zeros(20), "g0")
    assert ask(waiting, 28).mean(28) < 0.2 * ask(empty, 28).mean(28)
    assert ask(waiting, 28).mean(28) > 0


def test_expected_level_of_a_new_product_wins_over_the_group() -> None:
    forecast = ask(History(TODAY, np.zeros(0), 7, group="g0"), 28, level=10.0)
    assert forecast.mean(28) == pytest.approx(280, rel=0.01)


def test_a_small_company_falls_back_to_the_product_alone() -> None:
    tables = fit_tables(catalogue()[:9], today=TODAY)
    assert tables.panels == ()
    forecast = PooledEngine(tables).forecast(catalogue()[0], today=TODAY, horizon_days=30)
    assert forecast.method == "local"


def test_every_product_states_how_it_would_have_done() -> None:
    back_test = ask(catalogue()[2], 28).back_test
    assert back_test is not None
    assert back_test.origins >= 6
    assert 0 <= back_test.coverage80 <= 1
    assert back_test.window_days == 28


def test_stale_histories_are_shifted_in_the_panel() -> None:
    old = History(TODAY - timedelta(weeks=40), np.full(30, 4.0), 7)
    assert old.start + timedelta(weeks=30) == date(2026, 9, 13)
    forecast = ask(old, 14)
    assert "stale_history" in forecast.notes
    assert forecast.start == TODAY


def test_a_first_promotion_sells_as_much_more_as_promotions_of_the_catalogue_did() -> None:
    promoted = []
    for i, history in enumerate(catalogue()):
        marks = np.zeros(WEEKS, dtype=bool)
        marks[20 + i % 7 :: 26] = True
        quantity = np.where(marks, np.round(history.quantity * 4), history.quantity)
        promoted.append(History(history.start, quantity, 7, promotion=marks, group=history.group))
    tables = fit_tables(promoted, today=TODAY)
    assert 2.5 < tables.promotion < 4.5
    assert PooledTables.from_bytes(tables.to_bytes()).promotion == tables.promotion
    plain = catalogue()[4]
    week = frozenset(TODAY + timedelta(days=d) for d in range(7))
    usual = PooledEngine(tables).forecast(plain, today=TODAY, horizon_days=7)
    during = PooledEngine(tables).forecast(plain, today=TODAY, horizon_days=7, planned_promotion=week)
    assert during.mean(7) == pytest.approx(tables.promotion * usual.mean(7))
    assert during.quantile(7, 0.9) > 2 * usual.quantile(7, 0.9)
