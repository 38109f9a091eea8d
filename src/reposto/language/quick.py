"""Facts about a product that one look at the data answers: no job, no analyst."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from reposto.language.formats import inert, literal, sentence
from reposto.language.voice import Voice, bullets, lines, locale_of, sentences
from reposto.model.facts import (
    Offer,
    OpenOrderLine,
    PriceObservation,
    Product,
    ProductFacts,
    Receipt,
    StockLevel,
    Supplier,
)
from reposto.model.request import Intent, Request

OLD_STOCK_DAYS = 7  # a count older than a week may mislead a buyer who sells daily
CNPJ_LENGTH = 14
QUICK_INTENTS = frozenset(
    {Intent.STOCK_STATUS, Intent.PRODUCT_LOOKUP, Intent.ORDER_STATUS, Intent.PRICE_CURRENT, Intent.SUPPLIER_INFO}
)


def write_quick(request: Request, facts: ProductFacts, locale: str, intent: Intent | None = None) -> str:
    """The fact that was asked for; for an intent that isn't a quick one, the product's card."""
    today, product, asked = facts.today, facts.product, intent or request.intent
    if asked is Intent.STOCK_STATUS:
        return write_stock(product, facts.stock, facts.open_orders, facts.suppliers, today, locale)
    if asked is Intent.ORDER_STATUS:
        return write_orders(product, facts.open_orders, facts.suppliers, facts.receipts, today, locale)
    if asked is Intent.PRICE_CURRENT:
        return write_prices(product, facts.offers, facts.suppliers, facts.prices, today, locale)
    if asked is Intent.SUPPLIER_INFO:
        return write_suppliers(product, facts.suppliers, today, locale)
    return write_product(product, facts.stock, facts.offers, facts.suppliers, today, locale)


def write_nothing_runs(locale: str) -> str:
    return Voice(locale_of(locale), date.min).say("reply.nothing_runs")


def write_stock(
    product: Product,
    stock: StockLevel | None,
    open_orders: Sequence[OpenOrderLine],
    suppliers: Sequence[Supplier],
    today: date,
    locale: str,
) -> str:
    """What is free, of which day, and what is coming."""
    voice = Voice(locale_of(locale), today, product.unit)
    named = voice.product(product.name, product.sku)
    if stock is None:
        first = sentences((voice.say("lead.stock.none", product=named), voice.say("quick.load_stock")))
    else:
        first = sentences((_free(voice, named, stock), _as_of(voice, stock.as_of)))
    return lines(first, bullets([_order(voice, o, suppliers) for o in _coming(open_orders)]))


def _free(voice: Voice, named: str, stock: StockLevel) -> str:
    free = voice.free(stock.available)
    if stock.available == 0 and not stock.reserved:
        return voice.say("lead.stock.zero", product=named)
    if not stock.reserved:
        return voice.say("lead.stock", product=named, free=free)
    values = {"on_hand": voice.amount(stock.on_hand), "reserved": voice.amount(stock.reserved)}
    return voice.say("lead.stock.split", product=named, free=free, **values)


def _as_of(voice: Voice, day: date) -> str:
    old = voice.today - day > timedelta(days=OLD_STOCK_DAYS)
    return voice.say("quick.as_of.old" if old else "quick.as_of", date=voice.full(day) if old else voice.day(day))


def _coming(open_orders: Sequence[OpenOrderLine]) -> list[OpenOrderLine]:
    """Lines with something to come, soonest first, undated last."""
    waiting = [o for o in open_orders if o.outstanding > 0]
    return sorted(waiting, key=lambda o: (o.expected_on is None, o.expected_on or date.max, o.order_number))


def _order(voice: Voice, order: OpenOrderLine, suppliers: Sequence[Supplier]) -> str:
    if order.expected_on is None:
        when = voice.say("quick.when.none")
    else:
        late = order.expected_on < voice.today
        key = "quick.when.late" if late else "quick.when.due"
        when = voice.say(key, date=voice.short(order.expected_on) if late else voice.day(order.expected_on))
    of = voice.say("quick.order.of", quantity=voice.quantity(order.quantity)) if order.received > 0 else ""
    text = voice.say(
        "quick.order",
        order=inert(order.order_number, 40),
        supplier=_supplier_name(voice, order.supplier_id, suppliers),
        quantity=voice.quantity(order.outstanding),
        of=of,
        when=when,
    )
    return sentence(text)


def _supplier_name(voice: Voice, supplier_id: int, suppliers: Sequence[Supplier]) -> str:
    found = next((s for s in suppliers if s.id == supplier_id), None)
    return voice.say("quick.supplier.unknown") if found is None else voice.plain(found.trade_name or found.name)


def write_orders(
    product: Product,
    open_orders: Sequence[OpenOrderLine],
    suppliers: Sequence[Supplier],
    receipts: Sequence[Receipt],
    today: date,
    locale: str,
) -> str:
    """What is on order and when it should come; the last delivery."""
    voice = Voice(locale_of(locale), today, product.unit)
    named = voice.product(product.name, product.sku)
    coming = _coming(open_orders)
    if coming:
        total = voice.quantity(sum(o.outstanding for o in coming))
        first = voice.count("quick.orders", len({o.order_number for o in coming}), product=named, quantity=total)
    else:
        first = voice.say("quick.no_orders", product=named)
    last = max(receipts, key=lambda r: r.received_on, default=None)
    received = ""
    if last is not None:
        values = {"quantity": voice.quantity(last.quantity), "order": inert(last.order_number, 40)}
        received = sentence(voice.say("quick.last_receipt", date=voice.full(last.received_on), **values))
    return lines(sentence(first), bullets([_order(voice, o, suppliers) for o in coming]), received)


def write_product(
    product: Product,
    stock: StockLevel | None,
    offers: Sequence[Offer],
    suppliers: Sequence[Supplier],
    today: date,
    locale: str,
) -> str:
    """The product's card: its codes, then its stock and lowest price, and what isn't on file."""
    voice = Voice(locale_of(locale), today, product.unit)
    rows = [voice.say("quick.field.unit", value=inert(product.unit, 12))]
    unfilled: list[str] = []
    for name in ("category", "brand", "ean", "ncm", "supplier_code"):
        value = str(getattr(product, name)).strip()
        if value:
            rows.append(voice.say(f"quick.field.{name}", value=inert(value)))
        else:
            unfilled.append(voice.say(f"quick.name.{name}"))
    if stock is not None:
        rows.append(voice.say("quick.field.stock", value=f"{voice.free(stock.available)} ({voice.full(stock.as_of)})"))
    lowest = _lowest([o for o in offers if not _expired(o, today)])
    if lowest is not None:
        supplier = _supplier_name(voice, lowest[0].supplier_id, suppliers)
        least = _from_quantity(voice, *lowest)
        rows.append(voice.say("quick.field.price", value=f"{voice.unit_price(lowest[1])}, {supplier}{least}"))
    if unfilled:
        rows.append(voice.say("quick.unfilled", fields=voice.join(unfilled)))
    key = "quick.card" if product.active else "quick.card.inactive"
    return lines(voice.say(key, product=voice.product(product.name, product.sku)), bullets(rows))


def write_prices(
    product: Product,
    offers: Sequence[Offer],
    suppliers: Sequence[Supplier],
    prices: Sequence[PriceObservation],
    today: date,
    locale: str,
) -> str:
    """List prices by supplier and quantity, the lowest first, and the last price paid."""
    voice = Voice(locale_of(locale), today, product.unit)
    named = voice.product(product.name, product.sku)
    paid = next((p for p in reversed(prices) if p.source == "order"), None)
    last = ""
    if paid is not None:
        last = voice.say("quick.paid", price=voice.unit_price(paid.unit_price), date=voice.full(paid.on))
    lowest = _lowest([o for o in offers if not _expired(o, today)])
    expired = _lowest(offers)
    if lowest is not None:
        offer, price = lowest
        values = {"supplier": _supplier_name(voice, offer.supplier_id, suppliers)}
        least = _from_quantity(voice, offer, price)
        per = voice.say("per_unit", price=voice.unit_price(price), unit=inert(product.unit, 12))
        first = voice.say("quick.price", product=named, price=per, from_quantity=least, **values)
    elif expired is not None:
        values = {"supplier": _supplier_name(voice, expired[0].supplier_id, suppliers)}
        first = voice.say("quick.price.expired", product=named, price=voice.unit_price(expired[1]), **values)
    else:
        first = voice.say("quick.price.none", product=named)
        return sentences((first, last, voice.say("quick.load_offers")))
    ordered = sorted(
        offers, key=lambda o: (_expired(o, today), min((t.unit_price for t in o.tiers), default=Decimal(0)))
    )
    rows = [_offer(voice, o, suppliers) for o in ordered if o.tiers]
    return lines(sentences((first, last)), bullets(rows), sentence(voice.say("quick.price.note")))


def _expired(offer: Offer, today: date) -> bool:
    return offer.valid_until is not None and offer.valid_until < today


def _lowest(offers: Sequence[Offer]) -> tuple[Offer, Decimal] | None:
    """The lowest list price and whose it is."""
    priced = [(o, tier.unit_price) for o in offers for tier in o.tiers]
    return min(priced, key=lambda pair: pair[1], default=None)


def _from_quantity(voice: Voice, offer: Offer, price: Decimal) -> str:
    least = max(offer.moq, min(t.min_quantity for t in offer.tiers if t.unit_price == price))
    return voice.say("quick.price.from", quantity=voice.quantity(least)) if least > 1 else ""


def _offer(voice: Voice, offer: Offer, suppliers: Sequence[Supplier]) -> str:
    tiers: list[str] = []
    for tier in offer.tiers:
        least = max(tier.min_quantity, offer.moq)
        price = voice.unit_price(tier.unit_price)
        quantity = voice.quantity(least)
        tiers.append(voice.say("quick.price.tier", price=price, quantity=quantity) if least > 1 else price)
    terms = ""
    if offer.valid_until is not None:
        key = "quick.price.invalid" if _expired(offer, voice.today) else "quick.price.valid"
        terms = voice.say(key, date=voice.full(offer.valid_until))
    supplier = _supplier_name(voice, offer.supplier_id, suppliers)
    return sentence(voice.say("quick.price.row", supplier=supplier, tiers="; ".join(tiers), terms=terms))


def write_suppliers(product: Product, suppliers: Sequence[Supplier], today: date, locale: str) -> str:
    """Who supplies a product, with the registration data of each."""
    voice = Voice(locale_of(locale), today, product.unit)
    if not suppliers:
        named = voice.product(product.name, product.sku)
        return sentence(voice.say("quick.supplier.none", product=named))
    named = voice.product(product.name, product.sku)
    return lines(voice.say("quick.suppliers", product=named), *(write_supplier(s, locale) for s in suppliers))


def write_supplier(supplier: Supplier, locale: str) -> str:
    """Registration data of a supplier; contact data stand in code spans, to be copied as they are."""
    voice = Voice(locale_of(locale), date.min)
    trade, name = supplier.trade_name.strip(), supplier.name.strip()
    title = voice.name(trade or name)
    if trade and name and trade != name:
        title = voice.say("quick.supplier.name", trade=title, name=voice.plain(name))
    if not supplier.active:
        title = f"{title}, {voice.say('quick.supplier.inactive')}"
    place = "/".join(p for p in (supplier.city.strip(), supplier.state.strip()) if p)
    minimum = "" if supplier.minimum_order is None else voice.money(supplier.minimum_order)
    fields = {
        "cnpj": literal(write_cnpj(supplier.cnpj)),
        "place": inert(place),
        "phone": literal(supplier.phone),
        "email": literal(supplier.email),
        "minimum": minimum,
    }
    rows = [voice.say(f"quick.supplier.field.{key}", value=value) for key, value in fields.items() if value]
    return lines(title, bullets(rows)) if rows else sentence(voice.say("quick.supplier.bare", supplier=title))


def write_cnpj(cnpj: str) -> str:
    """12.ABC.345/01DE-35, old and alphanumeric; anything else as it is."""
    plain = "".join(c for c in cnpj if c.isalnum()).upper()
    if len(plain) != CNPJ_LENGTH:
        return cnpj.strip()
    return f"{plain[:2]}.{plain[2:5]}.{plain[5:8]}/{plain[8:12]}-{plain[12:]}"
