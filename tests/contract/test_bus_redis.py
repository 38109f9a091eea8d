"""The bus over a real Redis, which dies, hangs and comes back. Nothing it does may block, fail or stay unnoticed."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reposto.delivery.bus import Wake
from reposto.delivery.bus_redis import RedisBus
from reposto.delivery.redis_feed import RedisFeed
from reposto.delivery.wakes import ORIGIN_BYTES, origin_of, pack_wake, unpack_wake
from reposto.delivery.worker_bus import WorkerBus
from tests.support.fault_proxy import FaultProxy
from tests.support.redis import RedisServer, run_redis

WITHIN_S = 20.0
WAKE = Wake(7, messages=((3, b'{"seq":3}'),), results=(("001", "job"),), at=5.5)


@pytest.fixture(params=[True, False], ids=["feed", "redis-py"])
def redis(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    """Of this test alone: it is killed. Read both ways: the short one leans on names that nobody promises."""
    monkeypatch.setattr(RedisBus, "short_way", request.param)
    with run_redis() as server:
        yield server


class Ear:
    """A process with a bus: what it heard, and of which sessions it was told to look into the table."""

    def __init__(self, url: str, lineage: str) -> None:
        self.wakes: list[Wake] = []
        self.notes: list[dict[str, str]] = []
        self.gaps: list[int] = []
        loop = asyncio.get_running_loop()
        self.bus = RedisBus(url, lineage, schedule=loop.call_soon_threadsafe, on_gap=self.gaps.extend)
        self.bus.listen(self.wakes.append, self.notes.append)


@asynccontextmanager
async def ear(url: str, *sessions: int, lineage: str = "a") -> AsyncIterator[Ear]:
    one = Ear(url, lineage)
    await one.bus.start()
    try:
        for session_id in sessions:
            one.bus.subscribe(session_id)
        await until(lambda: set(sessions) <= set(one.gaps))
        yield one
    finally:
        await one.bus.stop()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not holds():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.01)


_seqs = st.tuples(st.integers(1, 2**53), st.binary())
_jobs = st.tuples(st.dictionaries(st.text(), st.integers(-100, 100)), st.binary())
_wakes = st.builds(
    Wake,
    st.integers(1, 2**53),
    st.lists(_seqs).map(tuple),
    st.lists(_jobs).map(tuple),
    st.booleans(),
    st.lists(st.tuples(st.text(), st.text())).map(tuple),
    st.floats(0, 2e9),
)


@given(_wakes, st.binary(min_size=ORIGIN_BYTES, max_size=ORIGIN_BYTES))
def test_a_wake_survives_the_way(wake: Wake, origin: bytes) -> None:
    packed = pack_wake(origin, wake)
    assert unpack_wake(packed) == wake
    assert origin_of(packed) == origin


@given(st.binary())
def test_what_is_no_wake_is_refused(junk: bytes) -> None:
    with pytest.raises(ValueError):
        unpack_wake(junk)


def test_only_those_with_a_tab_hear_of_a_session_and_each_once(redis: RedisServer) -> None:
    async def scenario() -> None:
        async with ear(redis.url, 7) as here, ear(redis.url, 7) as there, ear(redis.url, 8) as elsewhere:
            here.bus.publish(WAKE)
            here.bus.tell({"cancel": "job"})
            await until(lambda: there.wakes == [WAKE])
            await until(lambda: all(one.notes == [{"cancel": "job"}] for one in (here, there, elsewhere)))
            assert here.wakes == [WAKE]  # at once, and not again over Redis
            assert elsewhere.wakes == []

    asyncio.run(scenario())


def test_a_burst_comes_whole_and_in_order(redis: RedisServer) -> None:
    """What is read together is handed on together, but never in another order."""

    async def scenario() -> None:
        async with ear(redis.url, 7, 8) as here, ear(redis.url, 7, 8) as there:
            sent = []
            for seq in range(1, 1001):
                progress = (({"rev": seq}, b"p"),) if seq % 50 == 0 else ()
                sent.append(Wake(7 + seq % 2, ((seq, b"x" * 1500),), progress, results=((str(seq), "job"),)))
                here.bus.publish(sent[-1])
            await until(lambda: there.bus.state().received >= 1000)
            for session_id in (7, 8):
                assert said(there.wakes, session_id) == said(sent, session_id)
            if RedisBus.short_way:
                assert isinstance(there.bus._subscriber._writer.transport.get_protocol(), RedisFeed)
                assert len(there.wakes) < 900

    asyncio.run(scenario())


def said(wakes: list[Wake], session_id: int) -> list[object]:
    """All that was told of a session, in order."""
    told: list[object] = []
    for wake in wakes:
        if wake.session_id == session_id:
            told += [*wake.messages, *wake.progress]
    return told + [result for wake in wakes if wake.session_id == session_id for result in wake.results]


def test_databases_that_share_a_redis_hear_nothing_of_each_other(redis: RedisServer) -> None:
    async def scenario() -> None:
        async with ear(redis.url, 7) as here, ear(redis.url, 7, lineage="b") as other:
            here.bus.publish(WAKE)
            other.bus.publish(Wake(7, at=1.0))
            await asyncio.sleep(0.3)
            assert other.wakes == [Wake(7, at=1.0)]

    asyncio.run(scenario())


def test_who_left_hears_nothing(redis: RedisServer) -> None:
    async def scenario() -> None:
        async with ear(redis.url, 7) as here, ear(redis.url, 7, 8) as there:
            there.bus.unsubscribe(7)
            await asyncio.sleep(0.2)
            here.bus.publish(WAKE)
            here.bus.publish(Wake(8))
            await until(lambda: there.wakes == [Wake(8)])

    asyncio.run(scenario())


def test_a_redis_that_was_away_is_noticed_and_every_session_caught_up(redis: RedisServer) -> None:
    """redis-py's own pub/sub comes back without a word, and what was published meanwhile is gone."""

    async def scenario() -> None:
        async with ear(redis.url, 7, 8) as here, ear(redis.url, 7) as there:
            await asyncio.to_thread(redis.kill9)
            await until(lambda: not here.bus.state().connected and not there.bus.state().connected)
            began = time.monotonic()
            for _ in range(200):
                here.bus.publish(WAKE)
            assert time.monotonic() - began < 0.5  # never waits
            await until(lambda: here.bus.state().failed >= 200)
            assert len(here.wakes) == 200  # our own tabs have it all the same
            here.gaps.clear()
            there.gaps.clear()
            await asyncio.to_thread(redis.start)
            await until(lambda: set(here.gaps) == {7, 8} and set(there.gaps) == {7})
            await until(lambda: _reaches(here, there))
            assert here.bus.state().reconnects == 1

    asyncio.run(scenario())


