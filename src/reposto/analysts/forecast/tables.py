"""P: a few numbers fitted on the whole catalogue that turn one product's features into a distribution.

Mean: ridge regression of relative demand on smoothed levels, means and last year's window. Spread: gamma
regression of the squared error. Shape: quantiles of the standardised errors, pooled by size.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from reposto.analysts.forecast.features import Ints, Known, Panel
from reposto.analysts.forecast.types import LEVEL_ARRAY, Bools, Floats

_MOST_ROWS = 60_000  # of a fit; more cutoffs are thinned out
_HALF_LIFE = 52.0  # buckets after which a training row counts half
_LEAST_SEEN = 4  # observed buckets before a row is used
_BLOCKS = 5  # of time, for errors at weeks that a fit has not seen
_BINS = 6  # of the pooled shapes, by expected demand,
_SPREADS = 3  # and by relative deviation within each
_SHORT_WEIGHT = 0.15  # of training rows cut to a short history
_SHORT_LENGTHS = (1, 2, 4, 7, 11)  # buckets kept in those rows
# Prior of the mean: a fifth each of the levels .08, .15 and .3 and of the means of 13 and 52 buckets, and the
# group's yearly ratio at 0.4 of its face value (FORECASTING.md, seasonal prior).
_BETA0 = np.array([0, 0.2, 0.2, 0.2, 0, 0, 0, 0, 0, 0.2, 0, 0.2, 0, 0, 0.4, 0, 0.0])
_SEASONAL = slice(12, 16)


@dataclass(frozen=True)
class Table:
    """One window's fit."""

    offset: int
    length: int
    beta: Floats  # (17,)
    correction: float  # makes weighted totals of the training rows match
    spread: Floats  # (9,) log-variance coefficients
    ratio_range: Floats  # (2,) variance / (M + M^2) seen in training
    centres: Floats  # (sizes,) log expected demand of the bins of shapes
    ratios: Floats  # (sizes, spreads) log of standard deviation / mean within each
    shapes: Floats  # (sizes, spreads, levels) standardised quantiles
    rows: int


@dataclass(frozen=True)
class Rows:
    """Flat training rows of one window."""

    a: Floats  # (rows, 17) design
    centre: Floats
    target: Floats  # relative to the scale
    scale: Floats
    weight: Floats
    spread: Floats  # (rows, 9) spread regressors, the size still to be filled in
    cutoff: Floats

    def only(self, kept: Bools) -> Rows:
        return Rows(*(getattr(self, f.name)[kept] for f in fields(self)))


def design(known: Known) -> Floats:
    """Regressors of the mean; (n, C, 17), relative to the scale."""
    mid = known.levels[:, :, 2]
    ly = np.where(np.isfinite(known.last_year), known.last_year, mid)
    wide = np.where(np.isfinite(known.last_year), known.last_year_wide - known.last_year_level, 0.0)
    extra = [
        ly,
        wide,
        mid * (known.group_season - 1),
        mid * (known.group_momentum - 1),
        np.ones_like(mid),
    ]
    return np.concatenate([known.levels, known.means, np.stack(extra, axis=2)], axis=2)


def centre_of(known: Known) -> Floats:
    """Plain average of five level estimates, relative to the scale; the anchor of the guard rails."""
    level, mean = known.levels, known.means
    result: Floats = (level[..., 1] + level[..., 2] + level[..., 3] + mean[..., 4] + mean[..., 6]) / 5
    return result


def relative_mean(a: Floats, beta: Floats, centre: Floats) -> Floats:
    """Prediction relative to the scale, kept within a factor 4 of the average level (+0.3 upwards)."""
    result: Floats = np.clip(a @ beta, 0.25 * centre, 4.0 * centre + 0.3)
    return result


def spread_design(known: Known, mean: Floats, length: int) -> Floats:
    """Regressors of the log variance; (n, C, 9). `mean` = expected sum of the window in units."""
    size = np.log(np.maximum(mean, 1e-3))
    level = known.levels
    return np.stack(
        [
            np.ones_like(size),
            size,
            np.minimum(size, 0.0),
            np.log(0.2 + known.cv26),
            np.log(0.1 + known.share26),
            np.log(0.2 + np.minimum(known.max26, 1e3)),
            np.log(np.maximum(np.minimum(known.count, 104), 2)),
            np.minimum(np.abs(level[..., 3] - level[..., 1]), 5.0),
            np.log(known.scale * length),
        ],
        axis=2,
    )


