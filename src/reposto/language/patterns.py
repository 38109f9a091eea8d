"""Reads the rule files: lists of regular expressions with macros, one alternative per line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

_MACRO = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Rules:
    """Patterns in order with the name they stand for, and patterns by name."""

    ordered: tuple[tuple[str, re.Pattern[str]], ...]
    named: dict[str, re.Pattern[str]]


def load_rules(name: str) -> Rules:
    raw: dict[str, Any] = tomllib.loads(files("reposto.language").joinpath(name).read_text("utf-8"))
    macros: dict[str, str] = raw.pop("macros", {})
    rules: list[dict[str, Any]] = raw.pop("rule", [])
    ordered = tuple((str(rule["intent"]), _compile(rule["any"], macros)) for rule in rules)
    return Rules(ordered, {key: _compile(value["any"], macros) for key, value in raw.items()})


def _compile(lines: list[str], macros: dict[str, str]) -> re.Pattern[str]:
    def expand(text: str) -> str:
        return _MACRO.sub(lambda m: expand(macros[m[1]]) if m[1] in macros else m[0], text)

    return re.compile("|".join(expand(line) for line in lines), re.DOTALL | re.IGNORECASE)
