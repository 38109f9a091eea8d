"""Does the promised service level come true? `python -m benchmarks.service_level [--weeks 40] [--seeds 4]`.

An invented shop, week by week: the whole analysis is asked each Monday, its quantity is ordered, it comes after a
random lead time, demand nobody could serve is lost and not recorded (as in a real shop). Kinds of demand with known
laws, no public data. Beside it the textbook's order-up-to level, mean (L+R) + z sigma sqrt(L+R), on the last 13 weeks.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from reposto.analysts.analysis import analyse
from reposto.analysts.calendar import business_calendar
from reposto.model.facts import (
    Company,
    Offer,
    OpenOrderLine,
    PriceTier,
    Product,
    ProductFacts,
    Receipt,
    SalesHistory,
    StockLevel,
)

Floats = NDArray[np.float64]
FIRST = date(2026, 11, 23)  # a Monday
BEFORE = 730  # days of history at the start
WARM_UP = 5  # weeks until the first own orders have come
WEEK = np.array([1.0, 0.9, 0.95, 1.1, 1.5, 1.2, 0.0])
LEAD_TIMES = (6, 7, 7, 8, 9, 12)  # business days, equally likely; 7 are promised
CALENDAR = business_calendar("SP", FIRST.year)
SKU = "X"


@dataclass(slots=True)
class Shop:
    """What is known on a Monday."""

    sold: Floats
    out: NDArray[np.bool_]
    stock: float
    today: date = FIRST
    open_orders: list[tuple[OpenOrderLine, date]] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Shares over the weeks after the warm-up; stock in days of mean demand."""

    weeks_served: float
    lost: float
    stock_days: float


Policy = Callable[[Shop, float], float]


def draw_demand(kind: str, days: int, rng: np.random.Generator) -> Floats:
    """Daily demand from two years before FIRST on; the laws stand in the code."""
    start = FIRST - timedelta(days=BEFORE)
    week = WEEK[(start.weekday() + np.arange(days)) % 7]
    drawn: Floats
    if kind == "slow":
        drawn = rng.poisson(0.6 * week).astype(float)
    elif kind == "lumpy":
        drawn = np.where((rng.random(days) < 0.05) & (week > 0), rng.geometric(0.15, days), 0).astype(float)
    elif kind == "erratic":
        drawn = rng.negative_binomial(0.8, 0.8 / (0.8 + 6 * np.maximum(week, 1e-9))).astype(float)
    elif kind == "drifting":
        level = 10 * np.exp(np.cumsum(rng.normal(0, 0.02, days)))
        drawn = rng.poisson(level * week).astype(float)
    else:
        drawn = rng.poisson(13 * week).astype(float)
    return drawn


def ask_reposto(shop: Shop, level: float) -> float:
    """The quantity that the analysis advises; a manual review orders nothing."""
    days = len(shop.sold)
    none = np.zeros(days, dtype=np.bool_)
    yesterday = shop.today - timedelta(days=1)
    offer = Offer(1, 1, SKU, (PriceTier(1, Decimal(10)),), promised_lead_time_days=7)
    facts = ProductFacts(
        product=Product(SKU, SKU),
        company=Company(order_cost=Decimal(0), service_level=level, data_until=yesterday),
        today=shop.today,
        stock=StockLevel(shop.stock, 0.0, yesterday),
        sales=SalesHistory(shop.today - timedelta(days=days), shop.sold, shop.out, none, none, rows=days),
        offers=(offer,),
        open_orders=tuple(line for line, _ in shop.open_orders),
        receipts=tuple(shop.receipts),
    )
    return analyse(facts).recommendation.quantity or 0.0


def textbook(shop: Shop, level: float) -> float:
    """(R, S) with normal demand, the promised lead time (10 calendar days) and sales as they were recorded."""
    recent = shop.sold[-91:]
    span = 10 + 7
    target = recent.mean() * span + NormalDist().inv_cdf(level) * recent.std() * span**0.5
    position = shop.stock + sum(line.outstanding for line, _ in shop.open_orders)
    return float(max(np.ceil(target - position), 0))


def play(kind: str, seed: int, weeks: int, level: float, policy: Policy) -> Outcome:
    """One shop through `weeks` weeks."""
    rng = np.random.default_rng(seed)
    demand = draw_demand(kind, BEFORE + 7 * weeks, rng)
    shop = Shop(demand[:BEFORE], np.zeros(BEFORE, dtype=np.bool_), float(demand[BEFORE - 30 : BEFORE].mean() * 21))
    shop.receipts = [_first_receipt(i, int(rng.choice(LEAD_TIMES))) for i in range(8)]
    served, lost, held = [], [], []
    for week in range(weeks):
        quantity = policy(shop, level)
        if quantity > 0:
            _order(shop, week, quantity, int(rng.choice(LEAD_TIMES)))
        gone = _live(shop, demand[BEFORE + 7 * week : BEFORE + 7 * week + 7])
        if week >= WARM_UP:
            served.append(gone == 0)
            lost.append(gone)
            held.append(shop.stock)
    scored = demand[BEFORE + 7 * WARM_UP :]
    return Outcome(float(np.mean(served)), float(sum(lost) / scored.sum()), float(np.mean(held) / scored.mean()))


def _first_receipt(number: int, taken: int) -> Receipt:
    ordered = CALENDAR.add(FIRST - timedelta(days=30 * (number + 2)), 0)
    return Receipt(f"a{number}", 1, SKU, ordered, CALENDAR.add(ordered, 7), CALENDAR.add(ordered, taken), 1.0, 1.0)


def _order(shop: Shop, week: int, quantity: float, taken: int) -> None:
    """Orders of one supplier don't overtake each other."""
    ordered = CALENDAR.add(shop.today, 0)
    comes = max([CALENDAR.add(ordered, taken), *(day for _, day in shop.open_orders)])
    line = OpenOrderLine(str(week), 1, ordered, CALENDAR.add(ordered, 7), quantity, 0.0)
    shop.open_orders.append((line, comes))


def _live(shop: Shop, demand: Floats) -> float:
    """A week of sales; what nobody could serve."""
    lost = 0.0
    for wanted in demand:
        for line, day in [o for o in shop.open_orders if o[1] <= shop.today]:
            shop.open_orders.remove((line, day))
            shop.stock += line.quantity
            shop.receipts.append(
                Receipt(line.order_number, 1, SKU, line.ordered_on, line.expected_on, day, line.quantity, line.quantity)
            )
        sold = min(shop.stock, float(wanted))
        lost += float(wanted) - sold
        shop.stock -= sold
        shop.sold = np.append(shop.sold, sold)
        shop.out = np.append(shop.out, shop.stock <= 0)
        shop.today += timedelta(days=1)
    return lost


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--level", type=float, default=0.95)
    given = parser.parse_args()
    print(
        f"promised: {100 * given.level:.0f} % of cycles without a lost sale; {given.seeds} shops, {given.weeks} weeks"
    )
    for kind in ("smooth", "slow", "erratic", "lumpy", "drifting"):
        for name, policy in (("reposto", ask_reposto), ("textbook", textbook)):
            runs = [play(kind, seed, given.weeks, given.level, policy) for seed in range(given.seeds)]
            mean = [float(np.mean([getattr(r, part) for r in runs])) for part in ("weeks_served", "lost", "stock_days")]
            print(
                f"{kind:9} {name:9} weeks without a lost sale {100 * mean[0]:5.1f} %   lost {100 * mean[1]:4.1f} %   "
                f"stock {mean[2]:5.1f} days",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
