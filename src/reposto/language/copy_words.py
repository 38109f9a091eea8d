"""Texts for a buyer to copy: a request for quotes, a recommendation. Nothing here is sent to anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reposto.language.decision import amount_due
from reposto.language.formats import inert, literal
from reposto.language.voice import Voice, lines, locale_of, sentences
from reposto.model.facts import Product, ProductFacts, Supplier
from reposto.model.findings import Analysis
from reposto.model.request import Request

MOST_SUPPLIERS = 5


def write_quote_request(several: Sequence[ProductFacts], request: Request, locale: str) -> str:
    """A text for each supplier who offers some of the products."""
    voice = Voice(locale_of(locale), several[0].today)
    named = [voice.plain(facts.product.name) for facts in several]
    texts = []
    sellers = _sellers(several)[:MOST_SUPPLIERS]
    for supplier in sellers:
        offered = [facts for facts in several if any(o.supplier_id == supplier.id for o in facts.offers)]
        name = supplier.trade_name or supplier.name
        mail = f" ({literal(supplier.email)})" if supplier.email else ""
        head = voice.say("quote.for", supplier=voice.plain(name), mail=mail)
        texts.append(lines(head if len(sellers) > 1 else mail.strip(" ()"), _block(voice, name, offered, request)))
    if not sellers:
        head = voice.say("quote.nobody", products=voice.join(named))
        texts = [_block(voice, voice.say("quote.somebody"), several, request)]
    elif len(sellers) == 1:
        head = voice.say("quote.head.one", supplier=voice.plain(sellers[0].trade_name or sellers[0].name))
    else:
        head = voice.say("quote.head.many")
    lacking = [voice.plain(facts.product.name) for facts in several if not facts.offers]
    missing = voice.say("quote.missing", products=voice.join(lacking)) if lacking and sellers else ""
    return lines(head, *texts, sentences((missing, *_last_bought(voice, several))))


def _sellers(several: Sequence[ProductFacts]) -> list[Supplier]:
    """Who offers any of the products; who offers most of them first."""
    count: dict[int, int] = {}
    known: dict[int, Supplier] = {}
    for facts in several:
        known |= {s.id: s for s in facts.suppliers}
        for supplier_id in {o.supplier_id for o in facts.offers}:
            count[supplier_id] = count.get(supplier_id, 0) + 1
    ordered = sorted((i for i in count if i in known), key=lambda i: (-count[i], known[i].trade_name, i))
    return [known[i] for i in ordered]


def _block(voice: Voice, supplier: str, offered: Sequence[ProductFacts], request: Request) -> str:
    rows = [voice.say("quote.hello", supplier=_bare(supplier)), voice.say("quote.please"), ""]
    for facts in offered:
        product = facts.product
        own = product.supplier_code and len({o.supplier_id for o in facts.offers}) == 1  # else it may be another's
        code = voice.say("quote.code", code=_bare(product.supplier_code)) if own else ""
        amount = _amount(voice, product, request)
        rows.append(voice.say("quote.item", product=_bare(product.name), code=code, quantity=amount))
    rows += ["", voice.say("quote.terms"), voice.say("quote.thanks")]
    return fenced(rows)


def _amount(voice: Voice, product: Product, request: Request) -> str:
    """The quantity that was named, if it can only be of this product."""
    quantity = request.params.get("quantity")
    if isinstance(quantity, (int, float)) and quantity > 0 and len(request.skus) == 1:
        return Voice(voice.locale, voice.today, product.unit).quantity(float(quantity))
    return voice.say("quote.amount.open")


def _last_bought(voice: Voice, several: Sequence[ProductFacts]) -> list[str]:
    parts = []
    for facts in several:
        if facts.receipts:
            amount = Voice(voice.locale, voice.today, facts.product.unit).quantity(facts.receipts[-1].quantity)
            parts.append(voice.say("quote.last", product=voice.plain(facts.product.name), quantity=amount))
    return parts


def write_order_text(analysis: Analysis, supplier_code: str, locale: str) -> str:
    """A recommendation as a text for a messenger; empty where nothing is to be bought."""
    advice = analysis.recommendation
    due = amount_due(advice)
    if advice.verdict != "approve" or not advice.quantity or advice.unit_price is None or due is None:
        return ""
    voice = Voice(locale_of(locale), analysis.today, analysis.unit)
    code = voice.say("quote.code", code=_bare(supplier_code)) if supplier_code else ""
    price = {"price": voice.unit_price(advice.unit_price), "unit": inert(analysis.unit, 12)}
    rows = [
        voice.say("quote.hello", supplier=_bare(advice.supplier or "")),
        voice.say("export.order", quantity=voice.quantity(advice.quantity), product=_bare(analysis.name), code=code),
        voice.say("export.price", total=voice.money(due), **price),
    ]
    if advice.expected_arrival is not None:
        rows.append(voice.say("export.arrival", date=voice.full(advice.expected_arrival)))
    return lines(voice.say("export.text"), fenced(rows))


def write_export(order: str, locale: str, *, as_text: bool) -> str:
    """Where files are, or the text that was asked for."""
    voice = Voice(locale_of(locale), date.min)
    if as_text:
        return order or sentences((voice.say("export.none"),))
    return lines(sentences((voice.say("export.list"), voice.say("export.answer"))), order)


def fenced(rows: Sequence[str]) -> str:
    """A block to be copied as it is; nothing inside can end it."""
    return "\n".join(["```", *(row.replace("`", "'") for row in rows), "```"])


def _bare(text: str) -> str:
    """Foreign text as one plain line, for a block that renders nothing."""
    return literal(text).strip("`")
