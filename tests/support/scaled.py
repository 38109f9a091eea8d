"""The whole of the scaled mode on one machine: PostgreSQL, Redis, a broker, API processes and workers, each apart.

Everything is configured by a `reposto.toml` in the home of each process, so `reposto token --home …`, `Buyers` and
the rest of the tests' tools work as with one server. A hop may lead through a fault proxy: give its port.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import company
from tests.support.api import make_token
from tests.support.postgres import PostgresServer
from tests.support.processes import ServerProcess
from tests.support.redis import RedisServer


class WorkerProcess(ServerProcess):
    """`reposto worker`: one host of analyses, with its processes."""

    ready_line = re.compile(r"^(reposto worker ready): ", re.MULTILINE)

    def __init__(self, home: Path, env: Mapping[str, str] | None = None, arguments: tuple[str, ...] = ()) -> None:
        super().__init__(home, env=env)
        self.log = home.with_name(f"{home.name}.log")
        self._command = [self._command[0], "worker", "--home", str(home), *arguments]

    def child_pids(self) -> list[int]:
        """Its processes that run analyses, without the one that was started."""
        return [member.pid for member in self._family() if member.pid != self.pid]


@dataclass(frozen=True, slots=True)
class Hops:
    """Ports to go through instead of straight to the server, by who connects to what; None: straight."""

    api_postgres: int | None = None
    worker_postgres: int | None = None
    api_redis: int | None = None
    worker_redis: int | None = None
    api_broker: int | None = None
    worker_broker: int | None = None


class ScaledSystem:
    """`apis` and `workers` are processes to be killed, stopped and started again one by one.

    `broker` is a URL with `{port}` where a proxy's port may stand; without it the broker is the same Redis, another
    database. `broker_port` is its real port.
    """

    def __init__(
        self,
        folder: Path,
        postgres: PostgresServer,
        redis: RedisServer,
        *,
        apis: int = 2,
        workers: int = 2,
        concurrency: int = 1,
        broker: str | None = None,
        broker_port: int | None = None,
        hops: Hops | None = None,
        env: Mapping[str, str] | None = None,
        api_arguments: tuple[str, ...] = (),
        worker_arguments: tuple[str, ...] = (),
    ) -> None:
        self.postgres, self.redis = postgres, redis
        self.database = postgres.create_database()
        self.hops = hops or Hops()
        self._broker = broker or "redis://127.0.0.1:{port}/1"
        self._broker_port = broker_port or redis.port
        more = {"REPOSTO_LOG_FORMAT": "json", **(env or {})}
        hop = self.hops
        api_toml = self._settings(hop.api_postgres, hop.api_redis, hop.api_broker)
        worker_toml = self._settings(hop.worker_postgres, hop.worker_redis, hop.worker_broker)
        self.apis = [
            ServerProcess(_home(folder / f"api{n}", api_toml), env=more, arguments=api_arguments) for n in range(apis)
        ]
        arguments = ("--concurrency", str(concurrency), *worker_arguments)
        self.workers = [
            WorkerProcess(_home(folder / f"worker{n}", worker_toml), env=more, arguments=arguments)
            for n in range(workers)
        ]

    @property
    def database_url(self) -> str:
        """Straight to the database."""
        return self.postgres.url_of(self.database)

    @property
    def home(self) -> Path:
        """Of the first API process: for commands such as `reposto token`."""
        return self.apis[0].home

    def _settings(self, postgres: int | None, redis: int | None, broker: int | None) -> str:
        broker_url = self._broker.format(port=broker or self._broker_port)
        return (
            f'database_url = "{self.postgres.url_of(self.database, postgres)}"\n'
            f'redis_url = "redis://127.0.0.1:{redis or self.redis.port}/0"\n'
            f'broker_url = "{broker_url}"\n'
        )

    def fill(self) -> None:
        """Put the small company of the tests into the empty database."""
        company.fill(self.home, url=self.database_url)

    def start(self) -> ScaledSystem:
        """Start everything at once and wait until each is ready."""
        processes: Sequence[ServerProcess] = [*self.apis, *self.workers]
        for process in processes:
            process.start(wait=False)
        for process in processes:
            process.wait_until_ready()
        return self

    def stop(self) -> None:
        """Nothing of it stays, the database included."""
        for process in (*self.apis, *self.workers):
            process.stop()
        self.postgres.drop_database(self.database)

    def token(self) -> str:
        """Of the local user, good at every API process."""
        return make_token(self.home)

    def logs(self) -> str:
        """Of all processes, one after the other."""
        return "\n".join(f"== {p.log.name}\n{p.logs()}" for p in (*self.apis, *self.workers))


def _home(folder: Path, toml: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "reposto.toml").write_text(toml, encoding="utf-8")
    return folder


@contextmanager
def run_scaled(folder: Path, postgres: PostgresServer, redis: RedisServer, **options: object) -> Iterator[ScaledSystem]:
    """A filled and started system; takes what ScaledSystem takes."""
    system = ScaledSystem(folder, postgres, redis, **options)  # type: ignore[arg-type]
    try:
        system.fill()
        yield system.start()
    finally:
        system.stop()
