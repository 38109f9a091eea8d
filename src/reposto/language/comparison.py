"""Products beside each other: who sells more, whose stock ends first, and the figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from reposto.language import window_words
from reposto.language.voice import Voice, lines, locale_of, sentences
from reposto.model.asked import ComparedProduct, Comparison
from reposto.model.request import Window

_WORD = re.compile(r"[^\W\d_]{3}")  # a size alone is no name
LEAST_COMMON = 2  # words: a shorter beginning is not worth taking off
ALIKE = 0.03  # demands within 3 % of each other are the same


def write_comparison(comparison: Comparison, locale: str) -> str:
    """The difference in a sentence or two, then the table."""
    voice = Voice(locale_of(locale), comparison.today)
    common, short = told_apart([p.name for p in comparison.products])
    if common:
        head = voice.say(
            "compare.common", common=voice.plain(common), names=voice.join([f"**{voice.plain(n)}**" for n in short])
        )
        named = tuple(replace(p, name=name) for p, name in zip(comparison.products, short, strict=True))
        comparison = replace(comparison, products=named)
        rest = lines(sentences((*_sales(voice, comparison), *_stock(voice, comparison))), _table(voice, comparison))
        return lines(head, rest, sentences((voice.say("compare.ask"),)))
    parts = [*_sales(voice, comparison), *_stock(voice, comparison)]
    return lines(sentences(parts), _table(voice, comparison), sentences((voice.say("compare.ask"),)))


def told_apart(names: Sequence[str]) -> tuple[str, list[str]]:
    """What names have in common at both ends, and what is left of each; ("", names) where that says too little."""
    split = [name.split() for name in names]
    begin = _alike(split)
    rest = [words[begin:] for words in split]
    end = _alike([words[::-1] for words in rest])
    short = [" ".join(words[: len(words) - end]) for words in rest]
    different = len({name.casefold() for name in short}) == len(names)
    if begin < LEAST_COMMON or not different or not all(_WORD.search(name) for name in short):
        return "", list(names)
    return " ".join((*split[0][:begin], *rest[0][len(rest[0]) - end :])), short


def _alike(split: Sequence[Sequence[str]]) -> int:
    """With how many same words all begin, leaving each one word at least."""
    begin = 0
    while all(len(words) > begin + 1 for words in split) and len({words[begin].casefold() for words in split}) == 1:
        begin += 1
    return begin


def _in(voice: Voice, product: ComparedProduct) -> Voice:
    return Voice(voice.locale, voice.today, product.unit)


def _sales(voice: Voice, comparison: Comparison) -> list[str]:
    if comparison.window is not None:
        return _sold(voice, comparison, comparison.window)
    known = [(p.demand, p) for p in comparison.products if p.demand is not None]
    if not known:
        return [voice.say("compare.none")]
    if len({p.unit.upper() for _, p in known}) > 1:
        return [voice.say("compare.units")]
    ranked = sorted(known, key=lambda pair: -pair[0])
    (most, first), n = ranked[0], comparison.horizon_days
    much, name = _in(voice, first).quantity(most), voice.plain(first.name)
    if len(ranked) != 2:
        return [voice.say("compare.most", first=name, much=much, n=n)]
    least, second = ranked[1]
    values = {"second": voice.plain(second.name), "less": _in(voice, second).quantity(least), "much": much, "n": n}
    alike = most <= 0 or (most - least) / most < ALIKE
    return [voice.say("compare.same" if alike else "compare.sells", first=name, **values)]


def _sold(voice: Voice, comparison: Comparison, window: Window) -> list[str]:
    """Who sold most in the days asked about."""
    known = [(p.sold_then, p) for p in comparison.products if p.sold_then is not None]
    if not known:
        return [voice.say("compare.none")]
    if len({p.unit.upper() for _, p in known}) > 1:
        return [voice.say("compare.units")]
    most, first = max(known, key=lambda pair: pair[0])
    values = {"when": window_words.when(voice, window), "much": _in(voice, first).quantity(most)}
    return [voice.say("compare.sold", first=voice.plain(first.name), **values)]


def _stock(voice: Voice, comparison: Comparison) -> list[str]:
    known = [(p.coverage_days, p) for p in comparison.products if p.coverage_days is not None]
    if len(known) < 2:
        return []
    days, first = min(known, key=lambda pair: pair[0])
    return [voice.say("compare.lasts", first=voice.plain(first.name), days=voice.days(days))]


def _table(voice: Voice, comparison: Comparison) -> str:
    products, n = comparison.products, comparison.horizon_days
    cells: list[tuple[str, Callable[[Voice, ComparedProduct], str]]] = [
        (voice.count("compare.row.demand", n), lambda v, p: "" if p.demand is None else v.quantity(p.demand)),
        (voice.count("compare.row.sold", n), lambda v, p: "" if p.sold is None else v.quantity(p.sold)),
        (voice.say("compare.row.growth"), _growth),
        (voice.say("compare.row.stock"), lambda v, p: "" if p.available is None else v.quantity(p.available)),
        (voice.say("compare.row.coverage"), lambda v, p: "" if p.coverage_days is None else v.days(p.coverage_days)),
        (voice.say("compare.row.price"), lambda v, p: "" if p.unit_price is None else v.unit_price(p.unit_price)),
        (voice.say("compare.row.supplier"), lambda v, p: v.plain(p.supplier or "")),
        (voice.say("compare.row.advice"), _advice),
        (voice.say("compare.row.error"), lambda v, p: "" if p.error_percent is None else v.percent(p.error_percent)),
    ]
    window = comparison.window
    if window is not None:
        title = voice.say("compare.row.then", when=window_words.when(voice, window))
        cells.insert(0, (title, lambda v, p: "" if p.sold_then is None else v.quantity(p.sold_then)))
    names = " | ".join(voice.plain(p.name) for p in products)
    rows = [voice.say("compare.head", names=names), "| --- |" + " ---: |" * len(products)]
    for title, cell in cells:
        values = [cell(_in(voice, p), p) for p in products]
        if any(values):
            rows.append(f"| {title} | {' | '.join(values)} |")
    return "\n".join(rows)


def _growth(voice: Voice, product: ComparedProduct) -> str:
    percent = product.growth_percent
    if percent is None:
        return ""
    return f"{'+' if percent > 0 else '-'}{voice.percent(abs(percent))}"


def _advice(voice: Voice, product: ComparedProduct) -> str:
    if product.verdict == "approve" and product.quantity:
        return voice.say("compare.buy", quantity=voice.quantity(product.quantity))
    return voice.say("compare.wait" if product.verdict == "wait" else "compare.review")
