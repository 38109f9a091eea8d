"""What a worker writes for a question: a product's analysis with what only this question asks, or a comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from reposto.analysts.asked import Question, analyse_question, compare_products
from reposto.analysts.windows import sold_in
from reposto.language import prose
from reposto.language.comparison import write_comparison
from reposto.language.price_words import promotion_buttons
from reposto.model.asked import Asked, Change
from reposto.model.encode import to_data
from reposto.model.facts import ProductFacts
from reposto.model.findings import Analysis
from reposto.model.lists import OrderFilling
from reposto.model.request import Intent, Request

DEFAULT_HORIZON = 30  # days, when the question names none
MAX_HORIZON = 365
MOST_COMPARED = 5  # columns that fit beside each other
COVERS = frozenset({Intent.REORDER_QUANTITY, Intent.STOCKOUT_DATE})  # a length of time is what must be covered

Step = Callable[[str, str], None]


def question_of(request: Request) -> Question:
    """What the analysts have to know of a request."""
    horizon = int(request.params.get("horizon_days") or DEFAULT_HORIZON)
    quantity, budget = request.params.get("quantity"), request.params.get("budget")
    window = request.window
    ahead = window is not None and request.today is not None and window.end >= request.today
    asked = (request.intent, *request.also)
    return Question(
        intent=request.intent.value,
        horizon_days=max(1, min(horizon, MAX_HORIZON)),
        quantity=float(quantity) if isinstance(quantity, (int, float)) and quantity > 0 else None,
        window=window if Intent.DEMAND_FORECAST in asked or ahead else None,
        cover=request.intent in COVERS and ("horizon_days" in request.params or ahead),
        change=change_of(request),
        budget=Decimal(str(budget)) if isinstance(budget, (int, float)) and budget > 0 else None,
    )


def change_of(request: Request) -> Change | None:
    """What a simulation changes; None where nothing is stated that can be changed."""
    params = request.params
    if request.intent is Intent.ORDER_CREATE and "quantity" in params:
        return Change("quantity", quantity=float(params["quantity"]))
    if request.intent is not Intent.WHAT_IF or not request.topic:
        return None
    supplier = str(params.get("supplier") or "")
    if request.topic == "lead_time" and "lead_time_days" in params:
        return Change("lead_time", lead_time_days=int(params["lead_time_days"]), supplier=supplier)
    if request.topic in ("demand", "price") and "percent_change" in params:
        named = supplier if request.topic == "price" else ""
        return Change(request.topic, percent=float(params["percent_change"]), supplier=named)
    if request.topic == "promotion" and request.window is not None:
        return Change("promotion", percent=params.get("percent_change"), window=request.window)
    if request.topic == "quantity" and "quantity" in params:
        return Change("quantity", quantity=float(params["quantity"]))
    return None


def answer_one(
    facts: ProductFacts,
    request: Request,
    locale: str,
    step: Step,
    fill: Callable[[Analysis], OrderFilling | None] = lambda _: None,
) -> tuple[Analysis, str, dict[str, Any]]:
    """Analysis, text and metadata of an answer about one product; `fill` finds what might be ordered with it."""
    analysis, asked = analyse_question(facts, question_of(request), step=step)
    return analysis, *write_one(analysis, replace(asked, filling=fill(analysis)), request, locale)


def write_one(analysis: Analysis, asked: Asked, request: Request, locale: str) -> tuple[str, dict[str, Any]]:
    """Text and metadata of an answer about one product whose analysis is known."""
    content = prose.write_analysis(analysis, request, locale, asked=asked)
    actions = prose.suggest(analysis, locale)
    if asked.simulation is not None and request.intent is Intent.ORDER_CREATE:
        actions = [*prose.suggest_quantity(analysis, asked.simulation, locale), *actions]
    elif asked.simulation is not None:  # a simulation offers no purchase
        actions = [action for action in actions if action["action_type"] != "approve_purchase"]
        actions = [*promotion_buttons(analysis, asked.simulation.change, locale), *actions]
    metadata = {"analysis": to_data(analysis), "actions": actions, "intent": request.intent.value}
    return content, metadata | _found(asked)


def answer_comparison(
    several: tuple[ProductFacts, ...], request: Request, locale: str, step: Step, today: date
) -> tuple[str, dict[str, Any]]:
    """Text and metadata of products beside each other; the steps shown are those of the last one."""
    question = question_of(request)
    analyses = [analyse_question(facts, question)[0] for facts in several[:-1]]
    analyses.append(analyse_question(several[-1], question, step=step)[0])
    window = request.window if request.window is not None and request.window.end < today else None
    sold = tuple(sold_in(facts, window) for facts in several) if window is not None else ()
    comparison = compare_products(tuple(analyses), today, sold)
    content = write_comparison(comparison, locale)
    skus = [facts.product.sku for facts in several]
    metadata = {"comparison": to_data(comparison), "skus": skus, "actions": [], "intent": request.intent.value}
    return content, metadata


def _found(asked: Asked) -> dict[str, Any]:
    given = {f.name: getattr(asked, f.name) for f in fields(asked)}
    return {"asked": {name: to_data(value) for name, value in given.items() if is_dataclass(value)}}
