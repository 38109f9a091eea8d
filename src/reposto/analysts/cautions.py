"""Taxes that may make a cost another than the one worked out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from reposto.analysts.plan import Plan
from reposto.analysts.situation import Situation
from reposto.analysts.taxes import (
    CBS_FROM,
    REGULAR,
    cbs_percent,
    interstate_percent,
    is_cbs,
    is_from_afar,
    may_owe_difal,
)
from reposto.model.calls import Caution

_USUAL_INTERNAL = 18.0  # %: what most states charge inside, for telling whether the difference could matter


def cautions(situation: Situation, found: tuple[Plan, ...], arrival: date | None) -> tuple[Caution, ...]:
    """What the first plan's taxes leave open; `arrival`: when an order of today would be there."""
    if not found:
        return ()
    plan, company = found[0], situation.facts.company
    result = []
    if company.tax_regime in REGULAR:
        if is_cbs(company) and company.cbs_percent is None:
            result.append(Caution("cbs_estimate", percent=cbs_percent(company)))
        elif not is_cbs(company) and arrival is not None and arrival >= CBS_FROM:
            result.append(Caution("taxes_change"))
    if may_owe_difal(plan.offer, company):
        rival = _cheaper_then(situation, found)
        state, name = plan.offer.supplier_state, situation.supplier_name(plan.offer.supplier_id)
        other = situation.supplier_name(rival.offer.supplier_id) if rival else ""
        result.append(Caution("difal_decides" if rival else "difal_unknown", supplier=name, state=state, rival=other))
    return tuple(result)


def _cheaper_then(situation: Situation, found: tuple[Plan, ...]) -> Plan | None:
    """Who in the company's own state would cost less, were the difference of rates owed."""
    plan, company = found[0], situation.facts.company
    lacking = max(_USUAL_INTERNAL - interstate_percent(plan.offer, company.state), 0.0)
    then = plan.cost.unit + plan.cost.goods * Decimal(str(lacking)) / 100
    near = [p for p in found[1:] if not is_from_afar(p.offer, company) and plan.cost.unit < p.cost.unit < then]
    return min(near, key=lambda p: p.cost.unit) if near else None
