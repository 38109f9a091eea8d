"""What one would write in an afternoon, to stand beside reposto: python -m benchmarks.naive HOME.

FastAPI, a dict from session to sockets, `await send_json` to each in turn, a row per message in SQLite (WAL,
synchronous=FULL, as reposto). What it leaves out: login, origins, limits; understanding the question; jobs, workers in
other processes, leases, retries, progress; `seq` that is safe with several writers, cursors, replay after a
disconnection, the sweep; bounded buffers. Its results come from a thread of its own process.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
import time
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect

from benchmarks.announce import serve
from benchmarks.homes import ANSWER
from benchmarks.load_child import wait_until
from benchmarks.records import Commit, Recorder
from reposto.model.clock import utc_now

ACKNOWLEDGED = "Vou consultar a demanda, os preços, a logística e a compra. Aviso quando terminar."


class Table:
    """`chat_messages`, much reduced; one connection per thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self.connect().execute(
            "CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, session_id INTEGER, seq INTEGER,"
            " sender TEXT, content TEXT, criado_em TEXT, metadata TEXT, UNIQUE (session_id, seq))"
        )

    def connect(self) -> sqlite3.Connection:
        """This thread's connection."""
        if not hasattr(self._local, "connection"):
            self._local.connection = sqlite3.connect(self._path, isolation_level=None)
            self._local.connection.execute("PRAGMA journal_mode=WAL")
            self._local.connection.execute("PRAGMA synchronous=FULL")
        connection: sqlite3.Connection = self._local.connection
        return connection

    def add(self, session_id: int, *messages: tuple[str, str, Any]) -> list[dict[str, Any]]:
        """Store (sender, content, metadata) each, in one transaction."""
        connection = self.connect()
        connection.execute("BEGIN IMMEDIATE")
        query = "SELECT coalesce(max(seq), 0) FROM messages WHERE session_id = ?"
        seq = connection.execute(query, (session_id,)).fetchone()[0]
        stored = []
        for number, (sender, content, metadata) in enumerate(messages, seq + 1):
            now = utc_now().isoformat()
            row = (session_id, number, sender, content, now, orjson.dumps(metadata).decode())
            cursor = connection.execute(
                "INSERT INTO messages (session_id, seq, sender, content, criado_em, metadata) VALUES (?,?,?,?,?,?)", row
            )
            names = ("id", "session_id", "seq", "sender", "content", "criado_em", "metadata")
            stored.append(dict(zip(names, (cursor.lastrowid, *row[:-1], metadata), strict=True)))
        connection.execute("COMMIT")
        return stored

    def read(self, session_id: int, after: int) -> list[dict[str, Any]]:
        """What a poll asks for."""
        query = (
            "SELECT id, session_id, seq, sender, content, criado_em, metadata FROM messages"
            " WHERE session_id = ? AND seq > ? ORDER BY seq LIMIT 100"
        )
        names = ("id", "session_id", "seq", "sender", "content", "criado_em")
        rows = self.connect().execute(query, (session_id, after)).fetchall()
        return [{**dict(zip(names, row[:-1], strict=True)), "metadata": orjson.loads(row[-1])} for row in rows]


class Naive:
    """The server."""

    def __init__(self, home: Path) -> None:
        self._table = Table(home / "naive.sqlite")
        self._recorder = Recorder(home)
        self._answer: dict[str, Any] = orjson.loads((home / ANSWER).read_bytes())
        self._sockets: dict[int, list[WebSocket]] = {}
        self._finished: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def chat(self, websocket: WebSocket, session_id: int) -> None:
        """A tab: what it asks is stored and acknowledged."""
        await websocket.accept()
        members = self._sockets.setdefault(session_id, [])
        members.append(websocket)
        try:
            while True:
                question = await websocket.receive_text()
                metadata = {"type": "analysis_started", "async": True}
                stored = self._table.add(session_id, ("human", question, None), ("agent", ACKNOWLEDGED, metadata))
                for message in stored:
                    await self._send(session_id, message)
        except WebSocketDisconnect:
            members.remove(websocket)

    async def load(self, request: Request) -> dict[str, int]:
        """Results of (session, due) each."""
        plan: list[tuple[int, int]] = orjson.loads(await request.body())
        loop = asyncio.get_running_loop()
        if self._task is None:
            self._task = asyncio.create_task(self._push_finished())
        threading.Thread(target=self._finish, args=(plan, loop), daemon=True).start()
        return {"planned": len(plan)}

    def messages(self, session_id: int, after: int = 0) -> list[dict[str, Any]]:
        """The history, for those who poll."""
        return self._table.read(session_id, after)

    def _finish(self, plan: list[tuple[int, int]], loop: asyncio.AbstractEventLoop) -> None:
        for session_id, due in plan:
            wait_until(due)
            before = time.monotonic_ns()
            (message,) = self._table.add(session_id, ("ai", self._answer["content"], self._answer["metadata"]))
            after = time.monotonic_ns()
            self._recorder.write(Commit(session_id, message["seq"], due, before, after))
            loop.call_soon_threadsafe(self._finished.put_nowait, message)

    async def _push_finished(self) -> None:
        while True:
            message = await self._finished.get()
            await self._send(message["session_id"], message)

    async def _send(self, session_id: int, message: dict[str, Any]) -> None:
        for websocket in list(self._sockets.get(session_id, ())):
            try:
                await websocket.send_json(message)
            except (WebSocketDisconnect, RuntimeError):
                self._sockets[session_id].remove(websocket)


def build(home: Path) -> FastAPI:
    """Its routes."""
    naive = Naive(home)
    app = FastAPI()
    app.websocket("/ws/{session_id}")(naive.chat)
    app.post("/load")(naive.load)
    app.get("/messages/{session_id}")(naive.messages)
    return app


if __name__ == "__main__":
    serve(build(Path(sys.argv[1])))
