"""A browser tab as a program: keeps its cursor, comes back when cut off, and records what it was shown."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

RETRY_S = 0.15  # shorter than the page's, so that many faults fit into a test
ENDINGS = frozenset({"analysis_result", "analysis_error", "analysis_cancelled"})
RETRYABLE = frozenset({"storage_busy", "too_many"})  # as frontend/src/client/state.ts


@dataclass(slots=True)
class Received:
    """One connection's messages, as (seq, message)."""

    seqs: list[int] = field(default_factory=list)
    closed_with: int | None = None


class Tab:
    """One open conversation. `run()` stays connected until `leave()`; `messages` is what a buyer would see."""

    retry_s = RETRY_S
    open_within_s = 5.0

    def __init__(self, base: str, token: str, session_id: int, *, after: int | None = 0) -> None:
        self.base, self.token, self.session_id = base, token, session_id
        self.messages: dict[int, dict[str, Any]] = {}
        self.connections: list[Received] = []
        self.shown_at: dict[int, float] = {}  # seq -> when it was first shown, in seconds since 1970
        self.progress: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []
        self.ready = asyncio.Event()
        self.resets = 0
        self._after = after
        self._epoch: str | None = None
        self._socket: ClientConnection | None = None
        self._leaving = False
        self._changed = asyncio.Condition()
        self._again: asyncio.Task[None] | None = None
        self._started: set[str] = set()  # job ids
        self._ended: set[str] = set()
        self._unanswered: dict[str, str] = {}  # client_id -> content, sent again until stored

    @property
    def cursor(self) -> int | None:
        return max(self.messages) if self.messages else self._after

    @property
    def has_unanswered(self) -> bool:
        """Whether something was asked that hasn't come back as stored."""
        return bool(self._unanswered)

    @property
    def open_analyses(self) -> int:
        """How many analyses were announced and have not ended, as far as this tab has seen."""
        return len(self._started - self._ended)

    async def run(self) -> None:
        """Stay connected."""
        while not self._leaving:
            with contextlib.suppress(OSError, ConnectionClosed, InvalidHandshake, EOFError, TimeoutError):
                await self._connect_once()
            self.ready.clear()
            if not self._leaving:
                await asyncio.sleep(self.retry_s * random.uniform(0.5, 1.5))

    async def _connect_once(self) -> None:
        query = "" if self.cursor is None else f"?after={self.cursor}"
        if self._epoch and query:
            query += f"&epoch={self._epoch}"
        url = f"{self.base.replace('http', 'ws', 1)}/api/chat/ws/{self.session_id}{query}"
        async with connect(
            url,
            additional_headers={"Authorization": f"Bearer {self.token}"},
            subprotocols=[Subprotocol("reposto.v1")],
            open_timeout=self.open_within_s,
            close_timeout=1,
            max_size=None,
            proxy=None,
        ) as socket:
            self._socket = socket
            received = Received()
            self.connections.append(received)
            try:
                async for raw in socket:
                    await self._take(orjson.loads(raw), received)
            finally:
                self._socket = None
                received.closed_with = socket.close_code

    async def _take(self, frame: dict[str, Any], received: Received) -> None:
        kind = frame["type"]
        if kind == "message":
            received.seqs.append(frame["seq"])
            self.shown_at.setdefault(frame["seq"], time.time())
            self.messages[frame["seq"]] = frame
            self._note(frame.get("metadata") or {})
        elif kind == "ready":
            self._epoch = frame["epoch"]
            self.ready.set()
            for client_id, content in list(self._unanswered.items()):
                await self._send_question(client_id, content)
        elif kind == "reset":
            for known in (self.messages, self._started, self._ended):
                known.clear()
            self.resets += 1
        elif kind == "progress":
            self.progress.append(frame)
        elif kind == "error":
            self.errors.append(frame)
            if frame["code"] in RETRYABLE:
                self._again = asyncio.create_task(self._ask_again())
            else:
                self._unanswered.pop(frame.get("client_id", ""), None)
        async with self._changed:
            self._changed.notify_all()

    def _note(self, metadata: dict[str, Any]) -> None:
        self._unanswered.pop(metadata.get("client_id", ""), None)
        kind = metadata.get("type")
        if kind == "analysis_started":
            self._started.add(metadata["job_id"])
        elif kind in ENDINGS:
            self._ended.add(metadata["job_id"])

    async def _ask_again(self) -> None:
        """What was refused for the moment stays asked, as on the page."""
        await asyncio.sleep(RETRY_S * 2)
        for client_id, content in list(self._unanswered.items()):
            await self._send_question(client_id, content)

    async def ask(self, content: str) -> str:
        """Send a question now, and again after every reconnect until it comes back stored; returns its client id."""
        client_id = str(uuid.uuid4())
        self._unanswered[client_id] = content
        await self._send_question(client_id, content)
        return client_id

    async def _send_question(self, client_id: str, content: str) -> None:
        if self._socket is None:
            return
        frame = {"type": "question", "client_id": client_id, "content": content}
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send(orjson.dumps(frame).decode())

    async def cancel(self, job_id: str) -> None:
        """Ask for an analysis to stop."""
        assert self._socket is not None
        await self._socket.send(orjson.dumps({"type": "cancel", "job_id": job_id}).decode())

    def reset_connection(self) -> None:
        """Cut the TCP connection without a goodbye (RST)."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def leave(self) -> None:
        """Close for good."""
        self._leaving = True
        if self._socket is not None:
            await self._socket.close()

    async def wait_for(self, condition: Any, within: float = 30.0) -> None:
        """Until `condition(self)` holds."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: condition(self))

    def delay(self, message: dict[str, Any]) -> float:
        """Seconds from the message's time stamp to its being shown here."""
        return self.shown_at[message["seq"]] - datetime.fromisoformat(message["criado_em"]).timestamp()

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """Messages whose metadata says this type, in order."""
        ordered = [self.messages[seq] for seq in sorted(self.messages)]
        return [message for message in ordered if (message.get("metadata") or {}).get("type") == kind]
