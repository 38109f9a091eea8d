"""How a process that committed something tells the processes that have tabs open. Every wake is only a hint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from reposto.conversation.change import Change
from reposto.delivery import wire


@dataclass(frozen=True, slots=True)
class Wake:
    """What happened in a session: messages as (seq, plain bytes), job snapshots as (data, frame), or its end."""

    session_id: int
    messages: tuple[tuple[int, bytes], ...] = ()
    progress: tuple[tuple[dict[str, Any], bytes], ...] = ()
    deleted: bool = False
    results: tuple[tuple[str, str], ...] = ()  # (sku, job id) of finished analyses among the messages, for the log


def wake_for(change: Change) -> Wake:
    """Encode a change once, for all who listen."""
    return Wake(
        change.session_id,
        tuple((message.seq, wire.encode_message(message)) for message in change.messages),
        tuple((wire.snapshot(job), wire.encode_progress(job)) for job in change.jobs),
        change.deleted,
        tuple(_results(change)),
    )


def _results(change: Change) -> Iterator[tuple[str, str]]:
    for message in change.messages:
        metadata = message.metadata or {}
        if metadata.get("type") == "analysis_result":
            yield metadata["sku"], metadata["job_id"]


class Bus(Protocol):
    """Carries wakes to whoever listens; may lose, repeat, delay and reorder them."""

    def publish(self, wake: Wake) -> None:
        """Tell everybody who listens to the session. Callable from any thread."""

    def subscribe(self, session_id: int) -> None:
        """This process has a tab of the session."""

    def unsubscribe(self, session_id: int) -> None:
        """It no longer has one."""


class MemoryBus:
    """The bus of a single process: a call on its event loop."""

    def __init__(self, schedule: Callable[[Callable[[Wake], None], Wake], object]) -> None:
        self._schedule = schedule  # runs a function on the event loop, from any thread
        self._listener: Callable[[Wake], None] = lambda _wake: None

    def listen(self, listener: Callable[[Wake], None]) -> None:
        """Who gets the wakes, on the event loop."""
        self._listener = listener

    def publish(self, wake: Wake) -> None:
        """Hand it over; harmless when the loop is gone."""
        self._schedule(self._listener, wake)

    def subscribe(self, session_id: int) -> None:
        """All wakes are here already."""

    def unsubscribe(self, session_id: int) -> None:
        """Nothing to give back."""
