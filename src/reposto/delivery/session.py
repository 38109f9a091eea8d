"""The protocol of one connection, without I/O: what came in goes in, what must be done comes out.

The life of a connection:

    new --open()--> replaying --history() until caught up--> live --(wakes, history)--> live … closed

`sent` is the connection's cursor: everything up to it was handed to the socket, in order, once. Wakes are hints.
They may be lost, repeated, reordered or late; a wake whose copy is exactly the next message saves a read, every
other one only says how far the table may have grown. Because a connection is subscribed *before* `open` is told
where the session stands, and what arrives during the replay is kept, nothing falls between history and live.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import orjson

from reposto.delivery import wire
from reposto.model.errors import InvalidInput, RepostoError, TooMany

KEPT_COPIES = 16  # copies kept while a read is under way; more are read from the table again
QUESTIONS_PER_MINUTE = 120  # G7: number 121 is refused
KEPT_ENDED = 64  # ended jobs whose last `rev` is kept, against snapshots that come late
STRIKES = 3  # refused floods before the socket is closed with 4429
WINDOW_S = 60.0


@dataclass(frozen=True, slots=True)
class Send:
    """Hand these bytes to the socket as one text frame."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Fetch:
    """Read messages with `seq > after` from the table and give them to `history`; `known` is the newest we heard of."""

    after: int
    known: int


@dataclass(frozen=True, slots=True)
class Question:
    """The client asks."""

    content: str
    client_id: str | None


