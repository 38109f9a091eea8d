"""Changing the company's rules, on both databases and by the command's options."""

from decimal import Decimal
from typing import Any

import pytest

from reposto.app.company_cli import run_company
from reposto.conversation.company import change_rules, read_rules
from reposto.model.errors import InvalidInput
from reposto.model.facts import Company
from reposto.storage.catalogue import versions
from reposto.storage.engine import Store


def test_a_change_keeps_the_other_rules_and_raises_the_data_version(store: Store) -> None:
    with store.read() as connection:
        before, _ = versions(connection)
    change_rules(store, {"state": "RS", "service_level": 0.9, "timezone": "America/Manaus"})
    assert read_rules(store) == (Company(state="RS", service_level=0.9), "America/Manaus")
    with store.read() as connection:
        assert versions(connection)[0] == before + 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "XX"},
        {"service_level": 1.0},
        {"service_level": float("nan")},
        {"margin_percent": -1.0},
        {"review_days": 0},
        {"order_cost": Decimal("NaN")},
        {"tax_regime": "mei"},
        {"activity": "farm"},
        {"cbs_percent": 88.0},
        {"internal_icms_percent": -1.0},
        {"local_holidays": "30/02"},
        {"timezone": "America/Bento_Goncalves"},
        {"timezone": "../etc/passwd"},
    ],
)
def test_a_wrong_rule_is_refused_and_nothing_changes(store: Store, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        change_rules(store, {"city": "Erechim", **wrong})
    assert read_rules(store) == (Company(), "America/Sao_Paulo")


def test_options_are_in_the_units_people_use(store: Store) -> None:
    shown = "\n".join(run_company(store, {"service_level": 97.5, "order_cost": 72.5, "state": "sc", "margin": 35.0}))
    rules, _ = read_rules(store)
    assert (rules.service_level, rules.order_cost, rules.state) == (0.975, Decimal("72.5"), "SC")
    assert rules.margin_percent == 35
    assert "97,5% dos ciclos" in shown
    assert "R$\N{NO-BREAK SPACE}72,50" in shown
    assert run_company(store, {}) == shown.split("\n")


def test_taxes_and_holidays_are_the_companys_own(store: Store) -> None:
    given = {"activity": "industry", "internal_icms": 18.0, "cbs": 8.7, "holidays": "26/05"}
    shown = "\n".join(run_company(store, given))
    rules, _ = read_rules(store)
    assert (rules.activity, rules.internal_icms_percent, rules.cbs_percent) == ("industry", 18.0, 8.7)
    assert rules.local_holidays == "26/05"
    assert "8,7%" in shown and "26/05" in shown and "indústria" in shown
