"""The logistics analyst: how long a delivery takes, by when to order, and what is under way."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from reposto.analysts.landed import freight_of
from reposto.analysts.leadtime import LeadTime
from reposto.analysts.plan import Plan
from reposto.analysts.situation import Coming, Situation
from reposto.model.facts import Offer
from reposto.model.findings import (
    ArrivingOrder,
    Confidence,
    Evidence,
    LogisticsFinding,
    Missing,
    Range,
    SupplierLeadTime,
)

HOLIDAYS_SHOWN_DAYS = 45  # at least: the next month and a half, the span of most orders


def estimate_logistics(
    situation: Situation, plan: Plan | None, offer: Offer | None, quantity: float | None
) -> LogisticsFinding:
    """LogisticsFinding for ordering `quantity` units by `plan` (or, where no plan can be made, by `offer`).

    lead_time: mean, 10 % and 90 % quantile of the chosen supplier's distribution in business days. Arrival dates: an
    order of today (or the next business day), at the 10 % quantile and the rounded-up mean. order_by: see plan.
    """
    lead = plan.lead if plan else (situation.leads.get(offer.supplier_id) if offer else None)
    chosen = plan.offer if plan else offer
    today, calendar = situation.facts.today, situation.calendar
    probable = calendar.add(today, -(-int(lead.mean * 1000) // 1000)) if lead else None
    order_by = plan.order_by if plan else None
    until = max(d for d in (today + timedelta(days=HOLIDAYS_SHOWN_DAYS), probable) if d is not None)
    first = today if calendar.is_business_day(today) else calendar.add(today, 0)
    return LogisticsFinding(
        suppliers=_suppliers(situation),
        chosen_supplier_id=chosen.supplier_id if chosen else None,
        lead_time=_range(lead),
        lead_time_calendar_days=float((probable - today).days) if probable else None,
        earliest_arrival=calendar.add(today, int(lead.quantile(0.1))) if lead else None,
        probable_arrival=probable,
        order_by=order_by,
        order_by_overdue=plan.overdue if plan else False,
        business_days_left=calendar.between(first, order_by) if order_by else None,
        holidays_ahead=calendar.within(today, until),
        freight=_freight(chosen, quantity),
        arriving=tuple(_arriving(situation, c) for c in situation.coming),
        confidence=_confidence(lead),
        evidence=_evidence(situation),
        missing=_missing(situation, lead, chosen),
        bridge_supplier=situation.supplier_name(plan.bridge.supplier_id) if plan and plan.bridge else None,
    )


def _range(lead: LeadTime | None) -> Range | None:
    if lead is None:
        return None
    low, high = lead.quantile(0.1), lead.quantile(0.9)
    mean = round(lead.mean, 1)
    return Range(mean, min(low, mean), max(high, mean), 0.8)


def _freight(offer: Offer | None, quantity: float | None) -> Decimal | None:
    if offer is None or not offer.tiers or quantity is None or quantity <= 0:
        return None
    return freight_of(offer, quantity)


def _suppliers(situation: Situation) -> tuple[SupplierLeadTime, ...]:
    return tuple(
        SupplierLeadTime(
            supplier_id=lead.supplier_id,
            supplier=situation.supplier_name(lead.supplier_id),
            promised_days=lead.promised,
            measured_median=lead.quantile(0.5) if lead.measured else None,
            measured_low=lead.quantile(0.1) if lead.measured else None,
            measured_high=lead.quantile(0.9) if lead.measured else None,
            on_time_share=round(lead.on_time, 3) if lead.on_time is not None else None,
            receipts=lead.receipts,
            pooled=lead.pooled,
        )
        for lead in situation.leads.values()
    )


def _arriving(situation: Situation, coming: Coming) -> ArrivingOrder:
    """probable_on: median of the remaining time; late_probability: P(after the date named), None without one."""
    line, arrival = coming.line, coming.arrival
    today = situation.facts.today
    late: float | None = None
    if line.expected_on is not None:
        late = 1.0 if line.expected_on < today else None
        if late is None and arrival is not None:
            due = (line.expected_on - today).days
            late = min(round(float(arrival.probability[arrival.days > due].sum()), 3), 0.999)  # not certain yet
    return ArrivingOrder(
        order_number=line.order_number,
        supplier=situation.supplier_name(line.supplier_id),
        outstanding=line.outstanding,
        expected_on=line.expected_on,
        probable_on=today + timedelta(days=arrival.at(0.5)) if arrival is not None else None,
        late_probability=late,
    )


def _confidence(lead: LeadTime | None) -> Confidence:
    if lead is None or not lead.measured:
        return "low"
    return "high" if lead.receipts >= 6 else "medium"


def _evidence(situation: Situation) -> tuple[Evidence, ...]:
    facts = situation.facts
    receipts = list(dict.fromkeys((*facts.receipts, *facts.supplier_receipts)))
    found = []
    if receipts:
        days: list[date] = [r.received_on for r in receipts]
        method = f"{len(facts.receipts)} deste produto; poucos casos puxados para o conjunto do fornecedor"
        found.append(Evidence("receipts", "Recebimentos", len(receipts), min(days), max(days), method))
    if facts.offers:
        found.append(Evidence("offers", "Prazo prometido nas ofertas", len(facts.offers), method="dias úteis"))
    found.append(
        Evidence(
            "calendar",
            f"Feriados nacionais e de {situation.calendar.state or 'nenhum estado'}",
            len(situation.calendar.names),
            method="dias úteis de segunda a sexta; Carnaval e Corpus Christi contam como feriados",
        )
    )
    return tuple(found)


def _missing(situation: Situation, lead: LeadTime | None, offer: Offer | None) -> tuple[Missing, ...]:
    found = []
    if offer is not None and lead is None:
        text = "O fornecedor não prometeu prazo e não há recebimentos; importe ofertas com prazo ou recebimentos."
        found.append(Missing("no_lead_time", text, "offers"))
    elif lead is not None and not lead.measured:
        text = "Sem recebimentos deste fornecedor: usei o prazo prometido com folga suposta. Importe os recebimentos."
        found.append(Missing("no_receipts", text, "receipts"))
    unknown = [c.line.order_number for c in situation.coming if c.arrival is None]
    if unknown:
        text = f"Sem data prevista para o pedido {', '.join(unknown[:3])}: não foi contado como entrada."
        found.append(Missing("no_arrival_date", text, "orders"))
    return tuple(found)
