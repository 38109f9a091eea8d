"""PooledTables as named arrays and back."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from reposto.analysts.forecast.pooled import FORMAT, FittedPanel, PooledTables
from reposto.analysts.forecast.tables import Table

Arrays = dict[str, Any]


def to_arrays(tables: PooledTables) -> Arrays:
    out: Arrays = {
        "format": np.array(FORMAT),
        "version": np.array(tables.version),
        "panels": np.array(len(tables.panels)),
    }
    for i, panel in enumerate(tables.panels):
        head = f"p{i}."
        out[head + "whole"] = np.array([panel.season, panel.end.toordinal(), panel.series, panel.behind])
        out[head + "days"] = np.array(panel.bucket_days)
        out[head + "groups"] = np.array(panel.groups, dtype=np.str_)
        out[head + "ratio"], out[head + "momentum"] = panel.ratio, panel.momentum
        out[head + "rhythm"], out[head + "new_level"] = panel.rhythm, panel.new_level
        out[head + "tables"] = np.array(len(panel.tables))
        for j, table in enumerate(panel.tables):
            tail = f"{head}t{j}."
            out[tail + "whole"] = np.array([table.offset, table.length, table.rows])
            out[tail + "correction"] = np.array(table.correction)
            for name in ("beta", "spread", "ratio_range", "centres", "shapes"):
                out[tail + name] = getattr(table, name)
    return out


def from_arrays(arrays: Arrays) -> PooledTables:
    """ValueError where the format is not the present one."""
    if int(arrays.get("format", -1)) != FORMAT:
        raise ValueError(f"tables of format {arrays.get('format')}, this program reads {FORMAT}")
    panels = tuple(_panel(arrays, f"p{i}.") for i in range(int(arrays["panels"])))
    return PooledTables(panels, str(arrays["version"]))


def _panel(arrays: Arrays, head: str) -> FittedPanel:
    season, end, series, behind = (int(v) for v in arrays[head + "whole"])
    return FittedPanel(
        season=season,
        end=date.fromordinal(end),
        bucket_days=float(arrays[head + "days"]),
        series=series,
        groups=tuple(str(g) for g in arrays[head + "groups"]),
        tables=tuple(_table(arrays, f"{head}t{j}.") for j in range(int(arrays[head + "tables"]))),
        ratio=arrays[head + "ratio"],
        momentum=arrays[head + "momentum"],
        rhythm=arrays[head + "rhythm"],
        behind=behind,
        new_level=arrays[head + "new_level"],
    )


def _table(arrays: Arrays, head: str) -> Table:
    offset, length, rows = (int(v) for v in arrays[head + "whole"])
    fields = {name: arrays[head + name] for name in ("beta", "spread", "ratio_range", "centres", "shapes")}
    return Table(offset=offset, length=length, rows=rows, correction=float(arrays[head + "correction"]), **fields)
