"""Business days in Brazil: Monday to Friday without national and state holidays.

Carnival's Monday and Tuesday and Corpus Christi are not national holidays by law, but banks, carriers and most
suppliers stop (as in the bank calendar of ANBIMA), so they count as holidays here; Ash Wednesday, Christmas Eve
and New Year's Eve don't. Municipal holidays are those the company names: no kept list of 5,570 cities' is known to us
(the `holidays` package stops at states). A supplier's own shutdown is not known.
"""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from holidays import HolidayBase

_TREATED_AS_HOLIDAYS = frozenset({"Carnaval", "Corpus Christi"})
_FIRST_YEAR, _LAST_YEAR = 1990, 2100  # dates outside come from typing errors, not from a company's books
_STATES = frozenset("AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO".split())


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Business-day arithmetic for one state. `busday` is numpy's calendar, `names` the holidays by date."""

    state: str
    names: Mapping[date, str]
    busday: np.busdaycalendar

    def is_business_day(self, day: date) -> bool:
        """Whether suppliers and carriers work that day."""
        return bool(np.is_busday(_day(day), busdaycal=self.busday))

    def add(self, day: date, business_days: int) -> date:
        """The date `business_days` after `day`; a day that isn't one moves to the next first. Negative goes back."""
        if business_days < 0:
            return _date(np.busday_offset(_day(day), business_days, roll="backward", busdaycal=self.busday))
        return _date(np.busday_offset(_day(day), business_days, roll="forward", busdaycal=self.busday))

    def offsets(self, day: date, business_days: NDArray[np.int64]) -> NDArray[np.int64]:
        """Calendar days from `day` to each of the dates that many business days later; (n,) -> (n,)."""
        start = _day(day)
        ends = np.busday_offset(start, business_days, roll="forward", busdaycal=self.busday)
        counted: NDArray[np.int64] = (ends - start).astype(np.int64)
        return counted

    def between(self, start: date, end: date) -> int:
        """Business days in [start, end): 0 on the same day, negative when end lies before start."""
        return int(np.busday_count(_day(start), _day(end), busdaycal=self.busday))

    def count(self, starts: Sequence[date], ends: Sequence[date]) -> NDArray[np.int64]:
        """`between` for many pairs at once; (n,), (n,) -> (n,)."""
        counted: NDArray[np.int64] = np.busday_count(_days(starts), _days(ends), busdaycal=self.busday).astype(np.int64)
        return counted

    def latest(self, day: date) -> date:
        """`day` itself or the last business day before it."""
        return _date(np.busday_offset(_day(day), 0, roll="backward", busdaycal=self.busday))

    def within(self, start: date, end: date) -> tuple[tuple[date, str], ...]:
        """Holidays on weekdays in [start, end], ascending."""
        found = ((d, n) for d, n in self.names.items() if start <= d <= end and d.weekday() < 5)
        return tuple(sorted(found))


_FIRST, _LAST = date(_FIRST_YEAR, 1, 1), date(_LAST_YEAR, 12, 31)
_EPOCH = date(1970, 1, 1).toordinal()


def _clipped(day: date) -> date:
    return min(max(day, _FIRST), _LAST)


def _day(day: date) -> np.datetime64:
    return np.datetime64(_clipped(day), "D")


def _days(days: Sequence[date]) -> NDArray[np.datetime64]:
    """By their ordinals: three times as fast as numpy's own reading of dates."""
    ordinals = np.array([day.toordinal() for day in days], dtype=np.int64)
    return (ordinals.clip(_FIRST.toordinal(), _LAST.toordinal()) - _EPOCH).astype("datetime64[D]")


def _date(day: np.datetime64) -> date:
    moved: date = day.astype(date)
    return moved


@lru_cache(maxsize=64)
def business_calendar(state: str, year: int, local: str = "") -> BusinessCalendar:
    """The calendar of a state (two letters; unknown = national only) around `year`: 6 years back, 3 ahead.

    local: the company's own holidays, see `local_holidays`.
    """
    known = state.strip().upper()
    years = range(year - 6, year + 4)
    names = {**local_holidays(local, years), **_holidays(known if known in _STATES else "", years[0], years[-1])}
    listed = np.array(sorted(names), dtype="datetime64[D]")
    return BusinessCalendar(known, names, np.busdaycalendar("1111100", listed))


_LOCAL = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")


def local_holidays(text: str, years: Sequence[int]) -> dict[date, str]:
    """ "25/01, 20/04/2027": the days of those years, one without a year in each; ValueError for what is no day."""
    found = {}
    for part in (p.strip() for p in re.split(r"[,;]", text) if p.strip()):
        match = _LOCAL.fullmatch(part)
        if match is None:
            raise ValueError(part)
        day, month, year = int(match[1]), int(match[2]), match[3]
        date(int(year or 2024), month, day)  # a leap year: 29/02 is a day, in the years that have it
        for one in years if year is None else (int(year),):
            if (month, day) != (2, 29) or isleap(one):
                found[date(one, month, day)] = "Feriado local"
    return found


@lru_cache(maxsize=64)
def _holidays(state: str, first: int, last: int) -> dict[date, str]:
    """Dates and Portuguese names; `holidays` is imported here because only the first analysis should pay for it."""
    from holidays.countries.brazil import Brazil

    years = range(max(first, _FIRST_YEAR), min(last, _LAST_YEAR) + 1)
    public: HolidayBase = Brazil(subdiv=state or None, years=years, language="pt_BR")
    optional: HolidayBase = Brazil(subdiv=state or None, years=years, language="pt_BR", categories=("optional",))
    names = {day: str(name) for day, name in public.items()}
    names.update({day: str(name) for day, name in optional.items() if name in _TREATED_AS_HOLIDAYS})
    return names
