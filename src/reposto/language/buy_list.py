"""The buy list in words, and as the data that a page or a spreadsheet shows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from reposto.language.details import FOLD
from reposto.language.filling import group_filling
from reposto.language.formats import inert, sentence
from reposto.language.prose import NO_DAY
from reposto.language.voice import Voice, bullets, lines, locale_of, sentences
from reposto.model.encode import to_data
from reposto.model.lists import BuyList, LeftOut, ListLine, SupplierGroup

GROUPS_SAID, LINES_SAID = 3, 3  # above the fold: one screen
LINES_FOLDED = 60  # below it; the whole list is in the table and the spreadsheet
MANY = 10  # lines from which it is asked what may be spent
SOME = 5  # of what needs a look, or was left out
GROUPS_SHOWN, LINES_SHOWN = 12, 8  # in the message's own data: bounded, whatever the catalogue
ZERO = Decimal("0.00")
LIKELY = 0.5  # from here on a stock-out is said to be due to the delivery, not to chance


def write_buy_list(found: BuyList, limits: Sequence[tuple[str, str]], locale: str) -> str:
    """Markdown: what to buy, from whom, for how much, why; then, folded, the rest. `limits`: (name, value) pairs."""
    voice = Voice(locale_of(locale), found.today)
    head = lines(_lead(voice, found, limits), *(_group(voice, group) for group in found.groups[:GROUPS_SAID]))
    if len(found.groups) > GROUPS_SAID:
        head = lines(head, voice.count("buy.groups.more", len(found.groups) - GROUPS_SAID))
    details = lines(
        _upcoming(voice, found, limits), _review(voice, found), _left_out(voice, found), _rest(voice, found)
    )
    notes = [voice.count("buy.waiting", found.waiting)] if found.waiting else []
    if found.failed:
        names = voice.join([voice.plain(line.name) for line in found.failed[:SOME]])
        notes.append(voice.count("buy.failed", len(found.failed), names=names))
    notes.append(voice.say("buy.basis"))
    return lines(head, FOLD, lines(details, sentences(notes)))


def _lead(voice: Voice, found: BuyList, limits: Sequence[tuple[str, str]]) -> str:
    only = voice.join([voice.say(f"buy.limit.{name}", value=inert(value), days=inert(value)) for name, value in limits])
    if not found.groups:
        return _nothing(voice, found, only)
    values = {
        "items": voice.count("list.items", len(found.lines)),
        "suppliers": voice.count("list.suppliers", len(found.groups)),
        "total": voice.money(found.payable),
    }
    parts = [voice.say("buy.lead.limits", limits=only)] if only else []
    if found.budget is not None:
        return sentences(
            (voice.say("buy.budget", budget=voice.money(found.budget), **values), *parts, *_chosen(voice, found))
        )
    key = "buy.risk" if found.saved < found.at_risk else "buy.risk.same"
    risk = voice.say(key, at_risk=voice.money(found.at_risk), saved=voice.money(found.saved))
    ask = voice.say("buy.ask_budget") if len(found.lines) >= MANY and not limits else ""
    return sentences((voice.say("buy.lead", **values), *parts, risk if found.at_risk >= 1 else "", ask))


def _nothing(voice: Voice, found: BuyList, only: str) -> str:
    spared = [out.line for out in found.left_out if out.reason == "budget"]
    if found.budget is not None and spared:
        cheapest = min(line.payable or ZERO for line in spared)
        return sentence(voice.say("buy.budget.none", budget=voice.money(found.budget), cheapest=voice.money(cheapest)))
    products = voice.count("list.products", found.products)
    return voice.say("buy.lead.none", limits=voice.say("buy.limits", limits=only) if only else "", products=products)


def _chosen(voice: Voice, found: BuyList) -> list[str]:
    """How the budget was used, and what it left out."""
    spared = [out.line for out in found.left_out if out.reason == "budget"]
    if not spared:
        left = (found.budget or ZERO) - found.payable
        return [voice.say("buy.budget.all", budget=voice.money(found.budget or ZERO), left=voice.money(left))]
    lost = sum((line.saved or ZERO for line in spared), ZERO)
    why = voice.say("buy.budget.why", saved=voice.money(found.saved), possible=voice.money(found.saved + lost))
    out = voice.say(
        "buy.budget.out",
        items=voice.count("list.items", len(spared)),
        total=voice.money(sum((line.payable or ZERO for line in spared), ZERO)),
        saved=voice.money(lost),
    )
    return [why, out]


def _group(voice: Voice, group: SupplierGroup) -> str:
    rows = [line_words(voice, line) for line in group.lines[:LINES_SAID]]
    if len(group.lines) > LINES_SAID:
        rows.append(voice.count("buy.more", len(group.lines) - LINES_SAID))
    return f"{group_words(voice, group)}\n\n{bullets(rows)}"


def group_words(voice: Voice, group: SupplierGroup) -> str:
    """Supplier, subtotal, freight and minimum order."""
    parts = [
        voice.say(
            "buy.group",
            supplier=voice.plain(group.supplier),
            items=voice.count("list.items", len(group.lines)),
            total=voice.money(group.payable),
        )
    ]
    if group.freight > 0:
        parts.append(voice.say("buy.group.freight", freight=voice.money(group.freight)))
    if group.short_of_minimum is not None and group.minimum_order is not None:
        short = {"minimum": voice.money(group.minimum_order), "short": voice.money(group.short_of_minimum)}
        parts.append(voice.say("buy.group.short", **short))
    parts += group_filling(voice, group)
    return "; ".join(parts)


def line_words(voice: Voice, line: ListLine) -> str:
    """One line of the list, as a sentence."""
    own = Voice(voice.locale, voice.today, line.unit)
    due = "" if line.order_by is None or line.overdue else voice.say("buy.line.due", by=voice.due(line.order_by))
    text = voice.say(
        "buy.line",
        product=voice.product(line.name, line.sku),
        quantity=own.quantity(line.quantity or 0.0),
        total=voice.money(line.payable or ZERO),
        reason=reason_words(voice, line),
        due=due,
    )
    if line.at_risk is not None and line.at_risk >= 1:
        text += voice.say("buy.line.risk", at_risk=voice.money(line.at_risk))
    if line.drafted > 0:
        text += voice.say("buy.line.draft", quantity=own.quantity(line.drafted))
    return text


def reason_words(voice: Voice, line: ListLine) -> str:
    """Why this product is on the list, from its own analysis."""
    if line.available is not None and line.available <= 0 and line.on_order <= 0:
        return voice.say("reason.empty")
    if line.overdue and (line.stockout_chance or 0.0) >= LIKELY:
        return voice.say("reason.late")
    if line.stockout_on is not None and line.arrival is not None and line.stockout_on <= line.arrival:
        return voice.say("reason.gone", on=voice.on_day(line.stockout_on))
    if line.stockout_chance is not None and line.stockout_chance >= 0.005:
        return voice.say("reason.chance", share=voice.share(line.stockout_chance))
    if line.reorder_point is not None and (line.available or 0.0) + line.on_order <= line.reorder_point:
        return voice.say("reason.below")
    return voice.say("reason.need")


def _rest(voice: Voice, found: BuyList) -> str:
    """The lines that the head has no room for."""
    room = LINES_FOLDED
    texts: list[str] = []
    for place, group in enumerate(found.groups):
        rest = group.lines[LINES_SAID:] if place < GROUPS_SAID else group.lines
        if rest and room > 0:
            texts.append(f"{group_words(voice, group)}\n\n{bullets([line_words(voice, x) for x in rest[:room]])}")
            room -= len(rest[:room])
    return lines(*texts)


def _upcoming(voice: Voice, found: BuyList, limits: Sequence[tuple[str, str]]) -> str:
    if not found.upcoming:
        return ""
    days = dict(limits).get("ahead") or voice.days(
        (max(x.order_by or found.today for x in found.upcoming) - found.today).days
    )
    rows = [_upcoming_line(voice, line) for line in found.upcoming[: 2 * SOME]]
    if len(found.upcoming) > 2 * SOME:
        rows.append(voice.count("buy.more", len(found.upcoming) - 2 * SOME))
    return f"{voice.say('buy.upcoming', days=days)}\n\n{bullets(rows)}"


def _upcoming_line(voice: Voice, line: ListLine) -> str:
    assert line.order_by is not None
    named, by = voice.product(line.name, line.sku), voice.due(line.order_by)
    if line.later_quantity is None or line.later_payable is None:
        return voice.say("buy.upcoming.bare", product=named, by=by)
    quantity = Voice(voice.locale, voice.today, line.unit).quantity(line.later_quantity)
    return voice.say(
        "buy.upcoming.line", product=named, quantity=quantity, total=voice.money(line.later_payable), by=by
    )


def _review(voice: Voice, found: BuyList) -> str:
    if not found.review:
        return ""
    rows = [review_words(voice, line) for line in found.review[:SOME]]
    if len(found.review) > SOME:
        rows.append(voice.count("buy.more", len(found.review) - SOME))
    return f"{voice.count('buy.review', len(found.review))}\n\n{bullets(rows)}"


def review_words(voice: Voice, line: ListLine) -> str:
    """What a person must look at before this product can be decided."""
    why = line.missing[0] if line.missing else ""
    return voice.say("buy.review.line", product=voice.product(line.name, line.sku), why=voice.foreign(why))


def _left_out(voice: Voice, found: BuyList) -> str:
    spared = [out for out in found.left_out if out.reason == "budget"]
    others = [out for out in found.left_out if out.reason != "budget"]
    rows = [_out_line(voice, out) for out in spared[:SOME]]
    if len(spared) > SOME:
        rows.append(voice.count("buy.more", len(spared) - SOME))
    text = f"{voice.say('buy.out')}\n\n{bullets(rows)}" if rows else ""
    if not others:
        return text
    total = voice.money(sum((out.line.payable or ZERO for out in others), ZERO))
    return lines(text, sentence(voice.say("buy.out.count", items=voice.count("list.items", len(others)), total=total)))


def _out_line(voice: Voice, out: LeftOut) -> str:
    named = voice.product(out.line.name, out.line.sku)
    why = voice.say(f"buy.out.{out.reason}")
    return voice.say("buy.out.line", product=named, total=voice.money(out.line.payable or ZERO), why=why)


def buy_list_data(found: BuyList, locale: str) -> dict[str, Any]:
    """The whole list as JSON-ready data, each line with its reason in words; a message carries `head_of` it."""
    voice = Voice(locale_of(locale), found.today)
    return {
        "kind": "buy_list",
        "today": found.today.isoformat(),
        "products": found.products,
        "waiting": found.waiting,
        "totals": to_data(
            {
                "lines": len(found.lines),
                "goods": found.goods,
                "freight": found.freight,
                "payable": found.payable,
                "at_risk": found.at_risk,
                "saved": found.saved,
                "budget": found.budget,
            }
        ),
        "groups": [_group_data(voice, group) for group in found.groups],
        "upcoming": [line_data(voice, line) for line in found.upcoming],
        "review": [line_data(voice, line) for line in found.review],
        "failed": [{"sku": line.sku, "name": line.name} for line in found.failed],
        "left_out": [{**line_data(voice, out.line), "why": out.reason} for out in found.left_out],
    }


def _group_data(voice: Voice, group: SupplierGroup) -> dict[str, Any]:
    bare = {
        "supplier_id": group.supplier_id,
        "supplier": group.supplier,
        "goods": group.goods,
        "freight": group.freight,
        "payable": group.payable,
        "at_risk": group.at_risk,
        "minimum_order": group.minimum_order,
        "short_of_minimum": group.short_of_minimum,
        "count": len(group.lines),
    }
    return {**to_data(bare), "lines": [line_data(voice, line) for line in group.lines]}


_SHOWN = (
    "sku name unit category verdict quantity supplier_id supplier unit_price goods freight payable order_by overdue "
    "arrival available on_order coverage_days stockout_on at_risk saved confidence abc drafted later_quantity "
    "later_payable"
).split()


def line_data(voice: Voice, line: ListLine) -> dict[str, Any]:
    """One line as data, with its reason in words."""
    reason = (line.missing[0] if line.missing else "") if line.verdict == "manual_review" else reason_words(voice, line)
    return {**{name: to_data(getattr(line, name)) for name in _SHOWN}, "reason": reason}


_BRIEF = frozenset(
    "sku name unit supplier_id supplier quantity unit_price payable order_by overdue at_risk drafted later_quantity "
    "later_payable reason why".split()
)


def head_of(data: dict[str, Any]) -> dict[str, Any]:
    """What the message itself carries: the first lines of the first groups, in short; the rest is fetched."""

    def brief(rows: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
        return [{name: value for name, value in row.items() if name in _BRIEF} for row in rows[:most]]

    groups = [{**group, "lines": brief(group["lines"], LINES_SHOWN)} for group in data["groups"][:GROUPS_SHOWN]]
    counts = {name: len(data[name]) for name in ("groups", "upcoming", "review", "failed", "left_out")}
    short = {name: brief(data[name], SOME) for name in ("upcoming", "review", "failed", "left_out")}
    return {**data, "groups": groups, **short, "counts": counts}


def label_approve(groups: int, locale: str) -> str:
    """The button that makes a draft order for each supplier of the list."""
    voice = Voice(locale_of(locale), NO_DAY)
    return voice.say("action.approve_list", n=groups) if groups > 1 else voice.say("action.approve_list.one")
