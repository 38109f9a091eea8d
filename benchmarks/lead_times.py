"""Lead times predicted before each real delivery against what happened: `python -m benchmarks.lead_times --data DIR`.

DIR/scms/deliveries.parquet: purchase orders of an aid programme in order of date. At each order only deliveries that
had come by its date are known, and of those of its product that had not, since when they were under way. Pinball loss
in business days over seven levels, against the supplier's own average, the supplier's own past quantiles, and the
product's; coverage by randomised PIT, over all and by how many deliveries of the supplier were known. The promised
dates in the file were set anew after the fact, most of them to the day of delivery: their loss is printed because it
was asked for, but nobody had them when the order was placed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from reposto.analysts.calendar import BusinessCalendar, business_calendar
from reposto.analysts.leadtime import lead_times
from reposto.analysts.robust import weighted_quantile
from reposto.model.facts import Company, OpenOrderLine, Product, ProductFacts, Receipt

Floats = NDArray[np.float64]
LEVELS = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
WARM_UP = 300  # orders before the first prediction
SIZES = (1, 10, 30, 100, 300)  # deliveries known of the supplier: where the classes of the table begin
MOST_OF_OTHERS = 150  # newest deliveries of other suppliers that are shown to the estimator


@dataclass(frozen=True, slots=True)
class Order:
    """One delivered order line."""

    ordered: date
    received: date
    supplier: int
    product: str
    promised: date | None = None  # as it stands in the file: after the fact


def read_orders(path: Path) -> list[Order]:
    """Direct-drop lines with both dates, in order of the order date."""
    columns = ["po_date", "delivered_date", "scheduled_date", "Vendor", "Item Description", "lead_po_days"]
    rows = pq.read_table(path, columns=columns).to_pylist()
    kept = [r for r in rows if r["lead_po_days"] is not None and r["lead_po_days"] >= 0]
    numbers = {name: i + 1 for i, name in enumerate(sorted({r["Vendor"] for r in kept}))}
    orders = [
        Order(r["po_date"], r["delivered_date"], numbers[r["Vendor"]], r["Item Description"], r["scheduled_date"])
        for r in kept
    ]
    return sorted(orders, key=lambda o: (o.ordered, o.received))


def loss(quantiles: Floats, actual: float) -> float:
    """Mean pinball loss over LEVELS, business days."""
    error = actual - quantiles
    return float(np.maximum(LEVELS * error, (LEVELS - 1) * error).mean())


def as_receipt(order: Order) -> Receipt:
    return Receipt("", order.supplier, order.product, order.ordered, None, order.received, 1.0, 1.0)


def predict(
    order: Order, known: Sequence[Order], waiting: Sequence[Order], calendar: BusinessCalendar
) -> tuple[Floats, Floats] | None:
    """Days and probabilities before the order, None where nothing is known of the supplier."""
    same = [k for k in known if k.supplier == order.supplier]
    others = [k for k in known if k.supplier != order.supplier][-MOST_OF_OTHERS:]
    own = tuple(as_receipt(k) for k in same if k.product == order.product)
    rest = tuple(as_receipt(k) for k in (*same, *others) if k.product != order.product)
    # the order of today makes the estimator look for the supplier even where this product never came before
    lines = tuple(OpenOrderLine("", k.supplier, k.ordered, None, 1.0, 0.0) for k in (*waiting, order))
    product = Product(order.product, "")
    facts = ProductFacts(product, Company(), order.ordered, open_orders=lines, receipts=own, supplier_receipts=rest)
    found = lead_times(facts, calendar).get(order.supplier)
    return None if found is None else (found.days.astype(np.float64), found.probability)


def run(path: Path, step: int) -> int:
    """Predict every `step`-th order and print the table."""
    orders = read_orders(path)
    calendar = business_calendar("SP", 2015)
    rng = np.random.default_rng(1)
    losses: dict[str, list[float]] = {"reposto": [], "average": [], "supplier": [], "product": [], "promised": []}
    ranks, sizes, skipped = [], [], 0
    for at in range(WARM_UP, len(orders), step):
        order = orders[at]
        known = [k for k in orders[:at] if k.received <= order.ordered]
        waiting = [k for k in orders[:at] if k.received > order.ordered and k.product == order.product]
        found = predict(order, known, waiting, calendar)
        taken = [calendar.between(k.ordered, k.received) for k in known if k.supplier == order.supplier]
        if found is None or not taken:
            skipped += 1
            continue
        actual = float(calendar.between(order.ordered, order.received))
        days, probability = found
        own = [calendar.between(k.ordered, k.received) for k in known if k.product == order.product]
        losses["reposto"].append(loss(_quantiles(days, probability), actual))
        losses["average"].append(loss(np.full(len(LEVELS), np.mean(taken)), actual))
        losses["supplier"].append(loss(_quantiles(np.array(taken, float), np.ones(len(taken))), actual))
        losses["product"].append(loss(_quantiles(np.array(own or taken, float), np.ones(len(own or taken))), actual))
        if order.promised is not None:
            promised = float(calendar.between(order.ordered, max(order.promised, order.ordered)))
            losses["promised"].append(loss(np.full(len(LEVELS), promised), actual))
        sizes.append(len(taken))
        below, upto = probability[days < actual].sum(), probability[days <= actual].sum()
        ranks.append(below + rng.random() * (upto - below))
    _report(losses, np.array(ranks), skipped)
    _by_size(np.array(losses["reposto"]), np.array(losses["average"]), np.array(ranks), np.array(sizes))
    return 0


def _quantiles(values: Floats, weights: Floats) -> Floats:
    return np.array([weighted_quantile(values, weights, float(level)) for level in LEVELS])


def _report(losses: dict[str, list[float]], ranks: Floats, skipped: int) -> None:
    base = float(np.mean(losses["reposto"]))
    print(f"{len(ranks)} orders predicted, {skipped} without any delivery of the supplier before")
    for name, values in losses.items():
        if values:
            change = 100 * (np.mean(values) / base - 1)
            print(f"{name:10} pinball {np.mean(values):7.3f} business days   {change:+6.1f} %   {len(values)} orders")
    for cover in (0.5, 0.8, 0.95):
        inside = float(np.mean(np.abs(ranks - 0.5) <= cover / 2))
        print(f"coverage of {100 * cover:.0f} %: {100 * inside:.1f} % ({100 * (inside - cover):+.1f} points)")


def _by_size(ours: Floats, average: Floats, ranks: Floats, sizes: Floats) -> None:
    """The same by how many deliveries of the supplier had come."""
    for low, high in zip(SIZES, (*SIZES[1:], np.inf), strict=True):
        rows = (sizes >= low) & (sizes < high)
        if rows.any():
            inside = [100 * float(np.mean(np.abs(ranks[rows] - 0.5) <= cover / 2)) for cover in (0.5, 0.8, 0.95)]
            held = " / ".join(f"{share:.1f}" for share in inside)
            loss_of = f"pinball {ours[rows].mean():.2f}, average {average[rows].mean():.2f}"
            print(f"{low:4}+ deliveries known: {rows.sum():5} orders, {loss_of}, ranges held {held} %")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds scms/deliveries.parquet")
    parser.add_argument("--step", type=int, default=3, help="predict every n-th order")
    given = parser.parse_args()
    path = given.data / "scms" / "deliveries.parquet"
    if not path.exists():
        print(f"{path} is not there")
        return 1
    return run(path, max(given.step, 1))


if __name__ == "__main__":
    sys.exit(main())
