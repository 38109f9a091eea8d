"""A worker of the server under load: the real one, whose analyses are known beforehand and end when they are due.

Claiming, heartbeat, saving, encoding, logging and telling the server are the product's own; only the arithmetic is
left out, so that two workers can end hundreds of analyses in a second.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import orjson

from benchmarks.homes import ANSWER, HOME_VARIABLE
from benchmarks.records import Commit, Recorder
from reposto.app import analysis, child
from reposto.conversation import work
from reposto.conversation.change import Change
from reposto.model.message import Job
from reposto.storage.engine import Store

save_answer = work.answer  # the real one


class Load:
    """Ends each analysis when it is due, and records when it was committed."""

    def __init__(self, home: Path) -> None:
        self._answer = orjson.loads((home / ANSWER).read_bytes())
        self._recorder = Recorder(home)

    def analyse(self, _store: Store, job: Job, _progress: Any, _log: Any) -> tuple[str, dict[str, Any]]:
        """In the place of `analysis._analyse`."""
        wait_until(job.request["due_ns"])
        return self._answer["content"], {**self._answer["metadata"], "attempt": job.attempt}

    def save(self, store: Store, job: Job, content: str, metadata: dict[str, Any], **rest: Any) -> Change:
        """In the place of `work.answer`, which it calls."""
        before = time.monotonic_ns()
        change = save_answer(store, job, content, metadata, **rest)
        after = time.monotonic_ns()
        message = change.messages[0]
        self._recorder.write(Commit(message.session_id, message.seq, job.request["due_ns"], before, after))
        return change


def wait_until(due: int) -> None:
    """Sleep until this ns of the monotonic clock; not at all if it has passed."""
    ahead = due - time.monotonic_ns()
    if ahead > 0:
        time.sleep(ahead / 1e9)


def run() -> None:
    """The arguments of `reposto.app.child`."""
    load = Load(Path(os.environ[HOME_VARIABLE]))
    setattr(analysis, "_analyse", load.analyse)  # noqa: B010 (a function of a module, in mypy's eyes not assignable)
    setattr(work, "answer", load.save)  # noqa: B010
    child.main()


if __name__ == "__main__":
    run()
