"""The joint distribution against formulas from the textbooks."""

from datetime import date
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reposto.analysts.forecast import LEVELS, Forecast
from reposto.analysts.paths import DEMAND_LEVELS, Arrival, StockPaths, _interpolate, demand_paths, stock_paths

Z = np.array([NormalDist().inv_cdf(float(u)) for u in DEMAND_LEVELS])
AT_ONCE = np.array([1.0])


def normal_paths(mean: float, sd: float, days: int) -> np.ndarray:
    """Cumulative demand with independent normal days; (100, days + 1)."""
    t = np.arange(days + 1)
    return np.maximum(mean * t[None, :] + Z[:, None] * sd * np.sqrt(t)[None, :], 0.0)


def plain(mean: float, sd: float, days: int, available: float, *, lost: bool = False) -> StockPaths:
    return stock_paths(normal_paths(mean, sd, days), available, (), lost_sales=lost)


def test_newsvendor_of_the_textbook() -> None:
    """Snyder & Shen, Example 4.3: h = 0.18, p = 0.70, demand N(50, 8^2): S* = 56.604 at the ratio 0.7955."""
    paths = plain(50, 8, 1, 0.0)
    found = paths.needed(np.array([0]), np.array([1]), AT_ONCE, 0.70 / (0.70 + 0.18))
    assert found == pytest.approx(56.604, abs=8 * 0.03)  # a hundred levels: a step of 0.03 standard deviations here


@pytest.mark.parametrize(("lead", "review", "level"), [(9, 7, 0.95), (20, 7, 0.9), (5, 30, 0.98)])
def test_order_up_to_level_of_periodic_review(lead: int, review: int, level: float) -> None:
    """(R, S): S = mean (L+R) + z sigma sqrt(L+R) (Silver, Pyke & Thomas, ch. 6)."""
    paths = plain(10, 4, 80, 0.0)
    span = lead + review
    exact = 10 * span + NormalDist().inv_cdf(level) * 4 * span**0.5
    assert paths.demand_quantile(np.array([lead]), AT_ONCE, review, level) == pytest.approx(exact, rel=0.02)
    assert paths.needed(np.array([lead]), np.array([lead + review]), AT_ONCE, level) == pytest.approx(exact, rel=0.02)
    assert plain(10, 4, 80, 60.0).needed(np.array([lead]), np.array([lead + review]), AT_ONCE, level) == pytest.approx(
        exact - 60, rel=0.03
    )


def test_random_lead_time_close_to_the_normal_approximation() -> None:
    """sigma^2 = E[L] sd^2 + mean^2 Var[L]; symmetric lead times, so that the approximation is a fair yardstick."""
    days = np.array([6, 8, 10, 12, 14])
    probability = np.array([0.1, 0.2, 0.4, 0.2, 0.1])
    variance = float(probability @ (days - 10.0) ** 2)
    sd = (10 * 16 + 100 * variance) ** 0.5
    exact = 100 + NormalDist().inv_cdf(0.95) * sd
    found = plain(10, 4, 40, 0.0).demand_quantile(days, probability, 0, 0.95)
    assert found == pytest.approx(exact, rel=0.05)


def test_stockout_probability_by_hand() -> None:
    paths = plain(10, 4, 40, 120.0)
    exact = 1 - NormalDist(100, 4 * 10**0.5).cdf(120)
    assert paths.stockout_probability(np.array([10]), AT_ONCE) == pytest.approx(exact, abs=0.01)
    mixed = paths.stockout_probability(np.array([10, 30]), np.array([0.75, 0.25]))
    assert mixed == pytest.approx(0.75 * exact + 0.25, abs=0.01)


def test_lost_sales_are_not_bought_again_backorders_are() -> None:
    """No stock, lead time 10 days, review 7, demand 10 a day for certain."""
    lost = plain(10, 0, 60, 0.0, lost=True)
    owed = plain(10, 0, 60, 0.0, lost=False)
    assert lost.needed(np.array([10]), np.array([17]), AT_ONCE, 0.95) == pytest.approx(70)
    assert owed.needed(np.array([10]), np.array([17]), AT_ONCE, 0.95) == pytest.approx(170)
    assert lost.expected_short(np.array([10]), AT_ONCE) == pytest.approx(100)


