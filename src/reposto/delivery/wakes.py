"""Wakes and notes as bytes, for a bus between processes: a header in JSON, then the frames as they are."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import orjson

from reposto.delivery.bus import Wake

_SIZE = struct.Struct("!I")
ORIGIN_BYTES = 8  # random, of each process: by it one knows what it published itself
BODY_AT = ORIGIN_BYTES + _SIZE.size


@dataclass(frozen=True, slots=True)
class Channels:
    """Where a database's processes meet. Redis' channels ignore its database numbers, so the lineage is the name."""

    lineage: str

    def session(self, session_id: int) -> bytes:
        """What happens in a conversation."""
        return f"reposto:{self.lineage}:{session_id}".encode()

    @property
    def all(self) -> bytes:
        """Notes to every process: cancelled jobs, living workers."""
        return f"reposto:{self.lineage}:all".encode()

    def own(self, origin: bytes) -> bytes:
        """Where a process hears itself, and so whether the bus works."""
        return f"reposto:{self.lineage}:own:{origin.hex()}".encode()


def pack_wake(origin: bytes, wake: Wake) -> bytes:
    """The frames stay as they are: escaping them into JSON and back cost as much as all the rest."""
    header = orjson.dumps(
        [
            wake.session_id,
            [[seq, len(plain)] for seq, plain in wake.messages],
            [[data, len(frame)] for data, frame in wake.progress],
            wake.deleted,
            wake.results,
            wake.at,
        ]
    )
    frames = [plain for _seq, plain in wake.messages] + [frame for _data, frame in wake.progress]
    return b"".join((origin, _SIZE.pack(len(header)), header, *frames))


def origin_of(packed: bytes) -> bytes:
    """Who published it."""
    return packed[:ORIGIN_BYTES]


def unpack_wake(packed: bytes) -> Wake:
    """The wake that `pack_wake` wrote; raises ValueError on anything else."""
    try:
        at = BODY_AT + _SIZE.unpack_from(packed, ORIGIN_BYTES)[0]
        session_id, seqs, jobs, deleted, results, moment = orjson.loads(packed[BODY_AT:at])
        messages: list[tuple[int, bytes]] = []
        for seq, length in seqs:
            messages.append((seq, packed[at : at + length]))
            at += length
        progress: list[tuple[dict[str, Any], bytes]] = []
        for data, length in jobs:
            progress.append((data, packed[at : at + length]))
            at += length
        done = tuple([(sku, job_id) for sku, job_id in results]) if results else ()
    except (struct.error, TypeError) as error:
        raise ValueError("not a wake") from error
    if at != len(packed):
        raise ValueError("not a whole wake")
    return Wake(session_id, tuple(messages), tuple(progress), deleted, done, moment)


def pack_note(note: dict[str, str]) -> bytes:
    """Something that every process should hear."""
    return orjson.dumps(note)


def unpack_note(packed: bytes) -> dict[str, str]:
    """Raises ValueError on anything that is no note."""
    note = orjson.loads(packed)
    if not isinstance(note, dict):
        raise ValueError("not a note")
    return note
