"""What goes into the demand engine and what comes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Probability levels of every predictive distribution. Denser above the median: stock is decided there.
LEVELS: tuple[float, ...] = (
    0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75,
    0.8, 0.8333, 0.85, 0.9, 0.925, 0.95, 0.975, 0.98, 0.99, 0.995,
)  # fmt: skip
LEVEL_ARRAY: Floats = np.asarray(LEVELS)
MOST_PER_PERIOD = 1e12  # units; a larger figure is a typing error and would overflow the squares

Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class History:
    """Sales of one product, one figure per period, oldest first; NaN = not known.

    `quantity` is in units of stock. `censored` marks periods out of stock or before the launch,
    `excluded` one-off orders, `promotion` past promotions. `integer`: sold in whole units.
    `price`: R$ per unit by period, NaN = not known; `price_ahead`: planned ones by day after the history, NaN = none
    planned. They are used where `told`: somebody keeps a calendar of this product's promotions or prices, so that what
    it doesn't hold won't come.
    """

    start: date
    quantity: Floats
    period_days: int = 1
    censored: Bools | None = None
    excluded: Bools | None = None
    promotion: Bools | None = None
    integer: bool = True
    group: str = ""
    price: Floats | None = None
    price_ahead: Floats | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class BackTest:
    """How the same method did at earlier dates of this product, without knowing what followed.

    `error` and `naive_error` are mean absolute errors of the window's sum divided by the mean demand of
    such a window (0.3 = 30 %); naive = "the same as in the last window of equal length".
    `coverage80` is the share of windows inside the 10-90 % range, ties counted by half.
    """

    window_days: int
    origins: int
    error: float
    naive_error: float
    coverage80: float
    bias: float  # (forecast - actual) / actual, over all origins


@dataclass(frozen=True, slots=True)
class Forecast:
    """The distribution of demand from `start` on. Nothing in it is ever NaN or infinite."""

    start: date
    mean_per_day: Floats  # units per day, one per day of the horizon
    knots: Floats  # days at which `knot_quantiles` hold, ascending, first 0
    knot_quantiles: Floats  # (knots, levels) in units, monotone along both axes
    integer: bool
    method: str
    version: str
    observed: int  # periods (buckets) that carried information
    confidence: Confidence
    notes: tuple[str, ...] = ()
    back_test: BackTest | None = None

    def _days(self, days: int) -> int:
        if not 0 <= days <= len(self.mean_per_day):
            raise ValueError(f"days must lie in 0..{len(self.mean_per_day)}, not {days}")
        return days

    def mean(self, days: int) -> float:
        """Expected demand over the next `days` days, units. ValueError beyond the horizon."""
        return float(np.sum(self.mean_per_day[: self._days(days)]))

    def sum_quantiles(self, days: int) -> Floats:
        """Quantiles at LEVELS of the demand over the next `days` days, units. ValueError beyond the horizon."""
        row: Floats = self.sum_quantiles_at([days])[0]
        return row

    def sum_quantiles_at(self, days: Sequence[int]) -> Floats:
        """sum_quantiles of several numbers of days at once; (n, levels).

        Between fitted windows the quantiles are interpolated along expected demand, not along days, so
        that a closed Sunday adds nothing. ValueError beyond the horizon.
        """
        # Here, not at the top: `dist` reads LEVELS from this module.
        from reposto.analysts.forecast.dist import parts_of_window

        wanted = np.array([self._days(n) for n in days], dtype=np.int64)
        upto = np.concatenate([[0.0], np.cumsum(self.mean_per_day)])
        at, along = upto[wanted], upto[self.knots.astype(np.int64)]
        right = np.minimum(np.maximum(np.searchsorted(self.knots, wanted), 1), len(self.knots) - 1)
        low, high = along[right - 1], along[right]
        since, span = wanted - self.knots[right - 1], self.knots[right] - self.knots[right - 1]
        rising = high > low
        top, base = np.where(rising, at - low, since), np.where(rising, high - low, span)
        share = np.where(base > 0, top / np.where(base > 0, base, 1.0), 0.0)
        share = np.minimum(np.maximum(share, 0.0), 1.0)
        mixed = (1 - share)[:, None] * self.knot_quantiles[right - 1] + share[:, None] * self.knot_quantiles[right]
        early = np.flatnonzero(right == 1)
        if len(early):
            mixed[early] = parts_of_window(self.knot_quantiles[1], share[early], self.integer)
        result: Floats = np.round(mixed) if self.integer else mixed
        return result

    def quantile(self, days: int, level: float) -> float:
        """The demand over `days` days that is not exceeded with probability `level`, 0 < level < 1."""
        if not 0.0 < level < 1.0:
            raise ValueError(f"level must lie between 0 and 1, not {level}")
        return float(np.interp(level, LEVEL_ARRAY, self.sum_quantiles(days)))


class Engine(Protocol):
    """Whatever forecasts demand."""

    def forecast(
        self,
        history: History,
        *,
        today: date,
        horizon_days: int,
        closed: frozenset[date] = frozenset(),
        expected_level: float | None = None,
        planned_promotion: frozenset[date] = frozenset(),
        tried: bool = True,
    ) -> Forecast:
        """Demand from `today` (or the first day without figures) on; see History for the units.

        `closed` are days without sales, past and to come; `expected_level` is the buyer's own guess in
        units per day, used while there is little history. Not `tried`: without the back-test, which takes
        a third of the time, and at most of medium confidence. ValueError for a negative quantity, for masks
        of another length, period_days < 1, or a horizon outside 1..730 days.
        """
        ...
