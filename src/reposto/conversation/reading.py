"""What a language model may add to the reading of a question: never an action, never a product that is taken for sure.

It is asked only where the rules are unsure. What it proposes is judged here: an intent of those that read, products
that its tools have shown it, words that stand in the question. A choice stays a choice; only when the rules themselves
find the proposed words to be a code or a whole name is the question answered without asking back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from reposto.conversation.catalogue import Index
from reposto.language.context import ABOUT_PRODUCT
from reposto.language.followups import MOST_OPTIONS
from reposto.language.normalise import fold
from reposto.model.request import Expect, Intent, Option, Request

_ACTING = frozenset({Intent.ORDER_CREATE, Intent.DATA_CHANGE, Intent.QUOTE_REQUEST})
_LISTS = frozenset({Intent.BUY_LIST, Intent.STOCK_OVERVIEW, Intent.EXCESS_STOCK, Intent.ABC_XYZ, Intent.SPEND})
READABLE = (ABOUT_PRODUCT - _ACTING) | _LISTS | {Intent.HELP}  # what a model may take a question for
_VAGUE = (Intent.UNCLEAR, Intent.PRODUCT_LOOKUP)
SHORTEST_MENTION = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """A model's reading: the intent, the words that name the product as they stand in the question, and products."""

    intent: str
    mention: str = ""
    skus: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads what the rules are unsure of; gives back the request, and a note for the question's metadata."""

    def read(self, text: str, request: Request, index: Index, today: date) -> tuple[Request, dict[str, Any]]:
        """Never raises; without an answer in time, the request as it was."""


def is_unsure(request: Request) -> bool:
    """Whether the rules ask back or find nothing; attacks and other subjects are none of a model's business."""
    return request.expect in (Expect.CHOOSE, Expect.NOT_FOUND, Expect.CLARIFY)


def accept(proposal: Proposal, request: Request, index: Index, today: date, shown: frozenset[str]) -> Request:
    """The request with what may be taken over of a proposal; `shown` are the products that the model has been shown."""
    intent = _intent(proposal, request)
    skus = [sku for sku in dict.fromkeys(proposal.skus) if sku in shown and sku in index.products]
    if request.expect is Expect.CHOOSE:
        preferred = [option for sku in skus for option in request.options if option.sku == sku]
        rest = [option for option in request.options if option not in preferred]
        return replace(request, intent=intent, options=(*preferred, *rest))
    exact = _exactly_named(proposal.mention, request.text, index, today)
    if exact is not None:
        return replace(request, intent=intent, expect=Expect.ANSWER, skus=(exact,), options=(), confidence=1.0)
    if skus:
        options = tuple(Option(sku, index.products[sku].name) for sku in skus[:MOST_OPTIONS])
        return replace(request, intent=intent, expect=Expect.CHOOSE, options=options, skus=())
    if request.expect is Expect.CLARIFY and intent in _LISTS | {Intent.HELP}:
        return replace(request, intent=intent, expect=Expect.ANSWER)
    return request


def _intent(proposal: Proposal, request: Request) -> Intent:
    try:
        proposed = Intent(proposal.intent)
    except ValueError:
        return request.intent
    return proposed if request.intent in _VAGUE and proposed in READABLE else request.intent


def _exactly_named(mention: str, text: str, index: Index, today: date) -> str | None:
    """The product whose code or whole name the words are, by the rules' own reading of them."""
    said = fold(mention)
    if len(said) < SHORTEST_MENTION or said not in fold(text):
        return None
    found = index.understander.understand(mention, today=today)
    sure = found.expect is Expect.ANSWER and len(found.skus) == 1 and found.confidence >= 1 and not found.alias
    return found.skus[0] if sure else None
