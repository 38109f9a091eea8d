"""python-socketio with its Redis manager under uvicorn: python -m benchmarks.push_peers.python_socketio REDIS_URL."""

from __future__ import annotations

import sys
from typing import Any

import socketio

from benchmarks.announce import serve


def build(url: str) -> Any:
    """A room per session."""
    server = socketio.AsyncServer(async_mode="asgi", client_manager=socketio.AsyncRedisManager(url))

    async def join(sid: str, session_id: str) -> bool:
        await server.enter_room(sid, session_id)
        return True

    server.on("join", join)
    return socketio.ASGIApp(server)


if __name__ == "__main__":
    serve(build(sys.argv[1]))
