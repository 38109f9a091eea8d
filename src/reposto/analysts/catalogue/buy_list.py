"""The list of what to buy today: filtered, ranked by R$ at risk, grouped by supplier, cut to a budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from reposto.analysts.catalogue.budget import choose_within
from reposto.analysts.catalogue.filling import fill_order
from reposto.model.lists import BuyList, LeftOut, ListLine, SupplierGroup

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the question limits the list to; None: not stated.

    horizon_days: beside what is to be ordered today, what will have to be within so many days. only_running_out: of
    all that, only what is expected to run out within the horizon (a week where none is stated).
    """

    budget: Decimal | None = None
    abc_class: str | None = None
    category: str | None = None
    supplier: str | None = None
    horizon_days: int | None = None
    only_running_out: bool = False


def make_buy_list(
    lines: Iterable[ListLine], wanted: Wanted, *, today: date, classes: Mapping[str, str] | None = None
) -> BuyList:
    """Sort every analysed product into: buy now, buy soon, look at, failed, left out, waiting.

    classes: A, B or C by SKU, from the whole catalogue. Groups come in order of their R$ at risk, and so do the lines
    in each; at equal risk what must be ordered first. Totals are sums of the lines' own amounts, to the cent.
    """
    known = [_classed(line, classes or {}) for line in lines]
    buying = [line for line in known if line.verdict == "approve" and not line.failed]
    inside, outside = _filter(buying, wanted, today)
    chosen, spared = _within_budget(inside, wanted.budget)
    asked = [line for line in known if not _reason(line, wanted)]
    groups = group_by_supplier(chosen, _soon(known, chosen), today)
    left_out = sorted((*outside, *spared), key=lambda out: (-(out.line.saved or ZERO), out.line.sku))
    return BuyList(
        today=today,
        products=len(known),
        groups=groups,
        upcoming=_upcoming(asked, wanted, today),
        review=tuple(sorted((x for x in asked if _needs_look(x)), key=_urgency)),
        failed=tuple(line for line in known if line.failed),
        left_out=tuple(left_out),
        waiting=sum(line.verdict == "wait" for line in known),
        payable=_total(group.payable for group in groups),
        goods=_total(line.goods for line in chosen),
        freight=_total(group.freight for group in groups),
        at_risk=_total(line.at_risk for line in chosen),
        saved=_total(line.saved for line in chosen),
        budget=wanted.budget,
        budget_spent=_total(group.payable for group in groups) if wanted.budget is not None else None,
    )


def _soon(known: Sequence[ListLine], chosen: Sequence[ListLine]) -> list[ListLine]:
    """What isn't bought now but has a supplier: an order that falls short may be filled with it."""
    taken = {line.sku for line in chosen}
    return [line for line in known if line.supplier_id is not None and line.sku not in taken]


def group_by_supplier(
    lines: Sequence[ListLine], soon: Sequence[ListLine] = (), today: date = date.max
) -> tuple[SupplierGroup, ...]:
    """Groups in order of R$ at risk; a line without a supplier belongs to none and is left out.

    A group that reaches the supplier's free freight pays none; `soon`: lines that may fill one that falls short.
    """
    by_supplier: dict[int, list[ListLine]] = {}
    for line in sorted(lines, key=_urgency):
        if line.supplier_id is not None:
            by_supplier.setdefault(line.supplier_id, []).append(line)
    rest: dict[int, list[ListLine]] = {}
    for line in soon:
        if line.supplier_id in by_supplier and line.supplier_id is not None:
            rest.setdefault(line.supplier_id, []).append(line)
    groups = [_group(id_, found, rest.get(id_, []), today) for id_, found in by_supplier.items()]
    return tuple(sorted(groups, key=lambda group: (-group.at_risk, group.supplier)))


def _group(supplier_id: int, lines: Sequence[ListLine], soon: Sequence[ListLine], today: date) -> SupplierGroup:
    goods, freight = _total(line.goods for line in lines), _total(line.freight for line in lines)
    minimum, free = lines[0].minimum_order, lines[0].free_freight_from
    spared = freight if free is not None and goods >= free else ZERO
    return SupplierGroup(
        supplier_id=supplier_id,
        supplier=lines[0].supplier or "",
        lines=tuple(lines),
        goods=goods,
        freight=freight - spared,
        payable=_total(line.payable for line in lines) - spared,
        at_risk=_total(line.at_risk for line in lines),
        minimum_order=minimum,
        short_of_minimum=minimum - goods if minimum is not None and minimum > goods else None,
        free_freight_from=free,
        freight_saved=spared,
        filling=fill_order(goods, freight, minimum, free, soon, today),
    )


def _urgency(line: ListLine) -> tuple[Decimal, date, str]:
    return (-(line.at_risk or ZERO), line.order_by or date.max, line.sku)


def _total(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), ZERO)


def _classed(line: ListLine, classes: Mapping[str, str]) -> ListLine:
    found = classes.get(line.sku, line.abc)
    return line if found == line.abc else replace(line, abc=found)


def _reason(line: ListLine, wanted: Wanted) -> str:
    """Why a line isn't among what was asked for; empty when it is."""
    if wanted.category is not None and line.category.casefold() != wanted.category.casefold():
        return "category"
    if wanted.supplier is not None and (line.supplier or "").casefold() != wanted.supplier.casefold():
        return "supplier"
    if wanted.abc_class is not None and line.abc != wanted.abc_class:
        return "class"
    return ""


def _filter(lines: Sequence[ListLine], wanted: Wanted, today: date) -> tuple[list[ListLine], list[LeftOut]]:
    inside, outside = [], []
    for line in lines:
        reason = _reason(line, wanted)
        if not reason and wanted.only_running_out and not _runs_out(line, wanted, today):
            reason = "horizon"
        if reason:
            outside.append(LeftOut(line, reason))
        else:
            inside.append(line)
    return inside, outside


def _runs_out(line: ListLine, wanted: Wanted, today: date) -> bool:
    return line.stockout_on is not None and line.stockout_on <= today + timedelta(days=wanted.horizon_days or 7)


def _within_budget(lines: Sequence[ListLine], budget: Decimal | None) -> tuple[list[ListLine], list[LeftOut]]:
    """The lines that avoid the highest expected loss for the money; see choose_within."""
    if budget is None:
        return list(lines), []
    costs = [line.payable or ZERO for line in lines]
    values = [(line.saved or ZERO) + Decimal("0.01") for line in lines]  # a line without a loss still is worth buying
    chosen = set(choose_within(costs, values, budget))
    return (
        [line for i, line in enumerate(lines) if i in chosen],
        [LeftOut(line, "budget") for i, line in enumerate(lines) if i not in chosen],
    )


def _upcoming(lines: Sequence[ListLine], wanted: Wanted, today: date) -> tuple[ListLine, ...]:
    """What needs no order today, but will within the horizon asked for; the first due first."""
    if wanted.horizon_days is None or wanted.only_running_out:
        return ()
    last = today + timedelta(days=wanted.horizon_days)
    due = [line for line in lines if line.verdict == "wait" and line.order_by is not None and line.order_by <= last]
    return tuple(sorted(due, key=lambda line: (line.order_by or date.max, line.sku)))


def _needs_look(line: ListLine) -> bool:
    return line.verdict == "manual_review" and not line.failed
