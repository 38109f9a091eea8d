"""Every product is analysed before anybody asks: all of it, once, never while somebody waits; on both databases."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, insert, select, update

from reposto.app.catalogue_run import work_out
from reposto.app.prepare import CHUNK, prepare
from reposto.app.upkeep import look_at_results
from reposto.model.clock import local_today, utc_now
from reposto.storage import catalogue, company, results, tables
from reposto.storage.engine import Store
from tests.support.shop import Shop

PRODUCTS = 2 * CHUNK + 3
PATIENCE_S = 60.0


@pytest.fixture
def stocked(store: Store) -> Store:
    """Products with stock and no sales: milliseconds each."""
    with store.write() as connection:
        today = local_today(company.zone(connection))
        skus = [f"P{number:03}" for number in range(PRODUCTS)]
        connection.execute(insert(tables.products), [{"sku": sku, "name": f"Produto {sku}"} for sku in skus])
        levels = [{"sku": sku, "on_hand": 5, "reserved": 0, "as_of": today} for sku in skus]
        connection.execute(insert(tables.stock_levels), levels)
        catalogue.bump_version(connection, catalogue=True)
    return store


def kept(store: Store) -> int:
    with store.read() as connection:
        return connection.execute(select(func.count()).select_from(tables.product_results)).scalar_one()


@contextmanager
def preparing(store: Store) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=prepare, args=(store,))
    thread.start()
    yield thread
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def test_all_products_once_and_then_only_what_changed(stocked: Store) -> None:
    assert prepare(stocked) == PRODUCTS
    assert look_at_results(stocked)[1].complete
    assert prepare(stocked) == 0
    with stocked.write() as connection:
        connection.execute(update(tables.stock_levels).where(tables.stock_levels.c.sku == "P007").values(on_hand=9))
        catalogue.bump_version(connection)
    assert look_at_results(stocked)[1].fresh == 0
    before = utc_now()
    assert prepare(stocked) == PRODUCTS
    with stocked.read() as connection:
        found = results.find_results(connection, ["P006", "P007"])
        assert (found["P006"].fingerprint == found["P007"].fingerprint) is False
        newest = connection.scalars(select(tables.product_results.c.computed_at)).all()
    assert len([at for at in newest if at >= before]) == PRODUCTS


def test_what_is_prepared_is_what_a_list_would_find(stocked: Store) -> None:
    prepare(stocked)
    with stocked.read() as connection:
        today = local_today(company.zone(connection))
        prepared = results.find_results(connection, ["P001"])["P001"]
    with stocked.write() as connection:
        connection.execute(tables.product_results.delete())
    found, _ = work_out(stocked, ["P001"], day=today, check=lambda: None)
    assert (found.results[0].line, found.results[0].fingerprint) == (prepared.line, prepared.fingerprint)


def test_it_waits_while_somebody_waits(stocked: Store) -> None:
    shop = Shop(stocked)
    shop.ask("qual a demanda do produto P001?")
    with preparing(stocked):
        time.sleep(0.5)  # long enough for a chunk of such products
        assert kept(stocked) == 0
        shop.drain()
    assert look_at_results(stocked)[1].complete


def test_it_ends_when_the_data_change(stocked: Store) -> None:
    looks = itertools.count()

    def change_the_data() -> None:
        if next(looks) == 0:
            with stocked.write() as connection:
                catalogue.bump_version(connection)

    assert prepare(stocked, give_way=change_the_data) == 0
    assert kept(stocked) == 0
    assert prepare(stocked, give_way=lambda: None) == PRODUCTS


def test_a_question_after_anothers_change_is_still_a_look_up(stocked: Store) -> None:
    shop = Shop(stocked)
    shop.result("qual a demanda do produto P001?")
    with stocked.write() as connection:
        connection.execute(update(tables.stock_levels).where(tables.stock_levels.c.sku == "P002").values(on_hand=9))
        catalogue.bump_version(connection)
    mark = "of the first analysis"
    with stocked.write() as connection:  # what nobody would find by working it out
        connection.execute(update(tables.product_results).values(line={"mark": mark}))
    shop.result("qual a demanda do produto P001?")
    with stocked.read() as connection:
        found = results.find_results(connection, ["P001"])["P001"]
        assert (found.line, found.basis) == ({"mark": mark}, results.read_basis(connection))
    with stocked.write() as connection:
        connection.execute(update(tables.stock_levels).where(tables.stock_levels.c.sku == "P001").values(on_hand=9))
        catalogue.bump_version(connection)
    shop.result("qual a demanda do produto P001?")
    with stocked.read() as connection:
        assert results.find_results(connection, ["P001"])["P001"].line != {"mark": mark}
