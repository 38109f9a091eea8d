"""What every analysis keeps, whatever it was made of."""

import math
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reposto.model.encode import to_json
from reposto.model.findings import Analysis


def check_sound(result: Analysis) -> None:
    """No NaN, nothing negative that can't be, no text without sense, and it travels."""
    assert to_json(result)
    _walk(result, "analysis")
    advice, demand = result.recommendation, result.demand
    for value in (advice.quantity, advice.needed_quantity, advice.reorder_point, advice.safety_stock, demand.per_day):
        assert value is None or value >= 0
    if demand.total is not None:
        assert 0 <= demand.total.low <= demand.total.expected <= demand.total.high
        assert demand.evidence
    if advice.verdict == "approve":
        assert advice.quantity is not None
        assert advice.quantity > 0
        assert advice.total is not None
        assert advice.supplier
    if advice.verdict == "manual_review":
        assert advice.missing
    for point in demand.series:
        assert (point.sold is None) != (point.expected is None)
        assert point.start <= point.end
    for line in result.prices.offers:
        assert line.quantity >= line.moq
    assert advice.evidence


def _walk(value: Any, where: str) -> None:
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            _walk(getattr(value, field.name), f"{where}.{field.name}")
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            _walk(item, f"{where}[{i}]")
    elif isinstance(value, float):
        assert type(value) is float, where  # numpy's own would not be plain data
        assert math.isfinite(value), where
    elif isinstance(value, Decimal):
        assert value.is_finite(), where
    elif isinstance(value, str):
        for bad in ("N/A", "nan", "None", "inf%", "  "):
            assert bad not in value, f"{where}: {value}"
    else:
        assert value is None or isinstance(value, (bool, int, date)), f"{where}: {type(value)}"
