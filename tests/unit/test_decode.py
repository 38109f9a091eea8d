"""What was encoded comes back as it was."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
import pytest

from reposto.model.decode import from_data
from reposto.model.encode import to_data, to_json
from reposto.model.findings import Analysis
from tests.support.analyses import ALL


@pytest.mark.parametrize("name", sorted(ALL))
def test_an_analysis_survives_being_kept(name: str) -> None:
    analysis = ALL[name]()
    assert from_data(Analysis, orjson.loads(to_json(analysis))) == analysis


@dataclass(frozen=True)
class Grown:
    """Of a newer version."""

    old: int
    new: str = "default"


def test_fields_come_and_go() -> None:
    assert from_data(Grown, {"old": 1, "gone": 2}) == Grown(1)
    with pytest.raises(TypeError):
        from_data(Grown, {"new": "x"})
    assert to_data(Grown(1)) == {"old": 1, "new": "default"}
