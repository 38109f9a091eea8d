"""A worker's share of a run over the catalogue: cut it into parts, analyse a part, put the whole together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import structlog

from reposto.analysts.analysis import analyse
from reposto.analysts.catalogue.line import failed_line, line_of
from reposto.conversation import runs
from reposto.conversation.list_kinds import LINE_KINDS, Basis, compose, list_kind
from reposto.conversation.runs import PartDone
from reposto.delivery.bus import Wake, wake_for
from reposto.model.clock import monotonic, utc_now
from reposto.model.decode import from_data
from reposto.model.encode import to_data, to_json
from reposto.model.facts import ProductFacts
from reposto.model.lists import ListLine
from reposto.model.message import Job
from reposto.model.request import Intent, Request
from reposto.storage import company, jobs, results
from reposto.storage import facts as facts_store
from reposto.storage.engine import Store
from reposto.storage.results import ProductResult

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.02  # for questions, between two products
HORIZON = 30  # days: that of a question that names none, so that its answer and the list are the same numbers
URGENT = ("sku", "name", "unit", "quantity", "supplier", "payable", "at_risk", "order_by")  # of a line shown early

Tell = Callable[[Wake], None]
Stopping = Callable[[], None]  # raises when there is no point in going on


def run_part(store: Store, part: Job, *, tell: Tell, check: Stopping) -> None:
    """Analyse the products of a part and keep what was found; products analysed before are only looked at.

    A question that waits goes first, whatever the number of workers: the rest of the part is put back for later.
    """
    day = date.fromisoformat(part.request["today"])
    found, basis = work_out(store, part.request["skus"], day=day, check=check, enough=QuestionWaits(store))
    done = PartDone(tuple(found.results), tuple(found.confirmed), found.urgent(), tuple(found.left))
    tell(wake_for(runs.end_part(store, part, done, basis=basis, now=utc_now())))


class QuestionWaits:
    """Whether a question waits for a worker, seldom enough to cost nothing beside a product's analysis."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._looked_at = monotonic()

    def __call__(self) -> bool:
        if monotonic() - self._looked_at < LOOK_EVERY_S:
            return False
        self._looked_at = monotonic()
        with self._store.read() as connection:
            return jobs.oldest_waiting(connection, bulk=False) is not None


def work_out(
    store: Store, skus: Sequence[str], *, day: date, check: Stopping, enough: Callable[[], bool] = lambda: False
) -> tuple[Found, str]:
    """Analyse those of the products that are not fresh, one at least, until it is `enough`; on which data it stands."""
    found = Found()
    with store.read() as connection:
        basis = results.read_basis(connection)
        known = results.find_results(connection, skus)
        # An earlier attempt, another run or a question may have been here.
        fresh = {sku for sku, kept in known.items() if kept.day == day and kept.basis == basis}
        stale = [sku for sku in skus if sku not in fresh]
        loaded = facts_store.load_several(connection, stale, today=day, loaded_at=utc_now())
    found.loaded = [(facts, known.get(sku)) for sku, facts in loaded.items()]
    for number, (facts, kept) in enumerate(found.loaded):
        if number and enough():
            found.left = [later.product.sku for later, _ in found.loaded[number:]]
            break
        check()
        found.add(_result_for(facts, kept, basis, check))
    return found, basis


@dataclass(slots=True)
class Found:
    """What a part has so far."""

    loaded: list[tuple[ProductFacts, ProductResult | None]] = field(default_factory=list)
    results: list[ProductResult] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # products for later

    def add(self, found: tuple[ProductResult, bool]) -> None:
        """A product's result, and whether it was there already."""
        result, known = found
        if known:
            self.confirmed.append(result.sku)
        else:
            self.results.append(result)
        self.lines.append(result.line)

    def urgent(self) -> tuple[dict[str, Any], ...]:
        """The lines to buy with the most at risk, as far as they are shown before the list is complete."""
        buying = [line for line in self.lines if line["verdict"] == "approve" and not line["failed"]]
        buying.sort(key=lambda line: -Decimal(line["at_risk"] or 0))
        shown = [{name: line[name] for name in URGENT} for line in buying[: runs.MOST_PARTIAL]]
        return tuple({**line, "at_risk": line["at_risk"] or "0.00"} for line in shown)


def _result_for(
    facts: ProductFacts, kept: ProductResult | None, basis: str, check: Stopping
) -> tuple[ProductResult, bool]:
    mark = results.fingerprint(facts)
    if kept is not None and kept.day == facts.today and kept.fingerprint == mark:
        return kept, True
    return analyse_product(facts, basis, mark, check), False


def analyse_product(facts: ProductFacts, basis: str, mark: str, check: Stopping) -> ProductResult:
    """The ordinary analysis of one product, as it is kept. What can't be analysed has a line that says so."""
    product = facts.product
    try:
        analysis = analyse(
            facts,
            horizon_days=HORIZON,
            intent=Intent.PURCHASE_RECOMMENDATION.value,
            step=lambda _name, _state: check(),
        )
        line, whole = to_data(line_of(analysis, facts)), to_json(analysis)
    except (ArithmeticError, LookupError, ValueError, TypeError, AssertionError, RuntimeError) as error:
        log.error("agents.product.failed", sku=product.sku, error=type(error).__name__, exc_info=error)
        bare = failed_line(product.sku, product.name, product.unit, product.category)
        line, whole = to_data(bare), None
    return ProductResult(product.sku, facts.today, basis, mark, line, whole)


def run_whole(store: Store, run: Job, request: Request, *, tell: Tell, bound: Any) -> None:
    """Cut the run into parts, or, when all parts are done or none is needed, make the list and answer."""
    with store.read() as connection:
        day = request.today or utc_now().astimezone(company.zone(connection)).date()
    kind = list_kind(request)
    cut = runs.cut_up(store, run, day=day, now=utc_now()) if kind in LINE_KINDS else None
    if cut is not None:
        bound.info("agents.run.cut", products=run.total)
        tell(wake_for(cut))
        return
    tell(wake_for(runs.begin_finish(store, run, now=utc_now())))
    began = monotonic()
    lines = runs.load_lines(store, run, day=day) if kind in LINE_KINDS else []
    with store.read() as connection:
        made = compose(Basis(connection, request, run, day, [from_data(ListLine, line) for line in lines]))
    bound.info("agents.analysis.completed", seconds=round(monotonic() - began, 3), products=len(lines))
    whole = None if made.whole is None else (made.kind, made.whole)
    change = runs.finish(store, run, made.content, made.metadata, whole, now=utc_now())
    bound.info("agents.task.result_saved", seq=change.messages[0].seq)
    tell(wake_for(change))
