"""The VN2 game by hand, its files, and the command from beginning to end on an invented shop."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks import vn2
from benchmarks.vn2_game import (
    Data,
    Game,
    Policy,
    State,
    earlier_games,
    play,
    read_data,
    start_state,
)
from benchmarks.vn2_policies import foresight
from reposto.analysts.forecast.types import Floats

KEYS = ((0, 1), (0, 2))


def a_game(demand: list[list[float]], stock: list[float], coming: list[list[float]]) -> Game:
    y = np.ones((len(demand), 60))
    data = Data(KEYS[: len(demand)], date(2021, 4, 12), y, y > 0, {}, np.array(stock), np.array(coming))
    return Game("by hand", data, 60, np.array(stock), np.array(coming), np.array(demand))


def always(quantity: float) -> Policy:
    return lambda state: np.full(len(state.stock), quantity)


def test_costs_and_delays_by_hand() -> None:
    """Stock 5, 2 for week 2; demand 3 a week; two units ordered each week, sold from the third on.

    End of week: 2, 1, then 0 with one lost in weeks 3..8 after week 3 (1 + 2 = 3 all sold).
    """
    result = play(a_game([[3.0] * 8], [5.0], [[0.0, 2.0]]), always(2))
    assert result.holding.tolist() == pytest.approx([0.4, 0.2, 0, 0, 0, 0, 0, 0])
    assert result.shortage.tolist() == [0, 0, 0, 1, 1, 1, 1, 1]
    assert result.settled == pytest.approx(0.6)
    assert result.total == pytest.approx(5.6)


def test_foresight_loses_nothing_it_can_help() -> None:
    game = a_game([[3, 0, 4, 1, 0, 7, 2, 5], [0, 0, 0, 0, 0, 0, 0, 1]], [1.0, 3.0], [[0.0, 0.0], [0.0, 0.0]])
    result = play(game, foresight(game))
    assert result.shortage[2:].sum() == 0
    assert result.holding[2:].sum() == pytest.approx(0.2 * (3 * 5 + 2))  # only what the second product had already


def test_no_policy_sees_what_is_to_come() -> None:
    seen: list[State] = []

    def watch(state: State) -> Floats:
        seen.append(state)
        return np.zeros(len(state.stock))

    game = a_game([[1, 2, 3, 4, 5, 6, 7, 8]], [100.0], [[0.0, 0.0]])
    play(game, watch)
    assert [s.known.shape[1] for s in seen] == [60, 61, 62, 63, 64, 65]
    assert seen[5].known[0, -5:].tolist() == [1, 2, 3, 4, 5]


def test_stock_outs_are_not_demand_and_start_states_follow_the_rule() -> None:
    y = np.full((2, 80), 4.0)
    there = np.ones((2, 80), dtype=bool)
    y[0, 70], there[0, 70] = 0.0, False
    y[1, :20] = 0.0  # before the first sale
    data = Data(KEYS, date(2021, 4, 12), y, there, {}, np.zeros(2), np.zeros((2, 2)))
    game = earlier_games(data, 9)[0]
    assert game.start == 72
    known = game.known(2)
    assert np.isnan(known[0, 70])
    assert np.isnan(known[1, :20]).all()
    assert known.shape == (2, 74)
    stock, coming = start_state(known)
    assert stock.tolist() == [5, 5]  # ceil(1.2 x 4)
    assert coming.tolist() == [[0, 4], [0, 4]]
    assert len(earlier_games(data, 9)) == 3  # a year of history before the earliest


@pytest.mark.timeout(300)  # twelve forecasts and as many of the library: 14 s of processor time
def test_the_command_on_an_invented_shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twelve products, a window and an invented contest; the forecasts really are fitted, in another process."""
    pytest.importorskip("statsforecast")
    keys = [(s, p) for s in range(3) for p in range(4)]
    days = [date(2021, 4, 12) + timedelta(weeks=k) for k in range(75)]
    rng = np.random.default_rng(5)
    sales = [[s, p, d, rng.poisson(3 + p), True] for s, p in keys for d in days]
    write(tmp_path / "sales_instock_weekly.csv", ["Store", "Product", "ds", "y", "in_stock"], sales)
    state = [[s, p, 6, 0, 4] for s, p in keys]
    write(
        tmp_path / "initial_state.csv", ["Store", "Product", "End Inventory", "In Transit W+1", "In Transit W+2"], state
    )
    write(tmp_path / "master.csv", ["Store", "Product", "Department"], [[s, p, p % 2] for s, p in keys])
    actuals = tmp_path / "actuals.csv"
    write(actuals, ["Store", "Product", "week", "actual_demand"], [[s, p, k, 4] for s, p in keys for k in range(1, 9)])
    arguments = [
        "--data",
        str(tmp_path),
        "--actuals",
        str(actuals),
        "--quick",
        "--windows",
        "1",
        "--cache",
        str(tmp_path / "cache"),
    ]
    assert vn2.main(arguments) == 0
    shown = capsys.readouterr().out
    assert "1 windows of eight weeks" in shown
    for words in ("reposto |", "z-sigma, ", "base stock on statsforecast SES", "perfect foresight", "winner of the"):
        assert words in shown
    data = read_data(tmp_path)
    assert data.keys == tuple(keys)
    assert data.coming[0].tolist() == [0, 4]
    assert vn2.main(["--data", str(tmp_path / "nowhere")]) == 2


def write(path: Path, header: list[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(header)
        out.writerows(rows)
