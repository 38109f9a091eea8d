"""How a supplier has delivered: business days from order to receipt, and how often by the day promised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reposto.analysts.calendar import BusinessCalendar
from reposto.model.asked import SupplierRecord
from reposto.model.facts import Receipt

LONGEST = 400  # business days; longer is a forgotten order, not a lead time
ENOUGH = 5  # deliveries with a promised day from which a share says something


def measure_supplier(
    supplier_id: int, name: str, receipts: Sequence[Receipt], calendar: BusinessCalendar, *, overdue: int = 0
) -> SupplierRecord:
    """The record over `receipts` of one supplier.

    Lines of one order that came on one day are one delivery. Median, 10 % and 90 % quantile (linear between order
    statistics) of the business days; on time: received on the promised day or before; the mean delay is over the late
    ones, in calendar days. Receipts before the order or more than 400 business days after it are left out.
    """
    deliveries = list({(r.order_number, r.received_on): r for r in receipts}.values())
    days = calendar.count([r.ordered_on for r in deliveries], [r.received_on for r in deliveries])
    kept = [(r, int(d)) for r, d in zip(deliveries, days, strict=True) if 0 <= d <= LONGEST]
    taken = np.array([d for _, d in kept], dtype=np.float64)
    due = [(r.received_on, r.promised_on) for r, _ in kept if r.promised_on is not None]
    delays = [(came - promised).days for came, promised in due if came > promised]
    low, median, high = (float(q) for q in np.quantile(taken, (0.1, 0.5, 0.9))) if kept else (None, None, None)
    return SupplierRecord(
        supplier_id=supplier_id,
        supplier=name,
        deliveries=len(kept),
        since=min((r.received_on for r, _ in kept), default=None),
        median_days=median,
        low_days=low,
        high_days=high,
        promised=len(due),
        on_time=len(due) - len(delays),
        mean_delay_days=round(float(np.mean(delays)), 1) if delays else None,
        overdue_orders=overdue,
    )


def rank_suppliers(records: Sequence[SupplierRecord], criterion: str) -> tuple[SupplierRecord, ...]:
    """Records that allow a comparison: by median days (lead_time), else the least punctual first.

    Punctual: on time / (deliveries with a promised day + orders overdue), for what hasn't come by its day is late too.
    """
    if criterion == "lead_time":
        timed = [r for r in records if r.median_days is not None]
        return tuple(sorted(timed, key=lambda r: (r.median_days or 0.0, r.supplier)))
    known = [r for r in records if r.deliveries and r.promised + r.overdue_orders >= ENOUGH]
    return tuple(sorted(known, key=lambda r: (_punctual(r), -(r.mean_delay_days or 0.0), r.supplier)))


def _punctual(record: SupplierRecord) -> float:
    return record.on_time / (record.promised + record.overdue_orders)