def fit_table(panel: Panel, offset: int, length: int, short: bool = False) -> Table | None:
    """Fit one window on every past cutoff of a panel; None where no rows exist.

    `short` adds copies of rows whose history was cut to a few buckets, for new products.
    """
    cutoffs = training_cutoffs(panel, offset, length)
    if len(cutoffs) == 0:
        return None
    parts = [_rows(panel, offset, length, cutoffs, 1.0)]
    if short:
        parts += _short_rows(panel, offset, length, cutoffs)
    rows = Rows(*(np.concatenate(p) for p in zip(*parts, strict=True)))
    if len(rows.target) < 30:
        return None
    rows = replace(rows, target=np.minimum(rows.target, np.quantile(rows.target, 0.995)))
    distinct = max(len(cutoffs) / length, 1.0)
    with_year = float((cutoffs >= panel.season).sum()) / length
    size = rows.scale * length
    beta = _ridge(rows, rows.weight * size / (size + 2), distinct, with_year)
    mu, correction = _matched(rows, beta, rows.weight * size)
    honest = mu
    for _ in range(2):
        x = _with_size(rows.spread, honest * size)
        coefficients = _gamma_regression(x, (rows.target - honest) ** 2 * size**2, rows.weight)
        variance = np.exp(np.clip(x @ coefficients, -12, 40))
        weight = rows.weight * size**2 / np.maximum(variance, 1e-6)
        beta = _ridge(rows, weight, distinct, with_year)
        mu, correction = _matched(rows, beta, rows.weight * size)
        honest = _crossed(rows, weight, distinct, with_year, size)
    m = honest * size
    x = _with_size(rows.spread, m)
    coefficients = _gamma_regression(x, (rows.target - honest) ** 2 * size**2, rows.weight)
    ratio = np.exp(np.clip(x @ coefficients, -12, 40)) / (m + m**2 + 1e-9)
    bounds = np.quantile(ratio, [0.005, 0.995])
    sd = np.sqrt(np.clip(ratio, *bounds) * (m + m**2 + 1e-9))
    z = (rows.target * size - m) / np.maximum(sd, 1e-9)
    bins = _shapes(np.log(np.maximum(m, 1e-3)), _log_ratio(m, sd), z, rows.weight)
    return Table(offset, length, beta, correction, coefficients, bounds, *bins, len(rows.target))


def _crossed(rows: Rows, weight: Floats, distinct: float, with_year: float, size: Floats) -> Floats:
    """Means of each row from a fit on the other blocks of time; (rows,).

    Errors of a fit on the very weeks it has seen are too small, because all products share a week's shock:
    spread and shape are taken from these.
    """
    mu = np.empty(len(rows.target))
    edges = np.quantile(rows.cutoff, np.linspace(0, 1, _BLOCKS + 1)[1:-1])
    block = np.searchsorted(edges, rows.cutoff, side="left")
    for b in range(_BLOCKS):
        out, kept = block == b, block != b
        if not out.any() or kept.sum() < 30:
            kept = np.ones_like(out)
        if not out.any():
            continue
        part = rows.only(kept)
        share = _BLOCKS / (_BLOCKS - 1)
        beta = _ridge(part, weight[kept], distinct / share, with_year / share)
        _, correction = _matched(part, beta, (rows.weight * size)[kept])
        mu[out] = np.maximum(relative_mean(rows.a[out], beta, rows.centre[out]) * correction, 1e-4)
    return mu


def training_cutoffs(panel: Panel, offset: int, length: int, most: int = _MOST_ROWS) -> Ints:
    """Cutoffs whose window has ended, newest first, evenly thinned so that series x cutoffs stays below `most`."""
    last = panel.buckets - offset - length
    keep = min(max(int(most / max(panel.n, 1)), 8), last - _LEAST_SEEN + 1)
    if keep <= 0:
        return np.zeros(0, dtype=np.int64)
    found: Ints = np.rint(np.linspace(last, _LEAST_SEEN, keep)).astype(np.int64)
    return found


