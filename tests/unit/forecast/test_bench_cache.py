"""What the benchmark keeps between runs: never the answers of other code, nor of other figures."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.forecast import Store, digest_of, own_code, run_ours
from benchmarks.forecast_panels import PanelData, load_panel


def _panel(folder: Path) -> PanelData:
    rows = np.random.default_rng(1).poisson(4, (12, 40))
    lines = ["unique_id,ds,y"]
    lines += [
        f"a{i},{1 + t // 12 + 2020}-{1 + t % 12:02d}-01,{v}" for i, row in enumerate(rows) for t, v in enumerate(row)
    ]
    file = folder / "kept.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return load_panel(file)


def test_quantiles_are_kept_until_a_figure_changes(tmp_path: Path) -> None:
    panel, store = _panel(tmp_path), Store(tmp_path / "cache")
    origins = panel.origins(1)
    first, seconds = run_ours(panel, origins, store, learn=False)
    again, from_cache = run_ours(panel, origins, store, learn=False)
    assert not math.isnan(seconds)
    assert math.isnan(from_cache)
    assert np.allclose(first["P+L+N"], again["P+L+N"], rtol=1e-6)

    y = panel.y.copy()
    y[:, origins[0] - 1] += 20
    other, seconds = run_ours(replace(panel, y=y), origins, store, learn=False)
    assert not math.isnan(seconds)
    assert not np.allclose(first["P+L+N"], other["P+L+N"])


def test_a_changed_line_of_code_asks_for_fresh_quantiles(tmp_path: Path) -> None:
    code = [file.name for file in own_code()]
    assert {"pooled.py", "local.py", "learned.py", "dist.py", "forecast_ours.py"} <= set(code)
    file = tmp_path / "dist.py"
    file.write_text("WIDER = 1.08\n", encoding="utf-8")
    before = digest_of([file])
    assert digest_of([file]) == before
    file.write_text("WIDER = 1.09\n", encoding="utf-8")
    assert digest_of([file]) != before
