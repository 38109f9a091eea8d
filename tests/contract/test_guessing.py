"""A5: guessing a password is slowed down, however the guesser writes the name and however many guess at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reposto.app.access import LOGIN_TRIES, Gate, add_user
from reposto.app.limits import Limiter
from reposto.app.settings import load_settings
from reposto.app.tries import SharedLimiter
from reposto.model.errors import NotAuthenticated, TooMany
from reposto.storage.engine import Store
from tests.support.office import at_once
from tests.support.redis import RedisServer, run_redis

PASSWORD = "uma senha comprida"


@pytest.fixture
def gate(store: Store, tmp_path: Path) -> Gate:
    add_user(store, "ana", PASSWORD, role="buyer", locale="pt-BR")
    return Gate(store, load_settings(tmp_path))


def guess(gate: Gate, name: str, password: str = "outra senha qualquer") -> str:
    try:
        gate.log_in(name, password, "192.0.2.7")
    except NotAuthenticated:
        return "wrong"
    except TooMany:
        return "later"
    return "in"


def test_blanks_and_letter_case_make_no_new_name(gate: Gate) -> None:
    """Each spelling had ten tries of its own, and all of them were the same user's."""
    spellings = [" " * number + "ana" for number in range(LOGIN_TRIES)] + ["Ana ", "\x00ana"]
    assert [guess(gate, name) for name in spellings].count("wrong") == LOGIN_TRIES
    assert guess(gate, "ana", PASSWORD) == "later"


def test_guesses_at_once_are_counted_one_by_one(gate: Gate) -> None:
    """They were all looked at before the first one was counted."""
    assert at_once(LOGIN_TRIES + 8, lambda _n: guess(gate, "ana")).count("wrong") == LOGIN_TRIES


def test_right_passwords_do_not_count(gate: Gate) -> None:
    assert {guess(gate, "ana", PASSWORD) for _ in range(LOGIN_TRIES + 2)} == {"in"}


@pytest.fixture
def processes(store: Store, tmp_path: Path) -> Iterator[tuple[list[Gate], RedisServer]]:
    """Two of them over one database and one Redis."""
    add_user(store, "ana", PASSWORD, role="buyer", locale="pt-BR")
    with run_redis() as redis:
        (tmp_path / "reposto.toml").write_text(f'redis_url = "{redis.url}"\n', encoding="utf-8")
        gates = [Gate(store, load_settings(tmp_path)) for _ in range(2)]
        yield gates, redis
        for gate in gates:
            gate.close()


def test_guesses_are_counted_over_all_processes(processes: tuple[list[Gate], RedisServer]) -> None:
    """Each process counted for itself: two of them gave twenty tries."""
    gates, _ = processes
    assert [guess(gates[n % 2], "ana") for n in range(LOGIN_TRIES + 4)].count("wrong") == LOGIN_TRIES
    assert guess(gates[0], "ana", PASSWORD) == "later"
    assert guess(gates[1], "rui") == "wrong"


@pytest.fixture
def limiters() -> Iterator[tuple[list[SharedLimiter], RedisServer]]:
    with run_redis() as redis:
        two = [SharedLimiter(3, 60.0, redis.url, lambda: "reposto:test") for _ in range(2)]
        yield two, redis
        for limiter in two:
            limiter.close()


def taken(limiter: SharedLimiter, key: str = "ana") -> bool:
    try:
        limiter.take(key)
    except TooMany as error:
        assert error.retry_after is not None and 0 < error.retry_after <= 60
        return False
    return True


def test_what_is_given_back_counts_nowhere(limiters: tuple[list[SharedLimiter], RedisServer]) -> None:
    (one, other), _ = limiters
    for _ in range(10):
        assert taken(one)
        one.give_back("ana")
    assert [taken(other) for _ in range(3)] == [True] * 3
    assert not taken(one) and taken(one, "rui")


def test_without_redis_each_process_counts_for_itself(limiters: tuple[list[SharedLimiter], RedisServer]) -> None:
    (one, other), redis = limiters
    assert [taken(one) for _ in range(3)] == [True] * 3 and not taken(other)
    redis.kill9()
    assert [taken(other) for _ in range(3)] == [True, True, False]  # the refused one counted here, too
    other.give_back("ana")
    assert taken(other)


def test_a_limiter_forgets_the_quiet_and_keeps_the_busy() -> None:
    limiter = Limiter(1, 3600.0)
    limiter.take("busy")
    for number in range(30_000):
        limiter.take(str(number))
    with pytest.raises(TooMany):
        limiter.take("busy")
    quick = Limiter(1, 0.0)
    for number in range(30_000):
        quick.take(str(number))
    assert len(quick._seen) <= 10_001
