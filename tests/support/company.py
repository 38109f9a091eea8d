"""A small company for tests that need a server but not the demo: two products with a year and a half of sales."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert, update

from reposto.model.clock import local_today
from reposto.storage import tables
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate

PRODUCTS = {"84903501": "A vantagem de ganhar sem preocupação", "001": "Cadeira Lua"}
QUESTION = "Qual a demanda do produto A vantagem de ganhar sem preocupação?"


def fill(home: Path, *, days: int = 500, today: date | None = None, url: str | None = None) -> None:
    """Put the company into an empty home, or into the database at `url`."""
    home.mkdir(parents=True, exist_ok=True)
    store = Store(url or sqlite_url(home / "reposto.sqlite"))
    migrate(store)
    last = (today or local_today()) - timedelta(days=1)
    chance = random.Random(7)
    with store.write() as connection:
        connection.execute(insert(tables.products), [{"sku": sku, "name": name} for sku, name in PRODUCTS.items()])
        for sku in PRODUCTS:
            sales = [
                {"sku": sku, "day": last - timedelta(days=n), "quantity": chance.randint(0, 9)} for n in range(days)
            ]
            connection.execute(insert(tables.daily_sales), sales)
            connection.execute(
                insert(tables.stock_levels).values(sku=sku, on_hand=100, reserved=5, as_of=last + timedelta(days=1))
            )
        connection.execute(update(tables.meta).where(tables.meta.c.key.like("%_version")).values(value="1"))
    store.close()
