"""How the text of an answer reaches the tabs while it is being written.

Each save of the draft is a newer snapshot of its job (`rev` grows), so a tab that opens later has the whole text so far
in `ready.jobs`. Tabs that are open get only what was added, as a `delta` frame; every so often they get the whole
snapshot, by which a lost delta heals. The durable message at the end replaces it all.
"""

from __future__ import annotations

from reposto.delivery import wire
from reposto.delivery.bus import Wake
from reposto.model.clock import utc_now
from reposto.model.message import Job


def wake_for_draft(job: Job, offset: int | None) -> Wake:
    """Tell of a longer draft: what came after `offset`, or with None the whole snapshot."""
    frame = wire.encode_progress(job) if offset is None else wire.encode_delta(job, offset)
    return Wake(job.session_id, progress=((wire.snapshot(job), frame),), at=utc_now().timestamp())
