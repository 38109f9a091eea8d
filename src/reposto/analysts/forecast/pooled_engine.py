"""PooledEngine: one product's history read with what the catalogue has taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from reposto.analysts.forecast.assemble import assemble, window_lengths
from reposto.analysts.forecast.calendar import Buckets, check, cut
from reposto.analysts.forecast.engine import (
    LocalEngine,
    local_quantiles,
    moment_quantiles,
    shifted,
    trial_length,
    with_guess,
)
from reposto.analysts.forecast.features import Ints, Panel
from reposto.analysts.forecast.local_past import LocalPast
from reposto.analysts.forecast.pooled import FittedPanel, PooledTables, at_lengths, fit_tables, predict_at
from reposto.analysts.forecast.trial import judge, trial_rows
from reposto.analysts.forecast.types import BackTest, Floats, Forecast, History

_GUESS_WIDER = 1.5  # a buyer's guess of the level: relative quantiles this much wider (FORECASTING.md, fallbacks)


class PooledEngine:
    """P + L + N: tables and trees fitted on the catalogue, averaged with the product's own negative binomial.

    Falls back to LocalEngine where no table fits the product's rhythm (fewer than 10 such products).
    """

    method = "pooled"

    def __init__(self, tables: PooledTables) -> None:
        self.tables = tables
        self.version = tables.version
        self._local = LocalEngine()

    @staticmethod
    def fit(
        histories: Sequence[History],
        *,
        today: date | None = None,
        closed: frozenset[date] = frozenset(),
        learn: bool = False,
    ) -> PooledTables:
        """See fit_tables."""
        return fit_tables(histories, today=today, closed=closed, learn=learn)

    def forecast(
        self,
        history: History,
        *,
        today: date,
        horizon_days: int,
        closed: frozenset[date] = frozenset(),
        expected_level: float | None = None,
        planned_promotion: frozenset[date] = frozenset(),
        tried: bool = True,
    ) -> Forecast:
        """See Engine.forecast."""
        check(history, horizon_days)
        known = self.tables.effects
        buckets = cut(history, today, closed, self.tables.promotion, effects=known, planned=planned_promotion)
        panel = self.tables.panel(buckets.season)
        if panel is None:
            return self._local.forecast(
                history,
                today=today,
                horizon_days=horizon_days,
                closed=closed,
                expected_level=expected_level,
                planned_promotion=planned_promotion,
                tried=tried,
            )
        lengths = window_lengths(horizon_days, buckets.days)
        notes: list[str] = []
        back_test = None
        method = self.method
        if np.nansum(buckets.y) > 0:
            method = "learned" if panel.forest is not None else method
            own_row = _one_row(panel, buckets)
            past = _own_past(panel, buckets, lengths[-1], history.integer)
            trial = _trial(panel, buckets, lengths) if tried else None
            mean, quantiles, then = _blend(panel, own_row, past, buckets, history, lengths, trial)
            mean, quantiles = _with_level(
                buckets, mean, quantiles, lengths=lengths, expected_level=expected_level, notes=notes
            )
            back_test = (
                None if trial is None or then is None else _back_test(panel, past, trial, then, history, buckets)
            )
        else:
            method = "guess"
            mean, quantiles = _unsold(
                panel, buckets, history, lengths=lengths, expected_level=expected_level, notes=notes
            )
        return assemble(
            history,
            buckets,
            mean,
            quantiles,
            horizon_days=horizon_days,
            closed=closed,
            promoted=planned_promotion,
            method=method,
            version=self.version,
            notes=notes,
            back_test=back_test,
        )


def _one_row(panel: FittedPanel, buckets: Buckets) -> Panel:
    """The product's series by itself: its group's figures come from the fit."""
    return Panel(shifted(buckets), np.zeros(1, dtype=np.int64), panel.season)


def _end(buckets: Buckets) -> date:
    """The first day after the history."""
    return buckets.start - timedelta(days=round(buckets.offset * buckets.days))


def _own_past(panel: FittedPanel, buckets: Buckets, longest: int, integer: bool) -> LocalPast:
    """N of the product, with the catalogue's yearly rhythm."""
    y = shifted(buckets)[0]
    return LocalPast(y, panel.rhythm_of([_end(buckets)], len(y), buckets.offset + longest)[0], integer)


@dataclass(frozen=True)
class _Trial:
    """The earlier dates at which the same blend is tried: window in buckets, its table, what happened, cutoffs."""

    length: int
    table: int
    actual: Floats
    naive: Floats
    cutoffs: Ints
    ends: list[date]


def _trial(panel: FittedPanel, buckets: Buckets, lengths: list[int]) -> _Trial | None:
    fitted = [t.length for t in panel.tables]
    length = trial_length(len(buckets.y), [n for n in lengths if n in fitted] or fitted[:1])
    trial = trial_rows(buckets.y, length)
    if trial is None:
        return None
    _, actual, naive, ages = trial
    ends = [_end(buckets) - timedelta(days=round(a * buckets.days)) for a in ages]
    cutoffs: Ints = len(buckets.y) - np.array(ages, dtype=np.int64)
    return _Trial(length, fitted.index(length), actual, naive, cutoffs, ends)


