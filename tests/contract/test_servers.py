"""The servers that other tests stand on."""

import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from tests.support.postgres import PostgresServer, run_postgres
from tests.support.redis import run_redis


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"))


def test_postgres_database_is_new_and_speaks_unicode(postgres_url: str) -> None:
    with connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone() == (0,)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SELECT lower('ÇÃO')").fetchone() == ("ção",)


def test_postgres_database_is_a_copy_of_its_template(postgres_server: PostgresServer) -> None:
    template = postgres_server.create_database()
    with connect(postgres_server.url_of(template)) as connection:
        connection.execute("CREATE TABLE product (sku text)")
    copy = postgres_server.create_database(template=template)
    with connect(postgres_server.url_of(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM product").fetchone() == (0,)


def test_redis_answers(redis_url: str) -> None:
    address = urlsplit(redis_url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(b"ECHO caf\xc3\xa9\r\n")
        assert connection.recv(64) == b"$5\r\ncaf\xc3\xa9\r\n"


def test_free_port_can_be_bound(free_port: int) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", free_port))


def test_chromium_starts(chromium: Path) -> None:
    shown = subprocess.run([chromium, "--version"], capture_output=True, check=True, text=True, timeout=30)
    assert "Chrom" in shown.stdout


def test_a_daemon_pauses_dies_and_comes_back_with_its_data() -> None:
    with run_postgres() as server:
        name = server.create_database()
        with psycopg.connect(server.conninfo_of(name), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
            server.pause()
            with pytest.raises(psycopg.OperationalError, match="timeout"):
                psycopg.connect(server.conninfo_of(name), connect_timeout=2)
            server.resume()
            assert connection.execute("SELECT n FROM kept").fetchone() == (1,)
        server.kill9()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.conninfo_of(name))
        server.start()
        with psycopg.connect(server.conninfo_of(name)) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_a_paused_redis_says_nothing_and_a_killed_one_forgets() -> None:
    with run_redis() as server, redis.Redis.from_url(server.url, socket_timeout=0.5) as client:
        client.set("k", "v")
        server.pause()
        with pytest.raises(redis.TimeoutError):
            client.get("k")
        server.resume()
        client.connection_pool.reset()
        assert client.get("k") == b"v"
        server.kill9()
        server.start()
        client.connection_pool.reset()
        assert client.get("k") is None
