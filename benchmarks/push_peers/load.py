"""The client in C: built when it is needed, fed with open sockets and a plan."""

from __future__ import annotations

import ctypes
import resource
import shutil
import socket
import subprocess
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("load.c")
STAMP = "0" * 19  # where the nanosecond goes, behind MARK
MARK = "~T~"
SEQ = 9_999_999  # where a `seq` goes, in a message that needs one
FIRST_SEQ = 1_000_000
PATIENCE_S = 2.0


class _Tab(ctypes.Structure):
    _fields_ = (
        ("fd", ctypes.c_int),
        ("engine", ctypes.c_int),
        ("dead", ctypes.c_int),
        ("left", ctypes.c_uint64),
        ("head", ctypes.c_ubyte * 10),
        ("head_len", ctypes.c_int),
        ("opcode", ctypes.c_int),
        ("kept", ctypes.c_int),
        ("small_len", ctypes.c_int),
        ("size", ctypes.c_uint64),
        ("got", ctypes.c_int64),
        ("small", ctypes.c_ubyte * 128),
        ("keep", ctypes.c_char * 64),
    )


class _Command(ctypes.Structure):
    _fields_ = (
        ("bytes", ctypes.c_char_p),
        ("size", ctypes.c_int64),
        ("stamp_at", ctypes.c_int64),
        ("seq_at", ctypes.c_int64),
        ("seq", ctypes.c_int64),
        ("receipts", ctypes.c_int64),
    )


class _Result(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_int64) for name in ("receipts", "published", "dead", "first_ns", "last_ns", "late_ns")
    )


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one plan."""

    latencies: list[int]  # ns, of each receipt
    expected: int
    seconds: float  # from the first publication to the last receipt
    dead: int  # tabs that the server closed
    late_ms: float  # the worst delay of the publisher behind its own plan
    client: float  # this client's share of a core

    @property
    def missing(self) -> int:
        """Receipts that never came."""
        return self.expected - len(self.latencies)


def build(folder: Path) -> ctypes.CDLL:
    """Compile the client; it needs a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise SystemExit("This benchmark's client is written in C: please install a C compiler (gcc).")
    target = folder / "load.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(target), str(SOURCE)], check=True)
    return ctypes.CDLL(str(target))


class Client:
    """Tabs and a publisher."""

    def __init__(self, library: ctypes.CDLL, capacity: int, redis_port: int, *, speaks_engine_io: bool) -> None:
        self._library = library
        self._sockets: list[socket.socket] = []
        self._tabs = (_Tab * capacity)()
        self._speaks_engine_io = speaks_engine_io
        self._redis = socket.create_connection(("127.0.0.1", redis_port))
        self._redis.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def add(self, tabs: Sequence[socket.socket]) -> None:
        """More tabs."""
        for one in tabs:
            one.setblocking(False)
            tab = self._tabs[len(self._sockets)]
            tab.fd, tab.engine = one.fileno(), self._speaks_engine_io
            self._sockets.append(one)

    def prepare(self, publications: Sequence[tuple[bytes, int]]) -> None:
        """The PUBLISH command of each session, and how many of our tabs it should reach."""
        self._kept = publications
        self._commands = (_Command * len(publications))()
        for command, (data, receipts) in zip(self._commands, publications, strict=True):
            command.bytes, command.size, command.receipts = data, len(data), receipts
            command.stamp_at = data.index(MARK.encode() + STAMP.encode()) + len(MARK)
            command.seq_at = data.find(str(SEQ).encode())
            command.seq = FIRST_SEQ + 1

    def run(self, order: Sequence[int], *, rate: float = 0.0, window: int = 0) -> Run:
        """Publish to these sessions in turn: so many a second, or with so many receipts owed at most."""
        expected = sum(self._kept[number][1] for number in order)
        latencies = (ctypes.c_int64 * max(expected, 1))()
        result = _Result()
        due = array("q", (int(number / rate * 1e9) for number in range(len(order))) if rate else [0] * len(order))
        wanted = array("I", order)
        used, began = _cpu(), time.monotonic()
        self._library.run(
            self._tabs,
            len(self._sockets),
            self._redis.fileno(),
            self._commands,
            (ctypes.c_uint32 * len(wanted)).from_buffer(wanted),
            (ctypes.c_int64 * len(due)).from_buffer(due),
            ctypes.c_int64(len(order)),
            ctypes.c_int64(window),
            ctypes.c_int64(expected),
            ctypes.c_int64(int(PATIENCE_S * 1e9)),
            latencies,
            ctypes.byref(result),
        )
        busy = (_cpu() - used) / max(time.monotonic() - began, 1e-9)
        seconds = max(result.last_ns - result.first_ns, 1) / 1e9
        return Run(latencies[: result.receipts], expected, seconds, result.dead, result.late_ns / 1e6, busy)

    def idle(self, seconds: float) -> None:
        """Read what comes by itself, and answer pings."""
        self._library.idle(self._tabs, len(self._sockets), ctypes.c_int64(int(seconds * 1e9)))

    def close(self) -> None:
        """Drop everything."""
        for one in (*self._sockets, self._redis):
            one.close()


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def raise_file_limit() -> int:
    """As many sockets as the system lets us; returns how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else max(soft, 1 << 20)


__all__ = ["FIRST_SEQ", "MARK", "SEQ", "STAMP", "Client", "Run", "build", "raise_file_limit"]
