"""`make bench-vn2`: the product's forecasts and orders play the VN2 inventory challenge.

python -m benchmarks.vn2 --data DIR [--actuals FILE] [--windows 6] [--jobs 2] [--cache DIR] [--quick]

DIR (or DIR/vn2) holds sales_instock_weekly, initial_state and master. Played on the last `--windows` windows of eight
weeks of the history, each from a start state made by rule, demand revealed week after week; with --actuals (columns
Store, Product, week, actual_demand) first on the contest's own weeks from the published state. reposto needs 90 s of
processor time per window, the libraries come on top; --jobs 2 halves the wait.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.vn2_files import BadInput
from benchmarks.vn2_game import ROUNDS, Game, Policy, Result, contest, earlier_games, play, read_data
from benchmarks.vn2_policies import (
    BASE_LEVELS,
    LIBRARIES,
    Z_SPANS,
    Z_VALUES,
    Store,
    base_stock,
    foresight,
    keep_forecasts,
    library_week,
    name_of,
    reposto,
    textbook,
)

CONTEST = {"winner of the contest": 4677.0, "organiser's benchmark": 5248.0}  # published totals of the eight weeks


@dataclass(frozen=True)
class Line:
    """One player over some games."""

    player: str
    results: tuple[Result, ...]

    @property
    def decided(self) -> float:
        return sum(r.decided for r in self.results)

    @property
    def total(self) -> float:
        return sum(r.total for r in self.results)


def prepare(work: tuple[Game, str, Path]) -> None:
    """One player's forecasts of one game into the store, in a process of its own."""
    game, player, folder = work
    store = Store(folder)
    if player == "reposto":
        keep_forecasts(game, store)
        return
    for week in range(ROUNDS):
        name = name_of(player, game, week)
        if store.load(name) is None:
            store.save(name, library_week(game, week, player))


def forecast_all(games: list[Game], folder: Path, jobs: int, libraries: tuple[str, ...]) -> None:
    """All forecasts beforehand: no policy changes the demand that is revealed, so they don't depend on the play."""
    work = [(g, p, folder) for g in games for p in ("reposto", *libraries)]
    begin = time.perf_counter()
    done = 0
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for done, _ in enumerate(pool.map(prepare, work), 1):
            left = (time.perf_counter() - begin) / done * (len(work) - done)
            if sys.stderr.isatty() or done % 5 == 0:
                print(f"\rforecasts {done}/{len(work)}, about {left:.0f} s left", end="", file=sys.stderr, flush=True)
    if done:
        print(file=sys.stderr)


def best(games: list[Game], name: str, choices: Mapping[str, Callable[[Game], Policy]]) -> Line:
    """The choice with the least cost over all the games, found with hindsight."""
    lines = [Line(f"{name}, {c}", tuple(play(g, make(g)) for g in games)) for c, make in choices.items()]
    return min(lines, key=lambda line: line.decided)


def players(games: list[Game], store: Store, libraries: tuple[str, ...]) -> list[Line]:
    """Everybody on the same games: ours first, then those tuned with hindsight, then the one who knows."""
    lines = [Line("reposto", tuple(play(g, reposto(g, store)) for g in games))]
    for name, spans in (("z-sigma", (13,)), ("z-sigma, any span", Z_SPANS)):
        choices = {f"{s} weeks, z {z:g}": partial(textbook, s, z) for s in spans for z in Z_VALUES}
        lines.append(best(games, name, choices))
    for library in libraries:
        levels = {f"level {v:g}": partial(base_stock, library, v, store) for v in BASE_LEVELS}
        lines.append(best(games, f"base stock on {library}", levels))
    lines.append(Line("perfect foresight", tuple(play(g, foresight(g)) for g in games)))
    return lines


def table(games: list[Game], lines: list[Line]) -> list[str]:
    """Costs of weeks 3-8 by window; the first two weeks are the same for everybody."""
    ours = lines[0]
    out = [
        f"| player | {' | '.join(g.name for g in games)} | weeks 3-8 | holding / lost | ours against it |",
        f"|---|{'---:|' * (len(games) + 3)}",
    ]
    for line in lines:
        held, lost = sum(r.holding[2:].sum() for r in line.results), sum(r.shortage[2:].sum() for r in line.results)
        change = "" if line is ours else f"{100 * (ours.decided / line.decided - 1):+.1f} %"
        cells = " | ".join(f"{r.decided:,.0f}" for r in line.results)
        out.append(f"| {line.player} | {cells} | {line.decided:,.0f} | {held:,.0f} / {lost:,.0f} | {change} |")
    return out


def contest_table(lines: list[Line]) -> list[str]:
    """The eight weeks of the contest; everybody's totals, ours week by week."""
    ours = lines[0].results[0]
    out = [f"Contest: weeks 1 and 2, beyond anybody's influence, {ours.settled:,.1f}", ""]
    out += ["| player | total | weeks 3-8 |", "|---|---:|---:|"]
    out += [f"| {line.player} | {line.total:,.1f} | {line.decided:,.1f} |" for line in lines]
    out += [f"| {name} (published) | {total:,.1f} | |" for name, total in CONTEST.items()]
    weeks = ", ".join(f"{h:.1f} + {s:.1f}" for h, s in zip(ours.holding, ours.shortage, strict=True))
    return [*out, "", f"reposto by week, holding + lost: {weeks}"]


def run(options: argparse.Namespace, folder: Path) -> None:
    """The contest first, if its demand is known, then the earlier windows; each printed when it is done."""
    data = read_data(options.data)
    final = [contest(data, options.actuals)] if options.actuals else []
    games = earlier_games(data, min(options.windows, 2) if options.quick else options.windows)
    libraries: tuple[str, ...] = LIBRARIES[1:] if options.quick else LIBRARIES
    store = Store(folder)
    if final:
        forecast_all(final, folder, options.jobs, libraries)
        # The rivals keep what was best for them on the contest itself: more than anybody could have known.
        print("\n".join(contest_table(players(final, store, libraries))), flush=True)
    if games:
        forecast_all(games, folder, options.jobs, libraries)
        print(f"\n{len(games)} windows of eight weeks before the contest\n")
        print("\n".join(table(games, players(games, store, libraries))), flush=True)


def main(arguments: list[str] | None = None) -> int:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the challenge's files, or its parent")
    parser.add_argument("--actuals", type=Path, default=None, help="demand of the contest's weeks, CSV or Parquet")
    parser.add_argument("--windows", type=int, default=6, help="earlier windows played; 0 = the contest alone")
    parser.add_argument("--jobs", type=int, default=1, help="processes for the forecasts")
    parser.add_argument("--quick", action="store_true", help="at most two windows, without the LightGBM rival")
    parser.add_argument("--cache", type=Path, default=None, help="keep forecasts here, so that a run can go on")
    options = parser.parse_args(arguments)
    try:
        if options.cache is not None:
            run(options, options.cache)
        else:
            with TemporaryDirectory(prefix="vn2") as folder:
                run(options, Path(folder))
    except BadInput as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