def test_an_open_order_that_comes_first_leaves_nothing_to_order() -> None:
    """Nothing on hand, 500 come on day 5, a new order on day 9: what is missing until day 5 can't be helped by it."""
    demand = normal_paths(10, 0, 60)
    coming = (Arrival(500.0, np.array([5]), AT_ONCE),)
    for lost in (True, False):
        paths = stock_paths(demand, 0.0, coming, lost_sales=lost)
        assert paths.needed(np.array([9]), np.array([16]), AT_ONCE, 0.95) == 0
        assert paths.needed(np.array([0]), np.array([7]), AT_ONCE, 0.95) == pytest.approx(50)
        assert paths.stockout_probability(np.array([9]), AT_ONCE) == 1


def test_an_open_order_in_time_prevents_the_shortage_and_late_does_not() -> None:
    demand = normal_paths(10, 0, 60)
    early = stock_paths(demand, 50.0, (Arrival(100.0, np.array([4]), AT_ONCE),), lost_sales=True)
    late = stock_paths(demand, 50.0, (Arrival(100.0, np.array([8]), AT_ONCE),), lost_sales=True)
    day = np.array([12])
    assert early.stockout_probability(day, AT_ONCE) == 0
    assert late.stockout_probability(day, AT_ONCE) == 1
    assert late.expected_short(day, AT_ONCE) == pytest.approx(30)  # days 5, 6 and 7; it sells on the day it comes


def test_more_reserved_than_there_is_is_owed_not_lost() -> None:
    paths = plain(10, 0, 60, -20.0, lost=True)
    assert paths.expected_short(np.array([3]), AT_ONCE) == pytest.approx(30)
    assert paths.needed(np.array([3]), np.array([10]), AT_ONCE, 0.95) == pytest.approx(90)  # a week and the 20 promised


leads = st.lists(st.integers(0, 40), min_size=1, max_size=6, unique=True).map(sorted)


@given(
    st.floats(0.05, 50),
    st.floats(0, 3),
    st.floats(0, 800),
    st.floats(0, 400),
    leads,
    st.integers(1, 10),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 60), st.floats(0.5, 300)), max_size=3),
)
def test_needed_is_monotone(
    mean: float,
    cv: float,
    stock: float,
    more: float,
    lead: list[int],
    longer: int,
    lost: bool,
    orders: list[tuple[int, float]],
) -> None:
    """More stock never asks for more; a longer lead time never for less, unless open orders come in meanwhile."""
    demand = normal_paths(mean, cv * mean, 80)
    coming = tuple(Arrival(q, np.array([d]), AT_ONCE) for d, q in orders)
    days = np.array(lead)
    even = np.full(len(lead), 1 / len(lead))

    def needed(available: float, arrive: np.ndarray) -> float:
        return stock_paths(demand, available, coming, lost_sales=lost).needed(arrive, arrive + 7, even, 0.95)

    base = needed(stock, days)
    assert base >= 0
    assert needed(stock + more, days) <= base + 1e-6
    if not coming:
        assert needed(stock, days + longer) >= base - 1e-6


def test_demand_paths_hold_the_forecasts_quantiles() -> None:
    z = np.array([NormalDist().inv_cdf(p) for p in LEVELS])
    knots = np.array([0.0, 7.0, 28.0, 84.0])
    table = np.array([np.maximum(10 * k + z * 4 * k**0.5, 0.0) for k in knots])
    forecast = Forecast(
        start=date(2026, 11, 23),
        mean_per_day=np.full(84, 10.0),
        knots=knots,
        knot_quantiles=table,
        integer=False,
        method="test",
        version="test",
        observed=100,
        confidence="high",
    )
    paths = demand_paths(forecast, 84)
    assert paths.shape == (100, 85)
    assert (np.diff(paths, axis=0) >= 0).all()
    assert (np.diff(paths, axis=1) >= 0).all()
    for days in (7, 28, 84):
        assert np.quantile(paths[:, days], 0.9) == pytest.approx(forecast.quantile(days, 0.9), rel=0.02)
        assert paths[:, days].mean() == pytest.approx(10 * days, rel=0.02)


MILLIONTHS = st.integers(-10, 10**12).map(lambda n: n / 1e6)


@given(st.lists(MILLIONTHS, min_size=2, max_size=20), st.lists(MILLIONTHS, min_size=1, max_size=20))
def test_rows_are_interpolated_to_the_last_bit_as_numpy_does_one(known: list[float], wanted: list[float]) -> None:
    """Repeated points, as of closed days in enormous demand, included."""
    at, x = np.sort(np.array(known)), np.array([*wanted, *known])
    rows = np.outer(np.arange(1, 4), np.linspace(0.0, 7.3, len(at)) ** 2)
    np.testing.assert_array_equal(_interpolate(x, at, rows), np.array([np.interp(x, at, row) for row in rows]))
