"""The demo company's calendar: when it is open, and when it has promotions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SEED = 84_903_501
HISTORY_DAYS = 970  # two years and eight months: two of every season, and a start in the middle of one
AHEAD_DAYS = 200  # deliveries and planned promotions reach beyond today
STATE = "RS"

OPTIONAL_BUT_CLOSED = ("carnaval", "corpus christi")  # no holidays by law; nobody works


def make_rng(*keys: object) -> np.random.Generator:
    """A stream of its own for each purpose: a longer history then begins with the shorter one."""
    return np.random.default_rng([SEED, crc32("|".join(map(str, keys)).encode())])


@lru_cache(maxsize=4)
def find_holidays(first_year: int, last_year: int) -> frozenset[date]:
    """Days without work in the company's state."""
    import holidays

    years = range(first_year, last_year + 1)
    by_law = holidays.country_holidays("BR", subdiv=STATE, years=years)
    optional = holidays.country_holidays("BR", subdiv=STATE, years=years, categories=("optional",), language="pt_BR")
    closed = {day for day, name in optional.items() if name.lower().startswith(OPTIONAL_BUT_CLOSED)}
    return frozenset(by_law) | frozenset(closed)


@dataclass(frozen=True)
class Calendar:
    """Days from the start of the history; index 0 is `start`, `anchor` the day the demo was first loaded."""

    anchor: date
    today: date

    @property
    def start(self) -> date:
        return self.anchor - timedelta(days=HISTORY_DAYS)

    @property
    def sold_days(self) -> int:
        """How many days have sales: all before today."""
        return (self.today - self.start).days

    @cached_property
    def days(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(self.sold_days + AHEAD_DAYS)]

    @cached_property
    def holidays(self) -> frozenset[date]:
        return find_holidays(self.start.year - 1, self.days[-1].year + 1)

    @cached_property
    def weekday(self) -> NDArray[np.int64]:
        return np.array([day.weekday() for day in self.days])

    @cached_property
    def day_of_year(self) -> NDArray[np.float64]:
        return np.array([day.timetuple().tm_yday for day in self.days], dtype=np.float64)

    @cached_property
    def is_holiday(self) -> NDArray[np.bool_]:
        return np.array([day in self.holidays for day in self.days])

    @cached_property
    def business_days(self) -> NDArray[np.int64]:
        """Indices of the days on which goods are ordered and delivered."""
        return np.flatnonzero((self.weekday < 5) & ~self.is_holiday)

    @cached_property
    def years_from_anchor(self) -> NDArray[np.float64]:
        return (np.arange(len(self.days)) - HISTORY_DAYS) / 365.25

    def index(self, day: date) -> int:
        return (day - self.start).days

    def add_business_days(self, index: int, count: int) -> int:
        """The index of the count-th business day after a day."""
        position = int(np.searchsorted(self.business_days, index, side="right")) + count - 1
        return int(self.business_days[min(position, len(self.business_days) - 1)])


def list_promotions(year: int) -> list[tuple[date, date]]:
    """The company's promotions of a year: first and last day."""
    mothers_day = _nth_weekday(year, 5, 6, 2)
    black_friday = _nth_weekday(year, 11, 3, 4) + timedelta(days=1)
    return [
        (date(year, 3, 10), date(year, 3, 16)),  # Semana do Consumidor
        (mothers_day - timedelta(days=8), mothers_day - timedelta(days=1)),
        (date(year, 7, 15), date(year, 7, 25)),  # winter clearance
        (date(year, 9, 4), date(year, 9, 12)),  # Semana do Brasil
        (black_friday - timedelta(days=4), black_friday + timedelta(days=1)),
    ]


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