def _rows(panel: Panel, offset: int, length: int, cutoffs: Ints, factor: float) -> tuple[Floats, ...]:
    """The fields of Rows."""
    known = panel.known(offset, length, cutoffs)
    target = panel.targets(offset, length, cutoffs) / (known.scale * length)
    usable = np.isfinite(target) & (known.count >= min(_LEAST_SEEN, known.count.max())) & (known.sold >= 1)
    age = np.broadcast_to(0.5 ** ((panel.buckets - cutoffs) / _HALF_LIFE), target.shape)
    spread = spread_design(known, np.ones_like(target), length)
    at = np.broadcast_to(cutoffs.astype(np.float64), target.shape)
    parts = (design(known), centre_of(known), target, known.scale, factor * age, spread, at)
    return tuple(p[usable] for p in parts)


def _short_rows(panel: Panel, offset: int, length: int, cutoffs: Ints) -> list[tuple[Floats, ...]]:
    """Rows as a new product would show them: only the last k buckets before a cutoff are known."""
    chosen = cutoffs[:: max(len(cutoffs) // 4, 1)][:4]
    some = np.arange(0, panel.n, max(panel.n * len(chosen) * len(_SHORT_LENGTHS) // _MOST_ROWS, 1))
    season = panel.season_ratio(offset, length, chosen)[panel.groups[some]]
    momentum = panel.momentum(chosen)[panel.groups[some]]
    parts = []
    for k in _SHORT_LENGTHS:
        for j, cutoff in enumerate(chosen):
            if cutoff < k:
                continue
            cropped = Panel(panel.y[some, cutoff - k : cutoff + offset + length], panel.groups[some], panel.season)
            at = np.array([k], dtype=np.int64)
            known = cropped.known(offset, length, at, season[:, [j]], momentum[:, [j]])
            target = cropped.targets(offset, length, at) / (known.scale * length)
            usable = np.isfinite(target) & (known.count >= 1) & (known.sold >= 1)
            weight = np.full_like(target, _SHORT_WEIGHT * 0.5 ** ((panel.buckets - cutoff) / _HALF_LIFE))
            spread = spread_design(known, np.ones_like(target), length)
            time = np.full_like(target, float(cutoff))
            columns = (design(known), centre_of(known), target, known.scale, weight, spread, time)
            parts.append(tuple(c[usable] for c in columns))
    return parts


def _with_size(spread: Floats, mean: Floats) -> Floats:
    out = spread.copy()
    out[:, 1] = np.log(np.maximum(mean, 1e-3))
    out[:, 2] = np.minimum(out[:, 1], 0.0)
    return out


def _ridge(rows: Rows, weight: Floats, distinct: float, with_year: float) -> Floats:
    """beta0 + (A'WA + K)^-1 A'W(y - A beta0).

    K shrinks by the number of distinct cutoffs, not rows: shocks are common to all products of a week.
    """
    a = rows.a
    gram = (a * weight[:, None]).T @ a
    shrink = np.full(a.shape[1], 3.0 / distinct)
    shrink[_SEASONAL] = 8.0 / max(with_year, 0.1)
    diagonal = np.diag(gram).copy()
    diagonal = np.maximum(diagonal, 1e-9 * max(diagonal.max(initial=0.0), 1e-9))
    rest = (a * weight[:, None]).T @ (rows.target - a @ _BETA0)
    return _BETA0 + np.linalg.solve(gram + np.diag(diagonal * shrink + 1e-12), rest)


def _matched(rows: Rows, beta: Floats, weight: Floats) -> tuple[Floats, float]:
    mu = relative_mean(rows.a, beta, rows.centre)
    total = float((weight * mu).sum())
    correction = float(np.clip((weight * rows.target).sum() / total, 0.7, 1.4)) if total > 0 else 1.0
    return np.maximum(mu * correction, 1e-4), correction


def _gamma_regression(x: Floats, squares: Floats, weight: Floats) -> Floats:
    """Coefficients of log E[squares] = x b by at most 12 Newton steps, lightly shrunk; (k,).

    Gamma deviance, log link: gradient X'w(1 - s/v), Hessian X'w diag(s/v) X (McCullagh, Nelder, 1989, ch. 8).
    """
    w = weight / max(weight.sum(), 1e-12)
    start = float((w * squares).sum())
    s = np.clip(squares, 1e-6, None)
    b = np.zeros(x.shape[1])
    b[0] = np.log(max(start, 1e-6))
    b[1] = 0.0
    ridge = np.full(x.shape[1], 1e-3)
    ridge[0] = 1e-9
    anchor = b.copy()
    for _ in range(12):
        r = np.minimum(s / np.exp(np.clip(x @ b, -30, 60)), 1e4)
        gradient = x.T @ (w * (1 - r)) + ridge * (b - anchor)
        hessian = (x * (w * np.maximum(0.5 * (1 + r), 0.2))[:, None]).T @ x + np.diag(ridge + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        b = b - step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-9))
        if np.abs(step).max() < 1e-4:
            break
    return b


def _log_ratio(mean: Floats, sd: Floats) -> Floats:
    result: Floats = np.log(np.maximum(sd, 1e-9) / np.maximum(mean, 1e-9))
    return result


def _shapes(size: Floats, ratio: Floats, z: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Weighted quantiles of z at LEVELS in equal-count bins of size, then of ratio; centres, ratios, shapes.

    (rows,) each -> (sizes,), (sizes, spreads), (sizes, spreads, levels). At least 50 rows per bin of size.
    """
    sizes = min(_BINS, max(len(size) // (50 * _SPREADS), 1))
    centres, ratios, shapes = [], [], []
    for part in np.array_split(np.argsort(size, kind="stable"), sizes):
        centres.append(float(np.average(size[part], weights=weight[part])))
        inner = part[np.argsort(ratio[part], kind="stable")]
        pieces = np.array_split(inner, _SPREADS)
        ratios.append([float(np.average(ratio[p], weights=weight[p])) for p in pieces])
        shapes.append([_weighted_quantiles(z[p], weight[p]) for p in pieces])
    return np.array(centres), np.array(ratios), np.array(shapes)


def _weighted_quantiles(z: Floats, weight: Floats) -> Floats:
    order = np.argsort(z, kind="stable")
    w = weight[order]
    result: Floats = np.interp(LEVEL_ARRAY, (np.cumsum(w) - 0.5 * w) / w.sum(), z[order])
    return result


def predict_table(table: Table, known: Known) -> tuple[Floats, Floats, Floats]:
    """Mean (n, C), variance (n, C) and quantiles (n, C, levels) of the window's sum, in units."""
    mu = relative_mean(design(known), table.beta, centre_of(known)) * table.correction
    m = np.maximum(mu, 1e-4) * known.scale * table.length
    x = spread_design(known, m, table.length)
    variance = np.exp(np.clip(x @ table.spread, -12, 40))
    variance = np.clip(variance / (m + m**2), *table.ratio_range) * (m + m**2)
    sd = np.sqrt(variance)
    return m, variance, np.maximum(m[..., None] + sd[..., None] * shape_at(table, m, sd), 0.0)


def shape_at(table: Table, mean: Floats, sd: Floats) -> Floats:
    """Standardised quantiles for an expected demand and its deviation, between the bins; (...) -> (..., levels)."""
    size, ratio = np.log(np.maximum(mean, 1e-3)), _log_ratio(mean, sd)
    if len(table.centres) == 1:
        return _along(table, np.zeros(size.shape, dtype=np.int64), ratio)
    right = np.clip(np.searchsorted(table.centres, size), 1, len(table.centres) - 1)
    left_at, right_at = table.centres[right - 1], table.centres[right]
    share = np.clip((size - left_at) / np.maximum(right_at - left_at, 1e-9), 0.0, 1.0)[..., None]
    result: Floats = (1 - share) * _along(table, right - 1, ratio) + share * _along(table, right, ratio)
    return result


def _along(table: Table, sizes: Ints, ratio: Floats) -> Floats:
    """Linear between the spreads of a bin of size; bins (...), log ratios (...) -> (..., levels)."""
    below = (table.ratios[sizes] < ratio[..., None]).sum(axis=-1)
    right = np.clip(below, 1, table.ratios.shape[1] - 1)
    low, high = table.ratios[sizes, right - 1], table.ratios[sizes, right]
    share = np.clip((ratio - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)[..., None]
    result: Floats = (1 - share) * table.shapes[sizes, right - 1] + share * table.shapes[sizes, right]
    return result
