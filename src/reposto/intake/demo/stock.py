"""How the demo company's buyer kept each item in stock, played day by day.

Until the first day the buyer orders once a week per supplier. In the last months before it he steers each item to
the situation that the catalogue names, so that there is something to decide. After it he is lazy: he orders late,
and whoever uses the demo finds decisions waiting on any later day too.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from reposto.intake.demo.days import HISTORY_DAYS, Calendar, make_rng
from reposto.intake.demo.demand import Demand, step_of
from reposto.intake.demo.prices import BY_KEY, moq_of
from reposto.intake.demo.products import DemoProduct
from reposto.intake.demo.suppliers import DemoSupplier

MAIN_SHARE = 0.8  # of the orders go to the main supplier
NEAR_DAYS = 8  # business days: how much slower another supplier may be to be chosen
LOOK_BACK = 56  # days of demand that the buyer averages: eight weeks
CYCLE_DAYS = 21  # days of demand in a usual order
STEER_DAYS = 80  # before the first day, and a lead time more
LAZY = 0.55  # of the reorder point: how far the lazy buyer lets it come
PARTIAL_SHARE = 0.08  # of the deliveries come in two parts
LATE_DAYS = 8  # how long the overdue delivery is overdue on the first day

# Days of demand that the stock and what is on order should last on the first day, beside the lead time in days:
# (part of the lead time, days on top).
SITUATIONS = {
    "now": (1.0, 3.0),
    "always": (1.0, 3.0),
    "overdue": (0.45, 0.0),
    "late": (0.4, 0.0),
    "out": (0.0, 0.0),
    "coming": (0.6, 2.0),
    "excess": (1.0, 200.0),
}
COMING_DAYS = 25.0  # days of demand in the order that is on its way


@dataclass
class OrderedLine:
    """One item of an order; quantities in thousandths, days as indices of the calendar."""

    day: int
    supplier: str
    quantity: int
    deliveries: list[tuple[int, int]]


@dataclass
class Kept:
    """An item's stock as it was kept: what was sold, the days without stock, what was ordered, what is left."""

    sold: NDArray[np.int64]
    out_of_stock: NDArray[np.bool_]
    opening: int
    closing: int
    lines: list[OrderedLine] = field(default_factory=list)


def keep_stock(item: DemoProduct, demand: Demand, calendar: Calendar) -> Kept:
    """Play the history of an item from its opening stock on."""
    return _Keeper(item, demand, calendar).play()


def calendar_days(supplier: DemoSupplier) -> float:
    """Days from order to delivery as they really are, weekends included."""
    return supplier.promised * supplier.slowness * 1.45 + 1


