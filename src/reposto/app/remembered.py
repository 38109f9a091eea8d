"""The ordinary analysis of a product, kept: a question that states nothing special is then a look-up.

What is kept holds for its day and for the data it was made from (see storage.results); a new import, a new fit of the
forecast tables or a new day make it stale, and the question is worked out as ever.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date

import orjson
import structlog

from reposto.analysts.asked import Question
from reposto.analysts.catalogue.line import line_of
from reposto.app.answers import question_of
from reposto.model.clock import utc_now
from reposto.model.decode import from_data
from reposto.model.encode import to_data, to_json
from reposto.model.errors import StorageBusy
from reposto.model.facts import ProductFacts
from reposto.model.findings import Analysis
from reposto.model.request import Request
from reposto.storage import results
from reposto.storage.engine import Store
from reposto.storage.facts import load_several
from reposto.storage.results import ProductResult

log = structlog.get_logger(__name__)


def is_ordinary(request: Request) -> bool:
    """Whether the analysis is that which a list makes: no days, quantity or change of the question's own."""
    return question_of(request) == Question(intent=request.intent.value)


def recall(store: Store, sku: str, request: Request, today: date) -> Analysis | None:
    """The kept analysis where it answers this question and the product's own data are the present ones."""
    if not is_ordinary(request):
        return None
    with store.read() as connection:
        kept = results.find_result(connection, sku)
        if kept is None or kept.analysis is None or kept.day != today:
            return None
        basis = results.read_basis(connection)
        if kept.basis != basis:  # others' data, or its own?
            facts = load_several(connection, [sku], today=today, loaded_at=utc_now()).get(sku)
            if facts is None or results.fingerprint(facts) != kept.fingerprint:
                return None
    try:
        analysis = from_data(Analysis, orjson.loads(kept.analysis))
    except (LookupError, TypeError, ValueError, ArithmeticError) as error:  # another version's: work it out again
        log.warning("analysis.not_recalled", sku=sku, error=type(error).__name__)
        return None
    if kept.basis != basis:
        _confirm(store, sku, basis)
    return replace(analysis, intent=request.intent.value, data_version=results.data_version_of(basis))


def _confirm(store: Store, sku: str, basis: str) -> None:
    """So that the next question need not look."""
    with suppress(StorageBusy), store.write(lasting=False) as connection:
        results.confirm_results(connection, [sku], basis=basis, now=utc_now())


def keep(store: Store, facts: ProductFacts, analysis: Analysis, request: Request, basis: str) -> None:
    """Spare the next question and the next list the work. Only a saving: a busy database is no matter."""
    if not is_ordinary(request):
        return
    try:
        line, mark = to_data(line_of(analysis, facts)), results.fingerprint(facts)
        found = ProductResult(facts.product.sku, facts.today, basis, mark, line, to_json(analysis))
        with store.write(lasting=False) as connection:
            results.save_results(connection, [found], now=utc_now())
    except StorageBusy:
        log.info("analysis.not_kept", sku=facts.product.sku)
    except Exception as error:  # a finished answer must not fail for what was meant to save work
        log.error("analysis.not_kept", sku=facts.product.sku, error=type(error).__name__)
