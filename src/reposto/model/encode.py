"""Frozen dataclasses to JSON-ready data and bytes, one way for the whole project."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import numpy as np
import orjson

_AS_THEY_ARE = frozenset({type(None), str, bool, int})
_NAMES: dict[type, tuple[str, ...] | None] = {}  # looking a class's fields up costs more than reading them


def to_data(value: Any) -> Any:
    """Dataclasses to dicts, Decimal to text ("12.50"), dates to ISO text, tuples to lists; NaN and inf are refused."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is float:
        return _finite(value)
    if (names := _names_of(kind)) is not None:
        return {name: to_data(getattr(value, name)) for name in names}
    return _to_data(value)


def _names_of(kind: type) -> tuple[str, ...] | None:
    """Of a dataclass's fields; None where it is none."""
    if kind not in _NAMES:
        _NAMES[kind] = tuple(f.name for f in fields(kind)) if is_dataclass(kind) else None
    return _NAMES[kind]


def _to_data(value: Any) -> Any:
    if isinstance(value, (str, bool, int)):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, float):
        return _finite(float(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(k): to_data(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, frozenset, set)):
        return [to_data(v) for v in value]
    if isinstance(value, np.generic):
        return to_data(value.item())
    if isinstance(value, np.ndarray):
        return [to_data(v) for v in value.tolist()]
    raise TypeError(f"cannot encode {type(value).__name__}")


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("NaN or infinity must not leave an analyst")
    return value


def to_json(value: Any) -> bytes:
    """JSON bytes of anything `to_data` takes."""
    return orjson.dumps(to_data(value))
