"""A read sees one state of the database, whatever is committed meanwhile; a write sees what others committed."""

from sqlalchemy import Connection, func, insert, select

from reposto.storage import tables as t
from reposto.storage.engine import Store


def count_products(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(t.products)).scalar_one())


def add_product(store: Store, sku: str) -> None:
    with store.write() as connection:
        connection.execute(insert(t.products).values(sku=sku, name="Tecido"))


def test_a_read_is_one_snapshot(store: Store) -> None:
    with store.read() as connection:
        assert count_products(connection) == 0
        add_product(store, "1")
        assert count_products(connection) == 0
    with store.read() as connection:
        assert count_products(connection) == 1


def test_a_connection_that_was_read_with_writes_as_usual(store: Store) -> None:
    for n in range(30):  # more than the pool holds: every connection has been both
        with store.read() as connection:
            assert count_products(connection) == n
        add_product(store, str(n))
    with store.write() as connection:
        if store.dialect == "postgresql":
            assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"
