"""What `reposto ask` prints while an analysis runs."""

from __future__ import annotations

from typing import Any

import pytest

from reposto.app.ask_cli import describe_progress


def frame(state: str, *steps: str) -> dict[str, Any]:
    labels = ("demanda", "preços")
    return {
        "state": state,
        "steps": [{"label": label, "state": step} for label, step in zip(labels, steps, strict=True)],
        "done": steps.count("done"),
        "total": len(steps),
    }


@pytest.mark.parametrize(
    ("shown", "line"),
    [
        (frame("queued", "waiting", "waiting"), "  0/2 na fila"),
        (frame("running", "running", "waiting"), "  0/2 demanda"),
        (frame("running", "done", "running"), "  1/2 preços"),
        (frame("running", "done", "waiting"), "  1/2 preços"),
        (frame("running", "done", "done"), "  2/2 escrevendo a resposta"),
        (frame("done", "done", "done"), None),
        (frame("cancelled", "done", "running"), None),
    ],
)
def test_no_line_has_an_empty_label(shown: dict[str, Any], line: str | None) -> None:
    assert describe_progress(shown) == line
