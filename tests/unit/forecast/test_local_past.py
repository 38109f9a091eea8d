"""LocalPast says at each date what local_moments says of the series cut there."""

from __future__ import annotations

import numpy as np
import pytest

from reposto.analysts.forecast.local import local_moments
from reposto.analysts.forecast.local_past import LocalPast


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("buckets", [1, 7, 30, 300])
def test_one_pass_equals_a_series_cut_at_each_date(buckets: int, counted: bool) -> None:
    rng = np.random.default_rng(buckets)
    y = rng.poisson(4, buckets) * rng.gamma(3, 1 / 3, buckets)
    y[rng.random(buckets) < 0.1] = np.nan
    rhythm = 1 + 0.3 * np.sin(np.arange(buckets + 10) / 8)
    past = LocalPast(y, rhythm, counted)
    cutoffs = np.unique(np.linspace(1, buckets, 9).astype(np.int64))
    for offset, length in ((0, 1), (0, 3), (2, 4)):
        mean, variance = past.moments(offset, length, cutoffs)
        for i, cutoff in enumerate(cutoffs):
            cut, index = y[None, :cutoff], rhythm[None, : cutoff + offset + length]
            wanted = local_moments(cut, [(offset, length)], 52, index, counted)
            assert mean[i] == pytest.approx(wanted[0][0, 0], rel=1e-9)
            assert variance[i] == pytest.approx(wanted[1][0, 0], rel=1e-9)
