"""The tables that the code names are the tables that the migrations make."""

from pathlib import Path

from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import current_revision, drift, migrate, newest_revision


def check_migrations(url: str) -> None:
    store = Store(url)
    migrate(store)
    assert drift(store) == []
    with store.read() as connection:
        assert current_revision(connection) == newest_revision()
    migrate(store)  # again changes nothing
    assert drift(store) == []
    store.close()


def test_sqlite_schema_is_what_the_code_expects(tmp_path: Path) -> None:
    check_migrations(sqlite_url(tmp_path / "reposto.sqlite"))


def test_postgresql_schema_is_what_the_code_expects(postgres_url: str) -> None:
    check_migrations(postgres_url)


def test_a_database_of_the_first_release_is_brought_forward(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path / "reposto.sqlite"))
    migrate(store, "0001_first")
    with store.write() as connection:
        connection.exec_driver_sql("INSERT INTO products (sku, name) VALUES ('0042', 'Tecido')")
    migrate(store)
    assert drift(store) == []
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT name FROM products WHERE sku = '0042'").scalar() == "Tecido"
    store.close()


def test_old_code_starts_on_a_newer_schema(tmp_path: Path) -> None:
    """In the middle of an upgrade without downtime a worker of the old release was started again, and refused."""
    store = Store(sqlite_url(tmp_path / "reposto.sqlite"))
    migrate(store)
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_of_next_year'")
    migrate(store)
    with store.read() as connection:
        assert current_revision(connection) == "9999_of_next_year"
    store.close()


def test_a_missing_column_is_noticed(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path / "reposto.sqlite"))
    migrate(store)
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE products DROP COLUMN brand")
    assert drift(store) != []
    store.close()
