"""`make bench-forecast`: the demand engine against public forecasting libraries on real panels.

python -m benchmarks.forecast --data DIR [--quick] [--jobs 2] [--origins N] [--panels a,b] [--cache DIR] [--out FILE]

DIR (or DIR/panels) holds `unique_id, ds, y` files, CSV or Parquet, of any rhythm; columns that tell of stock-outs,
promotions and prices are found by their names (app/backtest_columns.py) and used: calendars are known ahead. One thread
per process and, with --jobs, one process per panel; with --cache DIR quantiles are kept there, so that a run that was
interrupted goes on where it stopped; ours only as long as neither its code nor the panel's figures change. AutoETS,
AutoTheta and AutoCES take 12 to 27 s per 1,000 series and origin, AutoARIMA 245 to 716 s: they get the same 100 and 30
random series of each panel every time (--series), and ours is compared with them on these.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.forecast_ours import NAMES, forecast, question_times
from benchmarks.forecast_panels import PanelData, Score, Truth, load_panel, score, truth
from benchmarks.forecast_peers import Peer, lightgbm_on_lags, peers
from reposto.analysts import forecast as engine
from reposto.analysts.forecast.features import Ints
from reposto.analysts.forecast.types import Floats
from reposto.model.errors import FileRefused

_EXACT = 1e-3  # scaled losses below it count as equal: constants are forecast without any error


@dataclass(frozen=True)
class Line:
    """One method on one panel, beside ours on the same series."""

    panel: str
    method: str
    score: Score
    rounded: bool
    ours: Score
    seconds: float  # per 1,000 series and origin, fitting included; NaN if read from the cache

    @property
    def ratio(self) -> float:
        return max(self.ours.spl, _EXACT) / max(self.score.spl, _EXACT)


@dataclass(frozen=True)
class Store:
    """Quantiles kept between runs; with folder None nothing is kept."""

    folder: Path | None

    def load(self, name: str) -> Floats | None:
        path = self._path(name)
        if path is None or not path.exists():
            return None
        kept: Floats = np.load(path).astype(np.float64)
        return kept

    def save(self, name: str, values: Floats) -> None:
        path = self._path(name)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, values.astype(np.float32))

    def _path(self, name: str) -> Path | None:
        return None if self.folder is None else self.folder / f"{name.replace(' ', '_')}.npy"


def digest_of(files: Sequence[Path], *figures: Floats | None) -> str:
    """Changes with any byte of the files, and with any figure; NaN equals NaN."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    for part in figures:
        digest.update(b"none" if part is None else np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()[:10]


@cache
def own_code() -> tuple[Path, ...]:
    """What our quantiles of a panel depend on."""
    here = Path(__file__)
    ours = [here.with_name(f"forecast_{name}.py") for name in ("ours", "panels")]
    return (*sorted(Path(engine.__file__).parent.glob("*.py")), *ours)


def run_ours(panel: PanelData, origins: list[int], store: Store, learn: bool) -> tuple[dict[str, Floats], float]:
    """Quantiles (origins, series, windows, levels) by name, and seconds per 1,000 series and origin."""
    parts: list[dict[str, Floats]] = []
    spent, timed = 0.0, 0
    state = f"{panel.name}_ours_{digest_of(own_code(), panel.y, panel.causes)}"
    for cutoff in origins:
        kept = {n: store.load(f"{state}_{n}_{learn}_{cutoff}") for n in NAMES}
        if any(v is None for v in kept.values()):
            start = time.perf_counter()
            fresh = forecast(panel, cutoff, learn)
            spent, timed = spent + time.perf_counter() - start, timed + 1
            for name, values in fresh.items():
                store.save(f"{state}_{name}_{learn}_{cutoff}", values)
            parts.append(fresh)
        else:
            parts.append({n: v for n, v in kept.items() if v is not None})
    seconds = spent / timed / len(panel.ids) * 1000 if timed else math.nan
    return {n: np.array([p[n] for p in parts]) for n in NAMES}, seconds


def run_peer(panel: PanelData, peer: Peer, rows: Ints, origins: list[int], store: Store) -> tuple[Floats, float]:
    out, spent, timed = [], 0.0, 0
    for cutoff in origins:
        name = f"{panel.name}_{peer.name}_{peer.subset}_{cutoff}"
        values = store.load(name)
        if values is None:
            start = time.perf_counter()
            values = peer.predict(panel, cutoff, rows)
            spent, timed = spent + time.perf_counter() - start, timed + 1
            store.save(name, values)
        out.append(values)
    return np.array(out), spent / timed / len(rows) * 1000 if timed else math.nan


def rows_of(panel: PanelData, subset: int | None) -> Ints:
    """All rows, or the same random ones every time."""
    count = len(panel.ids)
    if subset is None or subset >= count:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).permutation(count)[:subset])


def compare(panel: PanelData, others: list[Peer], options: argparse.Namespace, store: Store) -> list[Line]:
    """All methods on one panel; peers get the better of raw and rounded quantiles."""
    origins = panel.origins(options.origins)
    what = truth(panel, origins)
    ours, seconds = run_ours(panel, origins, store, not options.quick)
    best = ours["P+L+N"]
    lines = []
    for name in NAMES:
        own = score(what, ours[name])
        lines.append(Line(panel.name, f"reposto {name}", own, True, score(what, best), seconds))
        show(lines[-1])
    for peer in others:
        rows = rows_of(panel, peer.subset)
        part = Truth(what.actual[:, rows], what.scale[:, rows])
        if not np.isfinite(part.actual).any():
            continue
        quantiles, seconds = run_peer(panel, peer, rows, origins, store)
        raw, rounded = score(part, quantiles), score(part, np.round(quantiles))
        better = min(raw, rounded, key=lambda s: s.spl)
        lines.append(Line(panel.name, peer.name, better, better is rounded, score(part, best[:, rows]), seconds))
        show(lines[-1])
    return lines


