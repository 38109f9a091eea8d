"""What makes a decision doubtful, and the other ways out: said where they can't be missed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reposto.language.decision import amount_due
from reposto.language.voice import Voice
from reposto.model.findings import Alternative, Analysis, RecommendationFinding

MOST_DOUBTS = 2  # the weakest points; more would be a list of excuses
_DOUBTS = frozenset(
    "no_receipts few_receipts old_count old_sales worse_forecast poor_forecast unseen_year short_history "
    "few_sales".split()
)
_OTHER_WAYS = ("repeat", "little")


def grade_words(voice: Voice, analysis: Analysis) -> str:
    """The confidence, with what keeps it from being higher; `worse_forecast` is said by the accuracy beside it."""
    grade = voice.say(f"confidence.{analysis.confidence}")
    advice = analysis.recommendation
    known = [code for code in advice.doubts if code in _DOUBTS and code != "worse_forecast"]
    supplier = voice.plain(advice.supplier or "")
    why = [voice.say(f"doubt.{code}", supplier=supplier) for code in known[:MOST_DOUBTS]]
    return voice.say("doubt.because", grade=grade, why=voice.join(why)) if why else grade


def season_words(voice: Voice, analysis: Analysis) -> list[str]:
    """That the season ahead is one the product's history doesn't show, and what follows if sales go on as they are."""
    advice, demand = analysis.recommendation, analysis.demand
    if advice.decembers is None:
        return []
    found = [voice.say("no_december" if advice.decembers == 0 else "one_december")]
    more = _climbing(advice)
    if more is not None and demand.last_period_total is not None:
        found.append(voice.say("climbing", sold=voice.quantity(demand.last_period_total), **_values(voice, more)))
    return found


def _climbing(advice: RecommendationFinding) -> Alternative | None:
    """Buying as the last weeks sold, where that is more than advised and the season ahead isn't known."""
    if advice.decembers is None:
        return None
    more = (a for a in advice.alternatives if a.code == "repeat" and a.quantity > (advice.quantity or 0.0))
    return next(more, None)


def other_line(voice: Voice, analysis: Analysis) -> str:
    """The ways out where one number would claim to know too much: as the last weeks, or little now and again soon."""
    advice, demand = analysis.recommendation, analysis.demand
    found = []
    for other in (a for code in _OTHER_WAYS for a in advice.alternatives if a.code == code):
        values = _values(voice, other)
        if other is _climbing(advice):
            continue  # said with the season
        if other.code == "repeat" and demand.last_period_total is not None:
            values |= {"days": voice.days(demand.horizon_days), "sold": voice.quantity(demand.last_period_total)}
            found.append(voice.say("other.repeat", **values))
        elif other.code == "little" and other.stockout_probability is not None:
            found.append(voice.say("other.little", days=voice.days(other.review_days), **values))
            if other.spared is not None:  # in stored answers of earlier versions it isn't known
                amount = voice.estimate(other.spared.quantize(Decimal(1)))
                found[-1] = f"{found[-1]}, {voice.say('other.spares', amount=amount)}"
    return "; ".join(found)


def keeps_line(voice: Voice, advice: RecommendationFinding) -> str:
    """What the shelf life means for this order."""
    found = advice.shelf_life
    if found is None:
        return ""
    values = {"days": voice.days(found.days), "last": voice.day(found.last_day)}
    parts = [voice.say("keeps", chance=voice.chance(found.probability), **values)]
    if found.write_off >= 1:
        parts.append(voice.say("keeps.cost", amount=voice.money(found.write_off)))
    if found.limits:
        parts.append(voice.say("keeps.limits"))
    return "; ".join(parts)


def budget_words(voice: Voice, analysis: Analysis, budget: object) -> list[str]:
    """What the money that the buyer named buys of the advised order."""
    advice = analysis.recommendation
    due = amount_due(advice)
    if not isinstance(budget, (int, float)) or budget <= 0 or advice.verdict != "approve" or due is None:
        return []
    limit = Decimal(str(budget))
    said = voice.money(limit)
    part = next((a for a in advice.alternatives if a.code == "budget"), None)
    if part is not None and part.stockout_probability is not None:
        return [voice.say("budget.part", budget=said, supplier=voice.plain(part.supplier), **_values(voice, part))]
    if limit >= due:
        return [voice.say("budget.enough", budget=said, left=voice.money(limit - due))]
    return [voice.say("budget.none", budget=said)]


def _values(voice: Voice, other: Alternative) -> dict[str, Any]:
    return {
        "quantity": voice.quantity(other.quantity),
        "total": voice.money(other.total if other.payable is None else other.payable),
        "chance": voice.chance(other.stockout_probability or 0.0),
    }
