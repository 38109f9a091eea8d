"""What is known of each series at a cutoff, relative to its own size: the input of the pooled models."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from reposto.analysts.forecast.levels import ALPHAS, known_or_zero, smoothed_levels, window_sums
from reposto.analysts.forecast.types import Floats

Ints = NDArray[np.int64]

SPANS = (1, 2, 4, 8, 13, 26, 52)  # buckets of the trailing means
_PRIOR_SIZE = 15.0  # series' worth of the panel's ratio in a group's ratio
_PANEL_PRIOR = 5.0  # series' worth of "no change" in the panel's ratio
_FLOOR = 1e-3  # smallest scale, units per bucket


@dataclass(frozen=True)
class Known:
    """Features at some cutoffs; each array (series, cutoffs) or (series, cutoffs, k), relative to `scale`."""

    scale: Floats
    levels: Floats  # (n, C, 5)
    means: Floats  # (n, C, 7)
    last_year: Floats  # mean of the same window a year before, NaN if unknown
    last_year_wide: Floats  # that window with one bucket more on both sides
    last_year_level: Floats  # smoothed level a year before
    group_season: Floats  # ratio of the window a year before to the 13 buckets before it, pooled over the group
    group_momentum: Floats  # last 4 buckets / scale, pooled over the group
    count: Floats  # observed buckets
    sold: Floats  # buckets with sales
    share26: Floats
    share8: Floats
    cv26: Floats
    max26: Floats
    since: Floats  # buckets since the last sale

    def transposed(self) -> Known:
        """Cutoffs as series and series as cutoffs."""
        return Known(*(np.swapaxes(getattr(self, f.name), 0, 1) for f in fields(self)))


class Panel:
    """Series as a matrix (n, T), NaN = not observed, with the sums that features need; all end together."""

    def __init__(self, y: Floats, groups: Ints, season: int) -> None:
        self.y = y
        self.groups = groups
        self.season = season
        self.n, self.buckets = y.shape
        seen = np.isfinite(y)
        filled = np.where(seen, y, 0.0)
        self._total = _running(filled)
        self._squares = _running(filled**2)
        self._known = _running(seen.astype(np.float64))
        self._selling = _running((filled > 0).astype(np.float64))
        self._kept: tuple[bytes, dict[str, Floats]] | None = None

    @cached_property
    def smoothed(self) -> tuple[Floats, Floats]:
        return smoothed_levels(self.y)

    def _span(self, running: Floats, low: Ints, high: Ints) -> Floats:
        low = np.minimum(np.maximum(low, 0), self.buckets)
        high = np.minimum(np.maximum(high, 0), self.buckets)
        result: Floats = running[:, high] - running[:, low]
        return result

    def mean(self, low: Ints, high: Ints) -> Floats:
        """Mean of the observed buckets low..high-1 for every series; (n, C), NaN where nothing was observed."""
        known = self._span(self._known, low, high)
        total = self._span(self._total, low, high)
        return np.where(known > 0, total / np.maximum(known, 1), np.nan)

    def scale(self, cutoffs: Ints) -> Floats:
        """(sum over the last year + mean of all time) / (observed in the last year + 1), at least 1e-3."""
        low = cutoffs - self.season - 1
        everything = known_or_zero(self.mean(np.zeros_like(cutoffs), cutoffs))
        top = self._span(self._total, low, cutoffs) + everything
        return np.maximum(top / (self._span(self._known, low, cutoffs) + 1), _FLOOR)

    def targets(self, offset: int, length: int, cutoffs: Ints) -> Floats:
        """Actual sums of the window at the cutoffs; (n, C), NaN where not wholly observed."""
        return window_sums(self.y, offset, length)[:, cutoffs]

    def season_sums(self, offset: int, length: int, cutoffs: Ints) -> tuple[Floats, Floats]:
        """Per group and cutoff: sums of relative demand (window a year ago, 13 buckets before it); (G, C)."""
        back = cutoffs - self.season
        fresh = offset + length <= self.season
        x = self.mean(back + offset, back + offset + length) if fresh else np.full((self.n, len(cutoffs)), np.nan)
        base = self.mean(np.maximum(back - 13, 0), np.maximum(back, 0))
        scale = self.scale(cutoffs)
        usable = np.isfinite(x) & np.isfinite(base) & (back >= 8)[None, :]
        x = np.minimum(np.where(usable, x, 0.0) / scale, 10.0)
        base = np.minimum(np.where(usable, base, 0.0) / scale, 10.0)
        return self._by_group(x), self._by_group(base)

    def season_ratio(self, offset: int, length: int, cutoffs: Ints) -> Floats:
        """Group ratio "window a year ago / 13 buckets before it", drawn to the panel's; (G, C), 1 = unknown."""
        x, base = self.season_sums(offset, length, cutoffs)
        panel = (x.sum(axis=0) + _PANEL_PRIOR) / (base.sum(axis=0) + _PANEL_PRIOR)
        ratio: Floats = (x + _PRIOR_SIZE * panel) / (base + _PRIOR_SIZE)
        return ratio

    def momentum(self, cutoffs: Ints) -> Floats:
        """Group mean of (last 4 buckets / scale), drawn to the panel's; (G, C), 1 = unknown."""
        recent = self.mean(cutoffs - 4, cutoffs) / self.scale(cutoffs)
        usable = np.isfinite(recent)
        x = self._by_group(np.minimum(np.where(usable, recent, 0.0), 10.0))
        count = self._by_group(usable.astype(np.float64))
        panel = (x.sum(axis=0) + _PANEL_PRIOR) / (count.sum(axis=0) + _PANEL_PRIOR)
        ratio: Floats = (x + _PRIOR_SIZE * panel) / (count + _PRIOR_SIZE)
        return ratio

    def _by_group(self, values: Floats) -> Floats:
        out = np.zeros((int(self.groups.max(initial=0)) + 1, values.shape[1]))
        np.add.at(out, self.groups, values)
        return out

    def known(
        self,
        offset: int,
        length: int,
        cutoffs: Ints,
        season_ratio: Floats | None = None,
        momentum: Floats | None = None,
    ) -> Known:
        """Features of the window at the cutoffs; group figures are the panel's own unless given, (n, C)."""
        common = self._common(cutoffs)
        s = common["scale"]
        back = cutoffs - self.season
        fresh = offset + length <= self.season
        ly = self.mean(back + offset, back + offset + length) / s
        wide = self.mean(back + offset - 1, np.minimum(back + offset + length + 1, cutoffs)) / s
        ly = np.where((back >= 0)[None, :] & fresh, ly, np.nan)
        wide = np.where((back >= 1)[None, :] & fresh, wide, np.nan)
        if season_ratio is None:
            season_ratio = self.season_ratio(offset, length, cutoffs)[self.groups]
        if momentum is None:
            momentum = self.momentum(cutoffs)[self.groups]
        return Known(
            last_year=ly,
            last_year_wide=np.where(np.isfinite(wide), wide, ly),
            group_season=season_ratio,
            group_momentum=momentum,
            **common,
        )

    def _common(self, cutoffs: Ints) -> dict[str, Floats]:
        """What does not depend on the window; kept for the next window at the same cutoffs."""
        key = cutoffs.tobytes()
        if self._kept is not None and self._kept[0] == key:
            return self._kept[1]
        s = self.scale(cutoffs)
        levels, counts = self.smoothed
        total26 = self._span(self._known, cutoffs - 26, cutoffs)
        mean26 = known_or_zero(self.mean(cutoffs - 26, cutoffs))
        square26 = self._span(self._squares, cutoffs - 26, cutoffs) / np.maximum(total26, 1)
        deviation = np.sqrt(np.maximum(square26 - mean26**2, 0.0))
        known8 = self._span(self._known, cutoffs - 8, cutoffs)
        level = np.moveaxis(levels[cutoffs], 0, 1) / s[:, :, None]
        means = [self.mean(cutoffs - k, cutoffs) / s for k in SPANS]
        common = {
            "scale": s,
            "levels": level,
            "means": np.stack([np.where(np.isfinite(m), m, level[:, :, 2]) for m in means], axis=2),
            "last_year_level": np.moveaxis(levels[np.maximum(cutoffs - self.season, 0)], 0, 1)[:, :, 2] / s,
            "count": counts[cutoffs].T,
            "sold": self._selling[:, cutoffs],
            "share26": self._span(self._selling, cutoffs - 26, cutoffs) / np.maximum(total26, 1),
            "share8": self._span(self._selling, cutoffs - 8, cutoffs) / np.maximum(known8, 1),
            "cv26": np.minimum(deviation / np.maximum(mean26, _FLOOR), 6.0),
            "max26": self._max26(cutoffs) / s,
            "since": self._since(cutoffs),
        }
        self._kept = (key, common)
        return common

    def _max26(self, cutoffs: Ints) -> Floats:
        filled = np.where(np.isfinite(self.y), self.y, 0.0)
        if len(cutoffs) == 1:
            last: Floats = filled[:, max(int(cutoffs[0]) - 26, 0) : int(cutoffs[0])]
            highest: Floats = last.max(axis=1, initial=0.0)[:, None]
            return highest
        padded = np.concatenate([np.zeros((self.n, 26)), filled], axis=1)
        view = np.lib.stride_tricks.sliding_window_view(padded, 26, axis=1)
        result: Floats = view[:, cutoffs].max(axis=2)
        return result

    def _since(self, cutoffs: Ints) -> Floats:
        at = np.where(known_or_zero(self.y) > 0, np.arange(self.buckets), -1)
        last = np.concatenate([np.full((self.n, 1), -1), np.maximum.accumulate(at, axis=1)], axis=1)
        result: Floats = (cutoffs[None, :] - 1 - last[:, cutoffs]).astype(np.float64)
        return result


def _running(values: Floats) -> Floats:
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)


__all__ = ["ALPHAS", "SPANS", "Ints", "Known", "Panel"]
