"""Curves over a logarithmic axis as SVG, side by side; no library, no fonts of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 360, 260, 48, 34, 16, 44
COLOURS = ("#1b6e53", "#c2410c", "#475569")


@dataclass(frozen=True, slots=True)
class Curve:
    """One measure over what grows."""

    name: str
    points: Sequence[tuple[float, float]]


def write_svg(path: Path, panels: Sequence[tuple[str, str, Sequence[Curve]]]) -> None:
    """(title, name of the axis, curves) each."""
    drawn = [panel(number * WIDTH, *one) for number, one in enumerate(panels)]
    size = f'width="{WIDTH * len(panels)}" height="{HEIGHT}" viewBox="0 0 {WIDTH * len(panels)} {HEIGHT}"'
    style = 'font-family="sans-serif" font-size="11" fill="#334155"'
    background = '<rect width="100%" height="100%" fill="#ffffff"/>'
    text = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{background}{"".join(drawn)}</svg>\n'
    path.write_text(text, encoding="utf-8")


def panel(left: float, title: str, axis: str, curves: Sequence[Curve]) -> str:
    """Both axes are logarithmic."""
    xs = [x for curve in curves for x, _ in curve.points]
    ys = [y for curve in curves for _, y in curve.points if y > 0]
    low_x, high_x = math.log10(min(xs)), math.log10(max(xs))
    low_y, high_y = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))

    def at(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - low_x) / max(high_x - low_x, 1e-9)
        up = (math.log10(max(y, 10**low_y)) - low_y) / max(high_y - low_y, 1e-9)
        return left + LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = [text(left + LEFT, 16, title, 'font-weight="bold"')]
    for power in range(low_y, high_y + 1):
        x, y = at(min(xs), 10**power)
        parts.append(f'<path d="M{x:.1f} {y:.1f}H{left + WIDTH - RIGHT}" stroke="#e2e8f0"/>')
        parts.append(text(x - 6, y + 4, f"{10.0**power:g}", 'text-anchor="end"'))
    for x_value in sorted(set(xs)):
        x, y = at(x_value, 10**low_y)
        parts.append(text(x, y + 15, short(x_value), 'text-anchor="middle"'))
    parts.append(text(left + (WIDTH + LEFT) / 2, HEIGHT - 10, axis, 'text-anchor="middle"'))
    for number, curve in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in curve.points))
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        x, y = at(*curve.points[-1])
        parts.append(text(x, y - 6, curve.name, f'text-anchor="end" fill="{colour}"'))
    return "".join(parts)


def text(x: float, y: float, words: str, style: str) -> str:
    """A label."""
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'


def short(value: float) -> str:
    """1,000 as 1k."""
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"
