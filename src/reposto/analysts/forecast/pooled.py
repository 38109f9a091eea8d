"""What is learnt across a catalogue, as one versioned value that can be stored as bytes."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from reposto.analysts.forecast.calendar import (
    PROMOTION_PRIOR,
    Buckets,
    check,
    cut,
    end_of,
    price_weeks,
)
from reposto.analysts.forecast.dist import mean_of, widened
from reposto.analysts.forecast.features import Ints, Known, Panel
from reposto.analysts.forecast.learned import fit_learned, predict_learned, tree_features
from reposto.analysts.forecast.local import pooled_index
from reposto.analysts.forecast.price_effects import Prior, fit_prior
from reposto.analysts.forecast.promotions import promotion_ratio
from reposto.analysts.forecast.tables import Table, fit_table, predict_table
from reposto.analysts.forecast.trees import Forest, available
from reposto.analysts.forecast.types import MOST_PER_PERIOD, Floats, History

LEARNED_SHARE = 0.75  # of L beside P (P : N : L = 1 : 1 : 3 in all)
FORMAT = 2  # of the stored bytes; another number means: fit again
LENGTHS = (1, 2, 3, 4, 6, 8, 13, 18, 26)  # buckets of the fitted windows; longer ones are extrapolated
AHEAD = 26  # buckets for which the group's yearly ratio is kept after the fit
LEAST_SERIES = 10  # products below which pooling has nothing to pool (FORECASTING.md, small customers)
_MOST_BUCKETS = 320  # six years of weeks: older history is not read
_MOST_PRICED = 2000  # products from which the effects of prices are learnt: 25 kB each
_SHORT = 13  # observed buckets below which a product counts as new


@dataclass(frozen=True)
class FittedPanel:
    """Everything fitted for the products of one rhythm (weekly buckets, or monthly)."""

    season: int
    end: date  # first day after the data
    width: int  # buckets of the fitted matrix: the phase of `end`
    bucket_days: float
    series: int
    groups: tuple[str, ...]
    tables: tuple[Table, ...]
    young: tuple[Table, ...]  # the same windows for products with fewer than 13 observed buckets
    ratio: Floats  # (groups + 1, tables, cutoffs) yearly ratio; the last group is the panel's average
    momentum: Floats  # (groups + 1, cutoffs)
    rhythm: Floats  # (season,) common yearly index; entry k % season is the bucket k after `end`
    behind: int  # cutoffs kept before `end`; column `behind` is the end itself
    new_level: Floats  # (groups + 1, 2) mean and sd of the log of demand per bucket, of products with sales
    forest: Forest | None = None

    @property
    def local_weight(self) -> float:
        """Weight of N: half in small companies, where pooling has little to pool; a fifth beside P and L."""
        if self.forest is not None:
            return 0.2
        return 0.5 if self.series < 30 else 0.25

    def mix(self, pooled: Floats, own: Floats) -> Floats:
        """The answer's quantiles from P and L's and N's; (..., levels)."""
        w = self.local_weight
        return widened((1 - w) * pooled + w * own)

    def group(self, name: str) -> int:
        return self.groups.index(name) if name in self.groups else len(self.groups)

    def rhythm_of(self, ends: Sequence[date], buckets: int, ahead: int) -> Floats:
        """Common yearly index of series that end at `ends`; (B, buckets + ahead)."""
        shift = np.array([self.shift(e) for e in ends])
        at = shift[:, None] + np.arange(-buckets, ahead)[None, :]
        result: Floats = self.rhythm[at % self.season]
        return result

    def shift(self, end: date) -> int:
        """Buckets from `end` of the fit to another cutoff date."""
        return round((end - self.end).days / self.bucket_days)

    def column(self, end: date) -> int:
        """Column of a cutoff date in `ratio` and `momentum`, the nearest one kept."""
        return int(np.clip(self.behind + self.shift(end), 0, self.momentum.shape[1] - 1))


