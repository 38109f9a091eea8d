"""What M reads: a product's own past, and what its relatives do now, did lately and did a year and two ago."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reposto.analysts.forecast.features import Ints, Panel
from reposto.analysts.forecast.tables import centre_of
from reposto.analysts.forecast.types import Bools, Floats

RECENT = (1, 2, 4, 8)  # periods over which relatives are compared with what was to be expected of them
OWN = 8  # last periods of the product itself, one by one
CLOSE = 4  # last periods of its closest relatives, one by one
PEAKS = (4, 13, 52)  # periods whose highest total of the closest relatives counts
AROUND = 13  # periods before (or on both sides of) the same time last year that its sales are measured against
SPIKE = 1.7  # times the base: a product in a spike
_HALF_YEAR = 26
_UNKNOWN = -1.0  # every true value is at least 0
_KNOWN_FROM = 8  # periods before the earliest cutoff of a year ago from which its season is read


class Past:
    """A panel's observed sales as running sums."""

    def __init__(self, panel: Panel) -> None:
        seen = np.isfinite(panel.y)
        self.sales: Floats = np.where(seen, panel.y, 0.0)
        self.periods = panel.buckets
        self._total, self._count = _upto(self.sales), _upto(seen.astype(np.float64))

    def total(self, low: Ints, high: Ints) -> Floats:
        """Sales of the periods low..high-1, those beyond the panel left out; (n, C)."""
        return self._between(self._total, low, high)

    def count(self, low: Ints, high: Ints) -> Floats:
        """Observed periods among them; (n, C)."""
        return self._between(self._count, low, high)

    def mean(self, low: Ints, high: Ints) -> Floats:
        """Mean of the observed ones, 0 where none is; (n, C)."""
        result: Floats = self.total(low, high) / np.maximum(self.count(low, high), 1)
        return result

    def _between(self, running: Floats, low: Ints, high: Ints) -> Floats:
        low, high = np.clip(low, 0, self.periods), np.clip(high, 0, self.periods)
        part: Floats = running[:, np.maximum(high, low)] - running[:, low]
        return part


@dataclass(frozen=True)
class Kin:
    """Who is related, and what is known of the periods beforehand.

    Each of `near` and `wide` numbers the groups of one way of being related from 0 on, (n,). The first of `near` names
    the closest relatives: the same article in other shops. Those of `wide` are compared with two years, too.
    """

    near: tuple[Ints, ...]
    wide: tuple[Ints, ...] = ()
    calendar: tuple[Floats, ...] = ()  # each (periods + those ahead,): day of the month, days from Easter


def inputs(panel: Panel, kin: Kin, offset: int, cutoffs: Ints) -> tuple[Floats, Floats, Bools]:
    """Inputs of the trees (n, C, k), the base (n, C) in units per period, and which rows say anything (n, C)."""
    known = panel.known(offset, 1, cutoffs)
    centre = centre_of(known) + 0.05
    base = centre * known.scale
    year = np.isfinite(known.last_year)
    of_year = 2 * np.pi * ((cutoffs + offset) % panel.season) / panel.season
    past = Past(panel)
    flat = [
        np.where(year, known.last_year / centre, _UNKNOWN),
        np.where(year, known.last_year_wide / centre, _UNKNOWN),
        known.last_year_level / centre,
        known.group_season,
        known.group_momentum,
        np.log(known.scale),
        known.count,
        known.share26,
        known.share8,
        known.cv26,
        known.max26 / centre,
        known.since,
        centre,
        np.full_like(centre, float(offset)),
        *(np.broadcast_to(v, centre.shape) for v in (np.sin(of_year), np.cos(of_year), of_year)),
        *_own_periods(past, cutoffs, base),
    ]
    flat += [np.broadcast_to(column[cutoffs + offset], centre.shape) for column in kin.calendar]
    for codes in (*kin.near, *kin.wide):
        flat += lately(past, codes, cutoffs, base)
    for codes in kin.near:
        flat += last_year(past, panel.season, codes, offset, cutoffs)
    for codes in kin.wide:
        flat += _year(past, panel.season, codes, range(offset - 1, offset + 2), cutoffs)
        flat += _year(past, 2 * panel.season, codes, range(offset - 1, offset + 2), cutoffs)
    flat += of_closest(past, kin.near[0], cutoffs, base)
    flat += _years_of_closest(past, panel.season, kin.near[0], offset, cutoffs, base)
    x = np.concatenate(
        [known.levels / centre[..., None], known.means / centre[..., None], np.stack(flat, axis=2)], axis=2
    )
    return x, base, (known.count >= 4) & (known.sold >= 1)


def _own_periods(past: Past, cutoffs: Ints, base: Floats) -> list[Floats]:
    """Sales of each of the last periods over the base."""
    out: list[Floats] = []
    for k in range(1, OWN + 1):
        seen = past.count(cutoffs - k, cutoffs - k + 1) > 0
        out.append(np.where(seen, past.total(cutoffs - k, cutoffs - k + 1) / base, _UNKNOWN))
    return out


def lately(past: Past, codes: Ints, cutoffs: Ints, base: Floats) -> list[Floats]:
    """What a group sold lately against its bases, each (n, C).

    (sum of demand + 1) / (sum of base over the observed periods + 1) for the last 1, 2, 4, 8 periods.
    """
    member = _members(codes)
    out: list[Floats] = []
    for span in RECENT:
        expected = member @ (past.count(cutoffs - span, cutoffs) * base)
        out.append(((member @ past.total(cutoffs - span, cutoffs) + 1) / (expected + 1))[codes])
    return out


