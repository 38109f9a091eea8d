"""A run over the whole catalogue: a job that is cut into parts, waits for them without a worker, and is put together.

    queued -> running (cut up) -> running, held by nobody -> queued (all parts done) -> running (put together) -> done

The parts are jobs of their own, below every question in priority: claimed, leased, fenced and reaped as any other, but
no tab sees them, and none says anything. What a part found is kept per product, so a part that is done again finds the
work of the first attempt. The last part to end queues the run for its finish in its own transaction.

What parts write need not outlast a power cut: the next server takes up every run that has no result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from reposto.analysts.catalogue.line import failed_line
from reposto.conversation.change import Change
from reposto.model.encode import to_data
from reposto.model.errors import AnalysisCancelled, StaleAttempt
from reposto.model.message import Job, JobState, Message, Step
from reposto.storage import catalogue, chat, jobs, results, runs
from reposto.storage.engine import Store
from reposto.storage.results import ProductResult

# Small enough that a question about one product waits for a third of a second at most, where all workers are busy.
PART_PRODUCTS = 8
MOST_PARTS = 2_000  # beyond 16,000 products the parts grow instead
MOST_PARTIAL = 5  # lines shown while the rest is running
LEASE_FINISH = timedelta(seconds=7)  # as any job's; the heartbeat extends it

STEPS: tuple[tuple[str, str], ...] = (("catalogue", "Análise dos produtos"), ("list", "Montagem da lista"))


def cut_up(store: Store, run: Job, *, day: date, now: datetime) -> Change | None:
    """Queue the analyses that are missing, or learn (None) that there are none and the list can be made at once.

    Raises AnalysisCancelled or StaleAttempt when this attempt no longer owns the run.
    """
    with store.read() as connection:
        begun = runs.has_parts(connection, run.id)
        skus = [product.sku for product in catalogue.list_products(connection)]
        fresh = results.find_fresh(connection, day=day, basis=results.read_basis(connection))
    stale = [] if begun else [sku for sku in skus if sku not in fresh]
    with store.write(lasting=False) as connection:
        chat.lock_session(connection, run.session_id)
        runs.lock_run(connection, run.id)  # else a part that ends now could find us holding it, and nobody finish it
        if begun and not runs.count_open_parts(connection, run.id):
            return None
        if not begun and not stale:
            return None
        steps = (Step(*STEPS[0], "running"), Step(*STEPS[1]))
        done = run.done if begun else len(skus) - len(stale)
        parked = runs.park(connection, run.id, run.attempt, done=done, total=len(skus), steps=steps)
        if parked is None:
            raise _reason(connection, run)
        if not begun:
            runs.insert_parts(connection, parked, _parts(stale), day=day, now=now)
    return Change(run.session_id, jobs=(parked,), queued=True)


def _parts(skus: Sequence[str]) -> list[Sequence[str]]:
    size = max(PART_PRODUCTS, -(-len(skus) // MOST_PARTS))
    return [skus[start : start + size] for start in range(0, len(skus), size)]


@dataclass(frozen=True, slots=True)
class PartDone:
    """What a part found: new results, products whose kept result still holds, its most urgent lines, what is left."""

    results: tuple[ProductResult, ...]
    confirmed: tuple[str, ...]
    urgent: tuple[dict[str, Any], ...]
    left: tuple[str, ...] = ()


def end_part(store: Store, part: Job, found: PartDone, *, basis: str, now: datetime) -> Change:
    """Keep what a part found and end it, or put it back with what is left; the last one queues the run's finish."""
    assert part.parent_id is not None
    with store.write(lasting=False) as connection:
        run = runs.lock_run(connection, part.parent_id)
        if run is None:
            raise AnalysisCancelled
        if found.left:
            held = runs.put_back(connection, part, found.left)
        else:
            held = runs.end_part(connection, part.id, part.attempt, JobState.DONE, now=now)
        if not held:
            raise _reason(connection, part)
        results.save_results(connection, found.results, now=now)
        results.confirm_results(connection, found.confirmed, basis=basis, now=now)
        shown = _advance(connection, run, part.total - part.done - len(found.left), found.urgent)
    return replace(shown, queued=True) if found.left else shown


