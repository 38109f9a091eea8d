"""Trend, rhythm and kind of demand on histories whose truth is known."""

from datetime import date, timedelta

import numpy as np
import pytest

from reposto.analysts.rhythm import Known, demand_pattern, trend, weekly_rhythm, yearly_rhythm
from tests.support.facts import sales_history

TODAY = date(2026, 11, 23)


def known(quantity: np.ndarray) -> Known:
    return Known(TODAY - timedelta(days=len(quantity)), quantity.astype(np.float64))


def seasonal(**changes: float) -> Known:
    history = sales_history(40.0, days=1095, today=TODAY, **changes)  # type: ignore[arg-type]
    return Known(history.start, history.quantity)


def spaced(every: int, sizes: tuple[float, ...], days: int = 728) -> Known:
    quantity = np.zeros(days)
    at = np.arange(every // 2, days, every)
    quantity[at] = np.resize(np.array(sizes), len(at))
    return known(quantity)


def test_weekly_rhythm_is_found_and_noise_is_not_one() -> None:
    found = weekly_rhythm(seasonal())
    assert found[6] == 0
    assert found[4] == pytest.approx(1.5 / 0.95, rel=0.08)  # WEEK sums to 6.65 over 7 days
    flat = np.random.default_rng(1).poisson(5, 700)
    assert weekly_rhythm(known(flat)) == ()
    assert weekly_rhythm(known(np.ones(10))) == ()


def test_yearly_rhythm_needs_two_years_that_agree() -> None:
    found = yearly_rhythm(seasonal(year=0.4))
    assert found[11] > 1.15
    assert found[5] < 0.85
    assert np.mean(found) == pytest.approx(1, abs=0.01)
    assert yearly_rhythm(known(np.full(500, 3.0))) == ()
    assert yearly_rhythm(known(np.random.default_rng(5).poisson(2, 1095))) == ()


@pytest.mark.parametrize(("growth", "direction"), [(0.9, "rising"), (0.0, "stable")])
def test_trend(growth: float, direction: str) -> None:
    found = trend(seasonal(growth=growth), ())
    assert found is not None
    assert found.direction == direction


def test_trend_in_percent_a_month() -> None:
    """From 100 a week by 1 a week: over the last 26 weeks of 104 the mean is 190.5, the slope 4.35 a month: 2.3 %."""
    weeks = np.repeat((100.0 + np.arange(104)) / 7, 7)
    found = trend(known(weeks), ())
    assert found is not None
    assert found.percent_month == pytest.approx(100 * 30.4375 / 7 / 190.5, abs=0.1)
    assert found.direction == "rising"
    assert trend(known(np.ones(30)), ()) is None


@pytest.mark.parametrize(
    ("history", "pattern"),
    [
        (known(np.full(400, 3.0)), "smooth"),
        (spaced(7, (1, 1, 9, 1, 1, 12)), "erratic"),
        (spaced(21, (5, 6, 5)), "intermittent"),
        (spaced(21, (1, 1, 30)), "lumpy"),
        (known(np.full(40, 2.0)), "new"),
        (known(np.concatenate([np.full(500, 4.0), np.full(100, 0.1)])), "dying"),
        (known(np.zeros(300)), "none"),
        (known(np.full(300, np.nan)), "none"),
    ],
)
def test_patterns(history: Known, pattern: str) -> None:
    assert demand_pattern(history) == pattern


def test_a_season_that_ends_every_year_is_not_dying() -> None:
    of_year = (np.arange(1095) + 40) % 365
    history = known(np.where(of_year < 270, 5.0, 0.2))
    assert demand_pattern(history) != "dying"


@pytest.mark.parametrize("empty_days", [60, 75, 91, 400])
def test_an_empty_shelf_is_not_a_product_that_stops_selling(empty_days: int) -> None:
    daily = np.full(800, 10.0)
    daily[-empty_days:] = np.nan
    assert demand_pattern(known(daily)) == "smooth"


def test_a_month_back_on_the_shelf_shows_that_it_sells_no_more() -> None:
    daily = np.full(800, 10.0)
    daily[-91:-28], daily[-28:] = np.nan, 0.5
    assert demand_pattern(known(daily)) == "dying"


def season_without(missing: set[tuple[int, int]]) -> tuple[float, ...]:
    """Three years with a Christmas peak; of some (year, month)s all but ten days are unknown."""
    start = date(2023, 1, 1)
    days = [start + timedelta(days=i) for i in range((date(2025, 12, 31) - start).days + 1)]
    usual = (1.0, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.1, 2.5)
    noise = np.random.default_rng(3).normal(0, 0.3, len(days))
    daily = np.array([10 * usual[d.month - 1] for d in days]) + noise
    daily[[(d.year, d.month) in missing and d.day > 10 for d in days]] = np.nan
    return yearly_rhythm(Known(start, daily))


@pytest.mark.parametrize("gap", [set(), {(2025, 2)}, {(2024, 12)}, {(2025, 1), (2024, 10)}, {(2023, 3), (2025, 12)}])
def test_a_month_out_of_stock_does_not_shift_the_year(gap: set[tuple[int, int]]) -> None:
    found = season_without(gap)
    assert len(found) == 12
    assert np.argmax(found) == 11
    assert found == pytest.approx(season_without(set()), abs=0.1)


def test_a_month_that_no_year_knows_leaves_the_rhythm_unsaid() -> None:
    assert season_without({(2023, 1), (2024, 1), (2025, 1)}) == ()
    flat = {(year, 6) for year in (2023, 2024, 2025)}  # smooth enough to correlate even when shifted
    start, n = date(2023, 1, 1), 1096
    days = [start + timedelta(days=i) for i in range(n)]
    daily = np.array([10 + 6 * np.sin(2 * np.pi * (d.timetuple().tm_yday - 60) / 365) for d in days])
    daily[[(d.year, d.month) in flat for d in days]] = np.nan
    assert yearly_rhythm(Known(start, daily)) == ()
