"""How many business days a supplier takes: a distribution from receipts, small samples drawn towards larger ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from reposto.analysts.calendar import BusinessCalendar
from reposto.analysts.robust import weighted_quantile
from reposto.model.facts import Offer, ProductFacts, Receipt

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

# Weights, half-life and bandwidth were chosen on the 4,587 orders of benchmarks/lead_times.py, where the loss is flat
# around them (within 2 % for half and double).
SUPPLIER_WEIGHT = 6.0  # deliveries of this product that weigh as much as all the supplier's other deliveries
COMPANY_WEIGHT = 4.0  # deliveries of the supplier that weigh as much as all other suppliers' deliveries
HALF_LIFE_DAYS = 270.0  # a delivery nine months old counts half
BANDWIDTH = 1.5  # of Silverman's kind, on the logarithm of the days: a small sample hasn't seen the extremes
LONGEST = 400  # business days; longer is a forgotten order, not a lead time
FORGOTTEN = 3.0  # times the 97.5 % quantile: an order that late was more probably never closed than still on its way
# Without any receipt: a promise is met on the day in half the cases and missed by up to as much again. An assumption,
# stated to the buyer as such (`missing` says "no_receipts"), until the first receipts replace it.
_PROMISE_SPREAD = ((0.9, 0.15), (1.0, 0.40), (1.2, 0.20), (1.5, 0.15), (2.0, 0.10))


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Business days from order to receipt of one supplier for one product.

    days ascend, probability sums to 1. receipts: deliveries of this very product behind it; pooled: other products'
    or suppliers' deliveries count for at least a third. on_time is 0..1, drawn towards the whole in the same way.
    """

    supplier_id: int
    days: Days
    probability: Floats
    promised: int | None
    receipts: int
    pooled: bool
    on_time: float | None
    measured: bool

    def quantile(self, level: float) -> float:
        """Smallest number of business days that suffices with probability `level`."""
        return weighted_quantile(self.days.astype(np.float64), self.probability, level)

    @property
    def mean(self) -> float:
        """Expected business days."""
        return float(self.days @ self.probability)

    def remaining(self, elapsed: int) -> tuple[Days, Floats]:
        """Business days still to wait when `elapsed` have passed without delivery; days >= 1, probabilities.

        P(days - elapsed = r | days > elapsed). Where less than 2 % of the distribution is left, the order is later
        than anything seen: it is taken to need as long again as the ordinary lead time at most, evenly spread.
        """
        left = self.days > elapsed
        mass = float(self.probability[left].sum())
        if mass >= 0.02:
            return self.days[left] - elapsed, self.probability[left] / mass
        reach = max(round(self.quantile(0.5)), 2)
        days = np.unique(np.linspace(1, reach, min(reach, 5)).round().astype(np.int64))
        return days, np.full(len(days), 1.0 / len(days))


