"""Buy, wait or review, in a sentence or three, with what makes it so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reposto.language.calls import call_words
from reposto.language.formats import inert, lower_first, sentence
from reposto.language.voice import Voice
from reposto.model.findings import Analysis, Missing, RecommendationFinding

FILES = {
    "products": "produtos.csv",
    "stock": "estoque.csv",
    "sales": "vendas.csv",
    "suppliers": "fornecedores.csv",
    "offers": "ofertas.csv",
    "orders": "pedidos.csv",
    "receipts": "recebimentos.csv",
}
_KNOWN_GAPS = frozenset(
    "no_sales never_sold short_history no_stock no_offer no_supplier no_receipts no_lead_time no_prices "
    "inactive".split()
)  # their words carry no number; those that do (how old, how many) keep the analyst's text
DRAFTS_SHOWN = 3  # drafts named one by one
FAR_DAYS = 90  # a next order further away than a quarter will be worked out again long before
_SOFT_GAPS = frozenset({"no_prices", "no_receipts", "no_arrival_date"})


@dataclass(frozen=True, slots=True)
class Lead:
    """Sentences that answer, and the names of the points they have said."""

    parts: tuple[str, ...]
    said: frozenset[str] = frozenset()
    decides: bool = False  # the decision is already in the parts


def decision(voice: Voice, analysis: Analysis, said: frozenset[str]) -> Lead:
    """Buy, wait or review, with what makes it so; `said` names the points the lead has made."""
    verdict = analysis.recommendation.verdict
    if verdict == "approve":
        return _buy(voice, analysis, said)
    if verdict == "wait":
        return _wait(voice, analysis, said)
    renewals = [sentence(call_words(voice, c)) for c in analysis.recommendation.calls if c.code == "renew"]
    review = _review(voice, _decisive(analysis.recommendation.missing))
    return Lead((*review[:1], *renewals, *review[1:]), frozenset({"calls"}) if renewals else frozenset())


def _decisive(missing: tuple[Missing, ...]) -> tuple[Missing, ...]:
    """The gaps that stand in the way; those that only cost precision are left to the details."""
    hard = tuple(m for m in missing if m.code not in _SOFT_GAPS)
    return hard or missing


def _buy(voice: Voice, analysis: Analysis, said: frozenset[str]) -> Lead:
    advice, logistics, demand = analysis.recommendation, analysis.logistics, analysis.demand
    amount = amount_due(advice)
    if advice.quantity is None or advice.supplier is None or amount is None:
        return Lead(_review(voice, _decisive(advice.missing)))
    values: dict[str, Any] = {
        "quantity": voice.quantity(advice.quantity),
        "supplier": voice.plain(advice.supplier),
        "total": voice.money(amount),
    }
    parts: list[str] = []
    overdue = logistics.order_by_overdue
    by = voice.say("due.now") if overdue else voice.due(advice.order_by) if advice.order_by else ""
    if drafts_suffice(advice):
        parts.append(_send(voice, advice, by))
    else:
        parts += drafts_words(voice, analysis)
        parts.append(voice.say("buy", by=by, **values) if by else voice.say("buy.nodate", **values))
    if logistics.bridge_supplier:
        parts.append(voice.say("buy.bridge", supplier=voice.plain(logistics.bridge_supplier)))
    arrival, after, stockout = advice.expected_arrival, advice.coverage_after_days, demand.stockout_date_with_orders
    stockout = stockout or demand.stockout_date
    gap = arrival is not None and stockout is not None and stockout < arrival
    if overdue and "order_by" not in said and not gap:
        parts.append(late_words(voice, analysis))
    if arrival is not None and stockout is not None and gap:
        empty = demand.available is not None and demand.available <= 0
        key = "buy.gap.empty" if empty else "buy.gap"
        parts.append(voice.say(key, stockout=voice.on_day(stockout), arrival=voice.on_day(arrival)))
    elif arrival is not None and after is not None and not drafts_suffice(advice):
        parts.append(voice.say("buy.arrives_covers", date=voice.on_day(arrival), days=voice.days(after)))
        return Lead(tuple(parts), frozenset({"quantity", "order_by", "covers"}))
    elif arrival is not None:
        parts.append(voice.say("buy.arrives", date=voice.on_day(arrival)))
    return Lead(tuple(parts), frozenset({"quantity", "order_by"}))


def late_words(voice: Voice, analysis: Analysis) -> str:
    """Why as soon as possible: ordering today no longer rules out a stock-out. Names no day, since none is safe."""
    chance = analysis.recommendation.risk.stockout_probability
    if chance is None:
        return voice.say("late.unknown")
    return voice.say("late", chance=voice.chance(chance))


def amount_due(advice: RecommendationFinding) -> Decimal | None:
    """What the order will be billed at; answers stored before that was worked out have the landed cost only."""
    return advice.total if advice.payable_total is None else advice.payable_total


def drafts_suffice(advice: RecommendationFinding) -> bool:
    """Whether sending what is drafted already would do."""
    needed = advice.needed_quantity or advice.quantity or 0.0
    return bool(advice.drafts) and sum(d.quantity for d in advice.drafts) >= needed


def _send(voice: Voice, advice: RecommendationFinding, by: str) -> str:
    drafts = [
        voice.say(
            "draft",
            order=inert(d.order_number, 40),
            quantity=voice.quantity(d.quantity),
            supplier=voice.plain(d.supplier),
        )
        for d in advice.drafts[-DRAFTS_SHOWN:]
    ]
    what = " ".join(part for part in (voice.join(drafts), by) if part)
    return voice.say("send", drafts=what, needed=voice.needed(advice.needed_quantity or advice.quantity or 0.0))


def drafts_words(voice: Voice, analysis: Analysis) -> list[str]:
    """Orders that exist as drafts, so that nobody writes them twice."""
    drafts = analysis.recommendation.drafts
    return [
        voice.say(
            "drafts",
            order=inert(d.order_number, 40),
            quantity=voice.quantity(d.quantity),
            supplier=voice.plain(d.supplier),
        )
        for d in drafts[-DRAFTS_SHOWN:]
    ]


def _wait(voice: Voice, analysis: Analysis, said: frozenset[str]) -> Lead:
    demand, advice = analysis.demand, analysis.recommendation
    with_orders = demand.stockout_date_with_orders
    reason = ""
    now_said = {"order_by"}
    if demand.on_order > 0 and with_orders is not None:
        reason = voice.say("wait.covered_orders", by=voice.until(with_orders))
        now_said.add("coverage_orders")
    elif demand.coverage_days is not None:
        long = demand.stockout_date is None and demand.coverage_days > 365
        reason = voice.say("wait.long") if long else voice.say("wait.covered", days=voice.days(demand.coverage_days))
    elif demand.available:
        reason = voice.say("wait.stock", free=voice.free(demand.available))
    parts = [voice.say("wait.reason", reason=reason) if reason else voice.say("wait")]
    chance = advice.risk.stockout_probability
    if demand.on_order > 0 and chance is not None and chance > 1 - advice.service_level:
        urged = [c for c in advice.calls if c.code in ("hurry", "confirm")]
        key = "wait.short.call" if urged else "wait.short"
        parts.append(voice.say(key, chance=voice.chance(chance)))
        parts += [sentence(call_words(voice, call)) for call in urged]
        now_said |= {"calls"} if urged else set()
    ahead = 0 if advice.order_by is None else (advice.order_by - analysis.today).days
    if advice.order_by is not None and 0 < ahead <= FAR_DAYS and "order_by" not in said:
        parts.append(voice.say("wait.next", date=voice.day(advice.order_by)))
    parts += drafts_words(voice, analysis)
    return Lead(tuple(parts), frozenset(now_said))


def _review(voice: Voice, missing: tuple[Missing, ...]) -> tuple[str, ...]:
    why = voice.join([missing_words(voice, m) for m in missing])
    parts = [voice.say("review", why=why) if why else voice.say("review.bare")]
    # a history that is short because the product is new mends itself
    mendable = [m.file_kind for m in missing if m.code != "short_history"]
    files = list(dict.fromkeys(FILES[kind] for kind in mendable if kind in FILES))
    if files:
        parts.append(voice.say("review.load", files=voice.join([f"`{f}`" for f in files])))
    return tuple(parts)


def missing_words(voice: Voice, missing: Missing) -> str:
    """What the data lack, in the reader's language; codes we have no words for keep the analyst's (Portuguese) text."""
    if missing.code in _KNOWN_GAPS:
        return voice.say(f"missing.{missing.code}")
    if voice.locale == "en":
        known = missing.file_kind in FILES
        return voice.say("missing.file", file=FILES[missing.file_kind]) if known else voice.say("missing.other")
    text = voice.foreign(missing.text.split(";")[0]).rstrip(".")  # after the semicolon: how to mend it, said elsewhere
    return lower_first(text)
