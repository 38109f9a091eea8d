"""What must hold after every fault, as set arithmetic on questions, answers and what each tab was shown.

After Jepsen's total-queue checker: acknowledged but not stored is lost, stored twice is doubled, seen but never
stored is invented. Run it after the system has had time to drain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from tests.support.tabs import ENDINGS, Tab


def kind(message: dict[str, Any]) -> str:
    """The metadata's type, or empty."""
    return str((message.get("metadata") or {}).get("type", ""))


def check_history(history: Sequence[dict[str, Any]]) -> None:
    """A stored conversation: no gap, no question twice, each announced analysis ended exactly once."""
    seqs = [message["seq"] for message in history]
    assert seqs == list(range(1, len(seqs) + 1)), f"gaps or repeats in {seqs}"
    client_ids = [m["metadata"]["client_id"] for m in history if m["sender"] == "human" and m["metadata"]]
    assert not _repeated(client_ids), f"questions stored twice: {_repeated(client_ids)}"
    started = [m["metadata"]["job_id"] for m in history if kind(m) == "analysis_started"]
    ended = [m["metadata"]["job_id"] for m in history if kind(m) in ENDINGS]
    assert not _repeated(ended), f"analyses ended twice: {_repeated(ended)}"
    assert set(ended) <= set(started), f"ended without having begun: {set(ended) - set(started)}"
    assert set(started) <= set(ended), f"never ended: {set(started) - set(ended)}"
    answered = {m["metadata"].get("in_reply_to") for m in history if m["sender"] != "human" and m["metadata"]}
    unanswered = [m["seq"] for m in history if m["sender"] == "human" and m["seq"] not in answered]
    assert not unanswered, f"questions without any reply: {unanswered}"


def check_tab(tab: Tab, history: Sequence[dict[str, Any]]) -> None:
    """What one tab was shown: each connection ascending without repeats, and in the end exactly the history."""
    for number, connection in enumerate(tab.connections):
        assert connection.seqs == sorted(set(connection.seqs)), f"connection {number}: {connection.seqs}"
        if connection.seqs:
            first, last = connection.seqs[0], connection.seqs[-1]
            assert connection.seqs == list(range(first, last + 1)), f"connection {number} has gaps"
    stored = {message["seq"]: message for message in history}
    shown = {seq: {k: v for k, v in frame.items() if k != "type"} for seq, frame in tab.messages.items()}
    assert shown == stored, (
        f"lost {sorted(stored.keys() - shown.keys())}, invented {sorted(shown.keys() - stored.keys())}"
    )


def check_questions(history: Sequence[dict[str, Any]], sent: Iterable[str]) -> None:
    """Every question that a tab has sent (and repeated until it saw it stored) is there, and nothing else."""
    stored = {m["metadata"]["client_id"] for m in history if m["sender"] == "human" and m["metadata"]}
    assert stored == set(sent), f"lost {set(sent) - stored}, invented {stored - set(sent)}"


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]
