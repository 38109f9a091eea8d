"""A product's prices and promotions by day, past and to come, as causes of its demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from reposto.analysts.forecast.promotions import whole_promotions
from reposto.analysts.forecast.types import Bools, Floats, History

# The causes of a day: log price over the usual one, promotion (0 or 1), and both a week before, since who has bought in
# a promotion buys less after it.
PRICE, PROMOTION, PRICE_BEFORE, PROMOTION_BEFORE = range(4)
CAUSES = 4

_REMEMBERED = 26  # weeks over which a price is compared with its median
_NOW = 4  # weeks whose median price is the present one
_STEEPEST = 1.5  # of a log price relative to the usual one
_SAME = 0.01  # prices closer than that are one price: averages of a day's sales are rounded
_LEAST_WEEKS = 8
_APART = 3  # days between two promotions
_CHEAP = -0.05  # log price from which on an unmarked day counts as a promotion past


@dataclass(frozen=True)
class Causes:
    """What is known by day. The past ends with the history's last whole day; the future follows it."""

    past: Floats  # (weeks, 7, 4), newest last
    marked: Bools  # (weeks * 7,) days in a marked promotion
    head: int  # days before the first whole week
    reference: float  # the usual price at the end, R$; NaN where none is known
    now: float  # log of the present price over the usual one
    depth: float | None  # mean log price of its own marked promotions; None where their price is not known
    deepest: float  # the lowest log price seen, at most 0
    promotions: int  # marked or cheaper spans of the past


def read_causes(history: History, q: Floats) -> Causes | None:
    """Causes of the days of q, the history up to today; None without prices, for other rhythms, and below 8 weeks."""
    if history.price is None or history.period_days != 1:
        return None
    weeks = len(q) // 7
    price = np.asarray(history.price[: len(q)], dtype=np.float64)
    price = np.where((price > 0) & np.isfinite(price), price, np.nan)
    if weeks < _LEAST_WEEKS or not np.isfinite(price).any():
        return None
    head = len(q) - 7 * weeks
    marked = np.zeros(len(q), dtype=bool) if history.promotion is None else whole_promotions(q, history.promotion)
    x, reference, now = relative_days(price[head:], marked[head:])
    flags = marked[head:]
    told = flags & np.isfinite(price[head:])
    base = np.stack([x, flags.astype(np.float64)], axis=1)
    before = np.concatenate([np.zeros((7, 2)), base[:-7]])
    past = np.concatenate([base, before], axis=1).reshape(weeks, 7, CAUSES)
    depth = float(np.minimum(x[told], 0.0).mean()) if told.any() else None
    return Causes(past, flags, head, reference, now, depth, min(float(x.min()), 0.0), spans_of(flags | (x <= _CHEAP)))


def relative_days(price: Floats, marked: Bools) -> tuple[Floats, float, float]:
    """Log of each day's price over the usual one, (days,), the usual price at the end, and the present one's log ratio.

    A price holds until another is seen, since days without a sale show none (else low prices would seem to sell
    always). Usual = median of the 26 weeks before, each the median of its days outside promotions; present = median of
    the last four. Both (weeks * 7,). Cut at +-1.5; less than 1 % is nothing; unknown is nothing.
    """
    held = _held(price)
    regular = np.where(marked, np.nan, held).reshape(-1, 7)
    known = np.isfinite(regular).any(axis=1)
    by_week = np.full(len(regular), np.nan)
    if known.any():
        by_week[known] = np.nanmedian(regular[known], axis=1)
    by_week = _held(by_week)
    usual = _usual(by_week)
    ratio = held.reshape(-1, 7) / usual[:-1, None]
    x = _tidy(np.log(np.where(np.isfinite(ratio), ratio, 1.0)).ravel())
    recent = by_week[-_NOW:][np.isfinite(by_week[-_NOW:])]
    reference = float(usual[-1])
    now = float(_tidy(np.log(np.array([np.median(recent) / reference])))[0]) if len(recent) else 0.0
    return x, reference, now


