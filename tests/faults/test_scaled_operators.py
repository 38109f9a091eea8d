"""What operators see of several processes: a trace over three of them, numbers of each, readiness that says why."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from reposto.app.invariants import check_everything
from reposto.storage.engine import Store
from tests.support.api import Api
from tests.support.collector import run_collector
from tests.support.company import QUESTION
from tests.support.logins import open_socket
from tests.support.ports import free_port
from tests.support.postgres import PostgresServer
from tests.support.processes import ServerProcess
from tests.support.redis import run_redis
from tests.support.scaled import run_scaled

WITHIN_S = 60.0  # a worker is missed after 15 s


def numbers(port: int) -> dict[str, float]:
    """Of the process that shows them there."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name + "".join(f"{{{k}={v}}}" for k, v in sorted(sample.labels.items()))] = sample.value
    return found


def health(server: ServerProcess, path: str = "/health/ready") -> tuple[int, dict[str, Any]]:
    answer = httpx.get(server.url + path, trust_env=False)
    return answer.status_code, answer.json()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.timeout(300)
def test_operators_see_through_all_processes(tmp_path: Path, postgres_server: PostgresServer) -> None:
    with run_collector() as collector, run_redis() as redis:
        env = {"REPOSTO_METRICS_PORT": str(free_port()), "REPOSTO_OTLP_ENDPOINT": collector.url}
        with run_scaled(tmp_path / "s", postgres_server, redis, workers=1, env=env) as system:
            one, other = system.apis
            until(lambda: health(one)[0] == health(other)[0] == 200)
            token = system.token()
            with Api(one.url, token) as api:
                session_id = api.open_session()
                tab = open_socket(other, session_id, {"Authorization": f"Bearer {token}"})  # not where it is asked
                job_id = api.ask(session_id, QUESTION).json()["metadata"]["job_id"]
                collector.until(lambda: {"question", "push", "job.run"} <= {span.name for span in collector.spans})
                tab.close()
            spans = {span.name: span for span in collector.spans}
            assert {span.trace for span in collector.spans} == {uuid.UUID(job_id).hex}
            asked, ran, pushed = (spans[name].instance for name in ("question", "job.run", "push"))
            assert len({asked, ran, pushed}) == 3 and ran.startswith("worker-")

            ports = [shown_on(process) for process in (one, other)]
            servers, worker = [numbers(port) for port in ports], numbers(shown_on(system.workers[0]))
            assert worker["reposto_worker_processes"] >= 1
            assert sum(each["reposto_sockets_opened_total"] for each in servers) == 1
            assert all(each["reposto_jobs{state=done}"] == 1 for each in servers)
            assert all(each["reposto_bus{kind=redis}"] == each["reposto_bus_connected"] == 1 for each in servers)
            ended = "reposto_jobs_ended_total{attempt=1}{kind=analysis}{state=done}"
            until(lambda: all(numbers(port).get(ended) == 1 for port in ports))

            redis.kill9()
            until(lambda: "bus" in health(one)[1]["reasons"])
            redis.start()
            until(lambda: health(one)[0] == 200)
            system.workers[0].kill9()
            until(lambda: list(health(one)[1]["reasons"]) == ["workers"])
            assert health(one, "/health/accepting")[0] == 200

            store = Store(system.database_url)
            assert check_everything(store).violations == ()
            store.close()


def shown_on(process: ServerProcess) -> int:
    """The port on which it shows its numbers, as it logged it."""
    events = [orjson.loads(line) for line in process.logs().splitlines() if '"metrics.shown"' in line]
    return int(events[-1]["port"])
