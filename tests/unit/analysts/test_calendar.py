"""Business days around the holidays that shops and carriers really stop for."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reposto.analysts.calendar import business_calendar, local_holidays

SP = business_calendar("SP", 2026)


@pytest.mark.parametrize(
    ("state", "day", "works"),
    [
        ("SP", date(2026, 2, 16), False),  # Carnival Monday
        ("SP", date(2026, 2, 17), False),  # Carnival Tuesday
        ("SP", date(2026, 2, 18), True),  # Ash Wednesday: back after noon
        ("SP", date(2026, 6, 4), False),  # Corpus Christi
        ("SP", date(2026, 6, 5), True),  # the bridge day is the company's own affair
        ("SP", date(2026, 7, 9), False),  # São Paulo's own day
        ("RJ", date(2026, 7, 9), True),
        ("RJ", date(2026, 4, 23), False),  # São Jorge in Rio
        ("SP", date(2026, 4, 23), True),
        ("BA", date(2026, 7, 2), False),  # independence of Bahia
        ("SP", date(2026, 11, 20), False),  # national since 2024
        ("MG", date(2025, 11, 20), False),
        ("SC", date(2023, 11, 20), True),  # not yet national then
        ("SP", date(2026, 12, 24), True),
        ("SP", date(2026, 12, 25), False),
        ("SP", date(2026, 11, 21), False),  # a Saturday
        ("??", date(2026, 7, 9), True),  # an unknown state has the national holidays only
        ("", date(2026, 11, 20), False),
    ],
)
def test_holidays_by_state(state: str, day: date, works: bool) -> None:
    assert business_calendar(state, day.year).is_business_day(day) is works


def test_carnival_makes_five_business_days_nine() -> None:
    assert SP.add(date(2026, 2, 13), 5) == date(2026, 2, 24)  # Friday; Monday and Tuesday don't count
    assert SP.between(date(2026, 2, 13), date(2026, 2, 24)) == 5


def test_the_long_weekend_of_20_november() -> None:
    assert SP.add(date(2026, 11, 19), 1) == date(2026, 11, 23)  # Thursday to Monday: Friday is a holiday
    assert SP.add(date(2026, 11, 20), 0) == date(2026, 11, 23)  # an order of the holiday leaves on Monday
    assert SP.latest(date(2026, 11, 22)) == date(2026, 11, 19)


def test_corpus_christi_moves_with_easter() -> None:
    for year, day in ((2024, date(2024, 5, 30)), (2025, date(2025, 6, 19)), (2026, date(2026, 6, 4))):
        calendar = business_calendar("SP", year)
        assert not calendar.is_business_day(day)
        assert calendar.names[day] == "Corpus Christi"


def test_holidays_within_are_weekdays_in_order() -> None:
    found = SP.within(date(2026, 11, 1), date(2026, 12, 31))
    assert [d for d, _ in found] == [date(2026, 11, 2), date(2026, 11, 20), date(2026, 12, 25)]
    assert found[2][1] == "Natal"  # the 15th of November 2026 is a Sunday and stays out


@given(st.dates(date(2021, 1, 1), date(2028, 12, 1)), st.integers(0, 60))
def test_add_and_between_agree(day: date, count: int) -> None:
    start = SP.add(day, 0)
    moved = SP.add(start, count)
    assert SP.is_business_day(moved)
    assert SP.between(start, moved) == count
    assert SP.add(moved, -count) == start
    assert int(SP.offsets(start, np.array([count]))[0]) == (moved - start).days


def test_dates_from_typing_errors_raise_nothing() -> None:
    assert business_calendar("SP", 9999).between(date(1, 1, 1), date(9999, 12, 31)) > 0
    assert business_calendar("SP", 1).add(date(9999, 12, 31), 10) >= date(2100, 12, 31)


def test_the_company_names_its_own_holidays() -> None:
    own = business_calendar("RS", 2026, "26/05, 29/02; 20/04/2027")
    assert not own.is_business_day(date(2026, 5, 26)) and not own.is_business_day(date(2027, 5, 26))
    assert not own.is_business_day(date(2027, 4, 20)) and own.is_business_day(date(2026, 4, 20))
    assert not own.is_business_day(date(2024, 2, 29))
    assert own.names[date(2026, 12, 25)] == "Natal"
    assert business_calendar("RS", 2026).is_business_day(date(2026, 5, 26))


@pytest.mark.parametrize("wrong", ["31/02", "hoje", "1/13", "26-05"])
def test_what_is_no_day_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        local_holidays(wrong, ())
