"""Run one claimed job: load the facts, let the analysts work, write the answer, save it, tell."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import structlog

from reposto.analysts.asked import analyse_question
from reposto.app import answers, catalogue_run, remembered, telemetry
from reposto.app.filling import find_filling
from reposto.app.llm.worker import phrase_answer, phraser
from reposto.conversation import work
from reposto.delivery.bus import Wake, wake_for
from reposto.language import prose
from reposto.model.asked import Asked
from reposto.model.clock import monotonic, utc_now
from reposto.model.errors import AnalysisCancelled, NotFound, StaleAttempt, StorageBusy
from reposto.model.facts import ProductFacts
from reposto.model.findings import Analysis
from reposto.model.message import ANALYSIS, PART, Job, Step
from reposto.model.request import Expect, Intent, Request, Window
from reposto.storage import catalogue, company, results
from reposto.storage import facts as facts_store
from reposto.storage.engine import Store

log = structlog.get_logger(__name__)

REASONS = {"MemoryError": "memory", "SoftTimeLimitExceeded": "timeout"}  # the latter is Celery's, which not all have
PROGRESS_EVERY_S = 0.1  # a buyer sees no more; a step that changes faster is shown with the next
INSIST_FOR_S, INSIST_EVERY_S = 30.0, 0.25  # a database restarts in seconds; twice this is below the pool's hard limit


class Stopped(Exception):
    """This attempt must not go on: cancelled, or another one has taken over."""


@dataclass(slots=True)
class Progress:
    """The steps of a running job, saved not oftener than a buyer can see."""

    store: Store
    job: Job
    tell: Callable[[Wake], None]
    stopped: Callable[[], bool]
    steps: dict[str, Step] = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)
    spans: dict[str, Any] = field(default_factory=dict)  # open ones, where traces are on
    saved_at: float = field(default_factory=monotonic)

    def step(self, name: str, state: str) -> None:
        """An analyst began or ended; raises Stopped when there is no point in going on."""
        if self.stopped():
            raise Stopped
        now = monotonic()
        telemetry.note_step(name, state, self.spans)
        if state == "running":
            self.began[name] = now
        seconds = round(now - self.began.get(name, now), 3) if state == "done" else None
        self.steps[name] = Step(name, self.steps[name].label, state, seconds)
        if now - self.saved_at >= PROGRESS_EVERY_S:
            self.saved_at = now
            self._save()

    def check(self) -> None:
        """Raises Stopped when there is no point in going on."""
        if self.stopped():
            raise Stopped

    def _save(self) -> None:
        try:
            change = work.progress(self.store, self.job, tuple(self.steps.values()), now=utc_now())
        except StorageBusy:
            return  # only a picture; the next one will do
        except (StaleAttempt, AnalysisCancelled):
            raise Stopped from None
        self.tell(wake_for(change))


def run_job(store: Store, job: Job, *, tell: Callable[[Wake], None], stopped: Callable[[], bool]) -> None:
    """Bring a claimed job to its end: a result, or an error that a buyer can read. Raises Stopped."""
    bound = log.bind(sku=job.sku, session_id=job.session_id, job_id=job.id, attempt=job.attempt)
    bound.log(logging.DEBUG if job.kind == PART else logging.INFO, "agents.task.start", question_seq=job.question_seq)
    try:
        if job.kind == ANALYSIS:
            _answer(store, job, tell, stopped, bound)
        else:
            _work_on_run(store, job, tell, stopped, bound)
    except (StaleAttempt, AnalysisCancelled):
        raise Stopped from None
    except Stopped:
        raise
    except StorageBusy:  # no fault of the analysis: when the lease ends, it is taken up again
        bound.warning("agents.task.postponed")
        raise Stopped from None
    except Exception as error:
        _fail(store, job, error, tell, bound)


def _work_on_run(store: Store, job: Job, tell: Callable[[Wake], None], stopped: Callable[[], bool], bound: Any) -> None:
    """The whole of a run over the catalogue, or a part of it."""

    def check() -> None:
        if stopped():
            raise Stopped

    if job.kind == PART:
        _insist(lambda: catalogue_run.run_part(store, job, tell=tell, check=check))
    else:
        request = read_request(job.request)
        _insist(lambda: catalogue_run.run_whole(store, job, request, tell=tell, bound=bound))


def _answer(store: Store, job: Job, tell: Callable[[Wake], None], stopped: Callable[[], bool], bound: Any) -> None:
    began = monotonic()
    progress = Progress(store, job, tell, stopped, {step.name: step for step in job.steps})
    content, metadata = _analyse(store, job, progress, bound)
    change = _insist(lambda: work.answer(store, job, content, metadata, now=utc_now()))
    tell(wake_for(change))  # before anything else: tabs wait
    bound.info("agents.task.result_saved", seq=change.messages[0].seq)
    bound.info("agents.task.completed", seconds=round(monotonic() - began, 3))


def _analyse(store: Store, job: Job, progress: Progress, bound: Any) -> tuple[str, dict[str, Any]]:
    request = read_request(job.request)
    compared = request.skus if request.intent is Intent.COMPARE_PRODUCTS and len(request.skus) > 1 else (job.sku,)
    with store.read() as connection:
        today = request.today or utc_now().astimezone(company.zone(connection)).date()
    known = remembered.recall(store, job.sku, request, today) if len(compared) == 1 else None
    with store.read() as connection:
        basis = results.read_basis(connection)
        found = (
            ()
            if known is not None
            else tuple(
                facts_store.load_facts(connection, sku, today=today, loaded_at=utc_now())
                for sku in compared[: answers.MOST_COMPARED]
            )
        )
    began = monotonic()
    if len(found) > 1:
        content, metadata = answers.answer_comparison(found, request, job.locale, progress.step, today)
        bound.info("agents.analysis.completed", seconds=round(monotonic() - began, 3), products=len(found))
    else:
        if known is not None:
            analysis = known
            filling = find_filling(store, known, today)
            content, metadata = answers.write_one(known, Asked(filling=filling), request, job.locale)
        else:
            analysis, content, metadata = answers.answer_one(
                found[0], request, job.locale, progress.step, lambda one: find_filling(store, one, today)
            )
            remembered.keep(store, found[0], analysis, request, basis)
        bound.info(
            "agents.analysis.completed",
            seconds=round(monotonic() - began, 3),
            verdict=analysis.recommendation.verdict,
            confidence=analysis.confidence,
            recalled=known is not None,
        )
        content, note = phrase_answer(store, job, analysis, request, content, tell=progress.tell, check=progress.check)
        metadata |= note
    for action in metadata["actions"]:
        action["action_data"]["job_id"] = job.id  # a button runs on the stored result, never on what a client sends
    return content, {**metadata, "attempt": job.attempt}


def analyse_request(facts: ProductFacts, request: Request, step: Callable[[str, str], None]) -> Analysis:
    """The four analysts on one product, with what the question states."""
    return analyse_question(facts, answers.question_of(request), step=step)[0]


def read_request(data: dict[str, Any]) -> Request:
    """The request as it was stored with the job."""
    return Request(
        text=data["text"],
        intent=Intent(data["intent"]),
        expect=Expect(data["expect"]),
        skus=tuple(data["skus"]),
        params=data["params"],
        also=tuple(Intent(name) for name in data["also"]),
        today=date.fromisoformat(data["today"]) if data.get("today") else None,
        window=Window.read(data.get("window")),
        topic=data.get("topic", ""),
    )


def _fail(store: Store, job: Job, error: Exception, tell: Callable[[Wake], None], bound: Any) -> None:
    reason = "not_found" if isinstance(error, NotFound) else REASONS.get(type(error).__name__, "internal")
    telemetry.note_failure(error)
    detail = "".join(traceback.format_exception(error))
    bound.error("agents.task.failed", reason=reason, error=type(error).__name__, traceback=detail)
    try:
        change = _insist(lambda: work.fail(store, job, reason=reason, detail=detail[-2000:], now=utc_now()))
    except (StaleAttempt, AnalysisCancelled, StorageBusy):
        raise Stopped from None
    tell(wake_for(change))


def _insist(save: Callable[[], Any]) -> Any:
    """The work is done; a busy database is no reason to throw it away. The heartbeat keeps the lease meanwhile."""
    until = monotonic() + INSIST_FOR_S
    while True:
        try:
            return save()
        except StorageBusy:
            if monotonic() >= until:
                raise
            time.sleep(INSIST_EVERY_S)  # a database that is away refuses at once, a locked one after five seconds


def warm_up(store: Store) -> float | None:
    """Load what an analysis needs by making one, unseen; returns the seconds of a second one, or None if there is none.

    That is the expected time that buyers are told until there are real runs to measure.
    """
    phraser()  # its packages take a second to load: no buyer waits for that
    try:
        return _rehearse(store)
    except Exception as error:  # one product beyond analysis must not keep every worker from starting
        log.warning("worker.warm_up_failed", error=type(error).__name__)
        return None


def _rehearse(store: Store) -> float | None:
    with store.read() as connection:
        products = catalogue.list_named_products(connection, limit=1)
        if not products:
            return None
        today = utc_now().astimezone(company.zone(connection)).date()
        facts = facts_store.load_facts(connection, products[0].sku, today=today, loaded_at=utc_now())
    request = Request(products[0].name, Intent.DEMAND_FORECAST, Expect.ANSWER, (products[0].sku,), today=today)
    analyse_request(facts, request, lambda _name, _state: None)
    began = monotonic()
    analysis = analyse_request(facts, request, lambda _name, _state: None)
    prose.write_analysis(analysis, request, "pt-BR")
    return monotonic() - began
