"""What stands still, and what had no time to sell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from reposto.analysts.catalogue.stock import review_stock
from reposto.model.usage import Usage

TODAY = date(2026, 11, 22)


def usage(first: int | None, last: int | None) -> Usage:
    """Ten pieces in stock; history begun and last sold so many days ago."""
    ago = [None if days is None else TODAY - timedelta(days=days) for days in (first, last)]
    return Usage("1", "Chapa", "UN", "", 10.0, 10.0, 0.0, 0.0, 0, np.zeros(12), ago[0], ago[1], None)


@pytest.mark.parametrize(
    ("first", "last", "idle"),
    [
        (400, 200, True),
        (400, 180, True),
        (400, 179, False),
        (400, None, True),
        (None, None, True),  # never sold at all
        (90, None, False),  # on sale for three months
        (180, None, True),
        (179, None, False),
    ],
)
def test_only_what_had_time_to_sell_stands_still(first: int | None, last: int | None, idle: bool) -> None:
    assert bool(review_stock([usage(first, last)], today=TODAY, idle_days=180).idle) is idle


def test_a_young_products_pace_is_that_of_its_own_days() -> None:
    """Two months on sale are not half a year with four months of nothing."""
    young = replace(usage(60, 1), on_hand=1500.0, available=1500.0, sold_recently=600.0)
    assert not review_stock([young], today=TODAY, idle_days=30).excess  # 10 a day last 150 days
    (found,) = review_stock([replace(young, available=2000.0)], today=TODAY, idle_days=30).excess
    assert (found.cover_days, found.extra) == (200.0, 200.0)
