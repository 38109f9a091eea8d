"""What a unit really costs once it is on the shelf: tier price, freight, taxes, credits, payment terms."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reposto.analysts.taxes import REGULAR, difal, federal_credit, recovers_ipi
from reposto.model.facts import Company, Offer, PriceTier
from reposto.model.quantities import to_cents, to_unit_price

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class LandedCost:
    """R$ of one offer at one quantity; every part is per unit except `total` and `payable`.

    payable: what the order costs as it is billed, goods + IPI + ICMS-ST + freight. unit, total: what it really costs,
    with the difference of ICMS rates (DIFAL) that the buyer pays his state, less tax credits and the value of paying
    later; for comparing.
    """

    goods: Decimal
    freight: Decimal
    ipi: Decimal
    icms_st: Decimal
    credits: Decimal
    term_discount: Decimal
    unit: Decimal
    total: Decimal
    payable: Decimal
    difal: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Billed:
    """What an order line is billed at, R$ of the whole line, each part to the cent as on the invoice."""

    goods: Decimal
    ipi: Decimal
    icms_st: Decimal
    freight: Decimal

    @property
    def total(self) -> Decimal:
        return self.goods + self.ipi + self.icms_st + self.freight


def tier_at(offer: Offer, quantity: float) -> PriceTier:
    """The tier at a quantity: the last with min_quantity <= quantity, else the first. ValueError: no tiers."""
    if not offer.tiers:
        raise ValueError(f"offer {offer.id} has no price")
    reached = [t for t in offer.tiers if t.min_quantity <= quantity + 1e-9]
    return max(reached, key=lambda t: t.min_quantity) if reached else min(offer.tiers, key=lambda t: t.min_quantity)


def next_tier(offer: Offer, quantity: float) -> PriceTier | None:
    """The next break above a quantity that is really cheaper; None if there is none."""
    now = tier_at(offer, quantity).unit_price
    above = [t for t in offer.tiers if t.min_quantity > quantity + 1e-9 and t.unit_price < now]
    return min(above, key=lambda t: t.min_quantity) if above else None


def landed_cost(offer: Offer, quantity: float, company: Company) -> LandedCost:
    """Landed cost per unit and in total of `quantity` (> 0) units, R$.

    goods p = tier price at that quantity; IPI and ICMS-ST = p x their percentage; freight = fixed / quantity +
    p x percentage, none from `free_freight_from` R$ of goods on (left in the cost, cautiously: its own credits aren't
    counted). Credits: simples none; presumido and real ICMS = p x icms, none under ICMS-ST, where the tax is settled
    for the whole chain; PIS/COFINS or CBS by the day (taxes.federal_credit); IPI for a factory (taxes.recovers_ipi), a
    cost for a shop. A company in simples may owe its state the difference of ICMS rates (taxes.difal), paid without
    terms. Payment terms: what is paid to the supplier, (p + IPI + ST), is worth (1 + i)^(-d / 30) of its face value on
    the mean due day d, i = the company's cost of money per month. ValueError for quantity <= 0 or an offer without
    prices.
    """
    if quantity <= 0:
        raise ValueError("quantity must be positive")
    count = Decimal(str(quantity))
    goods = tier_at(offer, quantity).unit_price
    ipi = goods * _rate(offer.ipi_percent)
    icms_st = goods * _rate(offer.icms_st_percent)
    free = is_freight_free(offer, goods * count)
    freight = Decimal(0) if free else offer.freight_fixed / count + goods * _rate(offer.freight_percent)
    credits = _credits(offer, goods, ipi, company)
    face = goods + ipi + icms_st
    discount = face - face * _present_value(offer.payment_terms, company.money_cost_percent_month)
    owed = difal(goods, offer, company)
    unit = face + freight + owed - credits - discount
    return LandedCost(
        goods=goods,
        freight=to_unit_price(freight),
        ipi=to_unit_price(ipi),
        icms_st=to_unit_price(icms_st),
        credits=to_unit_price(credits),
        term_discount=to_unit_price(discount),
        unit=to_unit_price(unit),
        total=to_cents(unit * count),
        payable=billed(offer, quantity).total,
        difal=to_unit_price(owed),
    )


def landed_unit(offer: Offer, quantity: float, company: Company) -> Decimal:
    """`landed_cost(...).unit` alone, for those who try many quantities."""
    count = Decimal(str(quantity))
    goods = tier_at(offer, quantity).unit_price
    free = is_freight_free(offer, goods * count)
    freight = Decimal(0) if free else offer.freight_fixed / count + goods * _rate(offer.freight_percent)
    ipi = goods * _rate(offer.ipi_percent)
    face = goods + ipi + goods * _rate(offer.icms_st_percent)
    discount = face - face * _present_value(offer.payment_terms, company.money_cost_percent_month)
    unit = face + freight + difal(goods, offer, company) - _credits(offer, goods, ipi, company) - discount
    return to_unit_price(unit)


def billed(offer: Offer, quantity: float) -> Billed:
    """Goods at the tier of that quantity, IPI and ICMS-ST on them, and the line's freight; R$."""
    goods = tier_at(offer, quantity).unit_price * Decimal(str(quantity))
    return Billed(
        goods=to_cents(goods),
        ipi=to_cents(goods * _rate(offer.ipi_percent)),
        icms_st=to_cents(goods * _rate(offer.icms_st_percent)),
        freight=freight_of(offer, quantity),
    )


def freight_of(offer: Offer, quantity: float) -> Decimal:
    """Freight of the whole line, R$; 0 for CIF, and from the supplier's free freight on."""
    goods = tier_at(offer, quantity).unit_price
    if is_freight_free(offer, goods * Decimal(str(quantity))):
        return Decimal("0.00")
    return to_cents(offer.freight_fixed + goods * _rate(offer.freight_percent) * Decimal(str(quantity)))


def is_freight_free(offer: Offer, goods: Decimal) -> bool:
    """Whether goods of that worth, R$, ordered by themselves, already travel free."""
    return offer.free_freight_from is not None and goods >= offer.free_freight_from


def _credits(offer: Offer, goods: Decimal, ipi: Decimal, company: Company) -> Decimal:
    if company.tax_regime not in REGULAR:
        return Decimal(0)
    icms = goods * _rate(offer.icms_percent)
    creditable = Decimal(0) if offer.icms_st_percent > 0 else icms
    if recovers_ipi(company):
        creditable += ipi
    return creditable + federal_credit(goods, icms, company)


def _rate(percent: float) -> Decimal:
    return Decimal(str(percent)) / _HUNDRED


def _present_value(terms: tuple[int, ...], percent_month: float) -> Decimal:
    """Worth today of R$ 1 paid in equal parts on the days of `terms`; 1 when paid at once."""
    if not terms or percent_month <= 0:
        return Decimal(1)
    monthly = 1 + percent_month / 100
    parts = [monthly ** (-max(days, 0) / 30) for days in terms]
    return Decimal(str(sum(parts) / len(parts)))