@dataclass(frozen=True, slots=True)
class _Sample:
    """One delivery: business days taken, weight (its age and its part of the order), promise, on time."""

    taken: float
    weight: float
    promised: float | None
    on_time: bool | None
    own: bool
    supplier_id: int


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What is still to come of an open order: business days passed and named for it, its part of the order, overdue."""

    elapsed: int
    named: int | None
    part: float
    overdue: bool


def lead_times(facts: ProductFacts, calendar: BusinessCalendar) -> dict[int, LeadTime]:
    """Lead time of each supplier with an offer, an open order or a receipt of this product; those unknowable left out.

    F = (n F_product + k1 F_supplier) / (n + k1), F_supplier = (m F_others + k2 F_company) / (m + k2), n and m the
    weighted numbers of receipts, k1 = 6, k2 = 4: empirical-Bayes shrinkage of distributions (Robbins 1956; cf.
    Silver, Pyke & Thomas on pooling small samples). Other products' deliveries enter through their lateness: taken -
    promised there + promised here; other suppliers' through the ratio taken / promised. Without promises as they are.
    What was ordered and came on the same days is one delivery, however many products it held. The mixture is smoothed
    on the logarithm of the days with bandwidth 1.5 sd n^(-1/5) (Silverman 1986, 3.4.1), n the effective number of
    deliveries (Kish): nothing for a supplier who never varies. Orders of this product that are still open say that
    they took longer than until today: see _await.
    """
    samples = _samples(facts, calendar)
    promises = _promises(facts.offers)
    waiting = _waiting(facts, calendar)
    wanted = {*promises, *(o.supplier_id for o in facts.open_orders), *(s.supplier_id for s in samples if s.own)}
    found = {}
    for supplier in sorted(wanted):
        estimate = _estimate(supplier, promises.get(supplier), samples, waiting.get(supplier, ()))
        if estimate is not None:
            found[supplier] = estimate
    return found


def _promises(offers: Iterable[Offer]) -> dict[int, int | None]:
    """The shortest promise per supplier, None where a supplier promises nothing."""
    found: dict[int, list[int]] = defaultdict(list)
    for offer in offers:
        found[offer.supplier_id].extend(
            [] if offer.promised_lead_time_days is None else [max(offer.promised_lead_time_days, 0)]
        )
    return {supplier: min(days) if days else None for supplier, days in found.items()}


def _samples(facts: ProductFacts, calendar: BusinessCalendar) -> list[_Sample]:
    """Every believable delivery. Those of one supplier ordered and received on the same days share one vote."""
    receipts = [r for r in dict.fromkeys((*facts.receipts, *facts.supplier_receipts)) if r.received_on <= facts.today]
    ordered = [r.ordered_on for r in receipts]
    taken = calendar.count(ordered, [r.received_on for r in receipts])
    promised = calendar.count(ordered, [r.promised_on or r.ordered_on for r in receipts])
    keys = [(r.sku == facts.product.sku, r.supplier_id, r.ordered_on, r.received_on) for r in receipts]
    votes = Counter(keys)
    return [
        _Sample(
            taken=float(days),
            weight=_part(receipt) * 0.5 ** ((facts.today - receipt.received_on).days / HALF_LIFE_DAYS) / votes[key],
            promised=None if receipt.promised_on is None else float(max(due, 0)),
            on_time=None if receipt.promised_on is None else receipt.received_on <= receipt.promised_on,
            own=key[0],
            supplier_id=receipt.supplier_id,
        )
        for receipt, days, due, key in zip(receipts, taken, promised, keys, strict=True)
        if 0 <= days <= LONGEST
    ]


def _waiting(facts: ProductFacts, calendar: BusinessCalendar) -> dict[int, tuple[_Waiting, ...]]:
    """The open orders of this product by supplier; one of today says nothing yet."""
    found: dict[int, list[_Waiting]] = defaultdict(list)
    for line in facts.open_orders:
        elapsed = passed(line.ordered_on, facts.today, calendar)
        if 0 < elapsed <= LONGEST and line.quantity > 0 and np.isfinite(line.outstanding / line.quantity):
            named = None if line.expected_on is None else max(calendar.between(line.ordered_on, line.expected_on), 0)
            overdue = line.expected_on is not None and line.expected_on < facts.today
            found[line.supplier_id].append(
                _Waiting(elapsed, named, min(line.outstanding / line.quantity, 1.0), overdue)
            )
    return {supplier: tuple(lines) for supplier, lines in found.items()}


def passed(ordered_on: date, today: date, calendar: BusinessCalendar) -> int:
    """Business days that an order has waited at the end of `today`; what comes on the next one took one more.

    On a day of rest that is one less than `between` says, which counts up to the morning of the next business day.
    """
    rest = 0 if calendar.is_business_day(today) else 1
    return max(calendar.between(ordered_on, today), 0) - rest


def _part(receipt: Receipt) -> float:
    """What part of its order the delivery was, at least a twentieth."""
    part = receipt.quantity / receipt.ordered_quantity if receipt.ordered_quantity > 0 else 1.0
    return min(max(part, 0.05), 1.0) if np.isfinite(part) else 1.0


def _estimate(
    supplier: int, promised: int | None, samples: list[_Sample], waiting: Sequence[_Waiting]
) -> LeadTime | None:
    own = [s for s in samples if s.own and s.supplier_id == supplier]
    others = [s for s in samples if not s.own and s.supplier_id == supplier]
    company = [s for s in samples if s.supplier_id != supplier]
    pools: list[tuple[Floats, Floats]] = []
    here = float(promised) if promised is not None else _usual_promise(own)
    weights = _pool_weights(own, others, company)
    for group, weight, move in zip((own, others, company), weights, (_as_it_is, _by_lateness, _by_ratio), strict=True):
        if group and weight > 0:
            w = np.array([s.weight for s in group])
            pools.append((np.array([move(s, here) for s in group]), weight * w / w.sum()))
    if not own and not others and promised is not None:
        pools.append(_from_promise(promised, company_known=bool(company)))
    if not pools or (not own and not others and promised is None):
        return None
    values, mass = np.concatenate([p[0] for p in pools]), np.concatenate([p[1] for p in pools])
    days, probability = _gather(*(_smoothed(values, mass) if own or others else (values, mass)))
    found = LeadTime(
        supplier_id=supplier,
        days=days,
        probability=probability,
        promised=promised,
        receipts=len(own),
        pooled=weights[0] < 2 * (weights[1] + weights[2]),
        on_time=_on_time(own, others, company, weights),
        measured=bool(own or others),
    )
    strength = sum(s.weight for s in own) + (SUPPLIER_WEIGHT if others or company or not own else 0.0)
    return _await(found, strength, waiting)


def _await(lead: LeadTime, strength: float, waiting: Sequence[_Waiting]) -> LeadTime:
    """The lead time with the orders that haven't come yet; without them it would be that of the quick ones alone.

    F = (n F_deliveries + sum_j w_j F(. | > e_j)) / (n + sum_j w_j), iterated three times: the self-consistent estimate
    of right-censored data (Efron 1967; Turnbull, J. R. Stat. Soc. B 38 (1976) 290-295). n = strength, weighted
    deliveries; e_j the business days passed, w_j the part outstanding. An order with a date of its own has passed as
    many days less as that date lies beyond the usual promise. An order overdue counts as not on time. Left out: those
    later than three times the 97.5 % quantile.
    """
    limit = FORGOTTEN * max(lead.quantile(0.975), 1.0)
    shift = [0 if w.named is None or lead.promised is None else w.named - lead.promised for w in waiting]
    known = [(w, max(w.elapsed - later, 0)) for w, later in zip(waiting, shift, strict=True) if w.elapsed <= limit]
    if not known:
        return lead
    seen = lead
    for _ in range(3):
        values, mass = [lead.days.astype(np.float64)], [strength * lead.probability]
        for order, elapsed in known:
            left, probability = seen.remaining(elapsed)
            values.append((left + elapsed).astype(np.float64))
            mass.append(order.part * probability)
        days, probability = _gather(np.concatenate(values), np.concatenate(mass))
        seen = replace(lead, days=days, probability=probability)
    late = sum(order.part for order, _ in known if order.overdue)
    on_time = None if lead.on_time is None else lead.on_time * strength / (strength + late)
    return replace(seen, on_time=on_time)


_KERNEL = ((-1.5, 0.1), (-0.75, 0.2), (0.0, 0.4), (0.75, 0.2), (1.5, 0.1))  # five points of a bell of sd 0.82


def _smoothed(values: Floats, mass: Floats) -> tuple[Floats, Floats]:
    """Each value spread over five around it, in proportion; see lead_times for the bandwidth."""
    logs, share = np.log(np.maximum(values, 1.0)), mass / mass.sum()
    centre = float(share @ logs)
    quartiles = weighted_quantile(logs, share, 0.75) - weighted_quantile(logs, share, 0.25)
    deviation = float(np.sqrt(share @ (logs - centre) ** 2))
    scale = min(deviation, quartiles / 1.34) if quartiles > 0 else deviation / 2
    effective = 1.0 / float((share**2).sum())
    width = BANDWIDTH * scale * effective**-0.2
    if width < 1e-3:
        return values, share
    spread = [values * np.exp(width * at) for at, _ in _KERNEL]
    return np.concatenate(spread), np.concatenate([share * part for _, part in _KERNEL])


def _gather(values: Floats, mass: Floats) -> tuple[Days, Floats]:
    """Weighted values as distinct whole days, ascending, with probabilities that sum to 1."""
    days, at = np.unique(np.clip(values.round(), 0, LONGEST).astype(np.int64), return_inverse=True)
    probability = np.bincount(at, weights=mass).astype(np.float64)
    return days, probability / probability.sum()


def _pool_weights(own: list[_Sample], others: list[_Sample], company: list[_Sample]) -> tuple[float, float, float]:
    """Weights of the three levels that sum to 1 (or 0 when there is nothing at all)."""
    n, m = sum(s.weight for s in own), sum(s.weight for s in others)
    down = SUPPLIER_WEIGHT if others or company else 0.0
    first = n / (n + down) if n + down > 0 else 0.0
    lower = COMPANY_WEIGHT if company else 0.0
    second = m / (m + lower) if m + lower > 0 else 0.0
    return first, (1 - first) * second, (1 - first) * (1 - second) if company else 0.0


def _usual_promise(own: list[_Sample]) -> float | None:
    promises = [s.promised for s in own if s.promised is not None]
    return float(np.median(promises)) if promises else None


def _as_it_is(sample: _Sample, _here: float | None) -> float:
    return sample.taken


def _by_lateness(sample: _Sample, here: float | None) -> float:
    if here is None or sample.promised is None:
        return sample.taken
    return max(here + sample.taken - sample.promised, 0.0)


def _by_ratio(sample: _Sample, here: float | None) -> float:
    if here is None or sample.promised is None:
        return sample.taken
    return here * min(max((sample.taken + 1) / (sample.promised + 1), 0.2), 5.0)


def _from_promise(promised: int, *, company_known: bool) -> tuple[Floats, Floats]:
    """The promise with the stated assumption of scatter; half the weight where other suppliers' lateness is known."""
    values = np.array([max(promised, 1) * factor for factor, _ in _PROMISE_SPREAD])
    mass = np.array([p for _, p in _PROMISE_SPREAD])
    return values, mass * (1.0 if not company_known else 0.5)


