"""What is known of suppliers, in sentences: data, record, ranking, list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from reposto.language.formats import inert, number
from reposto.language.normalise import fold
from reposto.language.quick import write_supplier
from reposto.language.voice import Voice, bullets, lines, locale_of, sentences
from reposto.model.asked import SupplierRecord
from reposto.model.facts import Supplier

MOST_NAMES = 6
MOST_ROWS = 8
MOST_LISTED = 25
PUNCTUAL = 0.9  # a share of deliveries on time from which nobody is called late


def write_supplier_data(supplier: Supplier, offered: Sequence[str], locale: str, asked: str = "") -> str:
    """Registration data and what it sells; `asked`: the question, to say when just that isn't on file."""
    voice = Voice(locale_of(locale), date.min)
    folded = fold(asked)
    lacking = [
        voice.say(f"supply.lacking.{name}")
        for name, words in _FIELDS
        if words.search(folded) and not getattr(supplier, name).strip()
    ]
    first = sentences((voice.say("supply.lacking", fields=voice.join(lacking)),)) if lacking else ""
    return lines(first, write_supplier(supplier, locale), sentences((_offers(voice, offered),)))


_FIELDS = (
    ("phone", re.compile(r"\b(?:telefone|fone|tel|whats\w*|zap|celular|contato|phone)\b")),
    ("email", re.compile(r"\b(?:e ?-?mail|contato)\b")),
    ("cnpj", re.compile(r"\bcnpj\b")),
)


def _offers(voice: Voice, offered: Sequence[str]) -> str:
    if not offered:
        return ""
    names = ", ".join(voice.plain(name) for name in offered[:MOST_NAMES])
    more = len(offered) - MOST_NAMES
    if more > 0:
        names += voice.count("supply.offers.more", more)
    return voice.count("supply.offers", len(offered), names=names)


def write_unknown_supplier(suppliers: Sequence[Supplier], locale: str) -> str:
    """No such supplier: who is there."""
    voice = Voice(locale_of(locale), date.min)
    if not suppliers:
        return sentences((voice.say("supply.none"),))
    names = voice.join([voice.plain(s.trade_name or s.name) for s in suppliers[:MOST_LISTED]])
    return sentences((voice.say("supply.unknown", names=names),))


def write_supplier_list(suppliers: Sequence[Supplier], offered: Mapping[int, int], locale: str) -> str:
    """Who is on file, where, with how many products."""
    voice = Voice(locale_of(locale), date.min)
    if not suppliers:
        return sentences((voice.say("supply.none"),))
    rows = []
    for supplier in suppliers[:MOST_LISTED]:
        place = "/".join(inert(p) for p in (supplier.city.strip(), supplier.state.strip()) if p)
        products = voice.count("supply.products", offered.get(supplier.id, 0))
        name = voice.name(supplier.trade_name or supplier.name)
        rows.append(
            voice.say("supply.list.row", supplier=name, place=f" ({place})" if place else "", products=products)
        )
    head = voice.count("supply.list", len(suppliers))
    return lines(head, bullets(rows), sentences((voice.say("supply.list.more"),)))


def write_record(record: SupplierRecord, locale: str, today: date) -> str:
    """How long one supplier takes and how often it keeps its day."""
    voice = Voice(locale_of(locale), today)
    name = voice.plain(record.supplier)
    if record.median_days is None or record.since is None:
        return sentences((voice.say("supply.record.none", supplier=name), _overdue(voice, record)))
    days = business_days(voice, record.median_days)
    low, high = _days(voice, record.low_days), _days(voice, record.high_days)
    if low != high:
        first = voice.say("supply.record", supplier=name, days=days, range=voice.say("range", low=low, high=high))
    else:
        first = voice.say("supply.record.flat", supplier=name, days=days)
    parts = [first]
    if record.on_time_share is not None:
        parts.append(voice.say("supply.record.on_time", share=voice.share(record.on_time_share)))
        if record.mean_delay_days is None:
            parts[-1] = voice.say("supply.record.always")
        else:
            parts.append(voice.say("supply.record.delay", days=voice.days(record.mean_delay_days)))
    parts.append(voice.count("supply.record.basis", record.deliveries, since=voice.full(record.since)))
    return lines(sentences((*parts, _overdue(voice, record))), sentences((voice.say("supply.record.product"),)))


def _overdue(voice: Voice, record: SupplierRecord) -> str:
    return voice.count("supply.record.overdue", record.overdue_orders) if record.overdue_orders else ""


def write_ranking(records: Sequence[SupplierRecord], criterion: str, locale: str, today: date) -> str:
    """Suppliers beside each other; `records` are in the order of the criterion (late | lead_time | reliability)."""
    voice = Voice(locale_of(locale), today)
    if not records:
        return sentences((voice.say("supply.rank.none"),))
    first = records[0]
    values = {"supplier": voice.plain(first.supplier)}
    if criterion == "lead_time":
        lead = voice.say("supply.rank.fast", days=business_days(voice, first.median_days or 0.0), **values)
    else:
        share = first.on_time_share or 0.0
        if criterion == "reliability":
            key = "supply.rank.reliable"
        else:
            key = "supply.rank.late" if share < PUNCTUAL else "supply.rank.kept"
        lead = voice.say(key, share=voice.share(share), **values)
    return lines(sentences((lead,)), bullets([_row(voice, record) for record in records[:MOST_ROWS]]))


def _row(voice: Voice, record: SupplierRecord) -> str:
    values = {
        "supplier": voice.plain(record.supplier),
        "days": business_days(voice, record.median_days or 0.0),
        "count": voice.count("supply.deliveries", record.deliveries),
    }
    if record.on_time_share is None:
        text = voice.say("supply.rank.row.bare", **values)
    else:
        text = voice.say("supply.rank.row", share=voice.share(record.on_time_share), **values)
    if record.mean_delay_days is not None:
        text += voice.say("supply.rank.delay", days=voice.days(record.mean_delay_days))
    if record.overdue_orders:
        count = voice.count("supply.overdue", record.overdue_orders)
        text += voice.say("supply.rank.overdue", count=count)
    return f"{text}."


def business_days(voice: Voice, days: float) -> str:
    """ "9 dias úteis"."""
    return voice.count("business_days", days)


def _days(voice: Voice, days: float | None) -> str:
    return number(round(days or 0.0), 0, voice.locale)


def with_hint(text: str, supplier: str, product: str, locale: str, today: date) -> str:
    """What was said of a supplier's deliveries, and how to ask for one product's."""
    voice = Voice(locale_of(locale), today)
    values = {"supplier": voice.plain(supplier), "product": voice.plain(product)}
    text = text.replace(sentences((voice.say("supply.record.product"),)), "").strip()  # said better below
    return lines(text, sentences((voice.say("lead.carried.supplier", **values),)))
