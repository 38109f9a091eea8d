"""What came over the bus in one go goes out in one go, and every tab still gets its messages in order and once."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from hypothesis import given
from hypothesis import strategies as st

from reposto.delivery.bus import Wake, joined
from reposto.delivery.bus_redis import RedisBus
from reposto.delivery.hub import Connection, Hub
from reposto.delivery.session import SessionProtocol
from reposto.delivery.wakes import ORIGIN_BYTES, Channels, pack_wake
from reposto.delivery.wire import MOST_AT_ONCE, CloseCode, Prepared, in_rows, text_frame, typed

OTHER = b"\1" * ORIGIN_BYTES


def plain(seq: int, size: int = 1) -> bytes:
    return orjson.dumps({"session_id": 1, "seq": seq, "content": "x" * size})


class Pieces:
    """A way out that keeps what it was given, piece by piece."""

    too_slow = False

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def send(self, payload: bytes) -> bool:
        """One frame."""
        self.pieces.append(text_frame(payload))
        return True

    def send_prepared(self, messages: Prepared, speaks_v1: bool, /) -> bool:
        """Some of them."""
        self.pieces.append(messages.frame(speaks_v1))
        return True

    def close(self, code: CloseCode, reason: str = "") -> None:
        """Nobody does."""
        raise AssertionError

    def check(self, _now: float) -> bool:
        """It is never full."""
        return True

    async def drained(self) -> None:
        """It is never full."""


class Office:
    """A hub behind a bus that hears what we say it hears."""

    def __init__(self) -> None:
        self.bus = RedisBus("redis://127.0.0.1:9/0", "a", schedule=lambda call, wake: call(wake), on_gap=_ignore)
        self.hub = Hub(self.bus, _no_table, _no_positions)
        self.bus.listen(self.hub.on_wake)

    def tab(self, sent: int, *, speaks_v1: bool = True) -> tuple[SessionProtocol, Pieces]:
        protocol, out = SessionProtocol(1, speaks_v1=speaks_v1), Pieces()
        self.hub.admit(Connection(1, protocol, out, lambda _request: None))
        protocol.open(after=None, epoch=None, server_epoch="e", last_seq=sent)
        return protocol, out

    def hear(self, wakes: Sequence[Wake]) -> None:
        channel = Channels("a").session(1)
        self.bus._hear_all([[b"message", channel, pack_wake(OTHER, wake)] for wake in wakes])


def _ignore(_sessions: set[int]) -> None:
    """Nothing was missed."""


async def _no_table(_session: int, _after: int) -> Sequence[tuple[int, bytes]]:
    raise AssertionError


async def _no_positions(_sessions: list[int]) -> dict[int, int]:
    raise AssertionError


def framed(seqs: Sequence[int], *, speaks_v1: bool = True) -> bytes:
    return b"".join(text_frame(typed(plain(seq)) if speaks_v1 else plain(seq)) for seq in seqs)


def test_one_piece_for_each_tab_that_wants_them_all() -> None:
    office = Office()
    _, modern = office.tab(4)
    _, simple = office.tab(4, speaks_v1=False)
    office.hear([Wake(1, ((seq, plain(seq)),)) for seq in (5, 6, 7)])
    assert modern.pieces == [framed((5, 6, 7))]
    assert simple.pieces == [framed((5, 6, 7), speaks_v1=False)]
    assert office.hub.counters.deliveries == 6


def test_a_tab_that_has_some_of_them_gets_the_others() -> None:
    office = Office()
    _, behind = office.tab(6)
    office.hear([Wake(1, ((seq, plain(seq)),)) for seq in (5, 6, 7, 8)])
    assert b"".join(behind.pieces) == framed((7, 8))


def test_what_follows_a_progress_frame_stays_behind_it() -> None:
    office = Office()
    _, out = office.tab(4)
    snapshot = {"job_id": "j", "rev": 1, "state": "running"}
    office.hear([Wake(1, ((5, plain(5)),), ((snapshot, b"{}"),)), Wake(1, ((6, plain(6)),))])
    assert b"".join(out.pieces) == framed((5,)) + text_frame(b"{}") + framed((6,))


def test_nothing_is_joined_across_the_end_of_a_session() -> None:
    assert joined(Wake(1, deleted=True), Wake(1)) is None
    assert joined(Wake(1), Wake(1, deleted=True)) is None


@given(st.lists(st.tuples(st.integers(1, 30), st.sampled_from([1, 300, MOST_AT_ONCE // 2, MOST_AT_ONCE * 2]))))
def test_rows_are_in_a_row_and_not_too_long(wanted: list[tuple[int, int]]) -> None:
    messages = [(seq, plain(seq, size)) for seq, size in wanted]
    rows = in_rows(messages)
    assert [message for row in rows for message in row.messages] == messages
    for row in rows:
        assert [seq for seq, _ in row.messages] == list(range(row.first, row.last + 1))
        assert len(row.messages) == 1 or sum(len(text) for _, text in row.messages) <= MOST_AT_ONCE


@given(st.lists(st.lists(st.integers(0, 4), max_size=8), max_size=6), st.integers(3, 9))
def test_repeated_and_late_ones_are_sent_once(batches: list[list[int]], sent: int) -> None:
    """Each number says how far behind the newest message a wake is; 0 is a new one."""
    office = Office()
    _, out = office.tab(sent)
    newest = 3
    for batch in batches:
        wakes = []
        for back in batch:
            newest += back == 0
            seq = max(newest - back, 1)
            wakes.append(Wake(1, ((seq, plain(seq)),)))
        office.hear(wakes)
    assert b"".join(out.pieces) == framed(range(sent + 1, newest + 1))
