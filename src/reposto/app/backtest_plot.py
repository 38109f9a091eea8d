"""The back-test as one picture, an SVG that any browser shows: demand against forecast, losses, ranges."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from reposto.analysts.forecast import LEVELS
from reposto.app.backtest_cli import NAIVE, OURS, BacktestResult
from reposto.app.backtest_methods import NAMES
from reposto.model.errors import FileRefused

_WIDTH, _HEIGHT = 960, 560
_INK, _SOFT, _OURS, _OTHER = "#1f2933", "#9aa5b1", "#2f6f4f", "#c98b2b"


def save_plot(result: BacktestResult, path: Path, title: str) -> None:
    """Write the picture; see check_plot."""
    path.write_text(draw(result, title), encoding="utf-8")


def check_plot(path: Path) -> None:
    """FileRefused for a name that doesn't end in .svg, or a folder that isn't there: before the long part."""
    if not path.resolve().parent.is_dir():
        raise FileRefused(f"não existe a pasta {path.resolve().parent}", "no such folder")
    if path.suffix.lower() != ".svg":
        raise FileRefused("o gráfico é um arquivo SVG: dê um nome que termine em .svg", "the plot is an SVG file")


def draw(result: BacktestResult, title: str) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12" fill="{_INK}">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="40" y="28" font-size="16" font-weight="bold">{escape(title)}</text>',
        f'<text x="40" y="46" fill="{_SOFT}">{result.products} produtos, {result.origins} datas, janelas de '
        f"{result.horizon_days} dias</text>",
        *_totals(result, 40, 80, 880, 200),
        *_losses(result, 40, 330, 520, 200),
        *_ranges(result, 620, 330, 300, 200),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _totals(result: BacktestResult, x: float, y: float, width: float, height: float) -> list[str]:
    """Per origin: what was sold of all products together, what was forecast, and what repeating would have said."""
    origins = sorted({w.origin for w in result.found}, reverse=True)
    median = LEVELS.index(0.5)
    sold = [sum(w.actual for w in result.found if w.origin == k) for k in origins]
    ours = [sum(w.mean for w in result.found if w.origin == k) for k in origins]
    naive = [sum(float(w.quantiles[NAIVE][median]) for w in result.found if w.origin == k) for k in origins]
    top = max([*sold, *ours, *naive, 1e-9])
    out = [_head(x, y - 10, "Demanda de cada janela, todos os produtos juntos (da mais antiga à mais nova)")]
    step = width / len(origins)
    for i, values in enumerate(zip(sold, ours, naive, strict=True)):
        for j, (value, colour) in enumerate(zip(values, (_INK, _OURS, _SOFT), strict=True)):
            tall = (height - 30) * value / top
            left = x + i * step + (0.14 + 0.24 * j) * step
            out.append(_bar(left, y + height - 20 - tall, 0.22 * step, tall, colour, f"{value:,.0f}"))
    for j, (label, colour) in enumerate((("vendido", _INK), ("previsto", _OURS), ("repetir", _SOFT))):
        out.append(f'<rect x="{x + 110 * j}" y="{y + height - 8}" width="10" height="10" fill="{colour}"/>')
        out.append(f'<text x="{x + 110 * j + 15}" y="{y + height + 1}">{label}</text>')
    return out


def _losses(result: BacktestResult, x: float, y: float, width: float, height: float) -> list[str]:
    """One bar per method: its pinball loss, beside ours on the same windows where it was tried on some only."""
    rows = list(result.scores.items())
    out = [_head(x, y - 10, "Perda pinball escalada (menor é melhor)")]
    top = max(s.loss for _, s in rows) or 1.0
    tall = min(height / max(len(rows), 1), 34)
    for i, (name, score) in enumerate(rows):
        at = y + i * tall
        long = (width - 290) * score.loss / top
        out.append(f'<text x="{x}" y="{at + 0.6 * tall}">{escape(NAMES.get(name, name))}</text>')
        colour = _OURS if name == OURS else _OTHER
        out.append(_bar(x + 230, at + 0.15 * tall, long, 0.55 * tall, colour, f"{score.loss:.4f}"))
        beside = f"{score.loss:.4f}".replace(".", ",")
        if name in result.same:
            beside += f" (reposto: {result.same[name].loss:.4f})".replace(".", ",")
        out.append(f'<text x="{x + 236 + long}" y="{at + 0.6 * tall}">{beside}</text>')
    return out


def _ranges(result: BacktestResult, x: float, y: float, width: float, height: float) -> list[str]:
    """Promised against measured share inside the ranges."""
    out = [_head(x, y - 10, "Faixas: prometido e medido")]
    for i, (share, inside) in enumerate(sorted(result.coverage.items())):
        at = y + i * height / 3.4
        out.append(f'<text x="{x}" y="{at + 18}">{share} %</text>')
        out.append(_bar(x + 40, at, (width - 100) * share / 100, 12, _SOFT, f"{share} %"))
        out.append(_bar(x + 40, at + 14, (width - 100) * inside, 12, _OURS, f"{100 * inside:.1f} %"))
        out.append(f'<text x="{x + 46 + (width - 100) * inside}" y="{at + 25}">{100 * inside:.1f} %</text>')
    return out


def _head(x: float, y: float, text: str) -> str:
    return f'<text x="{x}" y="{y}" font-weight="bold">{escape(text)}</text>'


def _bar(x: float, y: float, width: float, height: float, colour: str, title: str) -> str:
    size: Sequence[str] = [f"{v:.1f}" for v in (x, y, max(width, 0.0), max(height, 0.0))]
    return (
        f'<rect x="{size[0]}" y="{size[1]}" width="{size[2]}" height="{size[3]}" fill="{colour}">'
        f"<title>{escape(title)}</title></rect>"
    )
