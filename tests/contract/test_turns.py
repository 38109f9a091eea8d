"""Writers of a SQLite file take turns, across processes, and what need not outlast a power cut doesn't wait."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from reposto.model.errors import StorageBusy
from reposto.storage.engine import Store
from reposto.storage.turns import SUFFIX, Turns

HOLDER = """
    import sys
    from reposto.storage.turns import Turns
    with Turns(sys.argv[1]).take(5):
        print("mine", flush=True)
        sys.stdin.read()
"""


@contextmanager
def held_elsewhere(database: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process whose turn it is, until its input ends."""
    command = [sys.executable, "-c", textwrap.dedent(HOLDER), str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "mine\n"
        yield process
        process.kill()


def test_a_writer_waits_for_another_process_and_gives_up_in_time(tmp_path: Path) -> None:
    database = tmp_path / "x.sqlite"
    with held_elsewhere(database), pytest.raises(StorageBusy), Turns(str(database)).take(0.05):
        pass


def test_the_turn_of_a_killed_writer_ends_with_it(tmp_path: Path) -> None:
    database = tmp_path / "x.sqlite"
    with held_elsewhere(database) as process:
        process.send_signal(signal.SIGKILL)
        with Turns(str(database)).take(5):
            assert (tmp_path / f"x.sqlite{SUFFIX}").exists()


def test_a_turn_that_ended_with_an_error_is_given_back(tmp_path: Path) -> None:
    turns = Turns(str(tmp_path / "x.sqlite"))
    with pytest.raises(ZeroDivisionError), turns.take(1):
        raise ZeroDivisionError
    with turns.take(0):
        pass
    turns.close()


def test_a_message_waits_for_the_disk_and_a_heartbeat_does_not(store: Store) -> None:
    question: str = "PRAGMA synchronous"
    waits, spares = "2", "1"  # full, normal
    if store.dialect == "postgresql":
        question, waits, spares = "SHOW synchronous_commit", "on", "off"
    modes = []
    for lasting in (True, False, False, True):  # one connection, used again and again
        with store.write(lasting=lasting) as connection:
            modes.append(str(connection.execute(text(question)).scalar_one()))
    assert modes == [waits, spares, spares, waits]
