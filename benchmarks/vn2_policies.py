"""Who plays VN2: reposto, a textbook z-sigma rule, a base stock on a library's forecast, and perfect foresight.

Every forecast is fitted anew each week on what is known by then. All constants of reposto's were chosen on the
earlier windows of the history; those of its rivals are the best ones on the very windows that are scored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from benchmarks.forecast_panels import PanelData
from benchmarks.forecast_peers import lightgbm_on_lags, simulated
from benchmarks.vn2_game import COVERED, Game, Policy, State
from reposto.analysts.forecast.batch import local_windows, pooled_windows
from reposto.analysts.forecast.features import Ints
from reposto.analysts.forecast.pooled import fit_panel
from reposto.analysts.forecast.types import LEVEL_ARRAY, Bools, Floats
from reposto.analysts.periodic import draw_demand, smallest_order, still_needed, whole
from reposto.analysts.related import drawn, fit_related, predict_related

WINDOWS = ((0, 1), (1, 1), (2, 1))  # the weeks that an order of today has to do with
SEASON = 52  # weeks
# Columns of the hierarchy: who is related, beside everybody; the first one's members share a yearly rhythm.
GROUPS = ("Product", "Department")
# Level of each round's order. The newsvendor's fraction 1 / 1.2 = .8333 holds for the last one, whose leftovers cost
# one week; earlier leftovers meet a lower forecast, because little was sold when much is left. Chosen on the earlier
# windows.
LEVELS = (0.7, 0.7, 0.7, 0.7, 0.76, 0.8333)
Z_SPANS, Z_VALUES = (8, 13, 26, 52), (-0.25, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 0.967)
BASE_LEVELS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.8333)


@dataclass(frozen=True)
class Store:
    """Quantiles kept between runs; with folder None nothing is kept."""

    folder: Path | None

    def load(self, name: str) -> Floats | None:
        path = None if self.folder is None else self.folder / f"{name}.npy"
        return np.load(path).astype(np.float64) if path is not None and path.exists() else None

    def save(self, name: str, values: Floats) -> Floats:
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            np.save(self.folder / f"{name}.npy", values.astype(np.float32))
        return values


def forecast_week(game: Game, week: int) -> Floats:
    """reposto's quantiles of the next three weeks, each by itself, and M's mean last; (series, 3, levels + 1)."""
    known = game.known(week)
    names = game.data.groups[GROUPS[0]]
    fitted = fit_panel(
        known,
        names,
        season=SEASON,
        end=game.data.first + timedelta(weeks=known.shape[1]),
        bucket_days=7.0,
        windows=WINDOWS,
        learn=False,
    )
    quantiles = fitted.mix(pooled_windows(fitted, known, names)[1], local_windows(fitted, known)[1])
    there = [game.data.groups[column] for column in GROUPS if column in game.data.groups]
    groupings = [*map(numbered, there), np.zeros(len(names), dtype=np.int64)]
    means = predict_related(fit_related(known, groupings, SEASON, len(WINDOWS)), known, groupings)
    return np.concatenate([quantiles, means[:, :, None]], axis=2)


def numbered(names: tuple[str, ...]) -> Ints:
    """Groups from 0 on."""
    codes: Ints = np.unique(names, return_inverse=True)[1].astype(np.int64)
    return codes


def reposto(game: Game, forecasts: Store) -> Policy:
    """The product's forecast, drawn week by week, and the smallest order that is enough at the round's level."""

    def order(state: State) -> Floats:
        name = f"vn2_reposto_{game.name}_{state.week}"
        found = forecasts.load(name)
        if found is None:
            found = forecasts.save(name, forecast_week(game, state.week))
        quantiles = drawn(found[:, :, :-1], found[:, :, -1])
        needed = still_needed(whole(draw_demand(quantiles)), state.stock, state.coming)
        return smallest_order(needed, LEVELS[state.week])

    return order


def textbook(span: int, z: float, game: Game) -> Policy:
    """Order up to 3 means + z sigma sqrt(3) of the last `span` weeks in stock (Silver, Pyke & Thomas, ch. 7)."""
    del game  # every maker of a policy takes one

    def order(state: State) -> Floats:
        recent = state.known[:, -span:]
        seen = np.maximum(np.isfinite(recent).sum(axis=1), 1)
        mean = np.nansum(recent, axis=1) / seen
        sigma = np.sqrt(np.nansum((recent - mean[:, None]) ** 2, axis=1) / np.maximum(seen - 1, 1))
        level = COVERED * mean + z * sigma * np.sqrt(COVERED)
        lacking: Floats = np.maximum(np.rint(level - state.stock - state.coming.sum(axis=1)), 0)
        return lacking

    return order


def base_stock(library: str, level: float, forecasts: Store, game: Game) -> Policy:
    """Order up to a quantile of the next three weeks' demand as a public library forecasts it."""

    def order(state: State) -> Floats:
        name = f"vn2_{library.replace(' ', '_')}_{game.name}_{state.week}"
        quantiles = forecasts.load(name)
        if quantiles is None:
            quantiles = forecasts.save(name, library_week(game, state.week, library))
        upto = np.array([np.interp(level, LEVEL_ARRAY, q) for q in quantiles])
        lacking: Floats = np.maximum(np.rint(upto - state.stock - state.coming.sum(axis=1)), 0)
        return lacking

    return order


LIBRARIES = ("LightGBM quantile", "statsforecast SES")


def library_week(game: Game, week: int, library: str) -> Floats:
    """Quantiles of the sum of the next three weeks; (series, levels)."""
    import statsforecast.models as sf

    known = game.known(week)
    ids = tuple(f"{s}-{p}" for s, p in game.data.keys)
    panel = PanelData("vn2", ids, game.data.first, known, None, SEASON, ((0, COVERED),), COVERED)
    rows = np.arange(len(ids))
    if library == "LightGBM quantile":
        predict = lightgbm_on_lags("quantile")
    else:
        predict = simulated(lambda m: sf.SimpleExponentialSmoothingOptimized(), False)
    unsold: Bools = np.asarray(np.nansum(known, axis=1) <= 0)
    if unsold.any():  # none of these takes a series without a figure
        panel = replace(panel, y=np.where(unsold[:, None], 0.0, known))
    return predict(panel, known.shape[1], rows)[:, 0]


def foresight(game: Game) -> Policy:
    """Knows the demand to come and orders exactly what lacks."""

    def order(state: State) -> Floats:
        demand = game.demand[:, None, state.week : state.week + COVERED]
        return smallest_order(still_needed(demand, state.stock, state.coming), 1.0)

    return order