@dataclass(frozen=True)
class PooledTables:
    """The panels fitted on one state of a catalogue. Immutable; `version` changes with the data."""

    panels: tuple[FittedPanel, ...]
    version: str
    promotion: float = PROMOTION_PRIOR  # what a promotion multiplies demand by, over the catalogue
    effects: Prior | None = None  # what prices and promotions do to it; None where no price is known

    def panel(self, season: int) -> FittedPanel | None:
        return next((p for p in self.panels if p.season == season), None)

    def to_bytes(self) -> bytes:
        """The tables as a compressed .npz; no pickles."""
        from reposto.analysts.forecast.stored import to_arrays

        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **to_arrays(self))
        return buffer.getvalue()

    @staticmethod
    def from_bytes(data: bytes) -> PooledTables:
        """ValueError for bytes of another format."""
        from reposto.analysts.forecast.stored import from_arrays

        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return from_arrays(dict(arrays))


def fit_tables(
    histories: Sequence[History],
    *,
    today: date | None = None,
    closed: frozenset[date] = frozenset(),
    learn: bool = False,
) -> PooledTables:
    """Fit on all products of a catalogue; `today` defaults to the day after the newest figure.

    Products that were never sold, and rhythms with fewer than 10 products, are left out; PooledTables may
    therefore be empty. `learn` also fits the global model, seconds to a minute, where LightGBM is installed
    and there are 30 products and three quarters of a year. ValueError as in Engine.forecast.
    """
    if today is None:
        today = max((end_of(h) for h in histories), default=date.min)
    for history in histories:
        check(history, 1)
    promotion, effects = _promotion(histories), _effects(histories, today, closed)
    cuts: list[tuple[History, Buckets]] = []
    for history in histories:
        buckets = cut(history, today, closed, promotion, effects=effects)
        if np.nansum(buckets.y) > 0:
            cuts.append((history, buckets))
    panels = []
    for season, count in sorted(Counter(b.season for _, b in cuts).items()):
        if count >= LEAST_SERIES:
            own = [c for c in cuts if c[1].season == season]
            y = matrix([b for _, b in own])
            windows = [(0, n) for n in LENGTHS if 3 * n <= y.shape[1]]
            panels.append(
                fit_panel(
                    y,
                    [h.group for h, _ in own],
                    season=season,
                    end=today,
                    bucket_days=own[0][1].days,
                    windows=windows,
                    learn=learn,
                )
            )
    return PooledTables(tuple(p for p in panels if p.tables), _version(cuts, today, learn), promotion, effects)


def _promotion(histories: Sequence[History]) -> float:
    """The catalogue's promotion factor: mean of the log ratios by periods, drawn to 1.5 by 50 of them; 1..10."""
    total, weight = 50 * float(np.log(PROMOTION_PRIOR)), 50.0
    for history in histories:
        q = np.where(np.isfinite(history.quantity), np.minimum(history.quantity, MOST_PER_PERIOD), np.nan)
        ratio, n = promotion_ratio(q, history.promotion, history.period_days)
        if n >= 3 and ratio > 0:
            total, weight = total + n * float(np.log(np.clip(ratio, 0.2, 20))), weight + n
    return float(np.clip(np.exp(total / weight), 1, 10))


