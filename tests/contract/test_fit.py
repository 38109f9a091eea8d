"""Forecast tables are fitted in the background when the data change, and used by the next analysis."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from reposto.app.fit import fit_forecasts
from reposto.model.clock import local_today
from reposto.storage import catalogue, facts, tables
from reposto.storage.engine import Store


@pytest.fixture
def shop(store: Store) -> Store:
    """Twelve products with a year of sales: enough for tables."""
    last = local_today() - timedelta(days=1)
    with store.write() as connection:
        for number in range(12):
            sku = f"{number:03}"
            connection.execute(insert(tables.products).values(sku=sku, name=f"Produto {number}"))
            rows = [{"sku": sku, "day": last - timedelta(days=n), "quantity": (n * 7 + number) % 9} for n in range(400)]
            connection.execute(insert(tables.daily_sales), rows)
        catalogue.bump_version(connection, catalogue=True)
    return store


def test_it_is_fitted_once_per_data_version(shop: Store) -> None:
    assert fit_forecasts(shop)
    assert not fit_forecasts(shop)
    with shop.write() as connection:
        catalogue.bump_version(connection)
    assert fit_forecasts(shop)
    with shop.read() as connection:
        assert facts.fitted_version(connection, facts.FORECAST_TABLES) == catalogue.versions(connection)[0]


def test_an_empty_company_has_nothing_to_fit(store: Store) -> None:
    assert not fit_forecasts(store)
