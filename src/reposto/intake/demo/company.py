"""The whole demo company as rows, the same records that files become."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from reposto.intake.demo.codes import make_cnpj, make_ean
from reposto.intake.demo.days import Calendar, make_rng
from reposto.intake.demo.demand import Demand, list_planned_promotions, make_demand
from reposto.intake.demo.prices import BY_KEY, ipi_of, moq_of, st_of, tiers_of, unit_price
from reposto.intake.demo.products import PRODUCTS, DemoProduct
from reposto.intake.demo.selling import LISTED, ON_PROMOTION, discount_percent, make_list, paid_price
from reposto.intake.demo.stock import Kept, OrderedLine, keep_stock
from reposto.intake.demo.suppliers import SUPPLIERS
from reposto.intake.rows import (
    Amount,
    Kind,
    OfferRow,
    OrderRow,
    PriceRow,
    ProductRow,
    PromotionRow,
    ReceiptRow,
    Row,
    SaleRow,
    StockRow,
    SupplierRow,
)
from reposto.model.facts import Company

EDITION = "2"  # of the story told here: raised by every change that would not fit what was loaded before
PLAN_DAYS = 120  # how far ahead promotions are planned
QUOTE_DAYS = 90  # between two price lists of a supplier
OFFER_DAYS = 60  # after which a supplier renews its offer
QUOTE_AFTER_JUMP_DAYS = 14  # when its prices moved: the new ones are known
VALID_DAYS = 75
SHORT_VALID_DAYS = 20  # of the few that nobody renewed
SHORT_SHARE = 0.06
MARKET_CATEGORIES = ("Painéis e madeiras", "Espumas e enchimentos")  # whose market prices the buyer notes
RESERVED_SHARE = 0.08  # of the stock of finished goods is promised to customers

HAPPENED_ON: dict[Kind, str] = {
    "sales": "day",
    "orders": "ordered_on",
    "receipts": "received_on",
    "prices": "seen_on",
}

COMPANY = Company(
    name="Móveis Serra Clara Ltda",
    state="RS",
    city="Bento Gonçalves",
    holding_cost_percent_year=24.0,
    order_cost=Decimal("65"),
    service_level=0.95,
    margin_percent=45.0,
    review_days=7,
    unmet_demand="lost",
    tax_regime="presumido",
    money_cost_percent_month=1.4,
)


@dataclass(frozen=True)
class History:
    """One product's past."""

    item: DemoProduct
    demand: Demand
    kept: Kept


def play_company(anchor: date, today: date) -> tuple[Calendar, list[History]]:
    """The past of every product up to yesterday, as begun on `anchor`."""
    calendar = Calendar(anchor, today)
    histories = []
    for item in PRODUCTS:
        demand = make_demand(item, calendar)
        histories.append(History(item, demand, keep_stock(item, demand, calendar)))
    return calendar, histories


def make_rows(anchor: date, today: date) -> dict[Kind, list[Row]]:
    """All rows by kind, in the order in which they can be loaded.

    `anchor` is the day on which the demo was first loaded. A later `today` with the same anchor leaves what was
    before as it was and adds to it, so that the data always ends yesterday.
    """
    calendar, histories = play_company(anchor, today)
    orders = _number_orders(histories)
    return {
        "suppliers": list(_make_suppliers()),
        "products": list(_make_products()),
        "stock": [_make_stock(history, today) for history in histories],
        "sales": [row for history in histories for row in _make_sales(history, calendar)],
        "promotions": list(_make_promotions(today)),
        "selling_prices": [
            row for item in PRODUCTS if item.sku in LISTED for row in make_list(item, calendar.start, today, anchor)
        ],
        "offers": [row for item in PRODUCTS for key in item.sellers for row in _make_offer(item, key, anchor, today)],
        "orders": list(_make_orders(orders, calendar)),
        "receipts": list(_make_receipts(orders, calendar)),
        "prices": list(_make_prices(anchor, today, calendar)),
    }


def only_since(rows: dict[Kind, list[Row]], day: date) -> dict[Kind, list[Row]]:
    """The rows without what happened before a day; what has no day stays."""
    return {
        kind: [row for row in found if getattr(row, HAPPENED_ON[kind]) >= day] if kind in HAPPENED_ON else found
        for kind, found in rows.items()
    }


@dataclass(frozen=True)
class NumberedLine:
    """A line of an order with its number."""

    number: str
    line: int
    item: DemoProduct
    ordered: OrderedLine


def _number_orders(histories: list[History]) -> list[NumberedLine]:
    """What went to one supplier on one day is one order; numbers run on with the days."""
    lines = [(line.day, line.supplier, n, line) for n, h in enumerate(histories) for line in h.kept.lines]
    numbered: list[NumberedLine] = []
    number, place, last = 0, 0, (-1, "")
    for day, supplier, n, line in sorted(lines, key=lambda entry: entry[:3]):
        if (day, supplier) != last:
            number, place, last = number + 1, 0, (day, supplier)
        place += 1
        numbered.append(NumberedLine(f"OC-{number:05d}", place, histories[n].item, line))
    return numbered


def _make_suppliers() -> Iterator[SupplierRow]:
    for supplier in SUPPLIERS:
        domain = supplier.key + ".example"  # a top-level domain that nobody can register
        yield SupplierRow(
            name=supplier.name,
            cnpj=make_cnpj(supplier.root),
            trade_name=supplier.trade_name,
            city=supplier.city,
            state=supplier.state,
            email=f"vendas@{domain}",
            minimum_order=supplier.minimum_order,
        )


def _make_products() -> Iterator[ProductRow]:
    for n, item in enumerate(PRODUCTS, start=101):
        code = f"{item.sellers[0][:3].upper()}{n * 37}" if item.sellers else ""
        yield ProductRow(
            sku=item.sku,
            name=item.name,
            unit=item.unit,
            category=item.category,
            brand=item.brand,
            ean=make_ean(n),
            ncm=item.ncm,
            supplier_code=code,
        )


