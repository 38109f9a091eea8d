"""Read many NF-e in one confined process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from reposto.intake.messages import NoteRead, NoteRefused
from reposto.intake.parse import run_child
from reposto.intake.sniff import Source


def stream_notes(sources: Sequence[Source], *, today: date) -> Iterator[NoteRead | NoteRefused]:
    """Each note of these files, or why it can't be used; FileRefused when a file as a whole can't."""
    job = {
        "format": "nfe",
        "paths": [str(source.path) for source in sources],
        "size": sum(source.size for source in sources),
        "today": today.isoformat(),
    }
    for message in run_child(sources[0], job):
        if isinstance(message, NoteRead | NoteRefused):
            yield message
