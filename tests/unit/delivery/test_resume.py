"""G1-G3, G7 on the protocol alone: whatever the bus, the reads and the network do, a tab ends with exactly the
session's messages, in order, once. The two mutants of RELIABILITY G5 show that this test can fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from reposto.delivery.session import Fetch, Output, Phase, Send, SessionProtocol

SESSION = 7
EPOCH = "e1"
PAGE = 3  # messages of one read: small, so that replays take several
RUNS = settings(
    max_examples=500, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


def plain(seq: int) -> bytes:
    return orjson.dumps({"session_id": SESSION, "seq": seq})


class Client:
    """A tab: its cursor survives its connections."""

    def __init__(self) -> None:
        self.received: list[int] = []
        self.on_this_connection: list[int] = []

    @property
    def cursor(self) -> int:
        return self.received[-1] if self.received else 0

    def take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "reset":
            self.received.clear()
            self.on_this_connection.clear()
        elif frame["type"] == "message":
            seq = frame["seq"]
            assert seq not in self.on_this_connection, "one connection got a seq twice"
            assert not self.on_this_connection or seq > self.on_this_connection[-1], "out of order"
            assert seq == self.cursor + 1, f"after {self.cursor} came {seq}"
            self.on_this_connection.append(seq)
            self.received.append(seq)
        elif frame["type"] == "ready":
            assert frame["last_seq"] == self.cursor, "ready before the replay was over"


class Resume(RuleBasedStateMachine):
    """A table, a bus that loses, repeats and reorders, slow reads, and a tab that comes and goes."""

    protocol_class: type[SessionProtocol] = SessionProtocol
    subscribes_first = True

    def __init__(self) -> None:
        super().__init__()
        self.table = 0  # newest committed seq
        self.in_flight: list[int] = []  # wakes the bus holds
        self.lossy = False
        self.client = Client()
        self.protocol: SessionProtocol | None = None
        self.subscribed = False
        self.position: int | None = None
        self.fetches: list[int] = []  # asked for, not yet read
        self.reads: list[Sequence[tuple[int, bytes]]] = []  # read, not yet handed over

    def perform(self, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Send):
                self.client.take(orjson.loads(output.payload))
            elif isinstance(output, Fetch):
                self.fetches.append(output.after)

    @rule()
    def commit(self) -> None:
        self.table += 1
        self.in_flight.append(self.table)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), repeat=st.booleans(), with_copy=st.booleans())
    def deliver_wake(self, data: st.DataObject, repeat: bool, with_copy: bool) -> None:
        index = data.draw(st.integers(0, len(self.in_flight) - 1))
        seq = self.in_flight[index] if repeat else self.in_flight.pop(index)
        if self.subscribed and self.protocol is not None:
            self.perform(self.protocol.wake(seq, plain(seq) if with_copy else None))

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def lose_wake(self, data: st.DataObject) -> None:
        self.in_flight.pop(data.draw(st.integers(0, len(self.in_flight) - 1)))
        self.lossy = True

    @precondition(lambda self: self.protocol is None)
    @rule()
    def connect(self) -> None:
        self.protocol = self.protocol_class(SESSION, speaks_v1=True)
        self.client.on_this_connection = []
        self.position = None
        self.subscribed = self.subscribes_first
        if not self.subscribes_first:
            self.position = self.table

    @precondition(lambda self: self.protocol is not None and self.position is None)
    @rule()
    def read_position(self) -> None:
        self.position = self.table

    @precondition(lambda self: self.position is not None and self.protocol.phase is Phase.NEW)
    @rule()
    def open(self) -> None:
        assert self.protocol is not None and self.position is not None
        self.subscribed = True
        self.perform(
            self.protocol.open(after=self.client.cursor, epoch=EPOCH, server_epoch=EPOCH, last_seq=self.position)
        )

    @precondition(lambda self: self.fetches)
    @rule()
    def read(self) -> None:
        after = self.fetches.pop(0)
        self.reads.append([(seq, plain(seq)) for seq in range(after + 1, min(after + PAGE, self.table) + 1)])

    @precondition(lambda self: self.reads)
    @rule()
    def hand_over(self) -> None:
        assert self.protocol is not None
        self.perform(self.protocol.history(self.reads.pop(0)))

    @precondition(lambda self: self.protocol is not None)
    @rule()
    def cut(self) -> None:
        assert self.protocol is not None
        self.protocol.close()
        self.protocol, self.position, self.subscribed = None, None, False
        self.fetches.clear()
        self.reads.clear()

    @rule()
    def sweep(self) -> None:
        if self.protocol is not None and self.subscribed:
            self.perform(self.protocol.wake(self.table))

    def teardown(self) -> None:
        """Let everything that is under way arrive. Without losses, that alone must suffice."""
        if self.protocol is None:
            self.connect()
        assert self.protocol is not None
        if self.position is None:
            self.read_position()
        if self.protocol.phase is Phase.NEW:
            self.open()
        self._settle()
        for seq in self.in_flight:
            self.perform(self.protocol.wake(seq, plain(seq)))
        self._settle()
        if self.lossy:
            self.sweep()
            self._settle()
        assert self.client.received == list(range(1, self.table + 1))

    def _settle(self) -> None:
        while self.fetches or self.reads:
            if self.fetches:
                self.read()
            self.hand_over()


class ReadsBeforeSubscribing(Resume):
    """Mutant: a message committed between the two is heard of by nobody."""

    subscribes_first = False


class DoesNotDedupe(SessionProtocol):
    """Mutant: trusts that every wake is new."""

    def wake(self, seq: int, plain: bytes | None = None) -> list[Output]:
        if self.phase is Phase.LIVE and plain is not None:
            return [self._deliver(seq, plain)]
        return super().wake(seq, plain)


class Repeats(Resume):
    protocol_class = DoesNotDedupe


def test_a_tab_ends_with_exactly_the_sessions_messages() -> None:
    run_state_machine_as_test(Resume, settings=RUNS)


@pytest.mark.parametrize("mutant", [ReadsBeforeSubscribing, Repeats])
def test_the_mutants_are_found(mutant: type[Resume]) -> None:
    # Short runs, because later wakes heal what the first mutant skips; many, because few hit the gap.
    many = settings(RUNS, max_examples=10_000, stateful_step_count=8, print_blob=False, phases=[Stage.generate])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(mutant, settings=many)
