"""When each result was due, about to be committed, and committed: written by whoever commits, read by the benchmark."""

from __future__ import annotations

import os
import struct
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

FILE = "times.bin"
PATIENCE_S = 2.0
RECORD = struct.Struct("!QQQQQ")


@dataclass(frozen=True, slots=True)
class Commit:
    """One result; times in ns of the monotonic clock, which all processes of a machine share."""

    session_id: int
    seq: int
    due: int
    before: int
    after: int


class Recorder:
    """Appends records, from any number of processes; by a thread, because a busy disk may hold up any write."""

    def __init__(self, folder: Path) -> None:
        self._fd = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._waiting: SimpleQueue[Commit] = SimpleQueue()
        threading.Thread(target=self._write, daemon=True).start()

    def write(self, commit: Commit) -> None:
        """Note it; nothing waits."""
        self._waiting.put(commit)

    def _write(self) -> None:
        while True:
            one = self._waiting.get()
            # one write each, so that those of two processes never mix
            os.write(self._fd, RECORD.pack(one.session_id, one.seq, one.due, one.before, one.after))


def take_records(folder: Path, count: int = 0) -> list[Commit]:
    """What was written since the last time; waits a while for `count` of them."""
    path = folder / FILE
    path.touch()
    deadline = time.monotonic() + PATIENCE_S
    while path.stat().st_size < count * RECORD.size and time.monotonic() < deadline:
        time.sleep(0.01)
    data = path.read_bytes()
    os.truncate(path, 0)
    return [Commit(*fields) for fields in RECORD.iter_unpack(data)]