def last_year(past: Past, season: int, codes: Ints, offset: int, cutoffs: Ints) -> list[Floats]:
    """What a group sold a year ago around the same time against what it had sold until then, each (n, C).

    (sum of the mean demand of the period a year ago + .5) / (sum of that of the 13 periods before the cutoff of a year
    ago + .5) for the period itself, with its two neighbours, and for the three before it.
    """
    member = _members(codes)
    back = cutoffs - season
    low = np.maximum(back - AROUND, 0)
    base_count, usual = past.count(low, np.maximum(back, 0)), past.mean(low, np.maximum(back, 0))
    out: list[Floats] = []
    for first, last in ((offset, offset + 1), (offset - 1, offset + 2), (offset - 3, offset)):
        high = np.minimum(back + last, cutoffs)
        there = past.count(back + first, high)
        both = ((there > 0) & (base_count > 0) & (back >= _KNOWN_FROM)[None, :]).astype(np.float64)
        then = past.mean(back + first, high)
        out.append(((member @ (then * both) + 0.5) / (member @ (usual * both) + 0.5))[codes])
    return out


def of_closest(past: Past, codes: Ints, cutoffs: Ints, base: Floats) -> list[Floats]:
    """How the article sells in all its shops together, each (n, C).

    The logarithm of its bases' sum and the number of its shops; its last periods one by one, over that sum; the share
    of shops in a spike; the highest weeks of a month, a quarter and a year, the lowest of a month and the median of
    half a year over that sum; standard deviation over mean of half a year.
    """
    member = _members(codes)
    expected = member @ base
    sums = member @ past.sales
    seen_shops = member.sum(axis=1)[:, None]
    out = [np.log(expected + 0.1), np.broadcast_to(seen_shops, expected.shape)]
    for k in range(1, CLOSE + 1):
        observed = member @ (past.count(cutoffs - k, cutoffs - k + 1) * base)
        out.append((member @ past.total(cutoffs - k, cutoffs - k + 1) + 0.5) / (observed + 0.5))
    spiking = past.total(cutoffs - 1, cutoffs) > SPIKE * base + 0.5
    out.append(member @ spiking.astype(np.float64) / seen_shops)
    highest = [_last(sums, span, cutoffs).max(axis=2) for span in PEAKS]
    half_year = _last(sums, _HALF_YEAR, cutoffs)
    for totals in (*highest, _last(sums, CLOSE, cutoffs).min(axis=2), np.median(half_year, axis=2)):
        out.append((totals + 0.5) / (expected + 0.5))
    out.append(half_year.std(axis=2) / (half_year.mean(axis=2) + 0.5))
    return [values[codes] for values in out]


def _years_of_closest(past: Past, season: int, codes: Ints, offset: int, cutoffs: Ints, base: Floats) -> list[Floats]:
    """What the article sold a year ago from two periods before to three after, two years ago with its neighbours, as
    `_year`; and last year's sales of the period over the base of today. Each (n, C).
    """
    out = _year(past, season, codes, range(offset - 2, offset + 4), cutoffs)
    out += _year(past, 2 * season, codes, range(offset - 1, offset + 2), cutoffs)
    back = cutoffs - season
    seen = (past.count(back + offset, back + offset + 1) > 0) & (back >= 0)[None, :]
    then = past.total(back + offset, back + offset + 1)
    return [*out, _over(_members(codes), then, base, seen)[codes]]


def _year(past: Past, ago: int, codes: Ints, periods: range, cutoffs: Ints) -> list[Floats]:
    """What a group sold `ago` periods before each of `periods` over what it sold in the half-year around then.

    Each (n, C), -1 where nothing is known; what came after the cutoff is not looked at.
    """
    member = _members(codes)
    back = cutoffs - ago
    low, high = np.maximum(back - AROUND, 0), np.clip(back + AROUND, 0, cutoffs)
    there, usual = past.count(low, high) > 0, past.mean(low, high)
    out: list[Floats] = []
    for first in periods:
        end = np.minimum(back + first + 1, cutoffs)
        both = there & (past.count(back + first, end) > 0) & (back >= CLOSE)[None, :]
        out.append(_over(member, past.mean(back + first, end), usual, both)[codes])
    return out


def _over(member: Floats, top: Floats, bottom: Floats, used: Bools) -> Floats:
    """(sum of one + .5) / (sum of the other + .5) by group over what is used, -1 where nothing is."""
    weight = used.astype(np.float64)
    ratio: Floats = (member @ (top * weight) + 0.5) / (member @ (bottom * weight) + 0.5)
    return np.where(member @ weight > 0, ratio, _UNKNOWN)


def _members(codes: Ints) -> Floats:
    """(groups, n), 1 where the series belongs to the group."""
    member = np.zeros((int(codes.max(initial=0)) + 1, len(codes)))
    member[codes, np.arange(len(codes))] = 1.0
    return member


def _last(values: Floats, span: int, cutoffs: Ints) -> Floats:
    """The last `span` periods before each cutoff, 0 before the first; (g, T) -> (g, C, span)."""
    padded = np.concatenate([np.zeros((len(values), span)), values], axis=1)
    windows: Floats = np.lib.stride_tricks.sliding_window_view(padded, span, axis=1)[:, cutoffs]
    return windows


def _upto(values: Floats) -> Floats:
    """Running sums; (n, T) -> (n, T + 1)."""
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
