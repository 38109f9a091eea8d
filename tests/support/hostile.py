"""The hostile inputs of hostile.toml, filled in."""

from __future__ import annotations

import tomllib
from pathlib import Path

GROUPS: dict[str, list[str]] = {
    name: group["texts"]
    for name, group in tomllib.loads(Path(__file__).with_name("hostile.toml").read_text("utf-8")).items()
}


def hostile(sku: str, order: str, other: str) -> list[str]:
    """Every text, with a product, an order and somebody else's session named in it."""
    filled = (
        text.replace("{sku}", sku).replace("{order}", order).replace("{other}", other)
        for texts in GROUPS.values()
        for text in texts
    )
    return [*filled, "aprove " * 500, "x" * 4000, "(" * 2000, "estoque do " + "a b " * 900]
