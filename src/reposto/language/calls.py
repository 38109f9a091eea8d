"""Telephone calls worth making, and taxes that may change the cost."""

from __future__ import annotations

from decimal import Decimal

from reposto.language.formats import inert, sentence
from reposto.language.voice import Voice
from reposto.model.calls import Call, Caution
from reposto.model.findings import RecommendationFinding

ON_THE_CARD = ("taxes_change", "cbs_estimate", "difal_decides")


def calls_line(voice: Voice, advice: RecommendationFinding, said: frozenset[str]) -> str:
    """For the card, but for what the decision has said."""
    if "calls" in said:
        return ""
    return " ".join(sentence(call_words(voice, call)) for call in advice.calls)


def call_words(voice: Voice, call: Call) -> str:
    """Whom to ask for what, and what it is worth."""
    values = {"supplier": voice.plain(call.supplier), "quantity": voice.quantity(call.quantity)}
    if call.code == "renew" and call.due is not None and call.unit_price is not None:
        price = voice.unit_price(call.unit_price)
        parts = [voice.say("call.renew", price=price, date=voice.full(call.due), **values)]
        if call.cheaper_percent is not None:
            parts.append(voice.say("call.renew.cheaper", percent=voice.percent(call.cheaper_percent)))
        if call.quantity > 0 and call.payable is not None:
            parts.append(voice.say("call.renew.order", total=voice.money(call.payable), **values))
        return "; ".join(parts)
    if call.due is None or call.wanted is None:
        return ""
    days = {"due": voice.day(call.due), "wanted": voice.day(call.wanted)}
    if call.code in ("hurry", "confirm") and call.probability_before is not None and call.probability_after is not None:
        chances = {"before": voice.share(call.probability_before), "after": voice.share(call.probability_after)}
        return voice.say(f"call.{call.code}", order=inert(call.order_number, 40), **values, **days, **chances)
    if call.code == "express" and call.amount is not None:
        key = "call.express" if call.wanted > voice.today else "call.express.now"
        return voice.say(key, amount=voice.estimate(call.amount.quantize(Decimal(1))), **values, **days)
    return ""


def taxes_line(voice: Voice, advice: RecommendationFinding) -> str:
    """What may make this order cost something else."""
    return "; ".join(caution_words(voice, c) for c in advice.cautions if c.code in ON_THE_CARD)


def caution_words(voice: Voice, caution: Caution) -> str:
    """One tax that isn't certain."""
    if caution.code.startswith("difal"):
        values = {"supplier": voice.plain(caution.supplier), "state": inert(caution.state, 2)}
        unknown = voice.say("caution.difal_unknown", **values)
        if caution.code == "difal_unknown":
            return unknown
        return voice.say("caution.difal_decides", unknown=unknown, rival=voice.plain(caution.rival))
    percent = "" if caution.percent is None else voice.percent(caution.percent)
    return voice.say(f"caution.{caution.code}", percent=percent)
