"""Deaths at the worst instant, analyses that kill or never end, and clocks that jump: W5-W8, R6."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from reposto.model.message import MAX_ATTEMPTS
from tests.faults.test_kills import under_load
from tests.support.company import QUESTION
from tests.support.load import Buyers
from tests.support.processes import ServerProcess
from tests.support.soak import note, percentile, times
from tests.support.tabs import Tab

Serve = Callable[..., ServerProcess]
LONG_S = 120.0  # for what takes a second; it is awaited, and on a loaded machine takes long
OTHER = "quanto devo comprar da cadeira lua?"  # the product 001


async def alone(server: ServerProcess, tabs: int = 1) -> tuple[Buyers, Tab, int]:
    """One conversation."""
    buyers = await Buyers.arrive(server, sessions=1, tabs=tabs)
    (session_id,) = buyers.sent
    return buyers, buyers.all_tabs()[0], session_id


# -------------------------------------------------------------------- W5


async def answers_of_the_dying(server: ServerProcess, number: int, patience: float) -> list[float]:
    """Ask one after the other; how long after its time stamp each answer was shown, in seconds."""
    buyers, tab, session_id = await alone(server)
    try:
        for count in range(1, number + 1):
            buyers.sent[session_id].append(await tab.ask(QUESTION))
            await tab.wait_for(lambda tab, count=count: len(tab.of_type("analysis_result")) == count, within=patience)
        await buyers.drain()
        await asyncio.to_thread(buyers.check)
    finally:
        await buyers.leave()
    return [tab.delay(message) for message in tab.of_type("analysis_result")]


@pytest.mark.timeout(600)
def test_a_worker_that_dies_before_it_tells_has_still_answered(serve: Serve) -> None:
    server = serve("dies_before_telling")
    number = times(6, 50)
    delays = asyncio.run(answers_of_the_dying(server, number, patience=LONG_S))
    assert server.logs().count('"worker.died"') >= number - 1
    assert server.logs().count('"agents.task.start"') == number  # each answered by its first attempt
    note("W5", trials=number, p50_s=percentile(delays, 0.5), worst_s=max(delays))


@pytest.mark.timeout(60)
def test_without_the_sweep_that_answer_is_never_shown(serve: Serve) -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(answers_of_the_dying(serve("dies_before_telling", "never_sweeps"), 1, patience=5.0))


# -------------------------------------------------------------------- W6


async def questions_to_the_dying(server: ServerProcess, number: int, patience: float) -> None:
    buyers, tab, session_id = await alone(server)
    try:
        for _ in range(number):
            buyers.sent[session_id].append(await tab.ask(QUESTION))
            await asyncio.to_thread(server.wait)  # it has stored the question, and died of it
            await asyncio.to_thread(server.start)
            await asyncio.wait_for(tab.ready.wait(), LONG_S)
        await buyers.drain(within=patience)
        await asyncio.to_thread(buyers.check)
    finally:
        await buyers.leave()
    assert len(tab.of_type("analysis_result")) == number


@pytest.mark.timeout(600)
def test_a_server_that_dies_after_storing_a_question_answers_it_when_it_is_back(serve: Serve) -> None:
    number = times(3, 50)
    asyncio.run(questions_to_the_dying(serve("dies_after_storing"), number, patience=LONG_S))
    note("W6", trials=number, answered=number)


@pytest.mark.timeout(120)
def test_a_server_that_queues_after_the_commit_is_found_out(serve: Serve) -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(questions_to_the_dying(serve("dies_after_storing", "queues_after_commit"), 1, patience=5.0))


# -------------------------------------------------------------------- W7, W8


async def poisoned(server: ServerProcess, patience: float) -> Tab:
    """One product kills its workers while somebody else asks for another one."""
    buyers = await Buyers.arrive(server, sessions=2, tabs=1)
    victim, neighbour = buyers.all_tabs()
    try:
        buyers.sent[victim.session_id].append(await victim.ask(OTHER))
        for count in range(1, 4):
            buyers.sent[neighbour.session_id].append(await neighbour.ask(QUESTION))
            await neighbour.wait_for(lambda tab, count=count: len(tab.of_type("analysis_result")) == count, LONG_S)
        await victim.wait_for(lambda tab: tab.of_type("analysis_error"), within=patience)
        await buyers.drain()
        await asyncio.to_thread(buyers.check)
    finally:
        await buyers.leave()
    return victim


@pytest.mark.timeout(180)
def test_a_poison_job_ends_with_a_sentence_and_the_others_go_on(serve: Serve) -> None:
    server = serve("poison")
    victim = asyncio.run(poisoned(server, patience=LONG_S))
    (error,) = victim.of_type("analysis_error")
    assert error["metadata"]["sku"] == "001" and error["content"]
    assert error["metadata"]["actions"][0]["action_type"] == "retry"
    assert server.logs().count('"sku": "001"') >= MAX_ATTEMPTS or server.logs().count('"sku":"001"') >= MAX_ATTEMPTS


@pytest.mark.soak
@pytest.mark.timeout(120)
def test_who_never_gives_up_a_poison_job_is_found_out(serve: Serve) -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(poisoned(serve("poison", "never_gives_up"), patience=8.0))


@pytest.mark.soak
@pytest.mark.timeout(180)
def test_an_analysis_that_runs_away_is_stopped_and_said_to_have_failed(serve: Serve) -> None:
    server = serve("endless", "little_patience")

    async def run_away() -> None:
        buyers, tab, session_id = await alone(server, tabs=2)
        buyers.sent[session_id].append(await tab.ask(QUESTION))
        await tab.wait_for(lambda tab: tab.of_type("analysis_error"), within=2 * LONG_S)
        await buyers.drain()
        await asyncio.to_thread(buyers.check)
        await buyers.leave()

    asyncio.run(run_away())
    assert server.logs().count('"worker.overdue"') == MAX_ATTEMPTS


# -------------------------------------------------------------------- R6


async def jump_about(buyers: Buyers, clock: Path, chance: random.Random) -> None:
    for _ in range(times(4, 20)):
        await asyncio.to_thread(clock.write_text, str(chance.choice((3600, -3600, 0, 86_400, -7200))))
        await asyncio.sleep(chance.uniform(0.5, 2.0))
    await asyncio.to_thread(clock.write_text, "-3600")


@pytest.mark.timeout(300)
def test_a_clock_that_jumps_an_hour_doubles_and_loses_nothing(serve: Serve, switches: Path) -> None:
    async def harm(buyers: Buyers, chance: random.Random) -> None:
        await jump_about(buyers, switches / "clock", chance)

    asyncio.run(under_load(serve("clock_jumps", "slow"), harm))
    note("R6", jumps=times(4, 20))


async def jump_while_it_works(server: ServerProcess, switches: Path) -> int:
    """The attempts that one analysis took."""
    buyers, tab, session_id = await alone(server)
    try:
        await asyncio.to_thread((switches / "hold").touch)
        buyers.sent[session_id].append(await tab.ask(QUESTION))
        await tab.wait_for(lambda tab: any(p["state"] == "running" for p in tab.progress), LONG_S)
        for hour in range(1, 6):
            await asyncio.to_thread((switches / "clock").write_text, str(hour * 3600))
            await asyncio.sleep(1.3)  # a round of the reaper; at most every other one comes right after a heartbeat
        await asyncio.to_thread((switches / "hold").unlink)
        await buyers.drain()
        await asyncio.to_thread(buyers.check)
    finally:
        await buyers.leave()
    with closing(sqlite3.connect(server.home / "reposto.sqlite")) as database:
        return int(database.execute("SELECT attempt FROM jobs").fetchone()[0])


@pytest.mark.timeout(120)
def test_a_clock_that_jumps_takes_no_job_from_a_worker_that_lives(serve: Serve, switches: Path) -> None:
    assert asyncio.run(jump_while_it_works(serve("clock_jumps", "switchable"), switches)) == 1


@pytest.mark.soak
@pytest.mark.timeout(120)
def test_who_compares_time_stamps_with_the_clock_does(serve: Serve, switches: Path) -> None:
    assert asyncio.run(jump_while_it_works(serve("clock_jumps", "switchable", "compares_clocks"), switches)) > 1