def _on_time(
    own: list[_Sample], others: list[_Sample], company: list[_Sample], weights: tuple[float, float, float]
) -> float | None:
    """Share of deliveries on or before the promised day, mixed by the same weights; None without own or others'."""
    total, share = 0.0, 0.0
    for group, weight in zip((own, others, company), weights, strict=True):
        judged = [s for s in group if s.on_time is not None]
        if judged and weight > 0:
            share += weight * sum(s.weight for s in judged if s.on_time) / sum(s.weight for s in judged)
            total += weight
    known = any(s.on_time is not None for s in (*own, *others))
    return share / total if known and total > 0 else None


def probable_arrivals(
    lead: LeadTime | None, ordered_on: date, expected_on: date | None, today: date, calendar: BusinessCalendar
) -> tuple[Days, Floats] | None:
    """Business days from today until an open order arrives, ascending, with probabilities; None if unknowable.

    At least 1, on a day of rest at least 0: the next business day, as `BusinessCalendar.offsets` counts.

    A date named for this order moves the supplier's distribution by its difference from the usual promise. Without
    a lead time of the supplier the named date counts alone, with the same scatter as a bare promise.
    """
    elapsed, rest = passed(ordered_on, today, calendar), 0 if calendar.is_business_day(today) else 1
    named = None if expected_on is None else max(calendar.between(ordered_on, expected_on), 0)
    if lead is None:
        if named is None:
            return None
        days, probability = _gather(*_from_promise(named, company_known=False))
        lead = LeadTime(0, days, probability, named, 0, True, None, False)
    elif named is not None and lead.promised is not None:
        moved = np.maximum(lead.days + (named - lead.promised), 1).astype(np.float64)
        days, probability = _gather(moved, lead.probability)
        lead = replace(lead, days=days, probability=probability)
    days, probability = lead.remaining(elapsed)
    return days - rest, probability
