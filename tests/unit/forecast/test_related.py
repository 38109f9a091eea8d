"""M: what a product learns from its relatives, and what it may never do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reposto.analysts.forecast.dist import mean_of, negative_binomial_quantiles
from reposto.analysts.forecast.features import Ints
from reposto.analysts.forecast.types import Floats
from reposto.analysts.related import MOST_CHANGE, Related, drawn, fit_related, predict_related
from reposto.analysts.related_inputs import Kin

pytest.importorskip("lightgbm")

ARTICLES, SHOPS, WEEKS = 12, 6, 130
NAMES: Ints = np.repeat(np.arange(ARTICLES), SHOPS)  # the same article in every shop
EVERYBODY: Ints = np.zeros(ARTICLES * SHOPS, dtype=np.int64)
RELATED, STRANGERS = Kin((NAMES, EVERYBODY)), Kin((EVERYBODY,))


def shops(seed: int) -> tuple[Floats, Floats]:
    """Sales, and what was to be expected: each article goes through months of triple sales in all its shops at once."""
    rng = np.random.default_rng(seed)
    wave = np.repeat(rng.random((ARTICLES, WEEKS // 13)) < 0.3, 13, axis=1)
    size = rng.uniform(1, 4, len(NAMES))
    expected = size[:, None] * np.where(wave[NAMES], 3.0, 1.0)
    return rng.poisson(expected).astype(np.float64), expected


@pytest.fixture(scope="module")
def fitted() -> tuple[Related, Related]:
    """One that knows who is related, and one to whom everybody is."""
    y, _ = shops(1)
    return fit_related(y, RELATED, 52, 2), fit_related(y, STRANGERS, 52, 2)


def test_relatives_tell_what_one_series_cannot(fitted: tuple[Related, Related]) -> None:
    """Two weeks into a wave of an article, one shop's sales are noise; the six shops' together are not."""
    errors = np.zeros(2)
    y, expected = shops(2)
    for cut in (80, 93, 106, 119):  # two weeks after waves begin and end
        for i, kin in enumerate((RELATED, STRANGERS)):
            found = predict_related(fitted[i], y[:, :cut], kin)
            errors[i] += float(np.abs(found - expected[:, cut : cut + 2]).mean())
    assert errors[0] < 0.9 * errors[1]


def test_the_same_sales_give_the_same_trees(fitted: tuple[Related, Related]) -> None:
    again = fit_related(shops(1)[0], RELATED, 52, 2)
    assert again.trees.leaf.tolist() == fitted[0].trees.leaf.tolist()


def test_its_trees_read_by_numpy_give_lightgbms_own_mean(fitted: tuple[Related, Related]) -> None:
    """Calibrated in sum on the weeks it has seen: the logarithm, the base and the trees' first value are all there."""
    y, _ = shops(1)
    total = sum(predict_related(fitted[0], y[:, :cut], RELATED)[:, 0].sum() for cut in range(90, 129))
    assert total == pytest.approx(y[:, 90:129].sum(), rel=0.05)


def test_what_was_never_sold_is_not_expected(fitted: tuple[Related, Related]) -> None:
    y, _ = shops(3)
    y[5] = 0.0
    y[6] = np.nan
    found = predict_related(fitted[0], y, RELATED)
    assert found[5:7].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert (found[:5] > 0).all()


def test_nothing_to_learn_from_is_an_error() -> None:
    for y in (np.zeros((4, 30)), np.ones((4, 3)), np.full((4, 30), np.nan)):
        with pytest.raises(ValueError, match="observed long enough"):
            fit_related(y, Kin((np.zeros(4, dtype=np.int64),)), 52, 2)


@settings(max_examples=25, deadline=None)
@given(arrays(np.float64, (8, 40), elements=st.one_of(st.floats(0, 1e9), st.just(np.nan), st.just(0.0))))
def test_any_sales_give_finite_means(fitted: tuple[Related, Related], y: Floats) -> None:
    groups: Ints = np.arange(8) // 2
    found = predict_related(fitted[0], y, Kin((groups, np.zeros(8, dtype=np.int64))))
    assert found.shape == (8, 2)
    assert np.isfinite(found).all()
    assert (found >= 0).all()


@given(
    arrays(np.float64, (3, 2), elements=st.floats(0, 1e4)),
    arrays(np.float64, (3, 2), elements=st.floats(0, 1e6)),
    st.floats(0, 1),
)
def test_quantiles_move_towards_a_mean_and_never_beyond_it(before: Floats, means: Floats, weight: float) -> None:
    flat = negative_binomial_quantiles(before.ravel(), 3 * before.ravel() + 1)
    quantiles = flat.reshape(3, 2, -1)
    moved = drawn(quantiles, means, weight)
    assert (np.diff(moved, axis=2) >= 0).all()
    assert (moved >= 0).all()
    old, new = mean_of(quantiles), mean_of(moved)
    assert (new <= MOST_CHANGE * old + 1e-9).all()
    assert ((new - old) * (means - old) >= -1e-6).all()
    assert (np.abs(new - old) <= np.abs(means - old) + 0.02 * old + 0.05).all()
