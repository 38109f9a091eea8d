"""Every hop cut, dark, slow or forgotten under load; servers that restart, stop and forget. B1, B2, D5, D9, W11, G6."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from functools import partial

import httpx
import psycopg
import pytest

from tests.support.api import Api
from tests.support.company import QUESTION
from tests.support.fault_proxy import Direction
from tests.support.hops import HOPS, Breakable, delays_of, results_of, start_again, under_load
from tests.support.load import Buyers
from tests.support.soak import note, soaking, times

Changed = Callable[..., Breakable]
DARK: list[tuple[Direction, ...]] = [(), ("up",), ("down",)]
SECONDS = times(1, 20)  # of an outage that may last as long as it likes


async def disturb(breakable: Breakable, _buyers: Buyers, chance: random.Random, *, hops: Sequence[str]) -> None:
    """Everything that a network can do, one thing after the other."""
    for hop in hops:
        proxy = breakable.hops[hop]
        for _ in range(times(1, 10)):
            await asyncio.sleep(chance.uniform(0.2, 0.5))
            for _ in range(3):
                await asyncio.to_thread(proxy.cut)
                await asyncio.sleep(chance.uniform(0.1, 0.4))
            await asyncio.to_thread(partial(proxy.set, latency_s=0.05, jitter_s=0.05))
            await asyncio.sleep(chance.uniform(0.3, 0.6))
            await asyncio.to_thread(proxy.go_dark, *chance.choice(DARK))
            await asyncio.sleep(chance.uniform(0.5, SECONDS))
            await asyncio.to_thread(proxy.heal)
            await asyncio.sleep(chance.uniform(0.2, 0.5))
            await asyncio.to_thread(proxy.go_down)
            await asyncio.sleep(chance.uniform(0.5, SECONDS))
            await asyncio.to_thread(proxy.heal)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("hops", [(hop,) for hop in HOPS] if soaking() else [HOPS], ids=", ".join)
def test_disturbed_hops_lose_and_double_nothing(breakable: Breakable, hops: Sequence[str]) -> None:
    accepted = {hop: breakable.hops[hop].accepted for hop in hops}
    buyers = asyncio.run(under_load(breakable, partial(disturb, hops=hops), patience=90.0))
    for hop in hops:
        assert breakable.hops[hop].accepted > accepted[hop]  # it was cut, and came back
    note("hops", hops=hops, rounds=times(1, 10), answers=results_of(buyers), worst_s=max(delays_of(buyers)))


# -------------------------------------------------------------------- D5


async def cut_commits(breakable: Breakable, _buyers: Buyers, chance: random.Random, *, hop: str, number: int) -> None:
    """Pass a COMMIT on and cut the connection, so that nobody learns whether it came through."""
    proxy = breakable.hops[hop]

    def trip(direction: Direction, data: bytes) -> bool:
        return direction == "up" and b"COMMIT" in data and chance.random() < 0.3

    before = proxy.tripped
    await asyncio.to_thread(partial(proxy.set, trip=trip))
    async with asyncio.timeout(300):
        while proxy.tripped - before < number:  # noqa: ASYNC110 - another thread's count
            await asyncio.sleep(0.05)
    await asyncio.to_thread(proxy.heal)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("hop", ["api_postgres", "worker_postgres"])
def test_commits_of_unknown_outcome_lose_and_double_nothing(breakable: Breakable, hop: str) -> None:
    number = times(4, 100)
    buyers = asyncio.run(under_load(breakable, partial(cut_commits, hop=hop, number=number), patience=90.0))
    note("D5", hop=hop, cuts=number, answers=results_of(buyers), worst_s=max(delays_of(buyers)))


# -------------------------------------------------------------------- servers


async def break_postgres(breakable: Breakable, _buyers: Buyers, chance: random.Random) -> None:
    postgres = breakable.system.postgres
    for _ in range(times(1, 10)):
        await asyncio.sleep(chance.uniform(0.3, 1.0))
        await asyncio.to_thread(postgres.kill9)
        await asyncio.sleep(chance.uniform(0.0, 2.0))
        await start_again(postgres)
        await asyncio.sleep(chance.uniform(0.3, 1.0))
        await asyncio.to_thread(postgres.pause)
        await asyncio.sleep(chance.uniform(1.0, 1.0 + SECONDS))
        await asyncio.to_thread(postgres.resume)
        await asyncio.sleep(chance.uniform(0.3, 1.0))
        await asyncio.to_thread(postgres.stop)
        await start_again(postgres)


@pytest.mark.timeout(900)
def test_a_database_that_crashes_hangs_and_restarts_loses_nothing(breakable: Breakable) -> None:
    buyers = asyncio.run(under_load(breakable, break_postgres, patience=90.0))
    note("PostgreSQL", rounds=times(1, 10), answers=results_of(buyers), worst_s=max(delays_of(buyers)))


async def break_redis(breakable: Breakable, _buyers: Buyers, chance: random.Random, *, number: int) -> None:
    redis = breakable.system.redis
    for _ in range(number):
        await asyncio.sleep(chance.uniform(0.3, 1.0))
        await asyncio.to_thread(redis.kill9)
        await asyncio.sleep(chance.uniform(0.0, 1.0))
        await start_again(redis)
        await asyncio.sleep(chance.uniform(0.1, 1.0))
        await asyncio.to_thread(breakable.flush)
        await asyncio.sleep(chance.uniform(0.1, 1.0))
        await asyncio.to_thread(redis.pause)
        await asyncio.sleep(chance.uniform(0.5, SECONDS))
        await asyncio.to_thread(redis.resume)


@pytest.mark.timeout(900)
def test_a_redis_that_crashes_hangs_and_forgets_loses_nothing(breakable: Breakable) -> None:
    """B2, W11: the bus and the broker are one Redis here."""
    number = times(2, 20)
    began = len(breakable.system.logs())
    buyers = asyncio.run(under_load(breakable, partial(break_redis, number=number), patience=90.0))
    errors = breakable.system.logs()[began:].count('"level": "error"')
    assert errors <= 2 * number * len(breakable.system.apis + breakable.system.workers)
    note("B2, W11", rounds=number, answers=results_of(buyers), worst_s=max(delays_of(buyers)), errors=errors)


async def without_redis(breakable: Breakable, seconds: float) -> tuple[list[float], list[float]]:
    """Ask while it is down; how long questions took to be acknowledged, and answers to be shown, in seconds."""
    buyers = await breakable.buyers(sessions=1, tabs=4)
    (session_id,) = buyers.sent
    tab = buyers.all_tabs()[0]
    try:
        await asyncio.to_thread(breakable.system.redis.kill9)
        acknowledged, until = [], time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.monotonic()
            number = len(tab.of_type("analysis_started"))
            buyers.sent[session_id].append(await tab.ask(QUESTION))
            await tab.wait_for(lambda tab, number=number: len(tab.of_type("analysis_started")) > number)
            acknowledged.append(time.monotonic() - began)
            await buyers.drain(within=60.0)
        await start_again(breakable.system.redis)
        await buyers.drain()
        await asyncio.to_thread(buyers.check)
        answers = [message for message in tab.messages.values() if message["sender"] == "ai"]
        asked = {message["seq"]: tab.shown_at[message["seq"]] for message in tab.messages.values()}
        return acknowledged, [tab.shown_at[a["seq"]] - asked[a["metadata"]["in_reply_to"]] for a in answers]
    finally:
        await buyers.leave()


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_without_redis_questions_are_acknowledged_and_answered(breakable: Breakable) -> None:
    acknowledged, answered = asyncio.run(without_redis(breakable, times(5, 60)))
    assert answered and max(answered) < 20.0  # B1 says 10 s; the rest is for busy machines
    note("B1", down_s=times(5, 60), worst_ack_s=max(acknowledged), worst_answer_s=max(answered), answers=len(answered))


# -------------------------------------------------------------------- D9, D6


@pytest.mark.timeout(120)
def test_a_locked_table_fails_the_request_in_time(breakable: Breakable) -> None:
    api = breakable.system.apis[0]
    with Api(api.url, breakable.system.token()) as client:
        session_id = client.open_session()
        with psycopg.connect(breakable.system.postgres.conninfo_of(breakable.system.database)) as holder:
            holder.execute("LOCK TABLE chat_messages IN ACCESS EXCLUSIVE MODE")
            began = time.monotonic()
            refused = client.ask(session_id, QUESTION)
            waited = time.monotonic() - began
            assert refused.status_code == 503 and refused.headers["retry-after"]
            assert waited < 15.0  # lock_timeout is 5 s
            holder.rollback()
        assert client.ask(session_id, QUESTION).status_code == 201
    note("D9", refused_after_s=waited)


@pytest.mark.timeout(180)
def test_calls_to_a_database_that_hangs_are_answered_in_time(breakable: Breakable) -> None:
    """It took until the database went on, or for ever: its own limits don't run while it is stopped."""

    async def call(client: httpx.AsyncClient, url: str, number: int) -> tuple[int, float]:
        began = time.monotonic()
        if number % 2:
            answer = await client.get(url)
        else:
            answer = await client.post(url, json={"content": QUESTION, "client_id": f"hung-{number}"})
        return answer.status_code, time.monotonic() - began

    token = breakable.system.token()

    async def crowd(session_id: int) -> list[tuple[int, float]]:
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{breakable.system.apis[0].url}/api/chat/sessions/{session_id}/messages"
        async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=60) as client:
            return await asyncio.gather(*(call(client, url, number) for number in range(60)))

    with Api(breakable.system.apis[0].url, token) as client:
        session_id = client.open_session()
        breakable.system.postgres.pause()
        try:
            refused = asyncio.run(crowd(session_id))
        finally:
            breakable.system.postgres.resume()
        assert {status for status, _ in refused} == {503}
        longest = max(seconds for _, seconds in refused)
        assert longest < 25.0  # the turn for a thread, an idle connection that is dead, a new one that is not made
        assert client.ask(session_id, QUESTION).status_code == 201
    note("D9", hung_calls=len(refused), refused_within_s=longest)