def _tidy(x: Floats) -> Floats:
    return np.where(np.abs(x) < _SAME, 0.0, np.clip(x, -_STEEPEST, _STEEPEST))


def _held(values: Floats) -> Floats:
    """Each unknown value replaced by the last known one before it; NaN before the first."""
    at = np.where(np.isfinite(values), np.arange(len(values)), -1)
    last = np.maximum.accumulate(at)
    return np.where(last >= 0, values[np.maximum(last, 0)], np.nan)


def _usual(by_week: Floats) -> Floats:
    """Median of the 26 weeks before each week and before the one to come; (W,), known from some week on -> (W + 1,)."""
    out = np.full(len(by_week) + 1, np.nan)
    found = np.flatnonzero(np.isfinite(by_week))
    if not len(found):
        return out
    own = by_week[found[0] :]
    first = int(found[0])
    for t in range(1, min(_REMEMBERED, len(own)) + 1):
        out[first + t] = np.median(own[:t])
    if len(own) > _REMEMBERED:
        windows = np.lib.stride_tricks.sliding_window_view(own, _REMEMBERED)
        out[first + _REMEMBERED :] = np.median(windows, axis=1)
    return out


def spans_of(days: Bools) -> int:
    """Runs of days, those less than three days apart being one."""
    at = np.flatnonzero(days)
    return int((np.diff(at) > _APART).sum()) + 1 if len(at) else 0


def coming_causes(
    causes: Causes, history: History, used: int, planned: frozenset[date], days: int, depth: float, deepest: float
) -> tuple[Floats, Bools]:
    """Causes of the `days` after the first `used` of the history, (days, 4), and which of them were planned, (days,).

    A day without a plan has the present price. A promotion whose price is not told is as deep as the product's own have
    been, else `depth`, the catalogue's. No price is taken to be further from the usual one, down or up, than one and a
    half times the lowest that was seen.
    """
    start = history.start + timedelta(days=used)
    flags = np.zeros(days, dtype=bool)
    for day in planned:
        at = (day - start).days
        if 0 <= at < days:
            flags[at] = True
    price = np.full(days, np.nan)
    if history.price_ahead is not None:
        ahead = np.concatenate([_rest(history, used), np.asarray(history.price_ahead, dtype=np.float64)])[:days]
        price[: len(ahead)] = np.where(ahead > 0, ahead, np.nan)
    told = np.isfinite(price) & np.isfinite(causes.reference)
    own = depth if causes.depth is None else causes.depth
    x = np.where(flags, causes.now + own, causes.now)
    x[told] = _tidy(np.log(price[told] / causes.reference))
    most = 1.5 * max(-deepest, -causes.deepest)
    x = np.clip(x, -most, most)
    base = np.stack([x, flags.astype(np.float64)], axis=1)
    last = causes.past[-1, :, :2]
    before = np.concatenate([last, base])[:days]
    return np.concatenate([base, before], axis=1), flags | told


def _rest(history: History, used: int) -> Floats:
    """Days of the history from today on: their sales are not complete, their price may be planned."""
    return np.full(max(len(history.quantity) - used, 0), np.nan)


def usual_price(price: Floats | None, promotion: Bools | None) -> float | None:
    """The present price of a product, R$: the median of the last four weeks outside promotions; None if none is known.

    (n,), (n,) by day.
    """
    if price is None or len(price) < 7 or not np.isfinite(price).any():
        return None
    head = len(price) % 7
    marks = np.zeros(len(price), dtype=bool) if promotion is None else np.asarray(promotion, dtype=bool)
    _, reference, now = relative_days(np.where(price > 0, price, np.nan)[head:], marks[head:])
    if np.isfinite(reference):
        return float(reference * np.exp(now))
    return float(np.nanmedian(price))
