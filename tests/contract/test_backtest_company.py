"""`reposto backtest` measures what answers: promotions and prices are told to both alike."""

from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import delete, insert

from reposto.app.backtest_cli import backtest_company
from reposto.app.backtest_panel import read_company
from reposto.storage import tables as t
from reposto.storage.engine import Store
from reposto.storage.tables_prices import daily_prices

START = date(2025, 6, 2)
DAYS = 43 * 7
USUAL, CHEAP = 10.0, 7.0
SKUS = [f"{n:04d}" for n in range(1, 13)]


@pytest.fixture
def shop(store: Store) -> Store:
    """Twelve products; every sixth week costs 30 % less and sells 2.5 times as much, also the last week of all."""
    rng = np.random.default_rng(4)
    sales, prices, planned = [], [], []
    for n, sku in enumerate(SKUS):
        for week in range(DAYS // 7):
            cheap = week % 6 == 0
            first = START + timedelta(weeks=week)
            if cheap:
                planned.append(
                    {"sku": sku, "starts_on": first, "ends_on": first + timedelta(days=6), "discount_percent": 30.0}
                )
            for day in (first + timedelta(days=d) for d in range(7)):
                sold = float(rng.poisson((4 + n) * (2.5 if cheap else 1)))
                sales.append({"sku": sku, "day": day, "quantity": sold})
                if sold:
                    prices.append({"sku": sku, "day": day, "unit_price": CHEAP if cheap else USUAL})
    with store.write() as connection:
        connection.execute(insert(t.products), [{"sku": s, "name": f"Produto {s}", "unit": "UN"} for s in SKUS])
        connection.execute(insert(t.daily_sales), sales)
        connection.execute(insert(daily_prices), prices)
        connection.execute(insert(t.promotions), planned)
    return store


def test_a_promotion_in_the_calendar_is_known_ahead(shop: Store) -> None:
    told = backtest_company(shop, 7, origins=1)
    assert abs(told.bias) < 0.15
    with shop.write() as connection:
        connection.execute(delete(t.promotions))
        connection.execute(delete(daily_prices))
    untold = backtest_company(shop, 7, origins=1)
    assert untold.bias < -0.4  # the week sold 2.5 times as much as any forecast could know
    assert told.error < 0.5 * untold.error


def test_what_was_paid_later_is_not_known_before(shop: Store) -> None:
    sales = read_company(shop)
    past = sales.before(0, 7)
    assert past.price is not None
    assert len(past.price) == len(past.quantity) == DAYS - 7
    assert np.isnan(past.price[-1]) or past.price[-1] == USUAL
    assert past.price_ahead is not None
    assert past.price_ahead[:7] == pytest.approx(CHEAP)
    assert START + timedelta(days=DAYS - 7) in sales.promoted(0)
