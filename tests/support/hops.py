"""A scaled system whose every hop can be broken: a fault proxy in front of PostgreSQL, Redis and the broker for the
API processes, another set for the workers, and a balancer in front of the API processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.support.fault_proxy import FaultProxy
from tests.support.load import Buyers
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.scaled import Hops, ScaledSystem

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = ROOT / "tests" / "support" / "mutants"
HOPS = ("api_postgres", "worker_postgres", "api_redis", "worker_redis", "api_broker", "worker_broker")


@dataclass
class Breakable:
    """A running system and what can be done to it."""

    system: ScaledSystem
    balancer: FaultProxy
    hops: dict[str, FaultProxy]
    switches: Path
    sessions: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Through the balancer."""
        return f"http://127.0.0.1:{self.balancer.port}"

    def heal(self) -> None:
        """Every hop is healthy, every process runs."""
        for proxy in self.hops.values():
            proxy.heal()
        for daemon in (self.system.postgres, self.system.redis):
            daemon.resume()

    async def buyers(self, *, sessions: int = 3, tabs: int = 2, balanced: bool = False) -> Buyers:
        """Buyers whose tabs take the API processes in turn, or all come through the balancer."""
        first, *others = self.system.apis
        through = self.url if balanced else ""
        return await Buyers.arrive(first, sessions=sessions, tabs=tabs, also=others, through=through)

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Straight from the database."""
        with psycopg.connect(self.system.postgres.conninfo_of(self.system.database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def run_breakable(
    folder: Path,
    postgres: PostgresServer,
    redis: RedisServer,
    *changes: str,
    broker: str | None = None,
    broker_port: int | None = None,
    **options: Any,
) -> Iterator[Breakable]:
    """Bring it up over the small company, with these changes in every process (tests/support/mutants)."""
    switches = folder / "switches"
    switches.mkdir(parents=True)
    env = {"TEST_SWITCHES": str(switches)}
    if changes:
        env |= {"TEST_CHANGES": ",".join(changes), "PYTHONPATH": f"{MUTANTS}:{ROOT}"}
    targets = {"postgres": postgres.port, "redis": redis.port, "broker": broker_port or redis.port}
    with ExitStack() as stack:
        proxies = {name: stack.enter_context(FaultProxy(targets[name.split("_")[1]])) for name in HOPS}
        system = ScaledSystem(
            folder,
            postgres,
            redis,
            broker=broker,
            broker_port=broker_port,
            hops=Hops(**{name: proxy.port for name, proxy in proxies.items()}),
            env=env,
            **options,
        )
        stack.callback(system.stop)
        balancer = stack.enter_context(FaultProxy(*(api.port for api in system.apis)))
        system.fill()
        yield Breakable(system.start(), balancer, proxies, switches)
