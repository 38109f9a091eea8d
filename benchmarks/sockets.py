"""A client cheap enough not to be the bottleneck: bare sockets, one epoll, and only as much WebSocket as is needed."""

from __future__ import annotations

import base64
import os
import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

SUBPROTOCOL = "reposto.v1"
BATCH = 20  # handshakes under way at once
READ_BYTES = 256 * 1024
HANDSHAKE_S = 30.0  # a server that takes longer won't come
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
STALLED_BUFFER = 4096  # bytes the kernel keeps for a tab that doesn't read: as little as it allows

OnText = Callable[[int, int, bytes], None]  # (tab, ns of the monotonic clock at receipt, payload)


@dataclass(slots=True, eq=False)
class Tab:
    """One WebSocket."""

    number: int
    socket: socket.socket
    buffer: bytearray = field(default_factory=bytearray)
    closed_with: int | None = None

    def send(self, text: bytes) -> None:
        """A masked text frame."""
        self.socket.sendall(client_frame(TEXT, text))


class Tabs:
    """Many WebSockets of one process."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._epoll = select.epoll()
        self._by_fd: dict[int, Tab] = {}
        self.tabs: list[Tab] = []
        self._early: list[tuple[int, int, bytes]] = []  # what came while others were opened

    def open(
        self, wanted: Sequence[tuple[str, str]], *, subprotocol: str = SUBPROTOCOL, answering: bool = True
    ) -> list[Tab]:
        """Connect to (path, token) each; what the server sends meanwhile is kept for `run`.

        Those that came first may be pinged before the last ones are in; without `answering` that is the caller's care.
        """
        opened: list[Tab] = []
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            sockets = [self._connect(path, token, subprotocol) for path, token in batch]
            opened += [self._admit(one) for one in sockets]
            for fd, _events in self._epoll.poll(0) if answering else ():
                self._read(self._by_fd[fd], lambda *text: self._early.append(text))
        return opened

    def open_stalled(self, path: str, token: str) -> socket.socket:
        """A tab that never reads: not even its handshake's answer, with the smallest buffer that the kernel gives."""
        return self._connect(path, token, SUBPROTOCOL, receive_buffer=STALLED_BUFFER)

    def run(self, on_text: OnText, until: Callable[[], bool], *, tick_s: float = 0.02) -> None:
        """Hand over what arrives until told to stop; `until` is asked after every batch and every tick."""
        early, self._early = self._early, []
        for text in early:
            on_text(*text)
        while not until():
            for fd, _events in self._epoll.poll(tick_s):
                self._read(self._by_fd[fd], on_text)

    def close(self) -> None:
        """Drop all connections."""
        for tab in self.tabs:
            tab.socket.close()
        self._epoll.close()

    def _connect(self, path: str, token: str, subprotocol: str, receive_buffer: int = 0) -> socket.socket:
        one = socket.socket()
        one.settimeout(HANDSHAKE_S)
        if receive_buffer:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        one.connect(("127.0.0.1", self._port))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            f"Authorization: Bearer {token}",
        ]
        if subprotocol:
            lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
        one.sendall("\r\n".join([*lines, "", ""]).encode())
        return one

    def _admit(self, one: socket.socket) -> Tab:
        data = bytearray()
        while b"\r\n\r\n" not in data:
            chunk = one.recv(4096)
            if not chunk:
                raise SystemExit(f"the server hung up: {bytes(data)!r}")
            data += chunk
        head, _, rest = bytes(data).partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise SystemExit(f"no WebSocket: {head[:200]!r}")
        one.setblocking(False)
        tab = Tab(len(self.tabs), one, bytearray(rest))
        self.tabs.append(tab)
        self._by_fd[one.fileno()] = tab
        self._epoll.register(one.fileno(), select.EPOLLIN)
        return tab

    def _read(self, tab: Tab, on_text: OnText) -> None:
        try:
            data = tab.socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        received = time.monotonic_ns()
        if not data:
            self._forget(tab)
            return
        tab.buffer += data
        for opcode, payload in take_frames(tab.buffer):
            if opcode == TEXT:
                on_text(tab.number, received, payload)
            elif opcode == PING:
                with suppress(OSError):  # gone; the next read says so
                    tab.socket.send(client_frame(PONG, payload))
            elif opcode == CLOSE:
                tab.closed_with = int.from_bytes(payload[:2], "big")

    def _forget(self, tab: Tab) -> None:
        self._epoll.unregister(tab.socket.fileno())
        del self._by_fd[tab.socket.fileno()]


def read_rest(one: socket.socket, patience_s: float = 1.0) -> tuple[int, str]:
    """What was left for a tab that didn't read: its bytes, and how the connection stands."""
    one.settimeout(patience_s)
    data = bytearray()
    try:
        while chunk := one.recv(READ_BYTES):
            data += chunk
    except TimeoutError:
        return len(data), "it was still open"
    except ConnectionResetError:
        return len(data), "it was dropped"
    last = data[-4:]
    code = int.from_bytes(last[2:], "big") if last[:1] == bytes((0x80 | CLOSE,)) else 0
    return len(data), f"it was closed with {code or 'no code'}"


def take_frames(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Complete, unmasked, unfragmented frames from the front of the buffer (RFC 6455, section 5.2)."""
    while len(buffer) >= 2:
        size, start = buffer[1] & 0x7F, 2
        if size == 126:
            size, start = int.from_bytes(buffer[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < start + size:
            return
        yield buffer[0] & 0x0F, bytes(buffer[start : start + size])
        del buffer[: start + size]


def client_frame(opcode: int, payload: bytes) -> bytes:
    """A frame masked with zeros: valid, and costs nothing."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, 0x80 | size)) + bytes(4) + payload
    return bytes((0x80 | opcode, 0x80 | 126)) + size.to_bytes(2, "big") + bytes(4) + payload
