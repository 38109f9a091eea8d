"""Framed JSON between the server and its worker processes: four bytes of length, then the object."""

from __future__ import annotations

import struct
import threading
from typing import IO, Any

import orjson

from reposto.delivery.bus import Wake

HEADER = struct.Struct("!I")


class Channel:
    """One direction of a pipe; sending is safe from several threads."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, data: dict[str, Any]) -> None:
        """Write one object; raises BrokenPipeError when nobody reads any more."""
        frame = pack(data)
        with self._lock:
            view = memoryview(frame)
            while view:
                view = view[self._stream.write(view) or 0 :]

    def receive(self) -> dict[str, Any] | None:
        """Read one object; None at the end."""
        header = self._exactly(HEADER.size)
        if header is None:
            return None
        body = self._exactly(HEADER.unpack(header)[0])
        return None if body is None else orjson.loads(body)

    def _exactly(self, size: int) -> bytes | None:
        data = b""
        while len(data) < size:
            chunk = self._stream.read(size - len(data))
            if not chunk:
                return None
            data += chunk
        return data


def pack(data: dict[str, Any]) -> bytes:
    """One framed object."""
    body = orjson.dumps(data)
    return HEADER.pack(len(body)) + body


def encode_wake(wake: Wake) -> dict[str, Any]:
    """A wake as JSON-ready data."""
    return {
        "session_id": wake.session_id,
        "messages": [[seq, plain.decode()] for seq, plain in wake.messages],
        "progress": [[data, frame.decode()] for data, frame in wake.progress],
        "deleted": wake.deleted,
        "results": [list(result) for result in wake.results],
        "at": wake.at,
    }


def decode_wake(data: dict[str, Any]) -> Wake:
    """The wake that `encode_wake` wrote."""
    return Wake(
        session_id=data["session_id"],
        messages=tuple((seq, plain.encode()) for seq, plain in data["messages"]),
        progress=tuple((job, frame.encode()) for job, frame in data["progress"]),
        deleted=data["deleted"],
        results=tuple((sku, job_id) for sku, job_id in data["results"]),
        at=data.get("at", 0.0),
    )
