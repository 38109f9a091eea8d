"""Open tabs and calls of one person, counted over the processes of one Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from reposto.app.places import Places
from reposto.app.tries import LateLimiter
from reposto.model.errors import TooMany
from tests.faults.test_server_process import eventually
from tests.support.office import at_once
from tests.support.redis import RedisServer, run_redis

Processes = Callable[..., list[Places]]
ANA, RUI = 1, 2
LIMIT = 5


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with run_redis() as server:
        yield server


@pytest.fixture
def processes(redis: RedisServer) -> Iterator[Callable[..., list[Places]]]:
    """processes(2) are two of them over one database."""
    started: list[Places] = []

    def start(number: int, life_s: int = 10) -> list[Places]:
        few = [Places(LIMIT, redis.url, lambda: "reposto:test:places", life_s=life_s) for _ in range(number)]
        started.extend(few)
        return few

    yield start
    for places in started:
        places.close()


@pytest.fixture
def counters(redis: RedisServer) -> Iterator[list[LateLimiter]]:
    """The calls of two processes."""
    two = [LateLimiter(10, 60.0, redis.url, lambda: "reposto:test:calls") for _ in range(2)]
    yield two
    for limiter in two:
        limiter.close()


def take(places: Places, number: int = 2 * LIMIT, person: int = ANA) -> int:
    return sum(places.take(person) for _ in range(number))


def test_tabs_are_counted_over_all_processes(processes: Processes) -> None:
    """Each process counted for itself: N of them gave N times as many."""
    one, other = processes(2)
    assert take(one, 3) == 3 and take(other) == 2 and take(one) == 0
    assert take(one, person=RUI) == LIMIT
    other.give_back(ANA)
    assert take(one) == 0  # not told yet
    other.share()
    assert take(one) == 1 and take(other) == 0


def test_the_last_place_is_given_away_once(processes: Processes) -> None:
    three = processes(3)
    got = at_once(4 * LIMIT, lambda n: three[n % 3].take(ANA))
    assert got.count(True) == LIMIT


def test_a_process_that_leaves_takes_its_tabs_along(processes: Processes) -> None:
    one, other = processes(2)
    assert take(one) == LIMIT and take(other) == 0
    one.close()
    assert take(other) == LIMIT


def test_a_killed_process_is_forgotten_and_a_living_one_is_not(processes: Processes) -> None:
    killed, living, third = processes(3, life_s=2)
    assert take(killed, 2) == 2 and take(living) == 3
    taken = []

    def freed() -> bool:
        living.share()
        taken.append(take(third))
        third.share()
        return sum(taken) == 2

    assert take(third) == 0
    assert eventually(freed, within=20)
    assert take(third) == 0  # those of the living still count


def test_who_stood_still_is_counted_again(processes: Processes) -> None:
    stood, other = processes(2, life_s=1)
    assert take(stood, 4) == 4
    assert eventually(lambda: take(other, 2) == 2, within=20)  # its life is over
    assert stood.take(RUI)  # somebody else's tab is the first that it hears of
    stood.share()
    other.share()
    assert take(other) == 0


def test_redis_may_forget_everything(processes: Processes, redis: RedisServer) -> None:
    one, other = processes(2)
    assert take(one, 4) == 4
    redis.kill9()
    assert one.take(RUI) and other.take(RUI), "who can't be counted is let in"
    redis.start()
    for places in (one, other):
        places._shared._away_until = 0.0  # else for some seconds
        places.share()
    assert take(other) == 1 and take(one) == 0
    assert take(one, person=RUI) == LIMIT - 2


# -------------------------------------------------------------------- calls


def calls_taken(limiter: LateLimiter, number: int) -> int:
    taken = 0
    for _ in range(number):
        try:
            limiter.take("ana")
        except TooMany as error:
            assert error.retry_after is not None and 0 < error.retry_after <= 60
        else:
            taken += 1
    return taken


def test_calls_are_counted_over_all_processes_once_they_were_told(counters: list[LateLimiter]) -> None:
    one, other = counters
    assert calls_taken(one, 6) == 6 and calls_taken(other, 3) == 3
    one.share()
    other.share()
    assert calls_taken(one, 2) == 2  # nine and two: what both do between two rounds is beyond the limit
    one.share()
    assert calls_taken(one, 5) == 0
    assert calls_taken(other, 1) == 1  # it has not heard of it yet
    other.share()
    assert calls_taken(other, 5) == 0


def test_calls_without_redis_are_counted_by_each_process(counters: list[LateLimiter], redis: RedisServer) -> None:
    redis.kill9()
    for limiter in counters:
        assert calls_taken(limiter, 6) == 6
        limiter.share()
        assert calls_taken(limiter, 6) == 4
