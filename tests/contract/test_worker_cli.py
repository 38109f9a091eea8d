"""`reposto worker`: what its options mean, and which combinations are refused with a sentence."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from reposto.app.celery_app import BULK, HARD_LIMIT_S, INTERACTIVE, SOFT_LIMIT_S, VISIBILITY_S, make_celery
from reposto.app.celery_child import hold_one, make_slot, open_slot
from reposto.app.celery_worker import Options, _arguments
from reposto.app.worker_cli import run_worker_command
from reposto.model.errors import SettingInvalid
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.scaled import ScaledSystem

BOTH = (INTERACTIVE, BULK)


def home_with(folder: Path, toml: str) -> Path:
    (folder / "reposto.toml").write_text(toml, encoding="utf-8")
    return folder


def test_without_a_broker_it_says_where_analyses_run(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="REPOSTO_BROKER_URL"):
        run_worker_command(tmp_path, {}, ())


@pytest.mark.parametrize("given", [{"queues": "interactive,other"}, {"autoscale": "2,8"}, {"autoscale": "two"}])
def test_nonsense_is_refused_before_anything_starts(tmp_path: Path, given: dict[str, str]) -> None:
    home = home_with(tmp_path, 'database_url = "postgresql://x@127.0.0.1:9/d"\nbroker_url = "redis://127.0.0.1:9/1"\n')
    with pytest.raises(SettingInvalid, match=f"--{next(iter(given))}"):
        run_worker_command(home, dict(given), ())


@pytest.mark.parametrize(
    ("options", "slots"),
    [
        (Options(4, BOTH), 3),  # one stays free for questions
        (Options(1, BOTH), 1),
        (Options(2, BOTH, autoscale="8,2"), 7),
        (Options(4, (BULK,)), 4),
        (Options(4, (INTERACTIVE,)), 0),
    ],
)
def test_how_many_may_work_on_runs_over_the_catalogue(options: Options, slots: int) -> None:
    assert options.bulk_slots == slots


def test_celerys_own_options_pass() -> None:
    arguments = _arguments("name", Options(2, BOTH, autoscale="8,2", more=("--soft-time-limit", "5")))
    assert arguments[-3:] == ["--autoscale=8,2", "--soft-time-limit", "5"]
    assert "--queues=reposto.interactive,reposto.bulk" in arguments


@pytest.mark.parametrize("broker", ["redis://127.0.0.1:9/1", "amqp://127.0.0.1:9//"])
def test_celery_is_set_as_the_measurements_demand(broker: str) -> None:
    conf = make_celery(broker).conf
    assert conf.task_acks_late and conf.task_reject_on_worker_lost and conf.task_ignore_result
    assert conf.worker_prefetch_multiplier == 1
    assert 0 < conf.task_soft_time_limit < conf.task_time_limit < VISIBILITY_S
    assert (conf.task_soft_time_limit, conf.task_time_limit) == (SOFT_LIMIT_S, HARD_LIMIT_S)


@pytest.mark.timeout(120)
def test_autoscale_and_a_single_queue_start(
    tmp_path: Path, postgres_server: PostgresServer, redis_server: RedisServer
) -> None:
    arguments = ("--autoscale", "3,2", "--queues", INTERACTIVE, "--max-tasks-per-child", "5")
    system = ScaledSystem(
        tmp_path / "system", postgres_server, redis_server, apis=1, workers=1, worker_arguments=arguments
    )
    try:
        system.fill()
        (worker,) = system.workers
        worker.start()
        assert len(worker.child_pids()) >= 2
        worker.terminate()
        assert worker.wait(timeout=15) == 0, worker.logs()
    finally:
        system.stop()


def test_one_process_always_stays_free_for_questions() -> None:
    """Two slots among three processes; who is killed on one gives it back."""
    slots = [make_slot(), make_slot()]
    first, second, third = ([open_slot(slot) for slot in slots] for _ in range(3))
    with hold_one(first) as one:
        with hold_one(second) as two, hold_one(third) as three:
            assert (one, two, three) == (True, True, False)
        fcntl.flock(second[1], fcntl.LOCK_EX | fcntl.LOCK_NB)
        for file in second:
            file.close()  # as the kernel does to the killed
        with hold_one(third) as again:
            assert again
    for file in (*first, *third):
        file.close()
    for slot in slots:
        os.close(slot)
