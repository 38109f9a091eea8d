"""Who plays VN2: reposto, a textbook z-sigma rule, a base stock on a library's forecast, and perfect foresight.

Every forecast is made each week of what is known by then. All constants of reposto's were chosen on the
earlier windows of the history; those of its rivals are the best ones on the very windows that are scored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from benchmarks.forecast_panels import PanelData
from benchmarks.forecast_peers import lightgbm_on_lags, simulated
from benchmarks.vn2_game import COVERED, ROUNDS, Data, Game, Policy, State
from reposto.analysts.forecast.batch import local_windows, pooled_windows
from reposto.analysts.forecast.features import Ints
from reposto.analysts.forecast.pooled import FittedPanel, fit_panel
from reposto.analysts.forecast.types import LEVEL_ARRAY, Bools, Floats
from reposto.analysts.periodic import draw_demand, smallest_order, still_needed, whole
from reposto.analysts.related import Related, drawn, fit_related, predict_related
from reposto.analysts.related_inputs import Kin
from reposto.language.dates import easter

WINDOWS = ((0, 1), (1, 1), (2, 1))  # the weeks that an order of today has to do with
SEASON = 52  # weeks
# Columns of the hierarchy: who is related, beside everybody; the first one's members share a yearly rhythm.
GROUPS, WIDE = ("Product", "Department"), ("ProductGroup", "Division", "DepartmentGroup")
# Level of each round's order. The newsvendor's fraction 1 / 1.2 = .8333 holds for the last one, whose leftovers cost
# one week; earlier leftovers meet a lower forecast, because little was sold when much is left. Chosen on the earlier
# windows.
LEVELS = (0.72, 0.72, 0.72, 0.72, 0.76, 0.8333)
Z_SPANS, Z_VALUES = (8, 13, 26, 52), (-0.25, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 0.967)
BASE_LEVELS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.8333)


@dataclass(frozen=True)
class Store:
    """Forecasts kept between runs."""

    folder: Path

    def load(self, name: str) -> Floats | None:
        path = self.folder / f"{name}.npy"
        return np.load(path).astype(np.float64) if path.exists() else None

    def save(self, name: str, values: Floats) -> Floats:
        self.folder.mkdir(parents=True, exist_ok=True)
        np.save(self.folder / f"{name}.npy", values.astype(np.float32))
        return values


def forecast_game(game: Game) -> list[Floats]:
    """reposto's forecasts of every round: quantiles of the next three weeks, M's mean last; (series, 3, levels + 1).

    P and N are fitted anew each week. L and M, the trees, are fitted at the start and read the weeks revealed since: M
    fitted anew each week cost as much or more on the two windows tried.
    """
    related = fit_related(game.known(0), kin_of(game), SEASON, len(WINDOWS))
    forest = fitted_week(game, 0, learn=True).forest
    weeks = []
    for week in range(ROUNDS):
        fitted = replace(fitted_week(game, week, learn=False), forest=forest)
        weeks.append(np.concatenate([mixed(game, week, fitted), means_of(game, week, related)], axis=2))
    return weeks


def mixed(game: Game, week: int, fitted: FittedPanel) -> Floats:
    """Quantiles of P, L and N; (series, 3, levels)."""
    known = game.known(week)
    names = game.data.groups[GROUPS[0]]
    return fitted.mix(pooled_windows(fitted, known, names)[1], local_windows(fitted, known)[1])


def fitted_week(game: Game, week: int, *, learn: bool) -> FittedPanel:
    """What the product learns from all that is known by a week; `learn`: also L."""
    known = game.known(week)
    return fit_panel(
        known,
        game.data.groups[GROUPS[0]],
        season=SEASON,
        end=game.data.first + timedelta(weeks=known.shape[1]),
        bucket_days=7.0,
        windows=WINDOWS,
        learn=learn,
    )


def means_of(game: Game, week: int, related: Related) -> Floats:
    """M's mean of each week; (series, 3, 1)."""
    means: Floats = predict_related(related, game.known(week), kin_of(game))[:, :, None]
    return means


def kin_of(game: Game) -> Kin:
    """Who is related: by the columns that the data has, and everybody; and where each week lies in month and year."""
    everybody: Ints = np.zeros(len(game.data.keys), dtype=np.int64)
    return Kin((*_numbered(game.data, GROUPS), everybody), _numbered(game.data, WIDE), calendar_of(game))


def _numbered(data: Data, columns: tuple[str, ...]) -> tuple[Ints, ...]:
    """The groups of each column that is there, from 0 on."""
    there = [data.groups[column] for column in columns if column in data.groups]
    return tuple(np.unique(names, return_inverse=True)[1].astype(np.int64) for names in there)


def calendar_of(game: Game) -> tuple[Floats, ...]:
    """Of each week up to the last one that is forecast: its first and last day's day of the month, the day of the year,
    and the days from the nearest Easter to its last day, at most 60."""
    days = [game.data.first + timedelta(weeks=k) for k in range(game.start + ROUNDS + len(WINDOWS))]
    ends = [day + timedelta(days=6) for day in days]
    easters = [easter(year) for year in range(days[0].year - 1, days[-1].year + 2)]
    nearest = [min(((end - e).days for e in easters), key=abs) for end in ends]
    columns = (
        [d.day for d in days],
        [d.day for d in ends],
        [d.timetuple().tm_yday for d in days],
        np.clip(nearest, -60, 60).tolist(),
    )
    return tuple(np.array(column, dtype=np.float64) for column in columns)


def name_of(player: str, game: Game, week: int) -> str:
    """Under which a forecast is kept."""
    return f"vn2_{player.replace(' ', '_')}_{game.name}_{week}"


def keep_forecasts(game: Game, forecasts: Store) -> None:
    """All of reposto's forecasts of a game, unless they are there."""
    names = [name_of("reposto", game, w) for w in range(ROUNDS)]
    if any(forecasts.load(name) is None for name in names):
        for name, values in zip(names, forecast_game(game), strict=True):
            forecasts.save(name, values)


def reposto(game: Game, forecasts: Store) -> Policy:
    """The product's forecast, drawn week by week, and the smallest order that is enough at the round's level."""
    keep_forecasts(game, forecasts)

    def order(state: State) -> Floats:
        found = forecasts.load(name_of("reposto", game, state.week))
        if found is None:
            raise RuntimeError(f"{game.name}: the forecast of week {state.week} has not been kept")
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
        name = name_of(library, game, state.week)
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
