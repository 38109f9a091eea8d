"""Stock from day to day under uncertain demand and uncertain arrivals, without random numbers.

Demand: one path per probability level u = (i + 1/2) / 100. On path u the demand of the first t days is the u-quantile
of that sum, for every t (comonotone paths): the distribution of every sum is exactly the forecast's, which is what
running out and ordering depend on. Open orders: five levels of lateness, the same for all open orders at once.
Lead time of a new order: its own discrete distribution. The three are taken as independent of each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reposto.analysts.forecast import LEVELS, Forecast
from reposto.analysts.robust import weighted_quantile

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

DEMAND_LEVELS: Floats = (np.arange(100) + 0.5) / 100
LATENESS_LEVELS: Floats = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
_LEVELS: Floats = np.asarray(LEVELS)
_DENSE_DAYS = 14  # days whose quantiles are all asked for; later every seventh, interpolated along the mean


def demand_paths(forecast: Forecast, days: int) -> Floats:
    """Demand of the first 0..days days on each path; (100, days + 1), units, non-decreasing along both axes.

    Tails beyond the forecast's outermost levels (1 % and 99.5 %) are cut there. ValueError beyond the horizon.
    """
    known = sorted({*range(min(_DENSE_DAYS, days) + 1), *range(0, days + 1, 7), days})
    grid = _interpolate(DEMAND_LEVELS, _LEVELS, forecast.sum_quantiles_at(known)).T
    mean = np.concatenate([[0.0], np.cumsum(forecast.mean_per_day[:days])])
    along = mean[known] + 1e-9 * np.array(known)  # strictly ascending also where nothing is expected
    at = mean + 1e-9 * np.arange(days + 1)
    paths = _interpolate(at, along, grid)
    rising: Floats = np.maximum.accumulate(np.maximum.accumulate(paths, axis=1), axis=0)
    return rising


def _interpolate(x: Floats, known: Floats, values: Floats) -> Floats:
    """np.interp(x, known, row) for each row of `values`, in its own arithmetic; (n,), (m,), (r, m) -> (r, n)."""
    left = np.minimum(np.maximum(np.searchsorted(known, x, side="right") - 1, 0), len(known) - 2)
    run = known[1:] - known[:-1]
    slope = (values[:, 1:] - values[:, :-1]) / np.where(run > 0, run, 1.0)  # nothing lies within a step of no width
    found: Floats = slope[:, left] * (x - known[left]) + values[:, left]
    found[:, x >= known[-1]], found[:, x < known[0]] = values[:, -1:], values[:, :1]
    return found


@dataclass(frozen=True, slots=True)
class Arrival:
    """An open order on its way: outstanding units, calendar days from today until it is there, probabilities."""

    quantity: float
    days: Days
    probability: Floats

    def at(self, level: float) -> int:
        """Calendar days within which it has arrived with probability `level`."""
        return int(weighted_quantile(self.days.astype(np.float64), self.probability, level))


@dataclass(frozen=True, slots=True)
class StockPaths:
    """Demand, supply and shortage on every path; units. U demand paths, K lateness levels, T days.

    demand (U, T+1) and supply (K, T+1) are cumulative: what is asked for, and what of the open orders has come in,
    before day t. What arrives on a day can be sold that day. short (U, K, T+1) = units that could not be served
    before day t if nothing new is ordered: max(0, max over s <= t of demand(s) - available - supply(s)), the
    reflection of the free stock at zero, exact for lost sales (Harrison, Brownian Motion and Stochastic Flow Systems,
    1985, ch. 2); with backorders the same sum counts the units served late until the backlog is cleared.
    """

    available: float
    demand: Floats
    supply: Floats
    short: Floats
    lost_sales: bool

    @property
    def last(self) -> int:
        """Number of days covered."""
        return int(self.demand.shape[1]) - 1

    def day(self, days: Days) -> Days:
        """Calendar days cut to what is covered."""
        cut: Days = np.minimum(np.maximum(days, 0), self.last)  # a third of np.clip's time
        return cut

    def short_at(self, days: Days) -> Floats:
        """short on the given days; (n,), or (K, n) where they depend on the lateness level -> (U, K, n)."""
        levels = np.arange(self.short.shape[1])[:, None]
        found: Floats = self.short[:, levels, np.broadcast_to(self.day(days), (len(levels), days.shape[-1]))]
        return found

    def stockout_probability(self, days: Days, probability: Floats) -> float:
        """P(some demand is not served before an arrival `days` from now); (n,) or (K, n), (n,) -> 0..1."""
        hit = (self.short_at(days) > 1e-6).mean(axis=(0, 1))
        return min(max(float(hit @ probability), 0.0), 1.0)

    def expected_short(self, days: Days, probability: Floats) -> float:
        """Expected units that can't be served before an arrival `days` from now; (n,) or (K, n), (n,)."""
        return float(self.short_at(days).mean(axis=(0, 1)) @ probability)

    def stockout_by_day(self) -> Floats:
        """P(some demand was not served before day t), t = 0..T; (T+1,), non-decreasing."""
        hit: Floats = (self.short > 1e-6).mean(axis=(0, 1))
        return hit

    def needed(self, start: Days, end: Days, probability: Floats, level: float) -> float:
        """Smallest quantity, ordered now, that serves all demand from its arrival until the next order can arrive, with
        probability `level`; units >= 0.

        start (n,) or (K, n): when this order arrives, equally likely; end (m,) or (K, m) with probability (m,): when
        the next one would. Per path, with lost sales: short(end) - short(start), what would go unserved in between
        (and what is owed already); with backorders: the largest backlog in between. The (R, S) rule of Silver, Pyke &
        Thomas, 4th ed., ch. 6, on the joint distribution instead of mean + z sigma. More stock never asks for more.
        Without open orders a lead time longer by some days never asks for less: lost sales then take the largest
        window of that length up to the arrival.
        """
        lacking = self._lost_between(start, end) if self.lost_sales else self._backlog_between(start, end)
        weights = np.broadcast_to(probability / float(np.prod(lacking.shape[:3])), lacking.shape)
        return max(weighted_quantile(lacking.ravel(), weights.ravel(), level), 0.0)

    def short_between(self, start: Days, end: Days) -> Floats:
        """Units that go unserved from start until end, every pair; (U, K, n, m)."""
        between: Floats = np.maximum(self.short_at(end)[:, :, None, :] - self.short_at(start)[:, :, :, None], 0.0)
        return between

    def _lost_between(self, start: Days, end: Days) -> Floats:
        if self.supply.any():
            lost = self.short_between(start, end)
        else:  # nothing comes in, so the lateness level makes no difference
            lost = self._largest_windows(start if start.ndim == 1 else start[0], end if end.ndim == 1 else end[0])
        owed = max(-self.available, 0.0)
        if owed > 0:
            lost = lost + np.clip(self._net_at(end), 0.0, owed)[:, :, None, :]
        return lost

    def _largest_windows(self, start: Days, end: Days) -> Floats:
        """Largest short(t + end - start) - short(t) over t <= start, every pair; (n,), (m,) -> (U, K, n, m)."""
        start, width = self.day(start), np.maximum(end[None, :] - start[:, None], 0)
        every = np.arange(int(start.max()) + 1)
        found = np.empty((*self.short.shape[:2], *width.shape))
        for wide in np.unique(width):
            windows = self.short[:, :, self.day(every + wide)] - self.short[:, :, every]
            largest = np.maximum.accumulate(windows, axis=2)
            first, second = np.nonzero(width == wide)
            found[:, :, first, second] = largest[:, :, start[first]]
        return found

    def _backlog_between(self, start: Days, end: Days) -> Floats:
        """Largest backlog after start and until end, every pair; (U, K, n, m).

        short is the running maximum of the backlog: where it grows in between, it is the largest; else the backlog at
        the end stands for it.
        """
        after, before = self.short_at(end)[:, :, None, :], self.short_at(start)[:, :, :, None]
        owed = max(-self.available, 0.0)
        return np.where(after > before + 1e-9, after + owed, self._net_at(end)[:, :, None, :])

    def _net_at(self, days: Days) -> Floats:
        """Cumulative demand less everything there is by then, negative where something is left; (U, K, n)."""
        levels = np.arange(self.supply.shape[0])[:, None]
        at = np.broadcast_to(self.day(days), (len(levels), days.shape[-1]))
        net: Floats = self.demand[:, at] - self.available - self.supply[levels, at][None]
        return net

    def demand_quantile(self, arrive: Days, probability: Floats, covered: int, level: float) -> float:
        """Quantile of demand over lead time + `covered` days: the order-up-to level; units."""
        total = self.demand[:, self.day(arrive + covered)]
        weights = np.broadcast_to(probability / total.shape[0], total.shape)
        return weighted_quantile(total.ravel(), weights.ravel(), level)

    def demand_mean(self, arrive: Days, probability: Floats, covered: int) -> float:
        """Expected demand over lead time + `covered` days, on the same paths; units."""
        return float(self.demand[:, self.day(arrive + covered)].mean(axis=0) @ probability)


def stock_paths(demand: Floats, available: float, arrivals: tuple[Arrival, ...], *, lost_sales: bool) -> StockPaths:
    """Put demand paths (U, T+1), free stock and open orders together; see StockPaths."""
    last = demand.shape[1] - 1
    levels = LATENESS_LEVELS if arrivals else LATENESS_LEVELS[2:3]
    supply = np.zeros((len(levels), last + 1))
    for k, level in enumerate(levels):
        for arrival in arrivals:
            # in before day t for every t > arrival day, and usable on the day itself: from index day + 1 on
            supply[k, min(max(arrival.at(float(level)), 0) + 1, last + 1) :] += arrival.quantity
    free = demand[:, None, :] - available - supply[None, :, :]
    owed = max(-available, 0.0)  # reserved beyond what is there: owed already, not a sale that may be lost
    short = np.maximum.accumulate(np.maximum(free, owed), axis=2) - owed
    return StockPaths(available, demand, supply, short, lost_sales)
