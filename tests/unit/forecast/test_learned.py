"""The global model: the trees read by numpy are LightGBM's own, and a catalogue with them still keeps its promises."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from reposto.analysts.forecast import LEVELS, PooledEngine, PooledTables, fit_tables
from reposto.analysts.forecast.batch import forecast_windows
from reposto.analysts.forecast.learned import TREE_LEVELS, all_levels
from reposto.analysts.forecast.pooled import matrix
from reposto.analysts.forecast.trees import fit_forest, read_forest
from tests.unit.forecast.test_local_engine import TODAY
from tests.unit.forecast.test_pooled_engine import catalogue

lightgbm = pytest.importorskip("lightgbm", reason="the optional extra `learn` is not installed")


@lru_cache(maxsize=1)
def learned() -> PooledTables:
    return fit_tables(catalogue(), today=TODAY, learn=True)


def test_numpy_reads_the_trees_as_lightgbm_does() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(900, 6))
    y = x[:, 0] * 2 + np.abs(x[:, 1]) + rng.normal(size=900)
    parameters = {"objective": "quantile", "alpha": 0.8, "num_threads": 1, "verbose": -1, "max_depth": 7}
    model = lightgbm.train(parameters, lightgbm.Dataset(x, y), 40)
    ours = read_forest([model.model_to_string()]).predict(x)[:, 0]
    np.testing.assert_allclose(ours, model.predict(x, num_threads=1), rtol=1e-9)


def test_trees_without_any_split_predict_a_constant() -> None:
    x, y = np.zeros((600, 3)), np.full(600, 4.0)
    forest = fit_forest(x, y, np.ones(600), (0.5, 0.9))
    np.testing.assert_allclose(forest.predict(x[:2]), 4.0, rtol=1e-6)


def test_levels_between_those_of_the_trees_are_ordered() -> None:
    rng = np.random.default_rng(2)
    values = rng.exponential(5.0, size=(20, len(TREE_LEVELS)))
    wide = all_levels(values)
    assert wide.shape == (20, len(LEVELS))
    assert (np.diff(wide, axis=1) >= 0).all()
    np.testing.assert_allclose(wide[:, LEVELS.index(0.9)], np.sort(values, axis=1)[:, TREE_LEVELS.index(0.9)])


def test_a_catalogue_of_forty_has_a_forest_that_survives_storage() -> None:
    panel = learned().panels[0]
    assert panel.forest is not None
    again = PooledTables.from_bytes(learned().to_bytes())
    one = PooledEngine(learned()).forecast(catalogue()[3], today=TODAY, horizon_days=45)
    two = PooledEngine(again).forecast(catalogue()[3], today=TODAY, horizon_days=45)
    assert one.method == "learned"
    np.testing.assert_array_equal(one.knot_quantiles, two.knot_quantiles)
    assert (np.diff(one.knot_quantiles, axis=1) >= 0).all()


def test_the_list_and_the_single_question_agree() -> None:
    """forecast_windows over all products says what PooledEngine says of each."""
    tables = learned()
    panel = tables.panels[0]
    y = np.stack([h.quantity for h in catalogue()])
    _, listed = forecast_windows(panel, y, [h.group for h in catalogue()])
    lengths = [t.length for t in panel.tables]
    engine = PooledEngine(tables)
    for i in (0, 7, 22):
        asked = engine.forecast(catalogue()[i], today=TODAY, horizon_days=28).sum_quantiles(28)
        np.testing.assert_allclose(listed[i, lengths.index(4)], asked, atol=1.0)


def test_stale_series_are_moved_back_in_the_matrix() -> None:
    from reposto.analysts.forecast.calendar import cut

    fresh, stale = catalogue()[0], catalogue()[1]
    cuts = [cut(fresh, TODAY, frozenset()), cut(stale, TODAY, frozenset())]
    y = matrix(cuts)
    np.testing.assert_array_equal(y[0], fresh.quantity)
    assert y.shape == (2, len(fresh.quantity))