def _blend(
    panel: FittedPanel,
    own_row: Panel,
    past: LocalPast,
    buckets: Buckets,
    history: History,
    lengths: list[int],
    trial: _Trial | None,
) -> tuple[Floats, Floats, tuple[Floats, Floats] | None]:
    """P, L and N averaged for windows after the last bucket; (windows,), (windows, levels); P and L at the trial's."""
    fitted = [t.length for t in panel.tables]
    needed = [i for i in range(len(fitted)) if i == 0 or fitted[i - 1] < lengths[-1]]
    now: Ints = np.array([own_row.buckets], dtype=np.int64)
    end = _end(buckets)
    asked: list[tuple[int, Ints, list[date]]] = [(i, now, [end]) for i in needed]
    if trial is not None:
        alone = trial.table not in needed
        at = len(needed) if alone else needed.index(trial.table)
        cutoffs, ends = (trial.cutoffs, trial.ends) if alone else (np.append(now, trial.cutoffs), [end, *trial.ends])
        asked[at : at + 1] = [(trial.table, cutoffs, ends)]
    parts = predict_at(panel, own_row, history.group, asked)
    then = None
    if trial is not None:
        then = (parts[at][0][-len(trial.cutoffs) :], parts[at][1][-len(trial.cutoffs) :])
    raw_means = np.array([[m[0] for m, _ in parts[: len(needed)]]])
    raw_quantiles = np.stack([q[0] for _, q in parts[: len(needed)]])[None]
    means, quantiles = at_lengths([fitted[i] for i in needed], raw_means, raw_quantiles, lengths)
    moments = [past.moments(buckets.offset, length, now) for length in lengths]
    own_mean, own_variance = (np.concatenate(part) for part in zip(*moments, strict=True))
    own = local_quantiles(own_mean, own_variance, history.integer)
    w = panel.local_weight
    return (1 - w) * means[0] + w * own_mean, panel.mix(quantiles[0], own), then


def _back_test(
    panel: FittedPanel, past: LocalPast, trial: _Trial, then: tuple[Floats, Floats], history: History, buckets: Buckets
) -> BackTest | None:
    """The same blend at earlier dates; the few numbers of the tables have seen those weeks, the rows not."""
    own_mean, own_variance = past.moments(0, trial.length, trial.cutoffs)
    own = local_quantiles(own_mean, own_variance, history.integer)
    w = panel.local_weight
    mixed = panel.mix(then[1], own)
    if history.integer:
        mixed = np.round(mixed)
    mean = (1 - w) * then[0] + w * own_mean
    return judge(mean, mixed, trial.actual, trial.naive, round(trial.length * buckets.days))


def _with_level(
    buckets: Buckets,
    mean: Floats,
    quantiles: Floats,
    *,
    lengths: list[int],
    expected_level: float | None,
    notes: list[str],
) -> tuple[Floats, Floats]:
    """Scaled towards the buyer's expected level as far as LocalEngine would go."""
    drawn, _ = with_guess(buckets, mean, mean, lengths=lengths, expected_level=expected_level, notes=notes)
    factor = np.where(mean > 0, drawn / np.maximum(mean, 1e-12), 1.0)
    return drawn, quantiles * factor[:, None]


def _unsold(
    panel: FittedPanel,
    buckets: Buckets,
    history: History,
    *,
    lengths: list[int],
    expected_level: float | None,
    notes: list[str],
) -> tuple[Floats, Floats]:
    """A product that has not been sold yet: the buyer's level, else its group's, weakened by empty buckets.

    Level ~ gamma(shape k, mean m) before, gamma(k, k / (k/m + n)) after n buckets without a sale; demand of a
    window is Poisson given the level. k = 1 / (0.8 * 1.5)^2 for a buyer's guess, 1 / (exp(sd^2) - 1) for a
    group. (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6.)
    """
    empty = int(np.isfinite(buckets.y).sum())
    log_mean, sd = panel.new_level[panel.group(history.group)]
    if expected_level is not None and np.isfinite(expected_level) and expected_level > 0:
        level, shape = min(expected_level, 1e12) * buckets.days, 1 / (0.8 * _GUESS_WIDER) ** 2
        notes.append("expected_level_used")
    else:
        level, shape = float(np.exp(log_mean + sd**2 / 2)), 1 / (np.exp(sd**2) - 1)
        notes.append("guess_from_group")
    notes.append("no_sales_yet" if empty else "no_history")
    mean = np.array(lengths, dtype=np.float64) * (shape / (shape / level + empty))
    variance = mean + mean**2 / shape
    return mean, moment_quantiles(mean, variance, history.integer)
