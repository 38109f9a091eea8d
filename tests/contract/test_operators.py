"""What operators see of a running server: health that is red for the right reason, and the numbers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import delete, insert, select, update
from structlog.testing import capture_logs

from reposto.app.exporter import WorkerNumbers
from reposto.app.http.health import judge_database
from reposto.app.pool import Pool
from reposto.app.vitals import Vitals
from reposto.conversation import work
from reposto.delivery.bus import BusState, MemoryBus
from reposto.delivery.counters import Histogram
from reposto.model.clock import monotonic, utc_now
from reposto.storage import tables
from reposto.storage.engine import Store
from tests.support.in_process import Gateway, gateway
from tests.support.office import NOW, Office
from tests.support.ports import free_port

jobs = tables.jobs
PATIENCE_S = 60.0  # many times what it takes; only a test that would fail waits that long


class Server:
    """An in-process gateway and a client for the routes of operators."""

    def __init__(self, here: Gateway, client: httpx.AsyncClient) -> None:
        self.gateway, self.runtime, self.client = here, here.runtime, client
        self.here = here

    async def health(self, path: str = "/health/ready") -> tuple[int, dict[str, Any]]:
        answer = await self.client.get(path)
        return answer.status_code, answer.json()

    async def metrics(self) -> dict[str, float]:
        """name{label="value",…} -> number."""
        text = (await self.client.get("/metrics")).text
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        return {
            sample.name + "".join(f"{{{k}={v}}}" for k, v in sorted(sample.labels.items())): sample.value
            for sample in samples
        }

    async def metrics_once(self, **expected: float) -> dict[str, float]:
        """When these have these values: a closed socket, for one, is noticed a moment later."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                numbers = await self.metrics()
                if all(numbers.get(name) == value for name, value in expected.items()):
                    return numbers
                await asyncio.sleep(0.02)

    async def until_ready(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while (await self.health())[0] != 200:  # noqa: ASYNC110 - what the outside does too
                await asyncio.sleep(0.02)


@asynccontextmanager
async def serving(tmp_path: Path) -> AsyncIterator[Server]:
    async with gateway(tmp_path / "home") as here:
        base = here.url.replace("ws", "http", 1)
        async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
            server = Server(here, client)
            await server.until_ready()
            yield server


@pytest.fixture(autouse=True)
def _a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway of these tests has no worker processes; health is told that one is ready."""
    monkeypatch.setattr(Pool, "ready", True)


def scenario(tmp_path: Path, act: Callable[[Server], Awaitable[None]]) -> None:
    async def run() -> None:
        async with serving(tmp_path) as server:
            await act(server)

    asyncio.run(run())


def test_all_is_green_and_says_what_was_looked_at(tmp_path: Path) -> None:
    async def act(server: Server) -> None:
        status, body = await server.health()
        assert (status, body["status"], body["reasons"]) == (200, "ok", {})
        wanted = {"accepting", "workers", "reaper", "database", "schema", "queue", "bulk_queue", "bus"}
        assert set(body["checks"]) == wanted
        for path in ("/health/live", "/healthz", "/health/accepting", "/readyz"):
            assert (await server.health(path))[0] == 200

    scenario(tmp_path, act)


def no_worker(server: Server) -> None:
    vars(server.runtime.pool)["ready"] = False


def old_question(server: Server) -> None:
    server.here.office.ask(now=utc_now() - timedelta(seconds=90))
    server.runtime.vitals.probe()


def old_part(server: Server) -> None:
    server.here.office.ask(now=utc_now() - timedelta(hours=1))
    with server.runtime.store.write() as connection:
        connection.execute(update(jobs).values(kind="part"))
    server.runtime.vitals.probe()


def slow_database(server: Server) -> None:
    server.runtime.vitals._probes.extend([2.0, 2.0, 2.0])


def silent_database(server: Server) -> None:
    server.runtime.vitals._answered_at = monotonic() - 60


def old_schema(server: Server) -> None:
    with server.runtime.store.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001_first'")
    server.runtime.vitals.look_at_schema()


def reaper_stuck(server: Server) -> None:
    server.runtime.last_reap = monotonic() - 60


def bus_gone(server: Server) -> None:
    server.runtime.bus.state = lambda: BusState("redis", connected=False, silent_seconds=7.0)  # type: ignore[method-assign]


def bus_mute(server: Server) -> None:
    server.runtime.bus.state = lambda: BusState("redis", silent_seconds=40.0)  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("broken", "check", "words"),
    [
        (no_worker, "workers", "nenhum processo"),
        (old_question, "queue", "espera há 9"),
        (old_part, "bulk_queue", "lista geral espera"),
        (slow_database, "database", "2.0 s para uma linha"),
        (silent_database, "database", "não responde há 60 s"),
        (old_schema, "schema", "migrações"),
        (reaper_stuck, "reaper", "há 60 s"),
        (bus_gone, "bus", "redis"),
        (bus_mute, "bus", "mudo há 40 s"),
    ],
)
def test_red_names_the_reason_and_does_not_take_the_server_from_the_balancer(
    tmp_path: Path, broken: Callable[[Server], None], check: str, words: str
) -> None:
    async def act(server: Server) -> None:
        broken(server)
        status, body = await server.health()
        assert status == 503 and body["status"] == "not ready"
        assert [name for name, good in body["checks"].items() if not good] == [check]
        assert list(body["reasons"]) == [check] and words in body["reasons"][check]
        assert (await server.health("/health/accepting"))[0] == 200
        assert (await server.health("/health/live"))[0] == 200

    scenario(tmp_path, act)


def test_a_database_that_was_never_reached_is_red_from_the_start() -> None:
    assert not judge_database(None, None).good
    assert judge_database(0.001, 0.5).good


def test_a_server_that_stops_is_red_for_balancers_too(tmp_path: Path) -> None:
    async def act(server: Server) -> None:
        server.runtime.stopping = True
        assert (await server.health())[1]["reasons"] == {"accepting": "o servidor está parando"}
        assert await server.health("/health/accepting") == (503, {"status": "stopping"})
        assert (await server.health("/health/live"))[0] == 200

    scenario(tmp_path, act)


def test_the_numbers_follow_what_happens(tmp_path: Path) -> None:
    """A question over a socket, its answer, a cut connection, an import, a planted violation: each shows."""

    async def act(server: Server) -> None:
        here, runtime, store = server.here, server.runtime, server.runtime.store
        before = await server.metrics()
        await server.client.get("/api/me")
        async with here.open(query="?after=0") as first, here.open(query="?after=0"):
            for _ in range(3):
                await first.send("oi")
            for _ in range(7):  # ready, the questions, their replies
                await first.recv()
            await server.metrics_once(reposto_sockets=2)
        with store.write() as connection:
            rows = {"kind": "sales", "file_name": "v.csv", "sha256": "x", "rows": 12, "changed": 3}
            connection.execute(insert(tables.imports).values(**rows, imported_at=NOW))
        await asyncio.to_thread(end_a_job, here.office)
        runtime.vitals._counted_upto = utc_now() - timedelta(hours=1)
        runtime.vitals.count_ended()
        runtime.vitals.invariants.run()
        with store.write() as connection:
            connection.execute(delete(tables.chat_messages).where(tables.chat_messages.c.seq == 1))
        runtime.vitals.invariants.run()
        closed = {"reposto_sockets_closed_total{code=peer}": before["reposto_sockets_closed_total{code=peer}"] + 2}
        after = await server.metrics_once(**closed, reposto_sockets=0)
        grown = {name: after[name] - before.get(name, 0.0) for name in after}
        assert grown["reposto_sockets_opened_total"] == 2
        assert grown["reposto_deliveries_total"] >= 14
        assert 1 <= grown["reposto_commit_to_send_seconds_count{path=wake}"] <= 3  # the sweep may come before one
        assert grown["reposto_acknowledge_seconds_count"] == 3
        assert grown["reposto_http_responses_total{status=4xx}"] == 1  # without a login; the scrapes are not counted
        assert "reposto_http_responses_total{status=2xx}" not in after
        assert grown["reposto_import_rows_total{kind=sales}"] == 12
        assert grown["reposto_jobs_ended_total{attempt=1}{kind=analysis}{state=done}"] == 1
        assert after["reposto_job_run_seconds_sum{kind=analysis}{state=done}"] == pytest.approx(2.0, abs=0.01)
        assert after["reposto_job_seconds_sum{kind=analysis}{state=done}"] == pytest.approx(5.0, abs=0.01)
        assert after["reposto_jobs{state=done}"] == 1
        assert grown["reposto_invariant_violations_total{invariant=seq_without_gaps}"] == 1
        assert after["reposto_database_up"] == 1 and after["reposto_database_seconds_count{operation=write}"] >= 1
        assert after["process_resident_memory_bytes"] > 1e6

    scenario(tmp_path, act)


def end_a_job(office: Office) -> None:
    """Asked, claimed three seconds later, done two seconds after that, a minute ago."""
    asked = utc_now() - timedelta(seconds=60)
    office.ask(now=asked)
    job = office.claim(now=asked + timedelta(seconds=3))
    work.answer(office.store, job, "resultado", {"analysis": {}}, now=asked + timedelta(seconds=5))


def test_a_healed_gap_shows_how_late_it_was(tmp_path: Path) -> None:
    """The wake-up is lost; the sweep finds the message, and the histogram tells after how long."""

    async def act(server: Server) -> None:
        here = server.here
        async with here.open(query="?after=0") as socket:
            await socket.recv()
            await asyncio.to_thread(here.office.ask, "oi", now=utc_now())  # stored beside the server: nobody is woken
            for _ in range(2):
                await socket.recv()
            numbers = await server.metrics_once(**{"reposto_commit_to_send_seconds_count{path=table}": 2})
        assert numbers["reposto_gaps_healed_total"] == 1
        assert numbers["reposto_commit_to_send_seconds_count{path=wake}"] == 0

    scenario(tmp_path, act)


def test_a_connection_that_we_close_is_counted_by_its_code(tmp_path: Path) -> None:
    async def act(server: Server) -> None:
        here = server.here
        async with here.open(query="?after=0") as socket:
            await socket.recv()
            here.runtime.hub.cut_credential(next(iter(here.runtime.hub.credentials())))
            await socket.wait_closed()
        numbers = await server.metrics()
        assert numbers["reposto_sockets_closed_total{code=4401}"] == 1
        assert numbers["reposto_sockets_closed_total{code=peer}"] == 0

    scenario(tmp_path, act)


def test_the_numbers_come_while_the_database_is_away(tmp_path: Path) -> None:
    async def act(server: Server) -> None:
        await asyncio.to_thread(put_away, server.runtime.store)
        numbers = await server.metrics()
        assert numbers["reposto_database_up"] == 0
        assert "reposto_sockets" in numbers and "reposto_jobs{state=done}" not in numbers

    scenario(tmp_path, act)


def test_each_process_shows_its_numbers_on_a_port_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where several serve one port a scrape meets any of them; the second takes the next port."""
    monkeypatch.setenv("REPOSTO_METRICS_PORT", str(free_port()))

    async def act(server: Server) -> None:
        (tmp_path / "other").mkdir()
        async with serving(tmp_path / "other"), httpx.AsyncClient(trust_env=False) as client:
            first, second = [event["port"] for event in events if event["event"] == "metrics.shown"]
            assert first < second
            for port, expected in ((first, 1), (second, 0)):
                async with server.here.open(query="?after=0") as socket:
                    await socket.recv()
                    text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
                assert f"\nreposto_sockets {expected}.0\n" in text
                assert "reposto_database_up 1.0" in text and "process_open_fds" in text
        async with httpx.AsyncClient(trust_env=False) as client:  # the other has left, and given its port back
            with pytest.raises(httpx.ConnectError):
                await client.get(f"http://127.0.0.1:{second}/metrics")

    with capture_logs() as events:
        scenario(tmp_path, act)


def test_a_worker_host_shows_its_processes() -> None:
    waits = [sys.executable, "-c", "print(flush=True); input()"]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdout.readline()  # it has loaded what it needs
        samples = {s.name + str(s.labels.get("of", "")): s.value for f in WorkerNumbers().collect() for s in f.samples}
        child.kill()
    assert samples["reposto_worker_processes"] >= 1
    assert samples["reposto_worker_memory_bytesall"] >= samples["reposto_worker_memory_byteslargest"] > 100_000


def put_away(store: Store) -> None:
    """No database can be opened where there is a folder."""
    store.engine.dispose()
    path = Path(str(store.url.database))
    path.rename(path.with_suffix(".gone"))
    path.mkdir()


def test_void_credentials_are_deleted_and_others_kept(store: Store) -> None:
    office, now = Office(store), utc_now()
    stored = {
        "valid": (now + timedelta(days=1), None),
        "expired": (now - timedelta(seconds=1), None),
        "revoked": (now + timedelta(days=1), now - timedelta(days=1)),
        "revoked long ago": (now + timedelta(days=300), now - timedelta(days=31)),
    }
    with store.write() as connection:
        for name, (expires, revoked) in stored.items():
            row = {"token_hash": name, "user_id": office.ana.user_id, "kind": "cookie", "created_at": NOW}
            connection.execute(insert(tables.credentials).values(**row, expires_at=expires, revoked_at=revoked))
    vitals = Vitals(store)
    vitals.tidy()
    with store.read() as connection:
        left = set(connection.scalars(select(tables.credentials.c.token_hash)))
    assert left == {"valid", "revoked"} and vitals.tidied == 2


def test_what_ended_is_counted_once(store: Store) -> None:
    office = Office(store)
    vitals = Vitals(store)
    vitals._counted_upto = utc_now() - timedelta(hours=1)
    end_a_job(office)
    vitals.count_ended()
    vitals.count_ended()
    assert vitals.ended == {("analysis", "done", 1): 1}


def test_a_histogram_counts_a_value_at_its_bound_below_it() -> None:
    values = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 9.0):
        values.observe(value)
    assert values.counts == [2, 1, 1] and values.total == 12.0


def test_the_memory_bus_is_as_alive_as_its_process() -> None:
    bus = MemoryBus(lambda _listener, _wake: None)
    assert bus.state() == BusState("memory")