def _make_stock(history: History, today: date) -> StockRow:
    step = 1000 if history.kept.closing % 1000 == 0 else 10
    is_promised = history.item.season == "retail" and history.item.category != "Embalagens"
    reserved = int(history.kept.closing * RESERVED_SHARE) // step * step if is_promised else 0
    closing = history.kept.closing
    return StockRow(history.item.sku, to_amount(closing), to_amount(reserved), today - timedelta(days=1))


def _make_sales(history: History, calendar: Calendar) -> Iterator[SaleRow]:
    """A row for every day with a sale, or on which one was impossible."""
    sku, kept, demand = history.item.sku, history.kept, history.demand
    rows = zip(
        calendar.days,
        kept.sold.tolist(),
        kept.out_of_stock.tolist(),
        demand.promotion.tolist(),
        demand.one_off.tolist(),
        strict=False,  # the calendar goes on
    )
    priced = history.item.category in ON_PROMOTION
    for day, sold, out_of_stock, promotion, one_off in rows:
        if sold or out_of_stock:
            price = paid_price(history.item, day, calendar.anchor, promotion=promotion) if sold and priced else None
            yield SaleRow(sku, day, to_amount(sold), out_of_stock, promotion, one_off, price)


def _make_promotions(today: date) -> Iterator[PromotionRow]:
    for item in PRODUCTS:
        for starts_on, ends_on in list_planned_promotions(item, today, PLAN_DAYS):
            yield PromotionRow(item.sku, starts_on, ends_on, float(discount_percent(item)))


def _make_offer(item: DemoProduct, key: str, anchor: date, today: date) -> Iterator[OfferRow]:
    supplier = BY_KEY[key]
    rng = make_rng("offer", item.sku, key)
    every = QUOTE_AFTER_JUMP_DAYS if item.price_jump else OFFER_DAYS
    quoted_on = today - timedelta(days=(today.toordinal() + int(rng.integers(every))) % every)
    valid_days = SHORT_VALID_DAYS if rng.random() < SHORT_SHARE else VALID_DAYS
    for quantity, _ in tiers_of(item, key):
        yield OfferRow(
            supplier=make_cnpj(supplier.root),
            sku=item.sku,
            unit_price=unit_price(item, key, quoted_on, anchor, quantity),
            min_quantity=to_amount(round(quantity * 1000)),
            moq=to_amount(round(moq_of(item, key) * 1000)),
            pack_multiple=to_amount(round(item.pack * 1000)),
            promised_lead_time_days=supplier.promised,
            valid_until=quoted_on + timedelta(days=valid_days),
            quoted_on=quoted_on,
            freight_fixed=Decimal(supplier.freight_fixed),
            freight_percent=supplier.freight_percent,
            ipi_percent=ipi_of(item),
            icms_percent=supplier.icms_percent,
            icms_st_percent=st_of(item, supplier),
            payment_terms=supplier.payment_terms,
        )


def _make_orders(lines: list[NumberedLine], calendar: Calendar) -> Iterator[OrderRow]:
    for numbered in lines:
        ordered, item = numbered.ordered, numbered.item
        supplier, day = BY_KEY[ordered.supplier], calendar.days[ordered.day]
        yield OrderRow(
            number=numbered.number,
            supplier=make_cnpj(supplier.root),
            sku=item.sku,
            quantity=to_amount(ordered.quantity),
            ordered_on=day,
            unit_price=unit_price(item, supplier.key, day, calendar.anchor, ordered.quantity / 1000),
            expected_on=calendar.days[calendar.add_business_days(ordered.day, supplier.promised)],
            line=numbered.line,
        )


def _make_receipts(lines: list[NumberedLine], calendar: Calendar) -> Iterator[ReceiptRow]:
    for numbered in lines:
        for n, (index, quantity) in enumerate(numbered.ordered.deliveries, start=1):
            if index < calendar.sold_days:
                yield ReceiptRow(
                    order_number=numbered.number,
                    sku=numbered.item.sku,
                    received_on=calendar.days[index],
                    quantity=to_amount(quantity),
                    document=f"NF {numbered.number[3:]}-{n}",
                    line=numbered.line,
                )


def _make_prices(anchor: date, today: date, calendar: Calendar) -> Iterator[PriceRow]:
    """Price lists of those who were not bought from, and what the market was said to ask."""
    for item in PRODUCTS:
        for key in item.sellers:
            first = int(make_rng("quote", item.sku, key).integers(QUOTE_DAYS))
            for index in range(first, calendar.sold_days, QUOTE_DAYS):
                day = calendar.days[index]
                price = unit_price(item, key, day, anchor, moq_of(item, key))
                yield PriceRow(item.sku, day, price, make_cnpj(BY_KEY[key].root), source="quote")
        if item.category in MARKET_CATEGORIES and item.sellers:
            yield from _make_market_prices(item, anchor, today, calendar)


def _make_market_prices(item: DemoProduct, anchor: date, today: date, calendar: Calendar) -> Iterator[PriceRow]:
    for day in calendar.days:
        if day < today and day.day == 15:
            factor = Decimal(str(round(make_rng("market", item.sku, day).uniform(0.96, 1.06), 3)))
            price = unit_price(item, item.sellers[0], day, anchor, moq_of(item, item.sellers[0])) * factor
            yield PriceRow(item.sku, day, round(price, 2), source="market")


def to_amount(thousandths: int) -> Amount:
    """Whole units as int, the rest exactly."""
    return thousandths // 1000 if thousandths % 1000 == 0 else Decimal(thousandths).scaleb(-3)
