"""What one would write in an afternoon: FastAPI, a dict of sockets, `send_json` to each in turn, redis-py psubscribe.

python -m benchmarks.push_peers.naive REDIS_URL
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from redis.asyncio import Redis

from benchmarks.announce import serve


class Manager:
    """session -> sockets."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(url)
        self._sockets: dict[str, list[WebSocket]] = {}

    async def chat(self, websocket: WebSocket, session_id: str) -> None:
        """A tab."""
        await websocket.accept()
        members = self._sockets.setdefault(session_id, [])
        members.append(websocket)
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            members.remove(websocket)

    async def listen(self) -> None:
        """From Redis to the tabs."""
        async with self._redis.pubsub() as pubsub:
            await pubsub.psubscribe("session:*")
            async for event in pubsub.listen():
                if event["type"] != "pmessage":
                    continue
                message = json.loads(event["data"])
                for websocket in list(self._sockets.get(str(message["session_id"]), ())):
                    try:
                        await websocket.send_json(message)
                    except (WebSocketDisconnect, RuntimeError):
                        self._sockets[str(message["session_id"])].remove(websocket)


def build(url: str) -> FastAPI:
    """Its routes."""
    manager = Manager(url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(manager.listen())
        yield
        task.cancel()

    app = FastAPI(lifespan=lifespan)
    app.websocket("/ws/{session_id}")(manager.chat)
    return app


if __name__ == "__main__":
    serve(build(sys.argv[1]))
