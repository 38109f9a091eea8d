"""Lists made of products' lines: classes, budgets, groups and sums."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reposto.analysts.catalogue.budget import choose_within
from reposto.analysts.catalogue.buy_list import Wanted, make_buy_list
from reposto.analysts.catalogue.classes import abc_classes, xyz_class
from reposto.model.lists import ListLine

TODAY = date(2026, 11, 22)
cents = st.integers(0, 500_000).map(lambda n: Decimal(n) / 100)


def line(sku: str, **changes: object) -> ListLine:
    base = ListLine(
        sku=sku,
        name=f"Produto {sku}",
        unit="UN",
        category="Bebidas",
        verdict="approve",
        confidence="high",
        quantity=10.0,
        supplier_id=1,
        supplier="Bento",
        unit_price=Decimal("9.50"),
        goods=Decimal("95.00"),
        freight=Decimal("5.00"),
        payable=Decimal("100.00"),
        order_by=TODAY,
        at_risk=Decimal("40.00"),
        saved=Decimal("30.00"),
        stockout_on=TODAY + timedelta(days=3),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def total(amounts: Sequence[Decimal], some: Iterable[int]) -> Decimal:
    return sum((amounts[i] for i in some), Decimal(0))


@given(st.lists(st.tuples(cents, cents), max_size=9), cents)
def test_a_budget_is_kept_and_used_as_well_as_by_trying_everything(
    pairs: list[tuple[Decimal, Decimal]], budget: Decimal
) -> None:
    costs, values = [c for c, _ in pairs], [v for _, v in pairs]
    chosen = choose_within(costs, values, budget)
    assert total(costs, chosen) <= budget
    subsets = itertools.chain.from_iterable(itertools.combinations(range(len(pairs)), n) for n in range(len(pairs) + 1))
    # each cost is counted at most one step (budget / 4,000) too dear: nothing that fits with that much to spare is lost
    spare = budget / 4_000 * len(pairs)
    best = max(
        (total(values, some) for some in subsets if total(costs, some) + spare <= budget),
        default=Decimal(0),
    )
    assert total(values, chosen) >= best


def test_the_best_combination_beats_the_best_yields() -> None:
    """By yield the small line comes first and spoils the budget; together the other two avoid more."""
    costs = [Decimal(60), Decimal(50), Decimal(50)]
    values = [Decimal(72), Decimal(50), Decimal(50)]
    assert choose_within(costs, values, Decimal(100)) == (1, 2)


def test_many_small_roundings_do_not_add_up_to_more_than_the_budget() -> None:
    costs = [Decimal("1.99")] * 2_500  # of a budget of 4,000 steps of R$ 1
    chosen = choose_within(costs, [Decimal(1)] * len(costs), Decimal(4_000))
    assert total(costs, chosen) <= 4_000
    assert len(chosen) == 2_010


def test_abc_cuts_at_80_and_95_percent_and_the_item_on_the_cut_counts_above() -> None:
    values = {"a": 70.0, "b": 15.0, "c": 10.0, "d": 3.0, "e": 2.0, "f": 0.0}
    assert abc_classes(values) == {"a": "A", "b": "A", "c": "B", "d": "C", "e": "C", "f": "C"}
    assert abc_classes({"a": 50.0, "b": 30.0, "c": 15.0, "d": 5.0}) == {"a": "A", "b": "A", "c": "B", "d": "C"}
    assert abc_classes({"only": 5.0}) == {"only": "A"}
    assert abc_classes({"x": 0.0}) == {"x": "C"}


def test_xyz_goes_by_the_months_coefficient_of_variation() -> None:
    assert xyz_class(np.array([10.0, 11.0, 9.0, 10.0])) == "X"
    assert xyz_class(np.array([10.0, 2.0, 18.0, 4.0])) == "Y"
    assert xyz_class(np.array([0.0, 0.0, 40.0, 0.0])) == "Z"
    assert xyz_class(np.zeros(12)) == "Z"


def test_lines_are_grouped_by_supplier_and_ranked_by_what_is_at_risk() -> None:
    lines = [
        line("1", at_risk=Decimal("5.00")),
        line("2", at_risk=Decimal("50.00")),
        line("3", supplier_id=2, supplier="Vale", at_risk=Decimal("54.00"), minimum_order=Decimal("500")),
        line("4", verdict="wait", quantity=0.0),
        line("5", verdict="manual_review", quantity=None, missing=("Falta o estoque.",)),
    ]
    found = make_buy_list(lines, Wanted(), today=TODAY)
    assert [(g.supplier, [x.sku for x in g.lines]) for g in found.groups] == [("Bento", ["2", "1"]), ("Vale", ["3"])]
    assert found.groups[0].short_of_minimum is None
    assert found.groups[1].short_of_minimum == Decimal("405.00")
    assert (found.payable, found.goods, found.freight) == (Decimal("300.00"), Decimal("285.00"), Decimal("15.00"))
    assert (found.waiting, [x.sku for x in found.review]) == (1, ["5"])


@pytest.mark.parametrize(
    ("wanted", "kept", "reason"),
    [
        (Wanted(category="limpeza"), ["2"], "category"),
        (Wanted(supplier="Vale"), ["3"], "supplier"),
        (Wanted(abc_class="A"), ["1"], "class"),
        (Wanted(only_running_out=True, horizon_days=7), ["1", "2"], "horizon"),
    ],
)
def test_what_the_question_limits_is_kept_out_and_said(wanted: Wanted, kept: list[str], reason: str) -> None:
    lines = [
        line("1"),
        line("2", category="Limpeza", at_risk=Decimal("1.00")),
        line("3", supplier="Vale", supplier_id=2, stockout_on=TODAY + timedelta(days=30)),
    ]
    found = make_buy_list(lines, wanted, today=TODAY, classes={"1": "A", "2": "B", "3": "C"})
    assert [x.sku for x in found.lines] == kept
    assert {out.line.sku for out in found.left_out} == {"1", "2", "3"} - set(kept)
    assert {out.reason for out in found.left_out} == {reason}


def test_a_horizon_adds_what_must_be_ordered_soon() -> None:
    soon = line("1", verdict="wait", quantity=0.0, order_by=TODAY + timedelta(days=5))
    later = line("2", verdict="wait", quantity=0.0, order_by=TODAY + timedelta(days=20))
    found = make_buy_list([soon, later, line("3")], Wanted(horizon_days=7), today=TODAY)
    assert [x.sku for x in found.upcoming] == ["1"]
    assert [x.sku for x in found.lines] == ["3"]


def test_a_budget_leaves_out_and_says_what() -> None:
    lines = [line("1", saved=Decimal("10.00")), line("2", saved=Decimal("90.00")), line("3", saved=Decimal("20.00"))]
    found = make_buy_list(lines, Wanted(budget=Decimal("250.00")), today=TODAY)
    assert {x.sku for x in found.lines} == {"2", "3"}
    assert [(out.line.sku, out.reason) for out in found.left_out] == [("1", "budget")]
    assert found.payable == found.budget_spent == Decimal("200.00")


def test_a_product_that_could_not_be_analysed_is_named() -> None:
    found = make_buy_list([line("1"), replace(line("2"), failed=True)], Wanted(), today=TODAY)
    assert [x.sku for x in found.failed] == ["2"]
    assert [x.sku for x in found.lines] == ["1"]
