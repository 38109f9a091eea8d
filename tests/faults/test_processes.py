"""`reposto serve --processes 2`: several API processes on one port, killed, reloaded and stopped. G2, G3, G10."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reposto.app.settings import load_settings
from reposto.model.errors import SettingInvalid
from tests.faults.test_server_process import eventually, status_of
from tests.support import company
from tests.support.company import QUESTION
from tests.support.load import Buyers
from tests.support.processes import ServerProcess
from tests.support.redis import RedisServer

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = ROOT / "tests" / "support" / "mutants"
MODULE = "reposto.app.api_process"


@pytest.fixture
def server(tmp_path: Path, postgres_url: str, redis_server: RedisServer) -> Iterator[ServerProcess]:
    home = tmp_path / "home"
    company.fill(home, url=postgres_url)
    toml = f'database_url = "{postgres_url}"\nredis_url = "{redis_server.url}"\nworkers = 1\n'
    (home / "reposto.toml").write_text(toml, encoding="utf-8")
    server = ServerProcess(home, arguments=("--processes", "2"), env={"REPOSTO_LOG_FORMAT": "json"})
    yield server
    server.stop()


def api_pids(server: ServerProcess) -> list[int]:
    return [member.pid for member in server._family() if MODULE in member.command]


def test_says_once_that_it_is_ready_and_leaves_nothing_behind(server: ServerProcess) -> None:
    server.start()
    assert len(api_pids(server)) == 2
    assert server.logs().count("reposto ready on") == 1
    assert eventually(lambda: len(server.worker_pids()) == 2, within=20)
    assert not [member.command for member in server._family() if "postgresql" in member.command]  # `ps` tells all
    server.terminate()
    assert server.wait(timeout=12) == 0, server.logs()
    assert eventually(lambda: api_pids(server) == [] and server.worker_pids() == [], within=2)


def test_a_killed_supervisor_is_started_again_at_once_on_the_same_port(server: ServerProcess) -> None:
    server.start()
    server.kill9()
    server.start()
    assert status_of(f"{server.url}/health/live") == 200
    assert len(api_pids(server)) == 2


@pytest.mark.timeout(180)
def test_killed_processes_and_reloads_lose_nothing_and_refuse_nobody(server: ServerProcess) -> None:
    server.start()
    failed: list[str] = []

    async def look(stop: asyncio.Event) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            while not stop.is_set():
                response = await client.get(f"{server.url}/health/live", headers={"Connection": "close"})
                if response.status_code != 200:
                    failed.append(response.text)
                await asyncio.sleep(0.01)

    async def scenario() -> None:
        buyers = await Buyers.arrive(server, sessions=2, tabs=4)
        stop, enough = asyncio.Event(), asyncio.Event()
        asking = asyncio.create_task(buyers.ask_until(stop, every_s=0.2, chance=random.Random(3)))
        try:
            before = set(await asyncio.to_thread(api_pids, server))
            looking = asyncio.create_task(look(enough))
            os.kill(server.pid, signal.SIGHUP)
            assert await asyncio.to_thread(
                eventually, lambda: len(after := set(api_pids(server))) == 2 and not after & before, 60
            )
            enough.set()
            await looking  # an exception here: somebody was refused
            victim = (await asyncio.to_thread(api_pids, server))[0]
            os.kill(victim, signal.SIGKILL)
            assert await asyncio.to_thread(
                eventually, lambda: len(pids := api_pids(server)) == 2 and victim not in pids, 30
            )
            stop.set()
            await asking
            await buyers.drain(within=60)
            await asyncio.to_thread(buyers.check)
        finally:
            stop.set()
            enough.set()
            await buyers.leave()

    asyncio.run(scenario())
    assert failed == []
    assert "api.reloaded" in server.logs()


@pytest.mark.timeout(120)
def test_an_analysis_is_cancelled_wherever_it_runs(server: ServerProcess) -> None:
    """Two that never end, in the workers of both processes; one tab hangs on one of them and cancels both."""
    endless = {"TEST_CHANGES": "endless", "PYTHONPATH": f"{MUTANTS}:{ROOT}"}
    hung = ServerProcess(server.home, env={"REPOSTO_LOG_FORMAT": "json", **endless}, arguments=("--processes", "2"))

    async def scenario() -> None:
        buyers = await Buyers.arrive(hung, sessions=1, tabs=1)
        tab = buyers.all_tabs()[0]
        try:
            for _ in range(2):
                await tab.ask(QUESTION)
            assert await asyncio.to_thread(eventually, lambda: hung.logs().count("test.endless") == 2, 60)
            for started in tab.of_type("analysis_started"):
                await tab.cancel(started["metadata"]["job_id"])
            await tab.wait_for(lambda tab: len(tab.of_type("analysis_cancelled")) == 2)
            assert await asyncio.to_thread(eventually, lambda: hung.logs().count("worker.killed_for_cancel") == 2, 5)
        finally:
            await buyers.leave()

    try:
        hung.start()
        asyncio.run(scenario())
    finally:
        hung.stop()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"processes": 2}, "REPOSTO_DATABASE_URL"),
        ({"processes": 2, "database_url": "postgresql://x@h/d"}, "REPOSTO_REDIS_URL"),
        ({"broker_url": "redis://h/1"}, "REPOSTO_DATABASE_URL"),
        ({"broker_url": "amqp://h//", "database_url": "postgresql://x@h/d"}, "REPOSTO_REDIS_URL"),
        ({"broker_url": "kafka://h", "database_url": "postgresql://x@h/d"}, "REPOSTO_BROKER_URL"),
        ({"redis_url": "http://h"}, "REPOSTO_REDIS_URL"),
    ],
)
def test_what_cannot_work_together_is_refused_with_a_sentence(
    tmp_path: Path, given: dict[str, object], named: str
) -> None:
    with pytest.raises(SettingInvalid) as refused:
        load_settings(tmp_path, **given)
    assert named in refused.value.message_pt
    assert named in refused.value.message_en
