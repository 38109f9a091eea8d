"""Engines and the unit of work: `Store.read()` and `Store.write()` are the only ways to a connection."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from reposto.model.clock import monotonic
from reposto.model.errors import StorageBroken, StorageBusy
from reposto.storage.turns import Turns

BUSY_TIMEOUT_MS = 5_000  # a writer waits this long, then the user gets 503 and a retry hint (RELIABILITY D2)
# A machine that lost its power within a transaction says nothing; PostgreSQL would keep the conversation's row locked
# for it until TCP gives up. None of our transactions waits for anything but the database.
ABANDONED_AFTER_S = 20
LONGEST_LOG_PAGES = 16_384  # 64 MB of SQLite's log; while a server runs, it never gets there (checkpoints.py)
POOL_SIZE = 10
# A connection that was idle for so long is tried before it is used: a trip to the server. One that broke a moment ago
# costs its user a StorageBusy, and the pool all the others that are as old.
TRIED_AFTER_S = 1.0
POOL_WAIT_S = 5.0
# With a PostgreSQL whose machine is gone; the kernel's own patience is a quarter of an hour, with quiet ones two hours.
PATIENCE = {
    "connect_timeout": 5,  # seconds
    "tcp_user_timeout": 15_000,  # milliseconds that what was sent may stay without an answer of the kernel there
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
# An answer of 14 KB is compressed a quarter of a millisecond faster, of the 0.6 that storing it takes.
_COMPRESS_FAST = """SELECT set_config(name, 'lz4', false) FROM pg_settings
    WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)"""
IDLE_SINCE = "reposto_idle_since"  # of a pooled connection
SYNCHRONOUS = "reposto_synchronous"  # of a SQLite connection, as it was last set


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


class Store:
    """A database. Reads see one snapshot; writes take the write lock at once and commit when the block ends."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        self.engine = _create_engine(url)
        self._pid = os.getpid()
        self._turns = Turns(self.url.database) if self.dialect == "sqlite" else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent snapshot; nothing written in it is kept."""
        with self._translated(), self._connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, lasting: bool = True) -> Iterator[Connection]:
        """One transaction: all of it is stored when the block ends, or nothing.

        Not `lasting`: spares the wait for the disk; until the next lasting one, a power cut may undo it. For
        what a restart makes up for anyway, never for a message.
        """
        with (
            self.turn(BUSY_TIMEOUT_MS / 1000),
            self._translated(),
            self._connect(writes=True, lasting=lasting) as connection,
            connection.begin(),
        ):
            yield connection

    def turn(self, within_s: float) -> AbstractContextManager[None]:
        """On SQLite, while nobody else writes; raises StorageBusy when the turn doesn't come in time."""
        return nullcontext() if self._turns is None else self._turns.take(within_s)

    @contextmanager
    def single(self, *, lasting: bool = True) -> Iterator[Connection]:
        """A transaction of exactly one statement, which PostgreSQL commits with it: one trip, not three.

        There the statement itself says that it need not last.
        """
        if self.dialect != "postgresql":
            with self.write(lasting=lasting) as connection:
                yield connection
            return
        with self._translated(), self._connect(writes=True) as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
        if self._turns is not None:
            self._turns.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Trouble that passes by itself becomes StorageBusy, a damaged file StorageBroken; the rest stays as it is."""
        try:
            yield
        except PoolTimeout as error:
            raise StorageBusy(retry_after=1.0) from error
        except DBAPIError as error:
            if isinstance(error, OperationalError | InternalError) and _passes_by(error):
                raise StorageBusy(retry_after=1.0) from error
            if _is_broken(error):
                raise StorageBroken.of(self.url.database) from error
            raise

    def _connect(self, *, writes: bool = False, lasting: bool = True) -> Connection:
        if os.getpid() != self._pid:
            raise RuntimeError("a Store must not cross a fork: build one in each process")
        connection = self.engine.connect().execution_options(reposto_writes=writes, reposto_lasting=lasting)
        if self.dialect == "postgresql" and not writes:
            # Its default shows each statement what others have committed meanwhile; SQLite's reads are snapshots.
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        return connection


def _passes_by(error: DBAPIError) -> bool:
    original = error.orig
    if isinstance(original, sqlite3.OperationalError):
        return "locked" in str(original) or "busy" in str(original) or "full" in str(original)
    state = getattr(original, "sqlstate", None)
    # deadlock_detected, serialization_failure, lock_not_available, statement_timeout, too_many_connections,
    # admin_shutdown, crash_shutdown, cannot_connect_now, idle_in_transaction_session_timeout, connection lost
    passing = {"40P01", "40001", "55P03", "57014", "53300", "57P01", "57P02", "57P03", "25P03", None}
    return state in passing or str(state).startswith("08")


def _is_broken(error: DBAPIError) -> bool:
    # Not by the class: a malformed page is a DatabaseError here and an OperationalError there.
    text = str(error.orig)
    return isinstance(error.orig, sqlite3.DatabaseError) and ("malformed" in text or "not a database" in text)


def _create_engine(url: str) -> Engine:
    shared: dict[str, Any] = {
        "pool_size": POOL_SIZE,
        "max_overflow": 0,
        "pool_timeout": POOL_WAIT_S,
        "json_serializer": _dump_json,
        "json_deserializer": orjson.loads,
        "hide_parameters": True,  # an error's text goes to the log, and they hold what buyers wrote
    }
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, **shared, connect_args={"timeout": 5.0})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    from reposto.storage.silence import give_up_on_silence  # its package is there where PostgreSQL is wanted

    engine = create_engine(url, **shared, pool_recycle=1800, connect_args=PATIENCE)
    give_up_on_silence(engine)
    event.listen(engine, "connect", _prepare_postgres)
    event.listen(engine, "checkin", _note_idle)
    event.listen(engine, "checkout", _try_idle)
    event.listen(engine, "begin", _begin_postgres)
    return engine


def _dump_json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # what a client has seen survives a power cut; see _begin_sqlite
    cursor.execute(f"PRAGMA wal_autocheckpoint={LONGEST_LOG_PAGES}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("reposto_writes", False):
        connection.exec_driver_sql("BEGIN")
        return
    # The next lasting commit carries what a NORMAL one left to the kernel: the log is synced as a whole.
    mode = "FULL" if options.get("reposto_lasting", True) else "NORMAL"
    if connection.info.get(SYNCHRONOUS, "FULL") != mode:
        connection.exec_driver_sql(f"PRAGMA synchronous={mode}")
        connection.info[SYNCHRONOUS] = mode
    # A deferred BEGIN that reads first and then writes fails at once with SQLITE_BUSY_SNAPSHOT, whatever the timeout.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_postgres(dbapi_connection: Any, _record: Any) -> None:
    with dbapi_connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'; SET statement_timeout = '60s'; SET timezone = 'UTC'")
        cursor.execute(_COMPRESS_FAST)
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{ABANDONED_AFTER_S}s'")
        # A connection that is only idle and whose machine is gone: found in 30 s, not in Linux's two hours.
        cursor.execute("SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3")
    dbapi_connection.commit()


def _note_idle(_dbapi_connection: Any, record: Any) -> None:
    record.info[IDLE_SINCE] = monotonic()


def _try_idle(dbapi_connection: Any, record: Any, _proxy: Any) -> None:
    since = record.info.get(IDLE_SINCE)
    if since is None or monotonic() - since < TRIED_AFTER_S:
        return
    try:
        dbapi_connection.autocommit = True
        dbapi_connection.execute("SELECT 1")
        dbapi_connection.autocommit = False
    except dbapi_connection.Error as error:
        raise DisconnectionError from error  # the pool connects anew


def _begin_postgres(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("reposto_writes", False) and not options.get("reposto_lasting", True):
        driver = connection.connection.driver_connection
        assert driver is not None
        with driver.pipeline():  # one trip together with BEGIN
            driver.execute("SET LOCAL synchronous_commit = off")  # the next lasting commit carries it along