def _reaches(here: Ear, there: Ear) -> bool:
    """Publishing goes on after a pause, so it is tried again and again."""
    here.bus.publish(WAKE)
    return bool(there.wakes)


def test_a_redis_that_says_nothing_any_more_is_found_out(redis: RedisServer) -> None:
    """A black hole: TCP would notice after many minutes."""

    async def scenario(proxy: FaultProxy) -> None:
        async with ear(f"redis://127.0.0.1:{proxy.port}/0", 7) as here:
            await until(lambda: here.bus.state().silent_seconds < 1.5)
            await asyncio.to_thread(proxy.go_dark)
            await until(lambda: not here.bus.state().connected)
            here.gaps.clear()
            await asyncio.to_thread(proxy.heal)
            await until(lambda: here.gaps == [7])

    with FaultProxy(redis.port) as proxy:
        asyncio.run(scenario(proxy))


def test_starting_and_stopping_need_no_redis() -> None:
    async def scenario() -> None:
        one = Ear("redis://127.0.0.1:9/0", "a")
        async with asyncio.timeout(5):
            await one.bus.start()
            one.bus.subscribe(7)
            one.bus.publish(WAKE)
            await until(lambda: one.wakes == [WAKE])
            await one.bus.stop()

    asyncio.run(scenario())


def test_a_worker_tells_and_hears(redis: RedisServer) -> None:
    async def scenario() -> None:
        async with ear(redis.url, 7) as here:
            worker = WorkerBus(redis.url, "a")
            heard: list[dict[str, str]] = []
            threading.Thread(target=worker.listen_forever, args=(heard.append,), daemon=True).start()
            await asyncio.to_thread(worker.publish, WAKE)
            await until(lambda: here.wakes == [WAKE])

            def hears() -> bool:
                here.bus.tell({"cancel": "job"})  # its subscription may not have taken effect yet
                return bool(heard)

            await until(hears)
            assert heard[0] == {"cancel": "job"}

    asyncio.run(scenario())


def test_a_worker_loses_little_time_to_a_redis_that_hangs(redis: RedisServer) -> None:
    with FaultProxy(redis.port) as proxy:
        worker = WorkerBus(f"redis://127.0.0.1:{proxy.port}/0", "a")
        worker.publish(WAKE)
        proxy.go_dark()
        began = time.monotonic()
        for _ in range(50):
            worker.publish(WAKE)
        assert time.monotonic() - began < 5  # not fifty times its patience
        assert worker.failed == 50


def test_a_subscription_that_a_lost_connection_interrupts_ends_nothing(redis: RedisServer) -> None:
    """At some step redis-py trips over its own None; the task that writes ended, and all subscriptions with it."""

    async def interrupt_at_every_step() -> None:
        async with ear(redis.url) as one:
            for steps in range(10):
                await until(lambda: one.bus.state().connected)
                one.bus.subscribe(100 + steps)
                for _ in range(steps):
                    await asyncio.sleep(0)
                transport = one.bus._subscriber._writer.transport
                transport.get_protocol().connection_lost(None)  # as it does itself when Redis has gone
                await until(lambda: not one.bus.state().connected)
            one.bus.subscribe(7)
            await until(lambda: 7 in one.gaps and {*range(100, 110)} <= set(one.gaps))

    asyncio.run(interrupt_at_every_step())
