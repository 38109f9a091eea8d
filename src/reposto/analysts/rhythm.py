"""What the past looks like: trend, weekly and yearly rhythm, and the kind of demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from reposto.analysts.forecast.calendar import weekday_profile
from reposto.analysts.robust import kendall_z, theil_sen

Floats = NDArray[np.float64]
Pattern = Literal["smooth", "intermittent", "erratic", "lumpy", "new", "dying", "none"]

ADI_CUT, CV2_CUT = 1.32, 0.49  # Syntetos, Boylan & Croston, J. Oper. Res. Soc. 56 (2005) 495-503
NEW_WEEKS = 13  # a quarter: before that neither rhythm nor trend can be told from noise
TREND_WEEKS = 26  # half a year: recent enough to matter for the next order
WEEKS_PER_MONTH = 30.4375 / 7
_LEAST_DAYS = 4  # days of a week that must be known for its sum to be scaled up
_LEAST_RECENT = 4  # weeks of a quarter: fewer say nothing of it


@dataclass(frozen=True)
class Known:
    """Daily demand from the first sale (or the first day) to the last day with data; NaN = not known."""

    start: date
    daily: Floats

    @property
    def end(self) -> date:
        """The last day."""
        return self.start + timedelta(days=len(self.daily) - 1)

    def weekly(self) -> Floats:
        """Sums of 7 days, the last ending with the last day; a week with under 4 known days is NaN; (weeks,)."""
        count = len(self.daily) // 7
        rows = self.daily[len(self.daily) - 7 * count :].reshape(count, 7)
        known = np.isfinite(rows).sum(axis=1)
        sums: Floats = np.where(known >= _LEAST_DAYS, np.nansum(rows, axis=1) * 7 / np.maximum(known, 1), np.nan)
        return sums

    @cached_property
    def pattern(self) -> Pattern:
        """See demand_pattern; half a dozen findings ask for it."""
        return _pattern_of(self)


def weekly_rhythm(known: Known) -> tuple[float, ...]:
    """Seven factors around 1, Monday first, of the last half-year; empty where no rhythm stands out of the noise.

    Means per weekday over the mean of all, shrunk as in forecast.calendar.weekday_profile (James-Stein).
    """
    if len(known.daily) < 4 * 7:
        return ()
    of_week = (known.start.weekday() + np.arange(len(known.daily))) % 7
    profile = weekday_profile(known.daily, of_week)
    if float(np.abs(profile - 1).max()) < 0.05:
        return ()
    return tuple(round(float(f), 3) for f in profile)


def yearly_rhythm(known: Known) -> tuple[float, ...]:
    """Twelve factors around 1, January first, from two full years on; empty without them or where years disagree.

    Mean per day of each month / robust straight line through the months (Theil-Sen), averaged over the years,
    normalised to mean 1, drawn half-way to 1 with two years and less with more (n / (n + 2)). Empty when the same
    months of the last two years correlate below 0.3: then the months differ by chance; and when some month of the year
    isn't known in any year, or fewer than nine are in both.
    """
    months = _monthly(known)
    if len(months) < 24 - _MONTHS_MISSING:
        return ()
    values = np.array([v for _, v in months])
    at = np.array([12 * m.year + m.month for m, _ in months], dtype=np.float64)
    at -= at[0]
    if at[-1] < 23 or float(values.mean()) <= 0:
        return ()
    slope = theil_sen(at, values)
    line = float(np.median(values - slope * at)) + slope * at
    ratio = values / np.maximum(line, 0.1 * values.mean())
    ratio = np.minimum(ratio, 5.0)
    of_year = np.array([m.month - 1 for m, _ in months])
    counts = np.bincount(of_year, minlength=12)
    if counts.min() == 0 or not _agree(at, ratio):
        return ()
    means = np.bincount(of_year, weights=ratio, minlength=12) / counts
    years = len(values) / 12
    factors = 1 + years / (years + 2) * (means / means.mean() - 1)
    return tuple(round(float(max(f, 0.0)), 3) for f in factors)


_MONTHS_MISSING = 3  # of the last two years, at most: out of stock for most of the month


def _agree(at: Floats, ratio: Floats) -> bool:
    """Whether the last twelve months look like the same months a year before; at: months from the first, ascending."""
    of = dict(zip(at.tolist(), ratio.tolist(), strict=True))
    pairs = np.array([(of[m], of[m - 12]) for m in of if m > at[-1] - 12 and m - 12 in of])
    if len(pairs) < 12 - _MONTHS_MISSING or pairs.std(axis=0).min() < 1e-9:
        return False
    return float(np.corrcoef(pairs.T)[0, 1]) >= 0.3


def _monthly(known: Known) -> list[tuple[date, float]]:
    """First day and mean per known day of each calendar month with at least 20 known days, oldest first."""
    days = np.datetime64(known.start, "D") + np.arange(len(known.daily))
    of = days.astype("datetime64[M]").astype(np.int64)
    seen = np.isfinite(known.daily)
    first = int(of[0]) if len(of) else 0
    count = np.bincount(of[seen] - first) if seen.any() else np.zeros(0, dtype=np.int64)
    total = np.bincount(of[seen] - first, weights=known.daily[seen]) if seen.any() else np.zeros(0)
    filled = [int(i) for i in np.flatnonzero(count >= 20)]
    return [(date(1970 + (first + i) // 12, (first + i) % 12 + 1, 1), float(total[i] / count[i])) for i in filled]


@dataclass(frozen=True, slots=True)
class Trend:
    """Change per month in percent of the level, and whether it stands out of the noise."""

    percent_month: float
    direction: Literal["rising", "falling", "stable"]


def trend(known: Known, yearly: tuple[float, ...]) -> Trend | None:
    """Theil-Sen slope of the last 26 weekly sums without yearly rhythm, in % of their mean per month; None under 8.

    rising / falling when Mann-Kendall's |z| >= 1.645 (one chance in ten for either) and the change is at least 1 % a
    month; else stable. Within -95..+300 %.
    """
    weekly = known.weekly()[-TREND_WEEKS:]
    if yearly:
        ends = [known.end - timedelta(days=7 * (len(weekly) - 1 - i) + 3) for i in range(len(weekly))]
        weekly = weekly / np.array([max(yearly[d.month - 1], 0.1) for d in ends])
    at = np.flatnonzero(np.isfinite(weekly)).astype(np.float64)
    values = weekly[np.isfinite(weekly)]
    level = float(values.mean()) if len(values) else 0.0
    if len(values) < 8 or level <= 0:
        return None
    percent = float(np.clip(100 * theil_sen(at, values) * WEEKS_PER_MONTH / level, -95.0, 300.0))
    sure = abs(kendall_z(at, values)) >= 1.645 and abs(percent) >= 1.0
    return Trend(round(percent, 1), ("rising" if percent > 0 else "falling") if sure else "stable")


def demand_pattern(known: Known) -> Pattern:
    """Kind of demand by weeks: none, new, dying, else Syntetos & Boylan's four classes over the last 52 known weeks.

    ADI = weeks / selling weeks, CV2 = squared coefficient of variation of the selling weeks: smooth (ADI < 1.32, CV2 <
    0.49), intermittent (ADI above), erratic (CV2 above), lumpy (both). new = first sale under 13 weeks ago. dying =
    the last 13 weeks sold under a quarter per week of the year before, and that year's same weeks did not. Weeks that
    are not known (an empty shelf) count for nothing: dying takes 4 known ones of the last 13.
    """
    return known.pattern


def _pattern_of(known: Known) -> Pattern:
    weekly = known.weekly()
    if not np.nansum(known.daily) > 0:
        return "none"
    if len(weekly) < NEW_WEEKS:
        return "new"
    if _is_dying(weekly):
        return "dying"
    year = _seen(weekly)[-52:]
    sizes = year[year > 0]
    if len(sizes) == 0:
        return "dying"
    interval = len(year) / len(sizes)
    cv2 = float((sizes.std() / sizes.mean()) ** 2)
    if interval < ADI_CUT:
        return "smooth" if cv2 < CV2_CUT else "erratic"
    return "intermittent" if cv2 < CV2_CUT else "lumpy"


def _is_dying(weekly: Floats) -> bool:
    recent, before = _seen(weekly[-NEW_WEEKS:]), _seen(weekly[-NEW_WEEKS - 39 : -NEW_WEEKS])
    if len(recent) < _LEAST_RECENT or len(before) < 26 or float(before.mean()) <= 0 or int((before > 0).sum()) < 6:
        return False
    low = float(recent.mean()) < 0.25 * float(before.mean())
    last_year = weekly[-52 - NEW_WEEKS : -52]
    full = len(last_year) == NEW_WEEKS and len(_seen(last_year)) >= _LEAST_RECENT
    seasonal = full and float(_seen(last_year).mean()) < 0.5 * float(before.mean())
    return low and not seasonal


def _seen(weekly: Floats) -> Floats:
    found: Floats = weekly[np.isfinite(weekly)]
    return found