def give_up_part(connection: Connection, part: Job, *, now: datetime, error: str) -> Change | None:
    """A part that kills every worker is left out of the list, which names its products. In the caller's transaction."""
    run = runs.lock_run(connection, part.parent_id or "")
    if not runs.end_part(connection, part.id, part.attempt, JobState.FAILED, now=now, error=error) or run is None:
        return None
    return _advance(connection, run, part.total - part.done, ())


def _advance(connection: Connection, run: Job, more: int, urgent: Sequence[dict[str, Any]]) -> Change:
    partial = merge_partial(run.partial, urgent)
    shown = runs.advance(connection, run.id, more=more, partial=partial)
    if runs.count_open_parts(connection, run.id):
        return Change(run.session_id, jobs=(shown,))
    ready = runs.queue_finish(connection, run.id)
    return Change(run.session_id, jobs=(shown if ready is None else ready,), queued=True)


def merge_partial(held: Sequence[dict[str, Any]], urgent: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The most urgent lines of both, each product once."""
    by_sku = {line["sku"]: line for line in (*held, *urgent)}
    return sorted(by_sku.values(), key=lambda line: (-float(line["at_risk"]), line["sku"]))[:MOST_PARTIAL]


def begin_finish(store: Store, run: Job, *, now: datetime) -> Change:
    """Show that all products are done and the list is being made."""
    with store.write(lasting=False) as connection:
        steps = (Step(*STEPS[0], "done"), Step(*STEPS[1], "running"))
        shown = jobs.save_progress(connection, run.id, run.attempt, steps, lease_until=now + LEASE_FINISH)
        if shown is None:
            raise _reason(connection, run)
    return Change(run.session_id, jobs=(shown,))


def load_lines(store: Store, run: Job, *, day: date) -> list[dict[str, Any]]:
    """Every product's line as of that day; those of parts that were given up are marked as failed."""
    with store.read() as connection:
        failed = runs.failed_skus(connection, run.id)
        lines = [line for line in results.list_lines(connection, day=day) if line["sku"] not in failed]
        lost = [product for product in catalogue.list_products(connection) if product.sku in failed] if failed else []
    return [*lines, *(to_data(failed_line(p.sku, p.name, p.unit, p.category)) for p in lost)]


def finish(
    store: Store, run: Job, content: str, metadata: dict[str, Any], whole: tuple[str, Any] | None, *, now: datetime
) -> Change:
    """Store the result message, the whole list, and the end of the run: all or nothing."""
    with store.write() as connection:
        chat.lock_session(connection, run.session_id)
        ended = jobs.finish(connection, run.id, run.attempt, JobState.DONE, now=now)
        if ended is None:
            raise _reason(connection, run)
        full = {"type": "analysis_result", "sku": None, "job_id": run.id, **metadata}
        message = _say(connection, run, content, full, now)
        if whole is not None:
            runs.save_run_result(connection, run.id, *whole, now=now)
        runs.note_pace(connection, run, now=now)
        runs.delete_parts(connection, run.id)
    return Change(run.session_id, (message,), (replace(ended, done=ended.total),))


def drop_parts(connection: Connection, run: Job) -> tuple[str, ...]:
    """The run was cancelled or has failed: its parts end with it. Which of them a worker must let go of."""
    return tuple(runs.delete_parts(connection, run.id))


def _say(connection: Connection, run: Job, content: str, metadata: dict[str, Any], now: datetime) -> Message:
    message = chat.append_message(
        connection, run.session_id, "ai", content, now=now, metadata=metadata, in_reply_to=run.question_seq
    )
    jobs.set_result(connection, run.id, message.seq)
    return message


def _reason(connection: Connection, job: Job) -> AnalysisCancelled | StaleAttempt:
    present = jobs.get_job(connection, job.id)
    return AnalysisCancelled() if present is None or present.state is JobState.CANCELLED else StaleAttempt()