def one_panel(work: tuple[Path, argparse.Namespace]) -> list[Line]:
    """All methods on one file; a file that can't be used is named and left out."""
    file, options = work
    simple, slow, arima = (int(n) for n in options.series.split(","))
    others = peers(simple or None, slow, arima)
    others.append(Peer("LightGBM quantile, told", lightgbm_on_lags("quantile", told=True)))
    if options.quick:
        others = [p for p in others if p.name != "AutoARIMA" and "LightGBM" not in p.name]
    try:
        panel = load_panel(file)
        if not panel.origins(options.origins):
            raise ValueError("too short for an origin with ten buckets before it")
        if panel.causes is None:
            others = [p for p in others if not p.name.endswith("told")]
        if not np.isfinite(truth(panel, panel.origins(options.origins)).actual).any():
            raise ValueError("nothing was sold before any window that is wholly known")
    except (KeyError, ValueError, OSError, FileRefused) as problem:
        print(f"{file.name} left out: {problem!r}", file=sys.stderr, flush=True)
        return []
    return compare(panel, others, options, Store(options.cache))


def show(line: Line) -> None:
    print(row(line), flush=True)


HEADER = (
    "| panel | method | spl | ours, same series | wpl | bias | coverage 50 / 80 / 95 | level .5 / .8 / .95 "
    "| windows | s per 1,000 |\n|---|---|---|---|---|---|---|---|---|---|"
)


def row(line: Line) -> str:
    s = line.score
    cover = " / ".join(f"{100 * s.coverage[k]:.1f}" for k in (50, 80, 95))
    below = " / ".join(f"{100 * s.below[p]:.1f}" for p in (0.5, 0.8, 0.95))
    change = f"{100 * (line.ratio - 1):+.1f} %"
    seconds = "" if math.isnan(line.seconds) else f"{line.seconds:.2f}"
    return (
        f"| {line.panel} | {line.method} | {s.spl:.4f} | {change} | {s.wpl:.4f} | {s.bias:+.3f} | {cover} "
        f"| {below} | {s.count} | {seconds} |"
    )


def summary(lines: list[Line]) -> list[str]:
    """The targets of the issue, each with its figure."""
    panels = sorted({line.panel for line in lines})
    others = [line for line in lines if not line.method.startswith("reposto")]
    out = [
        "",
        "| panel | best peer with hindsight | ours against it | largest miss of 50 / 80 / 95 % |",
        "|---|---|---|---|",
    ]
    for panel in panels:
        own = next(line for line in lines if line.panel == panel and line.method == "reposto P+L+N")
        rivals = [line for line in others if line.panel == panel]
        if rivals:
            best = max(rivals, key=lambda line: line.ratio)
            change = 100 * (best.ratio - 1)
            out.append(f"| {panel} | {best.method} | {change:+.1f} % | {own.score.worst_coverage:.1f} points |")
    out += ["", "| one peer used everywhere | ours against it, geometric mean |", "|---|---|"]
    means = []
    for method in sorted({line.method for line in others}):
        ratios = [line.ratio for line in others if line.method == method]
        means.append((float(np.exp(np.mean(np.log(ratios)))), method, len(ratios)))
    out += [f"| {method} ({n} panels) | {100 * (r - 1):+.1f} % |" for r, method, n in sorted(means, reverse=True)]
    return out


def main(arguments: list[str] | None = None) -> int:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the panels, or its parent")
    parser.add_argument("--quick", action="store_true", help="without LightGBM, ours and theirs, and without AutoARIMA")
    parser.add_argument("--jobs", type=int, default=1, help="panels at the same time")
    parser.add_argument("--origins", type=int, default=6, help="rolling origins per panel")
    words_of = "series for simple, automatic and AutoARIMA peers (0 = all); ours are compared on the same ones"
    parser.add_argument("--series", default="0,100,30", help=words_of)
    parser.add_argument("--panels", default="", help="only those whose name contains one of these words, a,b")
    parser.add_argument("--cache", type=Path, default=None, help="keep quantiles here between runs")
    parser.add_argument("--out", type=Path, default=None, help="write the tables there, too")
    options = parser.parse_args(arguments)
    folder = options.data / "panels" if (options.data / "panels").is_dir() else options.data
    files = sorted(p for p in folder.iterdir() if p.suffix in {".parquet", ".csv"})
    words = [w for w in options.panels.split(",") if w]
    files = [f for f in files if not words or any(w in f.stem for w in words)]
    if not files:
        print(f"no panel in {folder}", file=sys.stderr)
        return 2
    print(HEADER, flush=True)
    begin = time.perf_counter()
    work = [(file, options) for file in files]
    if options.jobs > 1:
        with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
            lines = [line for part in pool.map(one_panel, work) for line in part]
    else:
        lines = [line for part in map(one_panel, work) for line in part]
    spent = f"{len(files)} panels in {(time.perf_counter() - begin) / 60:.0f} minutes, {options.jobs} processes."
    if not lines:
        return 2
    timed = next(f for f in files if f.stem == lines[0].panel)
    closing = [*summary(lines), "", spent, question_times(load_panel(timed), not options.quick)]
    print("\n".join(closing))
    if options.out is not None:
        options.out.write_text("\n".join([HEADER, *(row(line) for line in lines), *closing, ""]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
