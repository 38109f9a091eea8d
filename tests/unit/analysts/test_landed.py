"""Landed cost by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reposto.analysts.landed import freight_of, landed_cost, landed_unit, next_tier, tier_at
from reposto.model.facts import Company, Offer, PriceTier

OFFER = Offer(
    id=1,
    supplier_id=1,
    sku="X",
    tiers=(PriceTier(1, Decimal("10.00")), PriceTier(100, Decimal("9.00"))),
    freight_fixed=Decimal("50"),
    freight_percent=2.0,
    ipi_percent=5.0,
    icms_percent=18.0,
)


def company(regime: str, money: float = 0.0) -> Company:
    return Company(tax_regime=regime, money_cost_percent_month=money)


@pytest.mark.parametrize(
    ("regime", "unit"),
    [
        ("simples", "10.1300"),  # 9 + 0.45 IPI + 0.50 + 0.18 freight
        ("presumido", "8.5100"),  # less ICMS 1.62
        ("real", "7.8274"),  # less 9.25 % of (9 - 1.62) = 0.68265
    ],
)
def test_credits_by_regime(regime: str, unit: str) -> None:
    cost = landed_cost(OFFER, 100, company(regime))
    assert cost.unit == pytest.approx(Decimal(unit), abs=Decimal("0.0001"))
    assert cost.total == pytest.approx(cost.unit * 100, abs=Decimal("0.01"))
    assert freight_of(OFFER, 100) == Decimal("68.00")


def test_with_icms_st_there_is_no_icms_credit() -> None:
    taxed = Offer(1, 1, "X", (PriceTier(1, Decimal("10")),), icms_percent=18.0, icms_st_percent=12.0)
    assert landed_cost(taxed, 1, company("presumido")).unit == Decimal("11.2000")


def test_payment_terms_are_worth_their_interest() -> None:
    """28/42/56 at 1.5 % a month: 10 x mean of 1.015^(-28/30), 1.015^(-42/30), 1.015^(-56/30)."""
    later = Offer(1, 1, "X", (PriceTier(1, Decimal("10")),), payment_terms=(28, 42, 56))
    worth = 10 * sum(1.015 ** (-d / 30) for d in (28, 42, 56)) / 3
    assert float(landed_cost(later, 1, company("simples", 1.5)).unit) == pytest.approx(worth, abs=1e-4)
    assert landed_cost(later, 1, company("simples", 0.0)).unit == Decimal("10.0000")


def test_tiers() -> None:
    assert tier_at(OFFER, 99.9).unit_price == Decimal("10.00")
    assert tier_at(OFFER, 100).unit_price == Decimal("9.00")
    assert tier_at(OFFER, 0.5).unit_price == Decimal("10.00")  # below the first break: its price all the same
    assert next_tier(OFFER, 50) == OFFER.tiers[1]
    assert next_tier(OFFER, 100) is None
    with pytest.raises(ValueError, match="no price"):
        tier_at(Offer(9, 1, "X", ()), 1)
    with pytest.raises(ValueError, match="positive"):
        landed_cost(OFFER, 0, company("simples"))


def test_a_dearer_later_tier_is_no_hint() -> None:
    odd = Offer(1, 1, "X", (PriceTier(1, Decimal("10")), PriceTier(50, Decimal("11")), PriceTier(90, Decimal("9"))))
    hint = next_tier(odd, 10)
    assert hint is not None
    assert hint.min_quantity == 90


def test_from_2027_on_cbs_is_the_credit_and_presumido_has_it_too() -> None:
    """LC 214/2025: 8.8 / 1.088 of what is billed without ICMS; the company's own rate once it is known."""
    plain = Offer(1, 1, "X", (PriceTier(1, Decimal("100")),), icms_percent=12.0)
    last, first = date(2026, 12, 31), date(2027, 1, 1)
    credit = {
        (regime, day): landed_cost(plain, 1, replace(company(regime), as_of=day)).credits
        for regime in ("simples", "presumido", "real")
        for day in (last, first)
    }
    assert credit["simples", last] == credit["simples", first] == 0
    assert credit["presumido", last] == Decimal("12")
    assert credit["real", last] == Decimal("20.14")
    assert credit["presumido", first] == credit["real", first] == pytest.approx(Decimal("19.1176"), abs=Decimal("1e-4"))
    own = replace(company("real"), as_of=first, cbs_percent=10.0)
    assert landed_cost(plain, 1, own).credits == Decimal("20")


def test_only_a_factory_outside_simples_recovers_ipi() -> None:
    taxed = Offer(1, 1, "X", (PriceTier(1, Decimal("100")),), ipi_percent=10.0)
    unit = {
        (regime, activity): landed_cost(taxed, 1, replace(company(regime), activity=activity)).unit
        for regime in ("simples", "presumido")
        for activity in ("commerce", "industry")
    }
    assert unit["presumido", "industry"] == 100
    assert unit["presumido", "commerce"] == unit["simples", "industry"] == unit["simples", "commerce"] == 110


@pytest.mark.parametrize(
    ("supplier", "own", "icms", "st", "owed"),
    [
        ("SC", "SP", 0.0, 0.0, 6),  # 18 - 12
        ("SP", "BA", 0.0, 0.0, 11),  # 18 - 7
        ("ES", "BA", 0.0, 0.0, 6),
        ("SP", "ES", 0.0, 0.0, 11),
        ("SC", "SP", 4.0, 0.0, 14),  # imported goods: the note's own 4 %
        ("SP", "SP", 0.0, 0.0, 0),
        ("", "SP", 0.0, 0.0, 0),
        ("SC", "SP", 0.0, 10.0, 0),  # settled by ICMS-ST
    ],
)
def test_simples_owes_its_state_the_difference_of_icms(
    supplier: str, own: str, icms: float, st: float, owed: int
) -> None:
    tiers = (PriceTier(1, Decimal("100")),)
    offer = Offer(1, 1, "X", tiers, icms_percent=icms, icms_st_percent=st, supplier_state=supplier)
    rules = replace(company("simples"), state=own, internal_icms_percent=18.0)
    cost = landed_cost(offer, 1, rules)
    assert cost.difal == owed
    assert cost.unit == 100 + owed + Decimal(str(st))
    assert cost.payable == 100 + Decimal(str(st))  # not the supplier's to bill
    for other in (replace(rules, internal_icms_percent=None), replace(rules, tax_regime="presumido")):
        assert landed_cost(offer, 1, other).difal == 0
    assert landed_unit(offer, 1, rules) == cost.unit
