"""The protocol of one connection, case by case."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reposto.delivery import wire
from reposto.delivery.session import (
    KEPT_ENDED,
    QUESTIONS_PER_MINUTE,
    Cancel,
    Close,
    Fetch,
    Question,
    Send,
    SessionProtocol,
)


def plain(seq: int) -> bytes:
    return orjson.dumps({"session_id": 1, "seq": seq, "content": "x"})


def sent(outputs: list[Any]) -> list[dict[str, Any]]:
    return [orjson.loads(output.payload) for output in outputs if isinstance(output, Send)]


def opened(*, after: int | None = None, last_seq: int = 0, speaks_v1: bool = True) -> SessionProtocol:
    protocol = SessionProtocol(1, speaks_v1=speaks_v1)
    protocol.open(after=after, epoch=None, server_epoch="e", last_seq=last_seq)
    return protocol


def test_without_a_cursor_it_starts_live_at_the_present() -> None:
    protocol = SessionProtocol(1, speaks_v1=True)
    outputs = protocol.open(after=None, epoch=None, server_epoch="e", last_seq=5)
    assert sent(outputs) == [{"type": "ready", "session_id": 1, "last_seq": 5, "epoch": "e", "jobs": []}]
    assert sent(protocol.wake(6, plain(6)))[0]["seq"] == 6


def test_ready_comes_first_although_something_was_said_meanwhile() -> None:
    protocol = SessionProtocol(1, speaks_v1=True)
    protocol.wake(6, plain(6))
    outputs = protocol.open(after=None, epoch=None, server_epoch="e", last_seq=5)
    assert [(frame["type"], frame["last_seq"]) for frame in sent(outputs)] == [("ready", 6)]
    assert [frame["seq"] for frame in sent(protocol.wake(7, plain(7)))] == [7]


def test_with_a_cursor_it_replays_and_then_says_ready() -> None:
    protocol = SessionProtocol(1, speaks_v1=True)
    assert protocol.open(after=1, epoch="e", server_epoch="e", last_seq=3) == [Fetch(1, 3)]
    frames = sent(protocol.history([(2, plain(2)), (3, plain(3))]))
    assert [frame["type"] for frame in frames] == ["message", "message", "ready"]
    assert frames[-1]["last_seq"] == 3


@pytest.mark.parametrize(("after", "epoch"), [(9, "e"), (9, None), (2, "another")])
def test_a_cursor_that_is_not_of_this_database_is_reset(after: int, epoch: str | None) -> None:
    protocol = SessionProtocol(1, speaks_v1=True)
    outputs = protocol.open(after=after, epoch=epoch, server_epoch="e", last_seq=3)
    assert sent(outputs) == [{"type": "reset", "epoch": "e"}]
    assert outputs[-1] == Fetch(0, 3)


def test_a_plain_client_gets_only_plain_messages() -> None:
    protocol = SessionProtocol(1, speaks_v1=False)
    outputs = protocol.open(after=9, epoch=None, server_epoch="e", last_seq=1)
    outputs += protocol.history([(1, plain(1))])
    outputs += protocol.received('{"type":"ping"}', now=0.0)
    outputs += protocol.received('{"type":"nonsense"}', now=0.0)
    outputs += protocol.progress({"job_id": "j", "rev": 1, "state": "running"}, b"{}")
    assert sent(outputs) == [orjson.loads(plain(1))]


def test_a_gap_is_fetched_and_what_follows_waits() -> None:
    protocol = opened(last_seq=1)
    assert protocol.wake(3, plain(3)) == [Fetch(1, 3)]
    assert [frame["seq"] for frame in sent(protocol.history([(2, plain(2))]))] == [2, 3]


def test_a_wake_that_promises_too_much_ends_in_one_read() -> None:
    protocol = opened(last_seq=1)
    assert protocol.wake(5) == [Fetch(1, 5)]
    assert protocol.history([]) == []


def test_a_wake_during_a_read_is_not_forgotten() -> None:
    protocol = opened(last_seq=1)
    protocol.wake(2)
    assert protocol.wake(3) == []
    assert protocol.history([]) == [Fetch(1, 3)]


def test_progress_only_grows_and_ready_carries_the_newest() -> None:
    protocol = SessionProtocol(1, speaks_v1=True)
    newest = {"job_id": "j", "rev": 4, "state": "running"}
    assert protocol.progress(newest, b"{}") == []
    outputs = protocol.open(
        after=None, epoch=None, server_epoch="e", last_seq=0, jobs=[{"job_id": "j", "rev": 2, "state": "queued"}]
    )
    assert sent(outputs)[0]["jobs"] == [newest]
    assert protocol.progress({"job_id": "j", "rev": 4, "state": "running"}, b"{}") == []
    assert protocol.progress({"job_id": "j", "rev": 5, "state": "done"}, b"{}") == [Send(b"{}")]


def test_a_job_that_ended_during_the_replay_is_not_shown_as_running() -> None:
    protocol = SessionProtocol(1, speaks_v1=True)
    protocol.progress({"job_id": "j", "rev": 5, "state": "done"}, b"{}")
    outputs = protocol.open(
        after=None, epoch=None, server_epoch="e", last_seq=0, jobs=[{"job_id": "j", "rev": 2, "state": "running"}]
    )
    assert sent(outputs)[0]["jobs"] == []


@pytest.mark.parametrize("text", ["Qual a demanda?", "[1, 2]", '"texto"', "{ quebrado", "12"])
def test_what_is_no_json_object_is_a_question(text: str) -> None:
    assert opened().received(text, now=0.0) == [Question(text, None)]


def test_typed_frames() -> None:
    protocol = opened()
    question = '{"type":"question","client_id":"c","content":"oi"}'
    assert protocol.received(question, now=0.0) == [Question("oi", "c")]
    assert protocol.received('{"type":"cancel","job_id":"j"}', now=0.0) == [Cancel("j")]
    assert sent(protocol.received('{"type":"ping"}', now=0.0)) == [{"type": "pong"}]


def test_a_refused_frame_names_its_client_id_and_the_connection_stays() -> None:
    protocol = opened()
    frame = sent(protocol.received('{"type":"question","client_id":"c","content":7}', now=0.0))[0]
    assert (frame["type"], frame["code"], frame["client_id"]) == ("error", "invalid", "c")
    assert sent(protocol.wake(1, plain(1)))[0]["seq"] == 1


def test_a_flood_is_refused_then_cut() -> None:
    protocol = opened()
    for _ in range(QUESTIONS_PER_MINUTE):
        assert protocol.received("oi", now=1.0) == [Question("oi", None)]
    first = sent(protocol.received("oi", now=2.0))[0]
    assert (first["code"], first["retry_after"]) == ("too_many", 59.0)
    assert sent(protocol.received("oi", now=2.0))[0]["code"] == "too_many"
    assert protocol.received("oi", now=2.0) == [Close(wire.CloseCode.TOO_MANY)]


def test_a_quiet_minute_forgives() -> None:
    protocol = opened()
    for _ in range(QUESTIONS_PER_MINUTE):
        protocol.received("oi", now=1.0)
    assert protocol.received("oi", now=61.5) == [Question("oi", None)]


def test_nothing_comes_out_of_a_closed_connection() -> None:
    protocol = opened(last_seq=1)
    protocol.close()
    assert protocol.wake(2, plain(2)) == []
    assert protocol.history([(2, plain(2))]) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["type", "content", "job_id", "client_id"]), inner),
    max_leaves=8,
)


@given(
    st.one_of(
        st.text(),
        JSON.map(
            lambda value: orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode() if not _too_big(value) else "0"
        ),
    )
)
def test_no_frame_raises(text: str) -> None:
    for speaks_v1 in (True, False):
        for output in opened(speaks_v1=speaks_v1).received(text, now=0.0):
            assert isinstance(output, (Send, Question, Cancel))


def _too_big(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):
        return True
    return False


def test_the_typed_frame_wraps_without_encoding_again() -> None:
    assert orjson.loads(wire.typed(plain(3))) == {"type": "message", **orjson.loads(plain(3))}


def test_a_tab_that_is_open_for_weeks_does_not_remember_every_job() -> None:
    protocol = opened()
    running = {"job_id": "still", "rev": 1, "state": "running"}
    protocol.progress(running, b"{}")
    for number in range(3 * KEPT_ENDED):
        protocol.progress({"job_id": f"j{number}", "rev": 1, "state": "running"}, b"{}")
        protocol.progress({"job_id": f"j{number}", "rev": 2, "state": "done"}, b"{}")
    assert len(protocol._revs) <= KEPT_ENDED + 1
    assert list(protocol._jobs) == ["still"]
    assert protocol.progress(running, b"{}") == []  # one that runs is never forgotten, nor one that ended just now
    assert protocol.progress({"job_id": f"j{3 * KEPT_ENDED - 1}", "rev": 1, "state": "running"}, b"{}") == []
