"""A5: guessing a password is slowed down, however the guesser writes the name and however many guess at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from reposto.app.access import LOGIN_TRIES, Gate, Limiter, add_user
from reposto.app.settings import load_settings
from reposto.model.errors import NotAuthenticated, TooMany
from reposto.storage.engine import Store
from tests.support.office import at_once

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
