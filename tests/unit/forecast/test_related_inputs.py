"""What M reads: nothing of what comes after, and figures that a pencil finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reposto.analysts.forecast.features import Ints, Panel
from reposto.analysts.forecast.types import Floats
from reposto.analysts.related_inputs import Kin, Past, inputs, last_year, lately, of_closest

ARTICLES: Ints = np.array([0, 0, 1, 1, 1, 2])
EVERYBODY: Ints = np.zeros(6, dtype=np.int64)
DAYS: Floats = np.arange(140, dtype=np.float64) % 31
KIN = Kin((ARTICLES, EVERYBODY), (ARTICLES // 2,), (DAYS,))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(9, 128), st.integers(0, 2))
def test_nothing_after_the_cutoff_is_read(seed: int, cutoff: int, offset: int) -> None:
    """M is fitted at all past cutoffs at once: a figure from the future there would be a lesson learnt by cheating."""
    rng = np.random.default_rng(seed)
    y = rng.poisson(3.0, (6, 130)).astype(np.float64)
    y[rng.random(y.shape) < 0.1] = np.nan
    other = y.copy()
    other[:, cutoff:] = rng.poisson(50.0, (6, 130 - cutoff))
    now: Ints = np.array([cutoff])
    for first, second in zip(
        inputs(Panel(y, ARTICLES, 52), KIN, offset, now),
        inputs(Panel(other, ARTICLES, 52), KIN, offset, now),
        strict=True,
    ):
        assert first.tolist() == second.tolist()
        assert np.isfinite(first).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2))
def test_a_fit_and_a_forecast_read_the_same(seed: int, offset: int) -> None:
    """Trees are fitted on cutoffs inside the panel and asked at its end."""
    y = np.random.default_rng(seed).poisson(2.0, (6, 120)).astype(np.float64)
    inside = inputs(Panel(y, ARTICLES, 52), KIN, offset, np.array([70, 110]))[0][:, 1]
    at_end = inputs(Panel(y[:, :110], ARTICLES, 52), KIN, offset, np.array([110]))[0][:, 0]
    assert inside == pytest.approx(at_end)


def test_an_articles_weeks_over_its_bases() -> None:
    """Two shops that sell 2 a week each; in the last week one sells 10: 12.5 / 4.5, half of them in a spike."""
    y = np.full((2, 30), 2.0)
    y[0, 29] = 10.0
    past = Past(Panel(y, np.zeros(2, dtype=np.int64), 52))
    codes: Ints = np.zeros(2, dtype=np.int64)
    found = of_closest(past, codes, np.array([30]), np.full((2, 1), 2.0))
    volume, shops, last, before, _, _, spiking, month, quarter, year, lowest, median, spread = (f[0, 0] for f in found)
    assert (volume, shops) == (pytest.approx(np.log(4.1)), 2.0)
    assert (last, before) == (pytest.approx(12.5 / 4.5), pytest.approx(1.0))
    assert spiking == 0.5
    assert [month, quarter, year] == pytest.approx([12.5 / 4.5] * 3)
    assert (lowest, median) == (pytest.approx(1.0), pytest.approx(1.0))
    totals = np.array([4.0] * 25 + [12.0])
    assert spread == pytest.approx(totals.std() / (totals.mean() + 0.5))


def test_last_years_season_of_a_group() -> None:
    """A week that sold 9 a year ago, after thirteen of 3: (9 + .5) / (3 + .5) for the week itself."""
    y = np.full((1, 100), 3.0)
    y[0, 48] = 9.0
    codes: Ints = np.zeros(1, dtype=np.int64)
    itself, with_neighbours, before = last_year(Past(Panel(y, codes, 52)), 52, codes, 0, np.array([100]))
    assert itself[0, 0] == pytest.approx(9.5 / 3.5)
    assert with_neighbours[0, 0] == pytest.approx(5.5 / 3.5)
    assert before[0, 0] == pytest.approx(1.0)


def test_what_a_group_sold_lately() -> None:
    """Two of base 2 that sold 10 and 2 last week, one of them out of stock the week before: 13 / 5 and 15 / 7."""
    y = np.full((2, 30), 2.0)
    y[0, 29], y[0, 28] = 10.0, np.nan
    codes: Ints = np.zeros(2, dtype=np.int64)
    found = lately(Past(Panel(y, codes, 52)), codes, np.array([30]), np.full((2, 1), 2.0))
    assert [f[1, 0] for f in found[:2]] == pytest.approx([13 / 5, 15 / 7])
