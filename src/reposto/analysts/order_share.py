"""What one line of an order costs to order: lines that are ordered together share the cost of the order."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal

from reposto.model.facts import Company, Offer, ProductFacts
from reposto.model.quantities import to_cents

PRIOR_ORDERS = 2.0  # the assumption weighs as much as two orders that were seen
_DAYS_PER_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class OrderShare:
    """How many lines an order of a supplier ordinarily has, and R$ of order cost that fall on one of them.

    orders: how many of his orders were counted; 0 = `lines` is worked out from how many products he offers.
    """

    lines: float
    orders: int
    cost: Decimal

    def rules(self, company: Company) -> Company:
        """The company's rules with the cost of a line instead of that of an order."""
        return replace(company, order_cost=self.cost)


def share_order_cost(facts: ProductFacts, offer: Offer, unit_cost: float, per_day: float) -> OrderShare:
    """K / m: the order's cost over the lines that go out together.

    m = (lines of the supplier's orders seen + 2 m0) / (orders seen + 2), at least 1. Seen: his orders with receipts,
    from the first one on of which other products' receipts are known too. m0: see joint_lines. Families with one
    major set-up cost: Silver, Pyke & Thomas, 4th ed., ch. 10 (coordinated replenishment); Goyal & Satir, EJOR 38
    (1989), 2-13. unit_cost R$, per_day units a day.
    """
    company = facts.company
    orders = _orders_seen(facts, offer.supplier_id)
    offered = facts.products_offered.get(offer.supplier_id, 0)
    prior = joint_lines(company, offered, unit_cost * per_day)
    lines = (sum(orders) + PRIOR_ORDERS * prior) / (len(orders) + PRIOR_ORDERS)
    lines = round(max(lines, 1.0), 2)
    return OrderShare(lines, len(orders), to_cents(company.order_cost / Decimal(str(lines))))


def joint_lines(company: Company, offered: int, spent_per_day: float) -> float:
    """Lines of an ordinary order if the supplier's `offered` products were all like this one; 1..offered.

    A product bought every T days is on n R / T lines of each order when the supplier is ordered from every R days
    (the review). Each then bears K T / (n R) and its best cycle, T^2 = 2 K_line / (r v) with v = R$ bought a day, is
    T = 2 K / (n R r v), never under R. Money, not units, so that all may have their own. 1.0 without demand, or when
    holding costs nothing, or when nothing is known of what he offers.
    """
    rate = company.holding_cost_percent_year / 100 / _DAYS_PER_YEAR
    review = max(company.review_days, 1)
    if offered <= 1 or spent_per_day <= 0 or rate <= 0:
        return 1.0
    cycle = max(2 * float(company.order_cost) / (offered * review * rate * spent_per_day), float(review))
    lines = offered * review / cycle
    return float(min(max(lines, 1.0), offered)) if math.isfinite(lines) else 1.0


def _orders_seen(facts: ProductFacts, supplier: int) -> list[int]:
    """Lines of each order of the supplier, as far as receipts show them."""
    others = [r for r in facts.supplier_receipts if r.supplier_id == supplier]
    own = [r for r in facts.receipts if r.supplier_id == supplier]
    first = min((r.ordered_on for r in others), default=None)  # before that only this product's receipts are loaded
    lines: dict[str, set[str]] = {}
    for receipt in (*others, *own):
        if first is not None and receipt.ordered_on >= first:
            lines.setdefault(receipt.order_number, set()).add(receipt.sku)
    return [len(skus) for skus in lines.values()]
