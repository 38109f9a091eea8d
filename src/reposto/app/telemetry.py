"""OpenTelemetry traces from a question to its push, where an endpoint for them is configured; else nothing happens.

    question ──────────────┐                (the server that took it: arrival -> acknowledged in the tabs)
      job.wait             │                (the worker: stored -> claimed)
      job.run              │ one trace      (the worker: claimed -> ended; once for each attempt)
        demand, prices, …  │
      push ────────────────┘                (each server that has a tab open: committed -> handed to the tabs)

The trace's id is the job's, without its dashes, and the question's span id follows from it: whoever knows the job knows
the trace, so nothing has to be carried along, and a log line leads to its trace. All products of one question have a
trace each.

Nothing personal goes out: no texts, no names, no users; only ids, product codes and times.
"""

from __future__ import annotations

import hashlib
import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reposto import __version__
from reposto.app.settings import optional_packages
from reposto.conversation.change import Change
from reposto.delivery.bus import Wake
from reposto.model.message import Job

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

SEND_WITHIN_S = 2.0  # one batch; a collector that hangs costs spans, never an answer
SEND_EVERY_MS = 1_000
LEAVE_WITHIN_MS = 1_000  # at the end: what waits is sent, if it goes
MOST_WAITING = 4_096  # spans; beyond it they are dropped
SPAN_BYTES = 8


@dataclass(slots=True)
class _State:
    """Of this process; empty while traces are off."""

    provider: TracerProvider | None = None
    tracer: Tracer | None = None
    share: float = 1.0
    root_ids: threading.local = field(default_factory=threading.local)


_state = _State()


def begin(endpoint: str, share: float, role: str) -> None:
    """Send traces of this process to the collector, if there is one. Raises SettingInvalid without the packages."""
    if not endpoint:
        return
    with optional_packages("otel"):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ALWAYS_ON
    resource = Resource.create(
        {"service.name": "reposto", "service.version": __version__, "service.instance.id": f"{role}-{os.getpid()}"}
    )
    provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, id_generator=_make_ids(), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=SEND_WITHIN_S)
    provider.add_span_processor(
        BatchSpanProcessor(exporter, max_queue_size=MOST_WAITING, schedule_delay_millis=SEND_EVERY_MS)
    )
    _state.provider, _state.tracer, _state.share = provider, provider.get_tracer("reposto", __version__), share


def end() -> None:
    """Send what waits, for a moment."""
    if _state.provider is not None:
        _state.provider.force_flush(LEAVE_WITHIN_MS)
    _state.provider = _state.tracer = None


def note_question(change: Change) -> None:
    """A question was stored and its tabs were told: the beginning of a trace for each analysis that it started."""
    if _state.tracer is None or not change.messages or change.messages[0].sender != "human":
        return
    question = change.messages[0]
    for job in change.jobs:
        ids = _ids(job.correlation_id)
        if ids is None or job.attempt or job.question_seq != question.seq:
            continue
        from opentelemetry.context import Context

        _state.root_ids.wanted = ids
        try:
            span = _state.tracer.start_span(
                "question", Context(), attributes=_attributes(job), start_time=_nanoseconds(question.criado_em)
            )
        finally:
            _state.root_ids.wanted = None
        span.end()


def note_sent(wake: Wake) -> None:
    """Results were handed to the tabs of their session."""
    if _state.tracer is None:
        return
    for sku, job_id in wake.results:
        if (context := _below_question(job_id)) is None:
            continue
        attributes: dict[str, Any] = {"sku": sku or "", "session_id": wake.session_id, "job_id": job_id}
        _state.tracer.start_span("push", context, attributes=attributes, start_time=round(wake.at * 1e9)).end()


@contextmanager
def job_span(job: Job) -> Iterator[None]:
    """Around the work on a claimed job."""
    context = None if _state.tracer is None else _below_question(job.correlation_id)
    if context is None or _state.tracer is None:
        yield
        return
    attributes = {**_attributes(job), "attempt": job.attempt, "kind": job.kind}
    if job.created_at is not None and job.started_at is not None:
        wait = _state.tracer.start_span(
            "job.wait", context, attributes=attributes, start_time=_nanoseconds(job.created_at)
        )
        wait.end(_nanoseconds(job.started_at))
    with _state.tracer.start_as_current_span(
        "job.run",
        context,
        attributes=attributes,
        record_exception=False,  # its text may hold what a buyer wrote
        set_status_on_exception=False,
    ):
        yield


def note_step(name: str, state: str, open_spans: dict[str, Any]) -> None:
    """A consultation began or ended; `open_spans` is the caller's, to keep what is open."""
    if _state.tracer is None:
        return
    if state == "running":
        from opentelemetry.trace import get_current_span

        if get_current_span().is_recording():
            open_spans[name] = _state.tracer.start_span(name)
    elif (span := open_spans.pop(name, None)) is not None:
        span.end()


def note_failure(error: Exception) -> None:
    """The running job ends in an error: by its type, for a text may hold what a buyer wrote."""
    if _state.tracer is None:
        return
    from opentelemetry.trace import StatusCode, get_current_span

    get_current_span().set_status(StatusCode.ERROR, type(error).__name__)


def _attributes(job: Job) -> dict[str, Any]:
    return {
        "sku": job.sku,
        "session_id": job.session_id,
        "question_seq": job.question_seq,
        "job_id": job.id,
    }


def _ids(correlation_id: str) -> tuple[int, int] | None:
    """(trace, span of the question), or None where this question isn't traced: the same answer in every process."""
    try:
        trace = uuid.UUID(correlation_id).int
    except ValueError:
        return None
    digest = hashlib.sha256(correlation_id.encode()).digest()
    chance = int.from_bytes(digest[-SPAN_BYTES:]) / 2 ** (8 * SPAN_BYTES)
    return (trace, int.from_bytes(digest[:SPAN_BYTES]) or 1) if chance < _state.share else None


def _below_question(correlation_id: str) -> Context | None:
    ids = _ids(correlation_id)
    if ids is None:
        return None
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    parent: Span = NonRecordingSpan(SpanContext(*ids, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED)))
    return set_span_in_context(parent)


def _make_ids() -> Any:
    """Random ids, but for a question's span, which has those that everybody derives."""
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class Ids(RandomIdGenerator):
        def generate_trace_id(self) -> int:
            wanted = getattr(_state.root_ids, "wanted", None)
            return super().generate_trace_id() if wanted is None else int(wanted[0])

        def generate_span_id(self) -> int:
            wanted = getattr(_state.root_ids, "wanted", None)
            return super().generate_span_id() if wanted is None else int(wanted[1])

    return Ids()


def _nanoseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1e6) * 1_000


__all__ = ["begin", "end", "job_span", "note_failure", "note_question", "note_sent", "note_step"]
