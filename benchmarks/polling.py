"""Tabs that ask for news every two seconds over kept-alive HTTP, as the project does that reposto replaces."""

from __future__ import annotations

import heapq
import random
import re
import select
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.push_durable import Load, Phase

EVERY_S = 2.0
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
RESULT = re.compile(rb'"session_id":(\d+),"seq":(\d+),"sender":"ai"')


@dataclass(slots=True, eq=False)
class Poller:
    """One tab."""

    session_id: int
    socket: socket.socket
    after: int = 0
    asked: float = 0.0
    buffer: bytearray = field(default_factory=bytearray)

    def ask(self) -> None:
        """Anything new?"""
        self.asked = time.monotonic()
        self.socket.sendall(
            f"GET /messages/{self.session_id}?after={self.after} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        )

    def take(self) -> bytes | None:
        """The answer's body once all of it is here."""
        self.buffer += self.socket.recv(1024 * 1024)
        head, separator, body = bytes(self.buffer).partition(b"\r\n\r\n")
        found = LENGTH.search(head)
        if not separator or found is None or len(body) < int(found[1]):
            return None
        self.buffer.clear()
        return body


def poll(load: Load, chance: random.Random) -> Phase:
    """One repetition: each tab at its own moment of the two seconds."""
    from benchmarks.push_durable import PATIENCE_S, Receipts, evaluate
    from benchmarks.records import take_records

    plan = load.plan(chance)
    take_records(load.folder)
    receipts: Receipts = {}
    epoll = select.epoll()
    by_fd: dict[int, Poller] = {}
    waiting: list[tuple[float, int]] = []
    for session_id in load.sessions:
        after = load.newest.get(session_id, 0)
        for _ in range(load.per_session):
            poller = Poller(session_id, socket.create_connection(("127.0.0.1", load.server.port)), after)
            by_fd[poller.socket.fileno()] = poller
            epoll.register(poller.socket.fileno(), select.EPOLLIN)
            heapq.heappush(waiting, (time.monotonic() + chance.random() * EVERY_S, poller.socket.fileno()))
    load.queue(plan)
    used, began = load.cpu(), time.monotonic()
    counted, newest = 0, plan[-1][1]
    while counted < len(plan) * load.per_session and time.monotonic_ns() < newest + PATIENCE_S * 1e9:
        while waiting and waiting[0][0] <= time.monotonic():
            by_fd[heapq.heappop(waiting)[1]].ask()
        for fd, _events in epoll.poll(0.005):
            poller = by_fd[fd]
            body = poller.take()
            if body is None:
                continue
            received = time.monotonic_ns()
            for found in RESULT.finditer(body):
                receipts.setdefault((poller.session_id, int(found[2])), []).append(received)
                poller.after = load.newest[poller.session_id] = int(found[2])
                counted += 1
                newest = max(newest, received)
            heapq.heappush(waiting, (max(poller.asked + EVERY_S, time.monotonic()), fd))
    wall = time.monotonic() - began
    phase = evaluate(take_records(load.folder, len(plan)), receipts, load.per_session, without=None)
    phase.cpu = {name: (seconds - used[name]) / wall for name, seconds in load.cpu().items()}
    for poller in by_fd.values():
        poller.socket.close()
    epoll.close()
    return phase
