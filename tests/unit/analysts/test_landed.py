"""Landed cost by hand."""

from decimal import Decimal

import pytest

from reposto.analysts.landed import freight_of, landed_cost, next_tier, tier_at
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
