"""The language model on the worker's side: phrases a finished answer, and shows tabs what it has written so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from reposto.app.llm.phraser import Phrased, Phraser
from reposto.app.settings import shared_model
from reposto.conversation.drafts import keep_draft
from reposto.delivery.bus import Wake
from reposto.delivery.drafts import wake_for_draft
from reposto.delivery.wire import draft_length
from reposto.model.clock import monotonic
from reposto.model.errors import StorageBusy
from reposto.model.findings import Analysis
from reposto.model.message import Job
from reposto.model.request import Intent, Request
from reposto.storage.engine import Store

log = structlog.get_logger(__name__)
SHOW_EVERY_S = 0.1  # a reader sees no more, and each costs a write
WHOLE_EVERY_S = 1.0  # the whole draft instead of what was added: what a lost delta costs at most
AS_IT_IS = frozenset({Intent.WHAT_IF, Intent.EXPLAIN})  # a simulation or a sum, where each word is part of it
_phrasers: list[Phraser | None] = []  # of this process, made at its first answer


def phraser() -> Phraser | None:
    """This process's model; None when there is none, or it can't be made."""
    if not _phrasers:
        config = shared_model()
        try:
            _phrasers.append(None if config is None else Phraser(config))
        except Exception as error:  # the answers are complete without it
            log.error("llm.unusable", error=type(error).__name__)
            _phrasers.append(None)
    return _phrasers[0]


class Shown:
    """What the tabs have been shown of one answer."""

    def __init__(self, store: Store, job: Job, tell: Callable[[Wake], None]) -> None:
        self._store = store
        self._job = job
        self._tell = tell
        self._length = 0  # of what was told, in characters as browsers count
        self._told_at = self._whole_at = monotonic() - WHOLE_EVERY_S

    def emit(self, text: str) -> None:
        """More of it may be shown; raises StaleAttempt when the job is no longer ours."""
        now = monotonic()
        if now - self._told_at < SHOW_EVERY_S:
            return  # it comes along with the next, or with the answer
        try:
            job = keep_draft(self._store, self._job, text)
        except StorageBusy:
            return  # only a picture
        whole = now - self._whole_at >= WHOLE_EVERY_S
        self._tell(wake_for_draft(job, None if whole else self._length))
        self._length, self._told_at = draft_length(text), now
        self._whole_at = now if whole else self._whole_at


def phrase_answer(
    store: Store,
    job: Job,
    analysis: Analysis,
    request: Request,
    content: str,
    *,
    tell: Callable[[Wake], None],
    check: Callable[[], None],
) -> tuple[str, dict[str, Any]]:
    """The text to store, and metadata to add; without a model, the text as it is and nothing."""
    model = None if request.intent in AS_IT_IS else phraser()
    if model is None:
        return content, {}
    shown = Shown(store, job, tell)
    phrased: Phrased = model.phrase(content, analysis, request, job.locale, emit=shown.emit, check=check)
    return phrased.content, phrased.metadata
