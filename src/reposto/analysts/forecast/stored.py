"""PooledTables as named arrays and back."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from reposto.analysts.forecast.causes import CAUSES
from reposto.analysts.forecast.pooled import FORMAT, FittedPanel, PooledTables
from reposto.analysts.forecast.price_effects import Prior
from reposto.analysts.forecast.tables import Table
from reposto.analysts.forecast.trees import Forest

Arrays = dict[str, Any]
_FOREST = ("feature", "threshold", "left", "right", "leaf", "model")


def to_arrays(tables: PooledTables) -> Arrays:
    out: Arrays = {
        "format": np.array(FORMAT),
        "version": np.array(tables.version),
        "promotion": np.array(tables.promotion),
        "panels": np.array(len(tables.panels)),
    }
    if tables.effects is not None:
        known = tables.effects
        out["effects"] = np.array([*known.common, *known.apart, known.depth, known.deepest, known.products])
    for i, panel in enumerate(tables.panels):
        head = f"p{i}."
        out[head + "whole"] = np.array([panel.season, panel.end.toordinal(), panel.series, panel.behind, panel.width])
        out[head + "days"] = np.array(panel.bucket_days)
        out[head + "groups"] = np.array(panel.groups, dtype=np.str_)
        out[head + "ratio"], out[head + "momentum"] = panel.ratio, panel.momentum
        out[head + "rhythm"], out[head + "new_level"] = panel.rhythm, panel.new_level
        if panel.forest is not None:
            out[head + "forest.models"] = np.array(panel.forest.models)
            out.update({f"{head}forest.{name}": getattr(panel.forest, name) for name in _FOREST})
        out[head + "tables"] = np.array(len(panel.tables))
        for j, table in enumerate((*panel.tables, *panel.young)):
            tail = f"{head}t{j}."
            out[tail + "whole"] = np.array([table.offset, table.length, table.rows])
            out[tail + "correction"] = np.array(table.correction)
            for name in ("beta", "spread", "ratio_range", "centres", "ratios", "shapes"):
                out[tail + name] = getattr(table, name)
    return out


def from_arrays(arrays: Arrays) -> PooledTables:
    """ValueError where the format is not the present one."""
    if int(arrays.get("format", -1)) != FORMAT:
        raise ValueError(f"tables of format {arrays.get('format')}, this program reads {FORMAT}")
    panels = tuple(_panel(arrays, f"p{i}.") for i in range(int(arrays["panels"])))
    return PooledTables(panels, str(arrays["version"]), float(arrays["promotion"]), _effects(arrays))


def _effects(arrays: Arrays) -> Prior | None:
    if "effects" not in arrays:
        return None
    known = arrays["effects"]
    depth, deepest, products = known[2 * CAUSES :].tolist()
    return Prior(known[:CAUSES], known[CAUSES : 2 * CAUSES], depth, deepest, int(products))


def _panel(arrays: Arrays, head: str) -> FittedPanel:
    season, end, series, behind, width = (int(v) for v in arrays[head + "whole"])
    count = int(arrays[head + "tables"])
    tables = tuple(_table(arrays, f"{head}t{j}.") for j in range(2 * count))
    return FittedPanel(
        season=season,
        end=date.fromordinal(end),
        width=width,
        bucket_days=float(arrays[head + "days"]),
        series=series,
        groups=tuple(str(g) for g in arrays[head + "groups"]),
        tables=tables[:count],
        young=tables[count:],
        ratio=arrays[head + "ratio"],
        momentum=arrays[head + "momentum"],
        rhythm=arrays[head + "rhythm"],
        behind=behind,
        new_level=arrays[head + "new_level"],
        forest=_forest(arrays, head + "forest."),
    )


def _forest(arrays: Arrays, head: str) -> Forest | None:
    if head + "models" not in arrays:
        return None
    fields = {name: arrays[head + name] for name in _FOREST}
    return Forest(models=int(arrays[head + "models"]), **fields)


def _table(arrays: Arrays, head: str) -> Table:
    offset, length, rows = (int(v) for v in arrays[head + "whole"])
    fields = {name: arrays[head + name] for name in ("beta", "spread", "ratio_range", "centres", "ratios", "shapes")}
    return Table(offset=offset, length=length, rows=rows, correction=float(arrays[head + "correction"]), **fields)