def _effects(histories: Sequence[History], today: date, closed: frozenset[date]) -> Prior | None:
    """What prices do over the catalogue, from at most 2,000 products spread over it."""
    priced = [h for h in histories if h.price is not None]
    chosen = priced[:: max(-(-len(priced) // _MOST_PRICED), 1)]
    return fit_prior([w for h in chosen if (w := price_weeks(h, today, closed)) is not None])


def _version(cuts: Sequence[tuple[History, Buckets]], today: date, learn: bool) -> str:
    digest = hashlib.sha256(f"{FORMAT} {today} {learn}".encode())
    for history, buckets in cuts:
        digest.update(history.group.encode())
        digest.update(np.ascontiguousarray(buckets.y).tobytes())
    return f"pooled-{FORMAT}-{digest.hexdigest()[:12]}"


def matrix(cuts: Sequence[Buckets]) -> Floats:
    """Series side by side, the newest bucket of the least stale one last; (n, T), NaN = not observed."""
    width = min(max(len(b.y) + b.offset for b in cuts), _MOST_BUCKETS)
    y = np.full((len(cuts), width), np.nan)
    for row, b in zip(y, cuts, strict=True):
        last = width - b.offset
        if last > 0 and len(b.y):
            part = b.y[-last:] if last < len(b.y) else b.y
            row[last - len(part) : last] = part
    return y


def fit_panel(
    y: Floats,
    names: Sequence[str],
    *,
    season: int,
    end: date,
    bucket_days: float,
    windows: Sequence[tuple[int, int]],
    learn: bool,
) -> FittedPanel:
    """Fit the windows (offset, length) on the series of one rhythm; (n, T) and their groups' names."""
    groups = tuple(sorted(set(names)))
    codes: Ints = np.array([groups.index(n) for n in names], dtype=np.int64)
    panel = Panel(y, codes, season)
    tables = [t for o, length in windows if (t := fit_table(panel, o, length)) is not None]
    young = [fit_table(panel, t.offset, t.length, short=True) or t for t in tables]
    behind = min(panel.buckets, 2 * season)
    cutoffs: Ints = np.arange(panel.buckets - behind, panel.buckets + AHEAD + 1, dtype=np.int64)
    ratio = [_with_average(panel.season_ratio(t.offset, t.length, cutoffs)) for t in tables]
    return FittedPanel(
        season=season,
        end=end,
        width=panel.buckets,
        bucket_days=bucket_days,
        series=panel.n,
        groups=groups,
        tables=tuple(tables),
        young=tuple(young),
        ratio=np.stack(ratio, axis=1) if ratio else np.zeros((len(groups) + 1, 0, len(cutoffs))),
        momentum=_with_average(panel.momentum(cutoffs)),
        rhythm=pooled_index(y, season, season)[panel.buckets :],
        behind=behind,
        new_level=_levels_of_groups(y, codes, len(groups)),
        forest=fit_learned(panel, tables) if learn and available() else None,
    )


def _levels_of_groups(y: Floats, codes: Ints, groups: int) -> Floats:
    """How much a product of each group sells: mean and sd of log demand per bucket; (G + 1, 2).

    Drawn to the whole panel's (last row) by 5 pseudo-products; sd between 0.3 and 1.5, so that one odd
    product neither makes a new one certain nor infinite.
    """
    seen = np.isfinite(y)
    logs = np.log(np.maximum(np.where(seen, y, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1), 1e-3))
    centre, square = float(logs.mean()), float(logs.var())
    rows = []
    for g in range(groups):
        own = logs[codes == g]
        n = len(own)
        mean = (own.sum() + 5 * centre) / (n + 5)
        variance = (((own - mean) ** 2).sum() + 5 * square) / (n + 5)
        rows.append([mean, np.clip(np.sqrt(variance), 0.3, 1.5)])
    rows.append([centre, np.clip(np.sqrt(square), 0.3, 1.5)])
    return np.array(rows)


def _with_average(by_group: Floats) -> Floats:
    """One more row for products of a group that was not seen: the mean over groups."""
    return np.concatenate([by_group, by_group.mean(axis=0, keepdims=True)])


def predict_at(
    fitted: FittedPanel, panel: Panel, group: str, asked: Sequence[tuple[int, Ints, Sequence[date]]]
) -> list[tuple[Floats, Floats]]:
    """P and L of one series, a panel of one row: for each (table, cutoffs, their dates) (C,) and (C, levels).

    The dates pick the group's yearly ratio and momentum. What lies after a cutoff has no part in its features, so that
    one panel serves the present and all earlier origins.
    """
    row = fitted.group(group)
    known, phases = [], []
    for i, cutoffs, ends in asked:
        columns = np.array([fitted.column(e) for e in ends])
        t = fitted.tables[i]
        ratio, momentum = fitted.ratio[row, i, columns][None, :], fitted.momentum[row, columns][None, :]
        known.append(panel.known(t.offset, t.length, cutoffs, ratio, momentum).transposed())
        phases.append(fitted.width + np.array([fitted.shift(e) for e in ends], dtype=np.int64)[:, None])
    return _blended(fitted, [i for i, _, _ in asked], known, phases)


def _by_age(fitted: FittedPanel, i: int, known: Known) -> tuple[Floats, Floats, Floats]:
    """predict_table by the table for young products where fewer than 13 buckets are observed."""
    new = known.count < _SHORT
    if new.all():
        return predict_table(fitted.young[i], known)
    old = predict_table(fitted.tables[i], known)
    if not new.any():
        return old
    mean, variance, q = predict_table(fitted.young[i], known)
    both = (np.where(new, mean, old[0]), np.where(new, variance, old[1]))
    return *both, np.where(new[..., None], q, old[2])


def blend(fitted: FittedPanel, chosen: Sequence[int], known: Sequence[Known], phase: Ints) -> tuple[Floats, Floats]:
    """P, averaged 1 : 3 with L where there is a forest, at one cutoff; (n, windows), (n, windows, levels)."""
    parts = _blended(fitted, chosen, known, [phase] * len(chosen))
    return np.stack([m for m, _ in parts], axis=1), np.stack([q for _, q in parts], axis=1)


def _blended(
    fitted: FittedPanel, chosen: Sequence[int], known: Sequence[Known], phases: Sequence[Ints]
) -> list[tuple[Floats, Floats]]:
    """The same for each window by itself, (n,) and (n, levels), whose n may differ; the forest is read once."""
    parts, inputs, bases = [], [], []
    for i, features, phase in zip(chosen, known, phases, strict=True):
        mean, variance, q = _by_age(fitted, i, features)
        parts.append((mean[:, 0], q[:, 0]))
        if fitted.forest is not None:
            x, base = tree_features(features, phase, fitted.season, fitted.tables[i], (mean, variance))
            inputs.append(x[:, 0])
            bases.append(base[:, 0])
    if fitted.forest is None:
        return parts
    mean, pooled = np.concatenate([m for m, _ in parts]), np.concatenate([q for _, q in parts])
    learned = predict_learned(fitted.forest, np.concatenate(inputs), np.concatenate(bases), pooled)
    mixed = (1 - LEARNED_SHARE) * pooled + LEARNED_SHARE * learned
    mean = mean * mean_of(mixed) / np.maximum(mean_of(pooled), 1e-12)
    ends = np.cumsum([len(m) for m, _ in parts])[:-1]
    return list(zip(np.split(mean, ends), np.split(mixed, ends), strict=True))


def at_lengths(
    fitted: Sequence[int], means: Floats, quantiles: Floats, lengths: Sequence[int]
) -> tuple[Floats, Floats]:
    """From the fitted window lengths to the wanted ones; (B, fitted[, levels]) -> (B, lengths[, levels]).

    Between fitted lengths linear; beyond the longest, mean in proportion and deviations from it with the
    length to the power 0.75 (variance as length^1.5, between independent and fully shared errors).
    """
    have = np.array(fitted, dtype=np.float64)
    out_m, out_q = [], []
    for length in lengths:
        right = int(np.searchsorted(have, length))
        if right == len(have):
            factor = length / have[-1]
            mean = means[:, -1] * factor
            spread = (quantiles[:, -1] - means[:, -1, None]) * factor**0.75
            out_m.append(mean)
            out_q.append(np.maximum(mean[:, None] + spread, 0.0))
            continue
        left = max(right - 1, 0)
        share = 1.0 if right == left else (length - have[left]) / (have[right] - have[left])
        out_m.append((1 - share) * means[:, left] + share * means[:, right])
        out_q.append((1 - share) * quantiles[:, left] + share * quantiles[:, right])
    return np.stack(out_m, axis=1), np.stack(out_q, axis=1)
