"""Realistic ProductFacts of a small furniture maker, without a database: for tests of whatever reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from reposto.model.facts import (
    Company,
    Offer,
    OpenOrderLine,
    PriceObservation,
    PriceTier,
    Product,
    ProductFacts,
    Receipt,
    SalesHistory,
    StockLevel,
    Supplier,
)

TODAY = date(2026, 11, 23)  # a Monday, three days after the holiday of 20 November
WEEK = (1.0, 0.9, 0.95, 1.1, 1.5, 1.2, 0.0)  # Monday to Sunday; closed on Sundays
COMPANY = Company(name="Móveis Alvorada Ltda", state="SP", city="Mirassol", data_until=TODAY - timedelta(days=1))
FAST = Supplier(1, "Espumas Paulista Indústria Ltda", "Espumas Paulista", state="SP", minimum_order=Decimal("500"))
CHEAP = Supplier(2, "Distribuidora Serra Azul SA", "Serra Azul", state="RS")


def sales_history(
    daily: float, days: int = 730, *, seed: int = 7, year: float = 0.0, growth: float = 0.0, today: date = TODAY
) -> SalesHistory:
    """Poisson sales with the rhythm of WEEK; year: amplitude around December; growth: share per year."""
    start = today - timedelta(days=days)
    at = np.arange(days)
    week = np.array([WEEK[(start.weekday() + i) % 7] for i in range(days)])
    of_year = np.array([(start + timedelta(days=i)).timetuple().tm_yday for i in range(days)])
    mean = daily * week * (1 + year * np.cos(2 * np.pi * (of_year - 350) / 365)) * (1 + growth * at / 365)
    quantity = np.random.default_rng(seed).poisson(np.maximum(mean, 0.0)).astype(np.float64)
    return with_quantity(start, quantity)


def with_quantity(start: date, quantity: np.ndarray) -> SalesHistory:
    """A history without any marks."""
    none = np.zeros(len(quantity), dtype=np.bool_)
    return SalesHistory(start, quantity, none, none.copy(), none.copy(), rows=int((quantity > 0).sum()))


def receipts(
    supplier: int, sku: str, taken: tuple[int, ...], *, promised: int, first: int = 1000
) -> tuple[Receipt, ...]:
    """Deliveries in calendar days, a month apart, the last one a month ago."""
    found = []
    for i, days in enumerate(taken):
        ordered = TODAY - timedelta(days=30 * (len(taken) - i) + 30)
        found.append(
            Receipt(
                order_number=str(first + i),
                supplier_id=supplier,
                sku=sku,
                ordered_on=ordered,
                promised_on=ordered + timedelta(days=promised),
                received_on=ordered + timedelta(days=days),
                quantity=120.0,
                ordered_quantity=120.0,
            )
        )
    return tuple(found)


def paid(prices: tuple[str, ...], *, supplier: int = 1, apart: int = 30) -> tuple[PriceObservation, ...]:
    """Prices paid, `apart` days apart, the last one `apart` days ago."""
    return tuple(
        PriceObservation(TODAY - timedelta(days=apart * (len(prices) - i)), Decimal(p), supplier, 120.0, "order")
        for i, p in enumerate(prices)
    )


def smooth() -> ProductFacts:
    """A cushion that sells about 13 a day; two suppliers, price breaks, 18 days of stock."""
    sku = "84903501"
    offers = (
        Offer(
            id=11,
            supplier_id=1,
            sku=sku,
            tiers=(
                PriceTier(1, Decimal("24.50")),
                PriceTier(240, Decimal("23.90")),
                PriceTier(600, Decimal("22.40")),
            ),
            moq=60,
            pack_multiple=24,
            promised_lead_time_days=7,
            valid_until=TODAY + timedelta(days=40),
            quoted_on=TODAY - timedelta(days=20),
            freight_fixed=Decimal("180"),
            ipi_percent=5.0,
            icms_percent=18.0,
            payment_terms=(28, 42, 56),
        ),
        Offer(
            id=12,
            supplier_id=2,
            sku=sku,
            tiers=(PriceTier(120, Decimal("22.90")),),
            moq=120,
            pack_multiple=12,
            promised_lead_time_days=15,
            valid_until=TODAY + timedelta(days=60),
            quoted_on=TODAY - timedelta(days=10),
            freight_percent=4.0,
            ipi_percent=5.0,
            icms_percent=12.0,
            payment_terms=(30,),
        ),
    )
    return ProductFacts(
        product=Product(sku, "A vantagem de ganhar sem preocupação", "UN", "Almofadas"),
        company=COMPANY,
        today=TODAY,
        stock=StockLevel(260.0, 24.0, TODAY - timedelta(days=1)),
        sales=sales_history(13.0, year=0.25, growth=0.08),
        offers=offers,
        suppliers=(FAST, CHEAP),
        receipts=(
            *receipts(1, sku, (9, 10, 9, 14, 9, 11, 9, 10), promised=9),
            *receipts(2, sku, (21, 27, 22, 35), promised=21, first=2000),
        ),
        supplier_receipts=receipts(1, "ESP-D33", (9, 9, 12, 9, 10, 16), promised=9, first=3000),
        prices=paid(("21.90", "22.10", "22.40", "22.40", "22.90", "23.20", "23.20", "23.60", "23.90", "23.90")),
        data_version=3,
    )


def lumpy() -> ProductFacts:
    """A spare part: a few sales a year of very different size; one supplier, no receipts of this part."""
    rng = np.random.default_rng(11)
    quantity = np.zeros(730)
    at = rng.choice(730, size=26, replace=False)
    quantity[at] = rng.choice([1, 2, 2, 4, 12, 30], size=26)
    base = smooth()
    offer = replace(base.offers[0], sku="RDZ-050", tiers=(PriceTier(1, Decimal("9.80")),), moq=10, pack_multiple=10)
    return replace(
        base,
        product=Product("RDZ-050", 'Rodízio giratório 50 mm c/ trava "Premium"', "UN", "Ferragens"),
        stock=StockLevel(14.0, 0.0, TODAY - timedelta(days=1)),
        sales=with_quantity(TODAY - timedelta(days=730), quantity),
        offers=(offer,),
        suppliers=(FAST,),
        receipts=(),
        prices=paid(("9.20", "9.50", "9.80"), apart=120),
    )


def new_product() -> ProductFacts:
    """Three weeks of sales, an offer, a first stock."""
    base = smooth()
    sku = "NOVO-001"
    return replace(
        base,
        product=Product(sku, "Poltrona Alvorada linho cru", "UN", "Poltronas"),
        stock=StockLevel(12.0, 0.0, TODAY - timedelta(days=1)),
        sales=sales_history(1.2, 21, seed=3),
        offers=(replace(base.offers[0], sku=sku, tiers=(PriceTier(1, Decimal("610.00")),), moq=1, pack_multiple=1),),
        suppliers=(FAST,),
        receipts=(),
        prices=(),
    )


def without_supplier() -> ProductFacts:
    """It sells and there is stock, but nobody offers it."""
    return replace(smooth(), offers=(), suppliers=(), receipts=(), supplier_receipts=(), prices=(), open_orders=())


def with_stockouts() -> ProductFacts:
    """The cushion, out of stock for three weeks in autumn and ten days last month; zeros there say nothing."""
    base = smooth()
    assert base.sales is not None
    quantity, out = base.sales.quantity.copy(), base.sales.out_of_stock.copy()
    for first, length in ((400, 21), (690, 10)):
        quantity[first : first + length] = 0.0
        out[first : first + length] = True
    return replace(base, sales=replace(base.sales, quantity=quantity, out_of_stock=out))


def with_open_order() -> ProductFacts:
    """The cushion with 480 on their way, due next week."""
    line = OpenOrderLine("1203", 1, TODAY - timedelta(days=3), TODAY + timedelta(days=7), 480.0, 0.0)
    return replace(smooth(), open_orders=(line,))


def overstocked() -> ProductFacts:
    """The cushion with more than a year of stock."""
    return replace(smooth(), stock=StockLevel(6000.0, 0.0, TODAY - timedelta(days=1)))


def stale() -> ProductFacts:
    """Nothing imported for two months."""
    base = smooth()
    old = TODAY - timedelta(days=61)
    assert base.sales is not None
    cut = len(base.sales.quantity) - 60
    marks = {name: getattr(base.sales, name)[:cut] for name in ("quantity", "out_of_stock", "promotion", "one_off")}
    return replace(
        base,
        sales=replace(base.sales, **marks),
        stock=StockLevel(260.0, 24.0, old),
        company=replace(COMPANY, data_until=old),
    )


def empty() -> ProductFacts:
    """A product of which nothing but its name is known."""
    return ProductFacts(Product("000123", "Puxador sem cadastro"), Company(), TODAY)


def every() -> dict[str, ProductFacts]:
    """All of them by name."""
    return {
        f.__name__: f()
        for f in (
            smooth,
            lumpy,
            new_product,
            without_supplier,
            with_stockouts,
            with_open_order,
            overstocked,
            stale,
            empty,
        )
    }
