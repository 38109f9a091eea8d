"""What prices and promotions multiply a product's demand by: learnt from it, drawn towards the catalogue's.

Weeks are compared, since a week's chance is shared by its days; the causes act on days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reposto.analysts.forecast.causes import CAUSES, PRICE, PROMOTION, Causes
from reposto.analysts.forecast.effects import apart, around
from reposto.analysts.forecast.types import Bools, Floats

_ROUNDS = 5  # of finding the level without the effects and the effects without the level
_OWN_ROUNDS = 3  # for one product, that begins with the catalogue's
_MOST = 3.0  # of a log multiplier: a factor of 20
_LEAST_ROWS = 24  # weeks with a cause, over all products, below which nothing is learnt
_LEAST_KNOWN = 4.0  # curvature (1 / variance) from which on a product's own effect tells how far products differ
_DOUBT = 6.0  # a pair of effects loses 6 / chi^2 of itself: the 95 % point of chi^2 with 2 degrees of freedom
_PAIRS = ((0, 1), (2, 3))  # of the week itself, of the week before
_SCALE = np.array([2.5, 0.3, 0.7, 0.2])  # sd of an effect at first; parts what always comes together
# A lower price or a promotion never sells less, and never more a week after it ended.
_LOW = np.array([-8.0, 0.0, 0.0, -2.0])
_HIGH = np.array([0.0, 3.0, 4.0, 0.0])
_ORDINARY = 364  # days over which unplanned price changes are averaged


@dataclass(frozen=True)
class Prior:
    """What the catalogue has taught of prices and promotions."""

    common: Floats  # (4,) log multiplier per unit of each cause
    apart: Floats  # (4,) variance of products' own effects about it
    depth: float  # mean log price of marked promotions, at most 0
    deepest: float  # a log price so low that only 1 % of the days with a lower price than usual lie below it
    products: int


@dataclass(frozen=True)
class Weeks:
    """A product's weeks for learning. y: (T,) units at full opening, NaN = not observed; weight: (T, 7), mean 1."""

    y: Floats
    weight: Floats
    causes: Causes
    last: int  # number of the last week, to tell shocks common to all products


@dataclass(frozen=True)
class _Round:
    """One product's log-likelihood at its present effects: by week and in all."""

    push: Floats  # (T, k) d log-likelihood / d effects
    curve: Floats  # (T,) expected curvature for the mean effect of the week
    x: Floats  # (T, k) effective cause of the week
    information: Floats  # (k, k)


def weeks_of(q: Floats, causes: Causes, profile: Floats, of_week: np.ndarray, last: int) -> Weeks:
    """From days to weeks; (n,), (7,) weights of Monday..Sunday, (n,) weekday of each day."""
    rows = q[causes.head :].reshape(-1, 7)
    weight = profile[of_week[causes.head :]].reshape(-1, 7) * np.isfinite(rows)
    total = weight.sum(axis=1)
    y = np.where(total >= 0.6 * 7, np.nansum(rows, axis=1) * 7 / np.maximum(total, 1e-9), np.nan)
    return Weeks(y, weight, causes, last)


def lifts(causes: Floats, effects: Floats) -> Floats:
    """What demand is multiplied by; (..., 4), (4,) -> (...)."""
    result: Floats = np.exp(np.clip(causes @ effects, -_MOST, _MOST))
    return result


def fit_prior(products: Sequence[Weeks]) -> Prior | None:
    """The common effects and how far products differ; None where fewer than 24 weeks have a cause.

    E y_t = level_t sum_d w_d exp(x_d b) / sum_d w_d, level_t the mean of y over its own multipliers in the six weeks
    before and after; variance m + c m^2. Common b by Fisher scoring under N(0, _SCALE^2), so that a price and a mark
    that always come together share their effect; each pair (price, promotion) times max(0, 1 - 6 / W), W Wald's
    statistic with errors clustered by week; then signs. Products' variance about it: DerSimonian and Laird (1986).
    """
    told = [w for w in products if _told(w).sum() > 0]
    if sum(int(_told(w).sum()) for w in told) < _LEAST_ROWS:
        return None
    common, spread = np.zeros(CAUSES), np.full(CAUSES, 1e-4)
    own = [common] * len(told)
    for _ in range(_ROUNDS):
        rounds = [_round(w, b) for w, b in zip(told, own, strict=True)]
        common = _common(told, rounds, own)
        residual = np.stack([_residual(r, b, common) for r, b in zip(rounds, own, strict=True)])
        known = np.stack([np.diag(r.information) for r in rounds])
        spread = apart(residual, np.where(known >= _LEAST_KNOWN, known, 0.0))
        spread = np.maximum(np.minimum(spread, common**2), 1e-4)  # where there is no common effect, own ones are noise
        own = [_own(r, b, common, spread) for r, b in zip(rounds, own, strict=True)]
    days = np.concatenate([w.causes.past[:, :, PRICE].ravel() for w in told])
    low = days[days < 0]
    depths = [w.causes.depth for w in told if w.causes.depth is not None]
    return Prior(
        common=common,
        apart=spread,
        depth=float(np.mean(depths)) if depths else 0.0,
        deepest=float(np.quantile(low, 0.01)) if len(low) else 0.0,
        products=len(told),
    )


