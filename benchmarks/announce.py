"""uvicorn with its defaults on a free port, which says where it listens, as `reposto serve` does."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI


class Announcing(uvicorn.Server):
    """Prints its address once it takes requests."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        print(f"ready on http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}", flush=True)


def serve(app: FastAPI) -> None:
    """Until a signal."""
    Announcing(uvicorn.Config(app, port=0, access_log=False, log_level="warning")).run()
