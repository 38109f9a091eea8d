"""Frames between the server and its worker processes: four bytes of length, then an object in JSON, or a wake."""

from __future__ import annotations

import struct
import threading
from typing import IO, Any

import orjson

from reposto.delivery.bus import Wake
from reposto.delivery.wakes import ORIGIN_BYTES, pack_wake

HEADER = struct.Struct("!I")
WAKE = bytes(ORIGIN_BYTES)  # a wake begins with it, and an object with a brace


class Channel:
    """One direction of a pipe; sending is safe from several threads."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, data: dict[str, Any]) -> None:
        """Write one object; raises BrokenPipeError when nobody reads any more."""
        self._write(pack(data))

    def send_wake(self, wake: Wake) -> None:
        """Write a wake, with its messages as they go to the tabs."""
        self._write(framed(pack_wake(WAKE, wake)))

    def _write(self, frame: bytes) -> None:
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
    return framed(orjson.dumps(data))


def framed(body: bytes) -> bytes:
    """As it goes through the pipe."""
    return HEADER.pack(len(body)) + body
