"""N of one series at several of its dates, worked out once: what a question's back-test needs."""

from __future__ import annotations

import numpy as np

from reposto.analysts.forecast.features import Ints
from reposto.analysts.forecast.levels import known_or_zero, smoothed_levels, window_sums
from reposto.analysts.forecast.local import (
    GROWTH,
    HALF_LIFE,
    LEAST_WINDOWS,
    PRIOR_CV,
    PRIOR_ERRORS,
    mix_of_levels,
)
from reposto.analysts.forecast.types import Floats


class LocalPast:
    """A series (T,), NaN = not observed, and its yearly rhythm (T + ahead,), with its levels at every cutoff.

    The rhythm must not depend on the cutoff: then levels and errors of past windows don't either, and one pass serves
    the present and all earlier dates.
    """

    def __init__(self, y: Floats, rhythm: Floats, counted: bool) -> None:
        self.y = y[None, :]
        self.counted = counted
        levels, counts = smoothed_levels(self.y / rhythm[: len(y)])
        self._levels, self._counts = levels[:, 0], counts[:, 0]
        self._upto = np.concatenate([[0.0], np.cumsum(rhythm)])
        self._single: dict[bytes, Floats] = {}

    def moments(self, offset: int, length: int, cutoffs: Ints) -> tuple[Floats, Floats]:
        """Mean and variance of the window's sum at the cutoffs, each (C,); as local_moments of the series cut there."""
        if (offset, length) == (0, 1):
            mean, variance, _ = self._window(0, 1, cutoffs, None)
        else:
            prior = self._variance_of_one(cutoffs) * length**GROWTH
            mean, variance, known = self._window(offset, length, cutoffs, prior)
            variance = np.where(known < LEAST_WINDOWS, prior, variance)
        return mean, np.maximum(variance, mean) if self.counted else variance

    def _variance_of_one(self, cutoffs: Ints) -> Floats:
        key = cutoffs.tobytes()
        if key not in self._single:
            self._single[key] = self._window(0, 1, cutoffs, None)[1]
        return self._single[key]

    def _window(self, offset: int, length: int, cutoffs: Ints, prior: Floats | None) -> tuple[Floats, Floats, Floats]:
        """Mean, variance and number of separate past windows; each (C,). The formulas are those of local_moments."""
        sums = window_sums(self.y, offset, length)[0]
        at = np.arange(len(sums))
        first = np.minimum(at + offset, len(self._upto) - 1)
        after = np.minimum(first + length, len(self._upto) - 1)
        guess = self._levels * (self._upto[after] - self._upto[first])[:, None]
        usable = np.isfinite(sums) & (self._counts >= 3)
        error = np.where(usable[:, None], guess - known_or_zero(sums)[:, None], 0.0)
        over = usable & (at + (offset + length) <= cutoffs[:, None])
        weight = np.where(over, 0.5 ** ((cutoffs[:, None] - at) / HALF_LIFE), 0.0)
        total = weight.sum(axis=1)
        mse = weight @ error**2 / np.maximum(total, 1e-12)[:, None]
        now = guess[cutoffs]
        mix = mix_of_levels(mse, now, length)
        mean = np.maximum((mix * now).sum(axis=1), 0.0)
        if prior is None:
            prior = self.counted * mean + (PRIOR_CV * mean) ** 2
        data = (weight * (mix @ error.T) ** 2).sum(axis=1)
        variance = (data / length + PRIOR_ERRORS * prior) / (total / length + PRIOR_ERRORS)
        return mean, variance, over.sum(axis=1) / length