class _Keeper:
    def __init__(self, item: DemoProduct, demand: Demand, calendar: Calendar) -> None:
        self.item, self.demand, self.calendar = item, demand, calendar
        self.total = np.concatenate([[0], np.cumsum(demand.quantity)])  # demand before each day
        self.step = step_of(item.unit)
        self.main = BY_KEY[item.sellers[0]] if item.sellers else None
        self.lead = calendar_days(self.main) if self.main else 10.0
        self.arrivals: dict[int, int] = defaultdict(int)
        self.lines: list[OrderedLine] = []
        self.on_order = 0
        self.extra_done = False
        self.on_hand = self.opening = self._open()

    def play(self) -> Kept:
        n = len(self.demand.quantity)
        sold = np.zeros(n, dtype=np.int64)
        out_of_stock = np.zeros(n, dtype=np.bool_)
        is_business = set(self.calendar.business_days.tolist())
        wanted, is_open = self.demand.quantity.tolist(), self.demand.open.tolist()
        for day in range(n):
            arrived = self.arrivals.pop(day, 0)
            self.on_hand += arrived
            self.on_order -= arrived
            sold[day] = taken = min(self.on_hand, wanted[day])
            self.on_hand -= taken
            out_of_stock[day] = is_open[day] and self.on_hand == 0 and self._is_sold_yet(day)
            if self.main is not None and day in is_business:
                self._review(day)
        return Kept(sold, out_of_stock, self.opening, self.on_hand, self.lines)

    def _is_sold_yet(self, day: int) -> bool:
        return self.item.pattern not in ("new", "none") or int(self.total[day]) > 0

    def _open(self) -> int:
        if self.item.pattern in ("none", "new"):
            return 0
        if self.main is None:  # bought once, long ago: nobody sells it any more
            return self._round(float(self.total[HISTORY_DAYS]) * 1.04)
        first_weeks = float(self.total[min(LOOK_BACK, len(self.total) - 1)]) / LOOK_BACK
        return self._round(max(first_weeks * (self.lead + 35), 3 * self.step))

    def _round(self, thousandths: float) -> int:
        return math.ceil(thousandths / self.step) * self.step

    def _review(self, day: int) -> None:
        """On the supplier's weekday; the steering takes over in the last months before the first day."""
        assert self.main is not None
        days_left = HISTORY_DAYS - day
        if self.item.pattern in ("new", "none"):
            self._stock_up_the_new(day)
        elif self.item.situation in SITUATIONS and 0 < days_left <= STEER_DAYS + self.lead:
            self._steer(day, days_left)
        elif days_left <= 0 and self.item.situation == "always":
            self._live_from_hand_to_mouth(day)
        elif self.calendar.weekday[day] == self.main.weekday:
            self._reorder(day, lazy=days_left <= 0)

    def _reorder(self, day: int, *, lazy: bool) -> None:
        rate = self._rate_before(day)
        safety = rate * 0.45 * self.lead + (4 * self.step if self.item.pattern == "lumpy" else 0)
        point = rate * (self.lead + 7) + safety
        position = self.on_hand + self.on_order
        if position <= point * (LAZY if lazy else 1.0):
            self._order(day, point + rate * CYCLE_DAYS - position)

    def _live_from_hand_to_mouth(self, day: int) -> None:
        """Never more than the lead time and a few days: whatever day it is, there is something to decide."""
        rate = self._rate_before(day)
        position = self.on_hand + self.on_order
        if position < rate * self.lead * 1.1:
            self._order(day, rate * (self.lead + 4) - position)

    def _steer(self, day: int, days_left: int) -> None:
        """Order what is missing so that stock and orders last as long as the situation says on the first day."""
        assert self.main is not None
        if days_left <= self.lead * 1.3 + 4:
            self._order_extra(day, days_left)
            return
        if self.calendar.weekday[day] != self.main.weekday:
            return
        rate = self._rate_before(HISTORY_DAYS)
        part, more = SITUATIONS[self.item.situation]
        position = self.on_hand + self.on_order
        still_sold = int(self.total[HISTORY_DAYS] - self.total[day + 1])
        missing = rate * (part * self.lead + more) + still_sold - position
        if self.item.situation == "excess":
            if missing > rate * CYCLE_DAYS:
                self._order(day, missing)
        elif position < rate * (self.lead + 10) or days_left <= self.lead * 1.3 + 4 + 7:  # the last chance
            self._order(day, min(missing, rate * (CYCLE_DAYS + self.lead)), down=True)

    def _order_extra(self, day: int, days_left: int) -> None:
        """What is on its way on the first day: in time, or late."""
        assert self.main is not None
        promised = self.main.promised * 1.45
        situation = self.item.situation
        if self.extra_done or situation not in ("coming", "late"):
            return
        if days_left <= (max(promised - 3, 3) if situation == "coming" else promised + LATE_DAYS):
            arrives = self.calendar.add_business_days(HISTORY_DAYS + (1 if situation == "coming" else 5), 1)
            self._order(day, self._rate_before(HISTORY_DAYS) * COMING_DAYS, arrives=arrives)
            self.extra_done = True

    def _stock_up_the_new(self, day: int) -> None:
        begins = int(np.argmax(self.total[1:] > 0)) if self.total[-1] > 0 else 0
        if not self.lines and begins - 30 <= day < begins - 7:
            arrives = self.calendar.add_business_days(begins - 7, 1)
            self._order(day, self.item.rate * 1000 * 40, arrives=arrives)

    def _rate_before(self, day: int) -> float:
        """Thousandths a day over the last eight weeks; in the first ones, over those."""
        until = min(max(day, LOOK_BACK), len(self.total) - 1)
        return float(self.total[until] - self.total[max(until - LOOK_BACK, 0)]) / LOOK_BACK

    def _order(self, day: int, missing: float, *, down: bool = False, arrives: int | None = None) -> None:
        seller = self._choose_seller(day) if arrives is None else self.item.sellers[0]
        pack, moq = round(self.item.pack * 1000), round(moq_of(self.item, seller) * 1000)
        # Steered down: what is too much on the first day could not be taken back.
        quantity = (math.floor(missing / pack) if down else math.ceil(missing / pack)) * pack
        if quantity <= 0 or (down and quantity < moq / 2):
            return
        quantity = max(quantity, moq)
        deliveries = [(arrives, quantity)] if arrives is not None else self._deliver(day, seller, quantity)
        for index, part in deliveries:
            self.arrivals[index] += part
        self.on_order += quantity
        self.lines.append(OrderedLine(day, seller, quantity, deliveries))

    def _choose_seller(self, day: int) -> str:
        """The main one, or one of the others whose goods come about as soon."""
        assert self.main is not None
        near = [key for key in self.item.sellers[1:] if BY_KEY[key].promised <= self.main.promised + NEAR_DAYS]
        rng = make_rng("seller", self.item.sku, self.calendar.days[day])
        if not near or rng.random() < MAIN_SHARE:
            return self.main.key
        return str(near[int(rng.integers(len(near)))])

    def _deliver(self, day: int, seller: str, quantity: int) -> list[tuple[int, int]]:
        """One truck brings all that was ordered from a supplier on a day; now and then a part comes later."""
        arrives = self.calendar.add_business_days(day, _lead_time(seller, self.calendar.days[day].toordinal()))
        rng = make_rng("partial", self.item.sku, self.calendar.days[day])
        first = int(quantity * 0.6) // self.step * self.step
        if rng.random() >= PARTIAL_SHARE or first == 0:
            return [(arrives, quantity)]
        later = self.calendar.add_business_days(arrives, int(rng.integers(3, 8)))
        return [(arrives, first), (later, quantity - first)]


@cache
def _lead_time(seller: str, ordinal: int) -> int:
    """Business days of a delivery, the same for every item of the order."""
    supplier = BY_KEY[seller]
    shape = 1 / supplier.scatter**2
    factor = float(make_rng("lead", seller, ordinal).gamma(shape, 1 / shape))
    return max(1, round(supplier.promised * supplier.slowness * factor))
