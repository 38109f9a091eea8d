"""Everything that reposto says about one product: acknowledgement, answer, choice, failure, order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from reposto.language import cards, offer_lines
from reposto.language.decision import amount_due
from reposto.language.details import FOLD, write_details
from reposto.language.explanation import write_accuracy
from reposto.language.formats import inert, number
from reposto.language.leads import write_lead
from reposto.language.replies import write_reply, write_too_long
from reposto.language.simulation import write_simulation
from reposto.language.voice import Voice, lines, locale_of, sentences
from reposto.model.asked import NOTHING_ELSE, Asked, Simulation
from reposto.model.encode import to_data
from reposto.model.findings import Alternative, Analysis
from reposto.model.message import STEPS
from reposto.model.request import Intent, NamedProduct, Option, Request

__all__ = [
    "label_recalculate",
    "split_fold",
    "suggest",
    "suggest_quantity",
    "write_acknowledgement",
    "write_analysis",
    "write_cancelled",
    "write_choice",
    "write_failure",
    "write_not_found",
    "write_order_created",
    "write_reply",
    "write_too_long",
]

SURE = 0.9  # below this the buyer is told how to correct the product
MAX_QUOTED = 80  # characters of the buyer's own words repeated to him
MAX_OPTIONS = 6
NO_DAY = date(2000, 1, 1)  # for texts that speak of no day

_ACK = {
    Intent.DEMAND_FORECAST: "demand",
    Intent.STOCK_STATUS: "coverage",
    Intent.STOCKOUT_DATE: "coverage",
    Intent.EXCESS_STOCK: "excess",
    Intent.REORDER_QUANTITY: "quantity",
    Intent.ORDER_BY_DATE: "order_by",
    Intent.STOCK_POLICY: "policy",
    Intent.PRICE_CURRENT: "price",
    Intent.PRICE_HISTORY: "price",
    Intent.PRICE_FORECAST: "price",
    Intent.SUPPLIER_COMPARE: "suppliers",
    Intent.SUPPLIER_LEAD_TIME: "lead_time",
    Intent.LANDED_COST: "landed",
    Intent.WHAT_IF: "what_if",
    Intent.EXPLAIN: "explain",
}
_ABOUT_OFFERS = frozenset(
    {
        Intent.PRICE_CURRENT,
        Intent.PRICE_HISTORY,
        Intent.PRICE_FORECAST,
        Intent.SUPPLIER_COMPARE,
        Intent.SUPPLIER_LEAD_TIME,
        Intent.LANDED_COST,
    }
)  # with these the table of offers belongs to the answer, whatever the advice
# Whoever asks how long the stock lasts, about some days or for a quantity of his own gets that; the purchase is folded.
_NARROW = frozenset({Intent.STOCKOUT_DATE, Intent.EXCESS_STOCK, Intent.STOCK_STATUS, Intent.EXPLAIN})
_FAILURES = {
    "timeout": "timeout",
    "crash": "crash",
    "worker_died": "crash",
    "lease_expired": "crash",
    "memory": "crash",
    "invalid": "data",
    "data": "data",
    "not_found": "product_gone",
    "storage_busy": "busy",
}


def write_acknowledgement(
    product: NamedProduct,
    request: Request,
    eta_seconds: float | None,
    locale: str,
    others: Sequence[NamedProduct] = (),
) -> str:
    """What was understood, the four consultations under way, and when to expect the answer.

    `others`: the products that this one is compared with.
    """
    voice = Voice(locale_of(locale), request.today or NO_DAY, product.unit)
    named = voice.product(product.name, product.sku)
    topic = _ACK.get(request.intent, "analysis")
    horizon = request.params.get("horizon_days")
    if others:
        both = [voice.product(p.name, p.sku) for p in (product, *others)]
        first = voice.say("ack.compare", products=voice.join(both))
    elif topic == "demand" and request.window is None and isinstance(horizon, int) and horizon > 1:
        first = voice.say("ack.demand.window", product=named, days=voice.days(horizon))
    else:
        first = voice.say(f"ack.{topic}", product=named)
    steps = voice.join([voice.say(f"step.{name}") for name, _ in STEPS])
    unsure = voice.say("ack.unsure") if request.confidence < SURE else ""
    eta = _eta(voice, eta_seconds)
    under_way = voice.say("ack.steps", steps=steps, eta=eta) if eta else voice.say("ack.steps.unknown", steps=steps)
    return sentences((first, under_way, unsure))


def _eta(voice: Voice, seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 1.5:
        return voice.say("ack.eta.now")
    if seconds < 90:
        return voice.say("ack.eta.seconds", n=number(seconds, 0, voice.locale))
    return voice.count("ack.eta.minutes", seconds / 60)


def write_analysis(analysis: Analysis, request: Request, locale: str, *, asked: Asked = NOTHING_ELSE) -> str:
    """Markdown: the answer to what was asked, the card, and after a `---` line the details the page folds.

    `asked`: what was found for this very question. Where a what-if question has no simulation, the text says so.
    """
    voice = Voice(locale_of(locale), analysis.today, analysis.unit)
    if asked.simulation is not None and request.intent is Intent.WHAT_IF:
        price = offer_lines.stated_price_words(voice, analysis, request)
        return _folded(voice, analysis, lines(write_simulation(voice, analysis, asked.simulation), price), False)
    if request.intent is Intent.EXPLAIN and request.topic == "accuracy":
        return _folded(voice, analysis, write_accuracy(voice, analysis), False)
    lead, said = write_lead(voice, analysis, request, asked)
    table = ""
    if analysis.recommendation.verdict != "wait" or request.intent in _ABOUT_OFFERS:
        offers = offer_lines.ranked(analysis.prices.offers)[: offer_lines.CARD_OFFERS]
        table = offer_lines.write_offers(voice, offers, analysis.prices.quantity)
    card = cards.write_card(voice, analysis, said)
    if request.intent in _ABOUT_OFFERS:  # whoever asks for a price or a supplier unfolds the purchase if he wants it
        return _folded(voice, analysis, lines(lead, table), bool(table), card)
    ordered = request.intent is Intent.ORDER_CREATE and asked.simulation is not None
    dated = request.intent is Intent.DEMAND_FORECAST and asked.window is not None
    if request.intent in _NARROW or ordered or dated:
        return _folded(voice, analysis, lead, False, card)
    return _folded(voice, analysis, lines(lead, card, table), bool(table))


def _folded(voice: Voice, analysis: Analysis, head: str, offers_shown: bool, card: str = "") -> str:
    details = lines(card, write_details(voice, analysis, lines(head, card), offers_shown))
    return lines(head, FOLD, details) if details else head


def split_fold(content: str) -> tuple[str, str]:
    """The part shown and the part folded."""
    head, _, details = content.partition(f"\n\n{FOLD}\n\n")
    return head, details


def write_choice(text: str, options: Sequence[Option], locale: str) -> str:
    """Which of these? Numbered, so that a client without buttons can answer "o 2"."""
    voice = Voice(locale_of(locale), NO_DAY)
    quoted = inert(text, MAX_QUOTED)
    return lines(voice.say("choice", text=quoted) if quoted else voice.say("choice.bare"), _numbered(voice, options))


def _numbered(voice: Voice, options: Sequence[Option]) -> str:
    rows = [voice.say("option", name=voice.plain(o.name), sku=inert(o.sku, 60)) for o in options[:MAX_OPTIONS]]
    return "\n".join(f"{i}. {row}" for i, row in enumerate(rows, start=1))


def write_not_found(text: str, options: Sequence[Option], has_catalogue: bool, locale: str) -> str:
    """Not there: the nearest names, and how to load products."""
    voice = Voice(locale_of(locale), NO_DAY)
    if not has_catalogue:
        return voice.say("not_found.empty")
    quoted = inert(text, MAX_QUOTED)
    first = voice.say("not_found", text=quoted) if quoted else voice.say("not_found.bare")
    if not options:
        return f"{first} {voice.say('not_found.load')}"
    return lines(f"{first} {voice.say('not_found.nearest')}", _numbered(voice, options), voice.say("not_found.hint"))


def write_failure(reason_code: str, product: NamedProduct | None, attempts: int, locale: str) -> str:
    """The analysis failed: why, how often it was tried, and that nothing has changed."""
    voice = Voice(locale_of(locale), NO_DAY)
    why = voice.say(f"failure.{_FAILURES[reason_code]}") if reason_code in _FAILURES else ""
    if product is None:
        first = voice.say("failure.bare", why=why)
    else:
        first = voice.say("failure", product=voice.product(product.name, product.sku), why=why)
    tried = voice.count("failure.attempts", attempts) if attempts > 1 else ""
    return " ".join(p for p in (first, tried, voice.say("failure.next")) if p)


def write_cancelled(product: NamedProduct | None, locale: str) -> str:
    voice = Voice(locale_of(locale), NO_DAY)
    if product is None:
        return voice.say("cancelled.bare")
    return voice.say("cancelled", product=voice.product(product.name, product.sku))


def write_order_created(
    order_number: str, product: NamedProduct, quantity: float, supplier: str, total: Decimal, locale: str
) -> str:
    """A draft of a purchase order exists."""
    voice = Voice(locale_of(locale), NO_DAY, product.unit)
    values = {
        "order": inert(order_number, 40),
        "quantity": voice.quantity(quantity),
        "product": voice.product(product.name, product.sku),
        "supplier": voice.plain(supplier),
        "total": voice.money(total),
    }
    return f"{voice.say('order.created', **values)} {voice.say('order.created.next')}"


def label_recalculate(locale: str) -> str:
    return Voice(locale_of(locale), NO_DAY).say("action.recalculate")


def suggest(analysis: Analysis, locale: str) -> list[dict[str, Any]]:
    """The buttons of an answer: a draft order when the advice is to buy, and the same question on newer data."""
    voice = Voice(locale_of(locale), analysis.today, analysis.unit)
    advice = analysis.recommendation
    actions: list[dict[str, Any]] = []
    if advice.verdict == "approve" and advice.quantity and advice.supplier_id is not None:
        data = {
            "sku": analysis.sku,
            "quantity": advice.quantity,
            "supplier_id": advice.supplier_id,
            "offer_id": advice.offer_id,
            "unit_price": advice.unit_price,
            "total": amount_due(advice),
            "data_version": analysis.data_version,
        }
        key = "action.approve.more" if advice.drafts else "action.approve"
        label = voice.say(key, quantity=voice.quantity(advice.quantity))
        actions.append({"action_type": "approve_purchase", "label": label, "action_data": to_data(data)})
        actions += [_part(voice, analysis, a) for a in advice.alternatives if a.code == "budget"]
    again = {"sku": analysis.sku, "intent": str(analysis.intent), "horizon_days": analysis.demand.horizon_days}
    actions.append({"action_type": "recalculate", "label": voice.say("action.recalculate"), "action_data": again})
    return actions


def _part(voice: Voice, analysis: Analysis, part: Alternative) -> dict[str, Any]:
    """The button for what the buyer's money pays for."""
    data = {"sku": analysis.sku, "quantity": part.quantity, "supplier": part.supplier, "total": part.payable}
    label = voice.say("action.approve", quantity=voice.quantity(part.quantity))
    return {"action_type": "approve_quantity", "label": label, "action_data": to_data(data)}


def suggest_quantity(analysis: Analysis, simulation: Simulation, locale: str) -> list[dict[str, Any]]:
    """The button for the quantity that the buyer named, where it is another than the advised one."""
    voice = Voice(locale_of(locale), analysis.today, analysis.unit)
    then, advice = simulation.then, analysis.recommendation
    known = any(a.quantity == then.quantity and a.supplier == advice.supplier for a in advice.alternatives)
    if not then.quantity or then.payable is None or not known or advice.supplier_id is None:
        return []
    data = {"sku": analysis.sku, "quantity": then.quantity, "supplier": then.supplier, "total": then.payable}
    label = voice.say("action.approve", quantity=voice.quantity(then.quantity))
    return [{"action_type": "approve_quantity", "label": label, "action_data": to_data(data)}]
