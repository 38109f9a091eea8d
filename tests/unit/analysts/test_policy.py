"""The service level that is promised, kept week after week in an invented shop."""

import numpy as np

from benchmarks.service_level import Shop, ask_reposto, play

WEEKS = 30


def half(shop: Shop, level: float) -> float:
    """The mutant: half of what is advised."""
    return float(np.ceil(ask_reposto(shop, level) / 2))


def test_the_promised_service_level_is_kept_without_drowning_in_stock() -> None:
    """95 % of the cycles are promised; 50 weeks (fixed seeds) may miss a few. Two weeks of stock are too much."""
    runs = [play("smooth", seed, WEEKS, 0.95, ask_reposto) for seed in (0, 1)]
    assert np.mean([r.weeks_served for r in runs]) >= 0.9
    assert np.mean([r.lost for r in runs]) < 0.02
    assert np.mean([r.stock_days for r in runs]) < 14


def test_half_of_the_advice_does_not_keep_it() -> None:
    assert play("smooth", 0, WEEKS, 0.95, half).weeks_served < 0.9


def test_a_lower_service_level_holds_less_stock() -> None:
    high, low = (play("smooth", 2, WEEKS, level, ask_reposto).stock_days for level in (0.98, 0.8))
    assert low < high
