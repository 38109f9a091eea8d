"""What a file tells of promotions and prices: how much of each period's demand they explain, as known at an origin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reposto.analysts.forecast.effects import fit_effects, multipliers, relative_price, with_last

Floats = NDArray[np.float64]
_WEEK = 7


@dataclass(frozen=True)
class Told:
    """Sales (n, T), NaN = not known; causes by name: whether each is a price, and its figures (n, T)."""

    y: Floats
    starts: tuple[int, ...]  # each series' first period
    causes: dict[str, tuple[bool, Floats]]
    daily: bool

    def multipliers(self, cutoff: int) -> Floats:
        """What demand is multiplied by in each period, learnt from those before `cutoff` alone; (n, T)."""
        if not self.daily:
            told = with_last(_stacked(self.causes))
            return multipliers(fit_effects(self.y[:, :cutoff], told[:, :cutoff]), told)
        # Learnt on weeks, since a day is no measure of the days around it; a cause of a day then acts on that day.
        weeks = cutoff // _WEEK
        head = cutoff - weeks * _WEEK
        by_week = {n: (is_price, _weekly(v[:, head:cutoff])) for n, (is_price, v) in self.causes.items()}
        sums = _weekly(self.y[:, head:cutoff]) * _WEEK
        effects = fit_effects(sums, with_last(_stacked(by_week)))
        each = _stacked(self.causes)
        before = np.concatenate([np.zeros_like(each[:, :_WEEK]), each[:, :-_WEEK]], axis=1)[:, : each.shape[1]]
        return multipliers(effects, np.concatenate([each, before], axis=2))


def _stacked(causes: dict[str, tuple[bool, Floats]]) -> Floats:
    return np.stack([relative_price(v) if is_price else np.nan_to_num(v) for is_price, v in causes.values()], axis=2)


def _weekly(values: Floats) -> Floats:
    """Means of seven days, NaN where fewer than five are known."""
    weeks = values.reshape(len(values), -1, _WEEK)
    known = np.isfinite(weeks).sum(axis=2)
    mean: Floats = np.where(known >= 5, np.nansum(weeks, axis=2) / np.maximum(known, 1), np.nan)
    return mean
