"""Loading the demo company: once, again, on a later day, and never over somebody's own data."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select

from reposto.app.demo_cli import run_demo
from reposto.conversation.demo import FIRST_LOADED, LOADED, load_demo, refresh_demo
from reposto.model.errors import Conflict
from reposto.model.facts import Company
from reposto.model.orders import OrderLine
from reposto.storage import tables as t
from reposto.storage.catalogue import list_named_products, read_meta, versions, write_meta
from reposto.storage.company import load_company, save_company
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.facts import load_facts
from reposto.storage.purchasing import create_order, get_order
from reposto.storage.schema import migrate
from tests.support.copies import open_copy
from tests.support.postgres import PostgresServer

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)
FAMOUS = "84903501"


@pytest.fixture(scope="module")
def loaded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the demo company, to copy."""
    path = tmp_path_factory.mktemp("demo") / "reposto.sqlite"
    _load(sqlite_url(path))
    return path


@pytest.fixture(scope="module")
def loaded_postgres(postgres_server: PostgresServer) -> str:
    name = postgres_server.create_database()
    _load(postgres_server.url_of(name))
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def demo(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database of each kind in which the demo company was loaded on TODAY."""
    yield from open_copy(request, tmp_path, "loaded_sqlite", "loaded_postgres")


def _load(url: str) -> None:
    store = Store(url)
    migrate(store)
    assert changed(store, TODAY) > 60_000
    store.close()


def changed(store: Store, today: date) -> int:
    return sum(result.changed for result in load_demo(store, today, NOW))


def forget(store: Store) -> None:
    """As if the last load had been interrupted at its very end: all of it is loaded again."""
    with store.write() as connection:
        connection.execute(delete(t.meta).where(t.meta.c.key == LOADED))


def test_a_second_load_changes_nothing(demo: Store) -> None:
    with demo.read() as connection:
        before = versions(connection)
    assert load_demo(demo, TODAY, NOW) == ()
    forget(demo)
    assert changed(demo, TODAY) == 0
    with demo.read() as connection:
        assert versions(connection) == before


def test_a_later_load_adds_the_days_between(demo: Store) -> None:
    with demo.read() as connection:
        first = load_facts(connection, FAMOUS, today=TODAY, loaded_at=NOW)
    later = TODAY + timedelta(days=4)
    assert refresh_demo(demo, later, NOW)
    assert not refresh_demo(demo, later, NOW)
    with demo.read() as connection:
        second = load_facts(connection, FAMOUS, today=later, loaded_at=NOW)
    assert first.company.data_until == TODAY - timedelta(days=1)
    assert second.company.data_until == later - timedelta(days=1)
    assert first.sales is not None
    assert second.sales is not None
    old = len(first.sales.quantity)
    assert len(second.sales.quantity) == old + 4
    assert second.sales.quantity[:old].tolist() == first.sales.quantity.tolist()
    forget(demo)
    assert changed(demo, later) == 0  # only the new rows were loaded, and nothing is missing


def test_the_famous_product_has_all_that_an_analysis_needs(demo: Store) -> None:
    with demo.read() as connection:
        facts = load_facts(connection, FAMOUS, today=TODAY, loaded_at=NOW)
        names = {product.name: product.sku for product in list_named_products(connection)}
    assert names["A vantagem de ganhar sem preocupação"] == FAMOUS
    assert facts.company.name == "Móveis Serra Clara Ltda"
    assert facts.stock is not None
    assert facts.stock.available > 0
    assert facts.sales is not None
    assert facts.sales.rows > 700
    assert facts.sales.planned_promotions[0] == date(2026, 11, 23)
    assert len(facts.offers) == 4
    assert len(facts.receipts) > 30
    assert len(facts.prices) > 60


def test_what_the_user_did_in_the_demo_stays(demo: Store) -> None:
    with demo.write() as connection:
        save_company(connection, Company(name="Minha", service_level=0.9))
        supplier = connection.execute(select(t.suppliers.c.id).limit(1)).scalar_one()
        number = create_order(
            connection,
            supplier,
            [OrderLine(FAMOUS, 100)],
            status="approved",
            created_by=None,
            ordered_on=TODAY,
            expected_on=None,
            now=NOW,
        )
    load_demo(demo, TODAY + timedelta(days=1), NOW)
    with demo.read() as connection:
        assert load_company(connection).service_level == 0.9
        assert get_order(connection, number).status == "approved"


def test_a_real_company_is_left_alone(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(t.products).values(sku="X1", name="De verdade"))
    assert not refresh_demo(store, TODAY, NOW)
    with pytest.raises(Conflict, match="never mixed"):
        load_demo(store, TODAY, NOW)
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(t.products)).scalar_one() == 1
        assert load_company(connection).name == ""


def test_a_demo_to_which_somebody_added_own_data_is_left_alone(demo: Store) -> None:
    with demo.write() as connection:
        connection.execute(insert(t.products).values(sku="X1", name="De verdade"))
    with pytest.raises(Conflict):
        load_demo(demo, TODAY + timedelta(days=1), NOW)
    with demo.read() as connection:
        assert load_company(connection).data_until == TODAY - timedelta(days=1)


def test_an_own_file_over_the_demo_is_left_alone(demo: Store) -> None:
    note = {"kind": "stock", "file_name": "estoque.csv", "sha256": "0" * 64, "rows": 1, "changed": 1}
    with demo.write() as connection:
        connection.execute(insert(t.imports).values(**note, imported_at=NOW))
    with pytest.raises(Conflict):
        load_demo(demo, TODAY, NOW)


def test_a_demo_of_another_edition_stays_as_it_is(demo: Store) -> None:
    with demo.write() as connection:
        write_meta(connection, LOADED, f"0 {TODAY.isoformat()}")
    assert not refresh_demo(demo, TODAY + timedelta(days=1), NOW)
    with pytest.raises(Conflict, match="another version"):
        load_demo(demo, TODAY + timedelta(days=1), NOW)


def test_a_demo_loaded_under_a_clock_that_went_back_is_still_the_same(demo: Store) -> None:
    assert load_demo(demo, TODAY - timedelta(days=3), NOW) == ()
    with demo.read() as connection:
        assert read_meta(connection)[FIRST_LOADED] == TODAY.isoformat()


def test_an_interrupted_load_is_completed(demo: Store) -> None:
    with demo.write() as connection:
        connection.execute(delete(t.daily_sales).where(t.daily_sales.c.sku == FAMOUS))
        connection.execute(delete(t.receipts))
    forget(demo)
    assert changed(demo, TODAY) > 3_000
    with demo.read() as connection:
        facts = load_facts(connection, FAMOUS, today=TODAY, loaded_at=NOW)
    assert facts.sales is not None
    assert facts.receipts


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path / "reposto.sqlite"))
    migrate(store)
    assert "91 produtos" in run_demo(store)
    assert run_demo(store).endswith("Nada mudou.")
    store.close()