@dataclass(frozen=True, slots=True)
class Cancel:
    """The client wants an analysis to stop."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Close:
    """Close the socket with this code."""

    code: wire.CloseCode


Output = Send | Fetch | Question | Cancel | Close


class Phase(Enum):
    """Where a connection is in its life."""

    NEW = "new"
    REPLAYING = "replaying"
    LIVE = "live"
    CLOSED = "closed"


class SessionProtocol:
    """One connection's side of the contract."""

    __slots__ = (
        "_copies",
        "_fetching",
        "_jobs",
        "_known",
        "_received",
        "_revs",
        "_strikes",
        "_told_while_fetching",
        "epoch",
        "locale",
        "phase",
        "sent",
        "session_id",
        "speaks_v1",
    )

    def __init__(self, session_id: int, *, speaks_v1: bool, locale: str = "pt-BR") -> None:
        self.session_id = session_id
        self.speaks_v1 = speaks_v1
        self.locale = locale
        self.phase = Phase.NEW
        self.sent = 0
        self.epoch = ""
        self._known = 0  # the newest seq anybody told us of
        self._fetching = False
        self._told_while_fetching = False
        self._copies: dict[int, bytes] = {}
        self._jobs: dict[str, dict[str, Any]] = {}
        self._revs: dict[str, int] = {}
        self._received: deque[float] | None = None  # most tabs never say anything, and an empty one takes 0.7 KiB
        self._strikes = 0

    # ---------------------------------------------------------------- server side

    def open(
        self,
        *,
        after: int | None,
        epoch: str | None,
        server_epoch: str,
        last_seq: int,
        jobs: Sequence[dict[str, Any]] = (),
    ) -> list[Output]:
        """Begin. `last_seq` and `jobs` must have been read after this connection was subscribed."""
        self.epoch = server_epoch
        for job in jobs:
            self._note_job(job)
        self._known = max(self._known, last_seq)
        outputs: list[Output] = []
        if after is None:
            self.sent = self._known  # `ready` comes first, and says up to where the client must read by itself
        elif after > last_seq or (epoch is not None and epoch != server_epoch and after > 0):
            self.sent = 0
            if self.speaks_v1:
                outputs.append(Send(wire.encode_reset(server_epoch)))
        else:
            self.sent = after
        self.phase = Phase.REPLAYING
        return outputs + self._advance()

    def history(self, messages: Sequence[tuple[int, bytes]]) -> list[Output]:
        """What a Fetch read: (seq, plain message bytes), ascending; empty when there was nothing newer."""
        if self.phase is Phase.CLOSED:
            return []
        self._fetching = False
        outputs: list[Output] = []
        for seq, plain in messages:
            if seq == self.sent + 1:
                outputs.append(self._deliver(seq, plain))
        if not outputs and not self._told_while_fetching:
            self._known = self.sent  # a wake spoke of more than there is: the table wins
        self._told_while_fetching = False
        return outputs + self._advance()

    def take(self, first: int, last: int) -> bool:
        """The shortest way, for most messages: they are the next ones, and nothing else is under way.

        Then they count as sent, and the caller must send them, which spares each tab what is the same for all.
        """
        if first != self.sent + 1 or self.phase is not Phase.LIVE or self._fetching or self._copies:
            return False
        self.sent = self._known = last
        return True

    def wake(self, seq: int, plain: bytes | None = None) -> list[Output]:
        """A hint that the session has reached `seq`, perhaps with a copy of that message."""
        if self.phase is Phase.CLOSED or seq <= self.sent:
            return []
        self._known = max(self._known, seq)
        if plain is not None and len(self._copies) < KEPT_COPIES:
            self._copies[seq] = plain
        if self.phase is Phase.NEW:
            return []
        if self._fetching:
            self._told_while_fetching = True
            return []
        return self._advance()

    def progress(self, job: dict[str, Any], frame: bytes) -> list[Output]:
        """A newer (or older, or repeated) snapshot of a job."""
        if self.phase is Phase.CLOSED or not self._note_job(job):
            return []
        if self.phase is Phase.LIVE and self.speaks_v1:
            return [Send(frame)]
        return []

    def close(self) -> None:
        """The connection is gone; nothing more comes out."""
        self.phase = Phase.CLOSED
        self._copies.clear()

    def _advance(self) -> list[Output]:
        """Send what is at hand, fetch what is not, and say `ready` when caught up for the first time."""
        outputs: list[Output] = []
        while (plain := self._copies.pop(self.sent + 1, None)) is not None:
            outputs.append(self._deliver(self.sent + 1, plain))
        for seq in [seq for seq in self._copies if seq <= self.sent]:
            del self._copies[seq]
        if self.sent < self._known:
            self._fetching = True
            return [*outputs, Fetch(self.sent, self._known)]
        if self.phase is Phase.REPLAYING:
            self.phase = Phase.LIVE
            if self.speaks_v1:
                frame = wire.encode_ready(self.session_id, self.sent, self.epoch, list(self._jobs.values()))
                outputs.append(Send(frame))
        return outputs

    def _deliver(self, seq: int, plain: bytes) -> Send:
        self.sent = seq
        self._known = max(self._known, seq)
        return Send(wire.typed(plain) if self.speaks_v1 else plain)

    def _note_job(self, job: dict[str, Any]) -> bool:
        job_id, rev = job["job_id"], job["rev"]
        if rev <= self._revs.get(job_id, -1):
            return False
        self._revs.pop(job_id, None)  # back in as the newest
        self._revs[job_id] = rev
        if wire.JobState(job["state"]).ended:
            self._jobs.pop(job_id, None)
            if len(self._revs) > len(self._jobs) + KEPT_ENDED:
                del self._revs[next(known for known in self._revs if known not in self._jobs)]
        else:
            self._jobs[job_id] = job
        return True

    # ---------------------------------------------------------------- client side

    def received(self, text: str, *, now: float) -> list[Output]:
        """A text frame from the client; `now` in monotonic seconds. Never raises, whatever the text is."""
        refused = self._count(now)
        if refused is not None:
            return refused
        frame = _parse(text)
        if frame is None:
            return [Question(text, None)]
        try:
            return self._handle(frame)
        except RepostoError as error:
            client_id = frame.get("client_id")
            return self.refuse(error, client_id if isinstance(client_id, str) else None)

    def refuse(self, error: RepostoError, client_id: str | None = None) -> list[Output]:
        """Tell the client that its frame was refused; one that speaks no protocol can't be told."""
        if not self.speaks_v1:
            return []
        return [Send(wire.encode_error(error, self.locale, client_id))]

    def _handle(self, frame: dict[str, Any]) -> list[Output]:
        kind = frame.get("type")
        if kind == "ping":
            return [Send(wire.PONG)] if self.speaks_v1 else []
        if kind == "question":
            return [Question(_string(frame, "content"), _string(frame, "client_id", optional=True) or None)]
        if kind == "cancel":
            return [Cancel(_string(frame, "job_id"))]
        raise InvalidInput("Tipo de mensagem desconhecido.", "Unknown frame type.")

    def _count(self, now: float) -> list[Output] | None:
        if self._received is None:
            self._received = deque()
        while self._received and self._received[0] <= now - WINDOW_S:
            self._received.popleft()
        if len(self._received) < QUESTIONS_PER_MINUTE:
            self._received.append(now)
            return None
        self._strikes += 1
        if self._strikes >= STRIKES:
            return [Close(wire.CloseCode.TOO_MANY)]
        wait = round(self._received[0] + WINDOW_S - now, 1)
        return self.refuse(TooMany(retry_after=wait))


def _parse(text: str) -> dict[str, Any] | None:
    """The JSON object that a frame is, or None: then it is a question, its text as it is."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        value = orjson.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _string(frame: dict[str, Any], name: str, *, optional: bool = False) -> str:
    value = frame.get(name)
    if value is None and optional:
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"O campo {name!r} deve ser um texto.", f"Field {name!r} must be a text.")
    return value
