"""How a process that committed something tells the processes that have tabs open. Every wake is only a hint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from reposto.conversation.change import Change
from reposto.delivery import wire
from reposto.model.clock import utc_now


class Wake(NamedTuple):  # not a dataclass: a frozen one takes four times as long to make, for each message there is
    """What happened in a session: messages as (seq, plain bytes), job snapshots as (data, frame), or its end."""

    session_id: int
    messages: tuple[tuple[int, bytes], ...] = ()
    progress: tuple[tuple[dict[str, Any], bytes], ...] = ()
    deleted: bool = False
    results: tuple[tuple[str, str], ...] = ()  # (sku, job id) of finished analyses among the messages, for the log
    at: float = 0.0  # wall clock right after the commit, in seconds; 0: not known


def joined(first: Wake, second: Wake) -> Wake | None:
    """Both as one, if the first brings messages alone; None where that would change the order of what tabs see."""
    if first.progress or first.deleted or second.deleted:
        return None
    return Wake(
        first.session_id,
        first.messages + second.messages,
        second.progress,
        False,
        first.results + second.results,
        first.at,
    )


def wake_for(change: Change) -> Wake:
    """Encode a change once, for all who listen."""
    return Wake(
        change.session_id,
        tuple((message.seq, wire.encode_message(message)) for message in change.messages),
        tuple((wire.snapshot(job), wire.encode_progress(job)) for job in change.jobs),
        change.deleted,
        tuple(_results(change)),
        utc_now().timestamp(),
    )


def _results(change: Change) -> Iterator[tuple[str, str]]:
    for message in change.messages:
        metadata = message.metadata or {}
        if metadata.get("type") == "analysis_result":
            yield metadata["sku"], metadata["job_id"]


@dataclass(frozen=True, slots=True)
class BusState:
    """How a bus is, for readiness and metrics."""

    kind: str  # memory | redis
    connected: bool = True
    silent_seconds: float = 0.0  # since it was last heard; a bus that works hears itself
    published: int = 0
    received: int = 0
    failed: int = 0  # publications that were given up; the sweep heals them
    reconnects: int = 0


class Bus(Protocol):
    """Carries wakes to whoever listens; may lose, repeat, delay and reorder them."""

    def publish(self, wake: Wake) -> None:
        """Tell everybody who listens to the session. Callable from any thread."""

    def subscribe(self, session_id: int) -> None:
        """This process has a tab of the session."""

    def unsubscribe(self, session_id: int) -> None:
        """It no longer has one."""

    def listen(self, listener: Callable[[Wake], None], on_note: Callable[[dict[str, str]], None] | None = None) -> None:
        """Who gets the wakes, and the notes to every process, on the event loop."""

    def tell(self, note: dict[str, str]) -> None:
        """A note to every process, such as a job that was cancelled. Callable from any thread."""

    def state(self) -> BusState:
        """For readiness and metrics."""

    async def start(self) -> None:
        """Begin; what it connects to may be away."""

    async def stop(self) -> None:
        """Let go."""


class MemoryBus:
    """The bus of a single process: a call on its event loop."""

    def __init__(self, schedule: Callable[[Callable[[Wake], None], Wake], object]) -> None:
        self._schedule = schedule  # runs a function on the event loop, from any thread
        self._listener: Callable[[Wake], None] = lambda _wake: None
        self._published = 0

    def listen(
        self, listener: Callable[[Wake], None], _on_note: Callable[[dict[str, str]], None] | None = None
    ) -> None:
        """Who gets the wakes, on the event loop."""
        self._listener = listener

    def tell(self, note: dict[str, str]) -> None:
        """There is no other process."""

    async def start(self) -> None:
        """It is there."""

    async def stop(self) -> None:
        """It goes with the process."""

    def publish(self, wake: Wake) -> None:
        """Hand it over; harmless when the loop is gone."""
        self._published += 1
        self._schedule(self._listener, wake)

    def subscribe(self, session_id: int) -> None:
        """All wakes are here already."""

    def unsubscribe(self, session_id: int) -> None:
        """Nothing to give back."""

    def state(self) -> BusState:
        """It is part of the process: as long as that lives, it works."""
        return BusState("memory", published=self._published, received=self._published)
