"""The answer while it is being written."""

from __future__ import annotations

from reposto.model.errors import StaleAttempt
from reposto.model.message import Job
from reposto.storage import drafts
from reposto.storage.engine import Store


def keep_draft(store: Store, job: Job, text: str) -> Job:
    """Keep as much of the answer as may be shown; StaleAttempt when the job is no longer this attempt's.

    It need not outlast a power cut: the answer will be written anew.
    """
    with store.write(lasting=False) as connection:
        shown = drafts.save_draft(connection, job, text)
    if shown is None:
        raise StaleAttempt
    return shown
