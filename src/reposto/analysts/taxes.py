"""Taxes of a purchase that depend on the day, on the company's regime and on where the goods come from.

Until 31/12/2026: PIS 1.65 % and COFINS 7.6 %, a credit in the regime of *lucro real* (Leis 10.637/2002, 10.833/2003).
From 1/1/2027 CBS takes their place (EC 132/2023, ADCT art. 126; LC 214/2025) and is a credit for whoever isn't in
*simples*. Its rate is fixed by the Senate each year by 31 October (LC 214/2025, art. 349), so it can't be written here:
the company enters it. Until then CBS_ESTIMATE stands in, and the answer says so.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from reposto.model.facts import Company, Offer

PIS_COFINS_CREDIT = Decimal("0.0925")
CBS_FROM = date(2027, 1, 1)
CBS_ESTIMATE = 8.8  # %: middle of 8.53 to 9.05 %, Ministry of Finance, technical note of 8/8/2023
REGULAR = ("presumido", "real")
_SOUTH_SOUTHEAST = frozenset("MG PR RJ RS SC SP".split())


def is_cbs(company: Company) -> bool:
    """Whether CBS holds on the day the company's taxes are asked for (`as_of`; without a day: not yet)."""
    return company.as_of is not None and company.as_of >= CBS_FROM


def cbs_percent(company: Company) -> float:
    """The rate the company entered, else the estimate."""
    return CBS_ESTIMATE if company.cbs_percent is None else company.cbs_percent


def federal_credit(price: Decimal, icms: Decimal, company: Company) -> Decimal:
    """PIS/COFINS or CBS to be credited, R$ on a `price` that holds `icms` and the contributions.

    Until 2026 r (price - icms), r = 9.25 %, *real* only (ICMS out of the base since Lei 14.592/2023). CBS is charged on
    top of a value without ICMS and without itself (LC 214/2025, art. 12), so c / (1 + c) of what the supplier bills
    without ICMS; *real* and *presumido*. IBS, 0.1 % in 2027 and 2028, lowers CBS by as much (ADCT art. 127): one rate.
    """
    if company.tax_regime not in REGULAR:
        return Decimal(0)
    if not is_cbs(company):
        return PIS_COFINS_CREDIT * (price - icms) if company.tax_regime == "real" else Decimal(0)
    rate = Decimal(str(cbs_percent(company))) / 100
    return (price - icms) * rate / (1 + rate)


def recovers_ipi(company: Company) -> bool:
    """A factory takes IPI as a credit (Decreto 7.212/2010, art. 226); a shop, and anybody in *simples*, pays it."""
    return company.activity == "industry" and company.tax_regime in REGULAR


def interstate_percent(offer: Offer, state: str) -> float:
    """ICMS % inside a price from another state: the offer's own, else 7 % from the South and Southeast (but ES) to the
    other regions and ES, 12 % in all other cases (Resolução do Senado 22/1989)."""
    if offer.icms_percent > 0:
        return offer.icms_percent
    return 7.0 if offer.supplier_state in _SOUTH_SOUTHEAST and state not in _SOUTH_SOUTHEAST else 12.0


def is_from_afar(offer: Offer, company: Company) -> bool:
    """Whether it comes from another state, as far as both are known."""
    return bool(offer.supplier_state) and bool(company.state) and offer.supplier_state != company.state.upper()


def difal(goods: Decimal, offer: Offer, company: Company) -> Decimal:
    """What a company in *simples* pays its state on goods from another, R$ on `goods`: (internal - interstate) rate.

    Single base, as in São Paulo (RICMS/2000, art. 2, XVI). Many states ask it, not all, so only where the company has
    entered its internal rate. Goods under ICMS-ST are settled already.
    """
    if company.tax_regime in REGULAR or not company.internal_icms_percent or offer.icms_st_percent > 0:
        return Decimal(0)
    if not is_from_afar(offer, company):
        return Decimal(0)
    lacking = company.internal_icms_percent - interstate_percent(offer, company.state)
    return goods * Decimal(str(max(lacking, 0.0))) / 100


def may_owe_difal(offer: Offer, company: Company) -> bool:
    """Whether that tax may be due and isn't counted, because the company hasn't said what its state asks."""
    if company.tax_regime in REGULAR or company.internal_icms_percent is not None:
        return False
    return is_from_afar(offer, company) and offer.icms_st_percent <= 0