@pytest.mark.timeout(120)
def test_two_hundred_calls_at_once_are_answered_and_idle_sockets_hold_no_connection(breakable: Breakable) -> None:
    async def crowd() -> list[int]:
        buyers = await breakable.buyers(sessions=20, tabs=4)
        url, headers = breakable.system.apis[0].url, {"Authorization": f"Bearer {buyers.token}"}
        async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=60) as client:
            paths = [f"{url}/api/chat/sessions/{session_id}/messages" for session_id in buyers.sent]
            answers = await asyncio.gather(*(client.get(paths[n % len(paths)]) for n in range(200)))
        await buyers.leave()
        return [answer.status_code for answer in answers]

    assert set(asyncio.run(crowd())) <= {200, 503}
    (connections,) = breakable.query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")[0]
    assert connections < 80  # two API processes of at most ten, two hosts, this one; and 80 sockets were open


# -------------------------------------------------------------------- G6, B5


async def seconds_behind(breakable: Breakable, number: int, patience: float) -> list[float]:
    """Ask in a tab of one process; how far behind the tabs of the other are."""
    buyers = await breakable.buyers(sessions=1, tabs=4)
    (session_id,) = buyers.sent
    try:
        for count in range(1, number + 1):
            buyers.sent[session_id].append(await buyers.all_tabs()[0].ask(QUESTION))
            for tab in buyers.all_tabs():
                await tab.wait_for(lambda tab, count=count: len(tab.of_type("analysis_result")) == count, patience)
        await asyncio.to_thread(buyers.check)
        return delays_of(buyers)
    finally:
        await buyers.leave()


@pytest.mark.timeout(300)
def test_a_bus_that_carries_nothing_costs_time_only(changed: Changed) -> None:
    delays = asyncio.run(seconds_behind(changed("deaf", apis=2), times(5, 50), patience=30.0))
    assert max(delays) < 6.0  # G6; the sweep comes every second
    note("G6", messages=len(delays), worst_s=max(delays))


@pytest.mark.timeout(120)
def test_a_deaf_process_that_never_sweeps_is_found_out(changed: Changed) -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(seconds_behind(changed("deaf", "never_sweeps", apis=2), 1, patience=8.0))


@pytest.mark.timeout(300)
def test_wakes_repeated_shuffled_late_and_lost_change_nothing(changed: Changed) -> None:
    async def nothing(_breakable: Breakable, buyers: Buyers, _chance: random.Random) -> None:
        async with asyncio.timeout(120):
            while results_of(buyers) < times(20, 200):  # noqa: ASYNC110 - the tabs' own condition is per tab
                await asyncio.sleep(0.1)

    buyers = asyncio.run(under_load(changed("shuffles_wakes", apis=2), nothing, patience=60.0))
    note("B5", answers=results_of(buyers), worst_s=max(delays_of(buyers)))
