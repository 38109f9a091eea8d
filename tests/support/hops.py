"""A scaled system whose every hop can be broken: a fault proxy in front of PostgreSQL, Redis and the broker for the
API processes, another set for the workers, and a balancer in front of the API processes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis as redis_client

from tests.support.daemons import Daemon
from tests.support.fault_proxy import FaultProxy
from tests.support.load import Buyers
from tests.support.postgres import PostgresServer
from tests.support.processes import ServerProcess
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

    def hold(self) -> None:
        """Analyses stand still in their second step, until released (needs the change `switchable`)."""
        (self.switches / "hold").touch()

    def release(self) -> None:
        """They go on."""
        (self.switches / "hold").unlink(missing_ok=True)

    def mend(self) -> None:
        """For the next test: everything up, everything healthy."""
        self.heal()
        daemons = (self.system.postgres, self.system.redis)
        for daemon in daemons:
            if daemon.process.poll() is not None:
                daemon.start()
        processes = [*self.system.apis, *self.system.workers]
        fallen = [process for process in processes if not process.is_running]
        for process in fallen:
            process.stop()
            process.start(wait=False)
        for process in fallen:
            process.wait_until_ready()

    def flush(self) -> None:
        """Redis forgets everything."""
        with redis_client.Redis.from_url(self.system.redis.url, socket_timeout=5) as client:
            client.flushall()

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


# Daemons end with the *thread* that started them (PR_SET_PDEATHSIG), and asyncio's threads end with their loop.
_STARTER = ThreadPoolExecutor(1, thread_name_prefix="starter")

Harm = Callable[[Breakable, Buyers, random.Random], Awaitable[None]]


async def start_again(*things: ServerProcess | Daemon) -> None:
    """Bring killed or stopped ones back where they were, and wait until they answer."""
    loop = asyncio.get_running_loop()
    for thing in things:
        await loop.run_in_executor(_STARTER, thing.start)


async def lose_host(process: ServerProcess) -> None:
    """A machine is gone: every process of it at once."""
    await asyncio.to_thread(process.stop)


async def under_load(
    breakable: Breakable,
    harm: Harm,
    *,
    sessions: int = 3,
    tabs: int = 4,
    every_s: float = 0.15,
    patience: float = 60.0,
    balanced: bool = False,
    seed: int = 20261122,
) -> Buyers:
    """Buyers ask, something happens to the system, then everything is given the time to settle, and checked."""
    chance = random.Random(seed)
    buyers = await breakable.buyers(sessions=sessions, tabs=tabs, balanced=balanced)
    stop = asyncio.Event()
    asking = asyncio.create_task(buyers.ask_until(stop, every_s=every_s, chance=chance))
    try:
        await harm(breakable, buyers, chance)
        breakable.heal()
        stop.set()
        await asking
        await buyers.drain(within=patience)
        await asyncio.to_thread(buyers.check)
    finally:
        breakable.heal()
        stop.set()
        await buyers.leave()
        await asyncio.gather(asking, return_exceptions=True)
    return buyers


def results_of(buyers: Buyers) -> int:
    """How many analyses were answered."""
    return sum(len(tabs[0].of_type("analysis_result")) for tabs in buyers.tabs.values())


def delays_of(buyers: Buyers) -> list[float]:
    """Of everything that every tab was shown: seconds from the message's time stamp."""
    return [tab.delay(message) for tab in buyers.all_tabs() for message in tab.messages.values()]
