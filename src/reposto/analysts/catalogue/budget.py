"""Which lines to buy when the money doesn't reach for all."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

import numpy as np

STEPS = 4_000  # the budget is cut into so many parts: a line is counted at most 0.025 % of the budget too dear
MOST_LINES = 4_000  # that the exact search looks at; those of the worst yield beyond are only filled in


def choose_within(costs: Sequence[Decimal], values: Sequence[Decimal], budget: Decimal) -> tuple[int, ...]:
    """Indices of the lines whose values sum highest while their costs stay within `budget`; ascending.

    costs, values: R$ per line, (n,), not negative. 0/1 knapsack by dynamic programming over the budget in 4,000
    steps, each cost rounded up (so the budget is never exceeded); where taking lines in order of value per R$ does
    better than the rounded search, that is taken. Money left over goes to further lines in that order.
    Source: Kellerer, Pferschy & Pisinger, Knapsack Problems (2004), sections 2.1 and 2.3.
    """
    if len(costs) != len(values):
        raise ValueError("one value per cost")
    order = sorted(range(len(costs)), key=lambda i: (-_yield(costs[i], values[i]), costs[i], i))
    candidates = [i for i in order if costs[i] <= budget]
    greedy = _fill(candidates, costs, budget, ())
    exact = _fill(candidates, costs, budget, _search(candidates[:MOST_LINES], costs, values, budget))
    best = max((exact, greedy), key=lambda chosen: sum((values[i] for i in chosen), Decimal(0)))
    return tuple(sorted(best))


def _yield(cost: Decimal, value: Decimal) -> Decimal:
    return value / cost if cost > 0 else Decimal("Infinity")


def _fill(candidates: Sequence[int], costs: Sequence[Decimal], budget: Decimal, taken: Sequence[int]) -> list[int]:
    chosen = list(taken)
    left = budget - sum((costs[i] for i in chosen), Decimal(0))
    known = set(chosen)
    for i in candidates:
        if i not in known and costs[i] <= left:
            chosen.append(i)
            left -= costs[i]
    return chosen


def _search(
    candidates: Sequence[int], costs: Sequence[Decimal], values: Sequence[Decimal], budget: Decimal
) -> list[int]:
    if not candidates or budget <= 0:
        return []
    weights = [int((costs[i] * STEPS / budget).to_integral_value(ROUND_CEILING)) for i in candidates]
    best = np.zeros(STEPS + 1)
    taken = np.zeros((len(candidates), STEPS + 1), dtype=np.bool_)
    for row, (i, weight) in enumerate(zip(candidates, weights, strict=True)):
        with_it = best[: STEPS + 1 - weight] + float(values[i])
        better = with_it > best[weight:]
        taken[row, weight:] = better
        best[weight:] = np.where(better, with_it, best[weight:])
    left, chosen = STEPS, []
    for row in range(len(candidates) - 1, -1, -1):
        if taken[row, left]:
            chosen.append(candidates[row])
            left -= weights[row]
    return chosen