def own_effects(weeks: Weeks, prior: Prior) -> Floats:
    """A product's own effects, drawn to the catalogue's by what is known of it; (4,)."""
    own = prior.common
    if not _told(weeks).any():
        return own
    for _ in range(_OWN_ROUNDS):
        own = _own(_round(weeks, own), own, prior.common, prior.apart)
    return own


def ordinary_lift(causes: Causes, effects: Floats) -> float:
    """Mean over median of the price's lifts on the unmarked days of the last year, 1/1.5..1.5.

    Prices that nobody plans go on changing as they did: on average they do to demand what they did.
    """
    days = causes.past.reshape(-1, CAUSES)[-_ORDINARY:]
    usual = lifts(days[~causes.marked[-_ORDINARY:]][:, [PRICE]], effects[[PRICE]])
    return float(np.clip(usual.mean() / np.median(usual), 1 / 1.5, 1.5)) if len(usual) else 1.0


def _told(weeks: Weeks) -> Bools:
    """Weeks that were observed and had a cause; (T,)."""
    found: Bools = np.isfinite(weeks.y) & (np.abs(weeks.causes.past[:, :, : PROMOTION + 1]).max(axis=(1, 2)) > 0)
    return found


def _round(weeks: Weeks, effects: Floats) -> _Round:
    """Level beside the effects, then the likelihood's slope and curvature in them."""
    each = weeks.weight * lifts(weeks.causes.past, effects)
    open_ = np.maximum(weeks.weight.sum(axis=1), 1e-9)
    lift = np.maximum(each.sum(axis=1), 1e-9) / open_
    x = (each[:, :, None] * weeks.causes.past).sum(axis=1) / np.maximum(each.sum(axis=1), 1e-9)[:, None]
    seen = np.isfinite(weeks.y)
    y = np.where(seen, weeks.y, 0.0)
    level = around(np.where(seen, y / lift, 0.0)[None, :], seen[None, :])[0]
    usable = seen & (level > 0)
    mean = np.where(usable, level * lift, 0.0)
    error = np.where(usable, y - mean, 0.0)
    extra = float(np.clip(((error**2 - mean).sum()) / max((mean**2).sum(), 1e-9), 0.02, 5.0))
    push = np.where(usable, error / (1 + extra * mean), 0.0)
    curve = np.where(usable, mean / (1 + extra * mean), 0.0)
    return _Round(push[:, None] * x, curve, x, (x * curve[:, None]).T @ x)


def _common(told: Sequence[Weeks], rounds: Sequence[_Round], own: Sequence[Floats]) -> Floats:
    """The catalogue's effects, doubted; (4,)."""
    total = sum((r.information for r in rounds), np.diag(1 / _SCALE**2))
    pull = sum((r.push.sum(axis=0) + r.information @ b for r, b in zip(rounds, own, strict=True)), np.zeros(CAUSES))
    common = np.linalg.solve(total, pull)
    clusters: dict[int, Floats] = {}
    for weeks, r, b in zip(told, rounds, own, strict=True):
        rows = r.push - (r.curve * (r.x @ (common - b)))[:, None] * r.x
        for k in np.flatnonzero(_told(weeks)):
            week = weeks.last - len(rows) + 1 + int(k)
            clusters[week] = clusters.get(week, 0.0) + rows[k]
    inverse = np.linalg.inv(total)
    scores = np.array(list(clusters.values()))
    count = len(scores)
    variance = inverse @ (scores.T @ scores) @ inverse * count / max(count - CAUSES, 1)
    for pair in _PAIRS:
        at = np.array(pair)
        block = variance[np.ix_(at, at)] + 1e-9 * np.eye(2)
        wald = float(common[at] @ np.linalg.solve(block, common[at]))
        common[at] *= max(0.0, 1 - _DOUBT / max(wald, 1e-9))
    return np.clip(common, _LOW, _HIGH)


def _residual(r: _Round, own: Floats, common: Floats) -> Floats:
    """The slope at the common effects; (4,)."""
    result: Floats = r.push.sum(axis=0) + r.information @ (own - common)
    return result


def _own(r: _Round, own: Floats, common: Floats, spread: Floats) -> Floats:
    """The product's effects under N(common, spread); (4,)."""
    change = np.linalg.solve(r.information + np.diag(1 / spread), _residual(r, own, common))
    return np.clip(common + change, _LOW, _HIGH)
