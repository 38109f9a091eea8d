"""Amounts in figures, in words and in between: 1.500, 12k, 20 mil, tres mil e quinhentos."""

from __future__ import annotations

import re

from reposto.language.normalise import parse_number

_SMALL = """
    zero um dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete dezoito
    dezenove
""".split()
_UNITS = {word: value for value, word in enumerate(_SMALL)}
_UNITS |= {"uma": 1, "duas": 2, "catorze": 14, "meia": 6}
_TENS = dict(
    zip("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split(), range(20, 100, 10), strict=True)
)
_HUNDREDS = dict(
    zip(
        "cem duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos".split(),
        range(100, 1000, 100),
        strict=True,
    )
)
_HUNDREDS |= {"cento": 100, "duzentas": 200, "trezentas": 300, "quinhentas": 500}
_NAMED = {**_UNITS, **_TENS, **_HUNDREDS}
_SPOKEN = "|".join(sorted((w for w in _NAMED if w not in ("um", "uma", "meia", "cento")), key=len, reverse=True))
_WORD = rf"(?:{_SPOKEN}|cento|um|uma)"
FIGURES = r"(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?)"
SPELT = rf"(?:(?:{_SPOKEN})(?: e {_WORD})*|cento e {_WORD}(?: e {_WORD})*)"
NUMBER = rf"(?:{FIGURES}|{SPELT})"
AMOUNT = rf"(?:(?:{NUMBER}|mil|um)\s?(?:mil|k|milhao|milhoes)?\b(?: (?:e )?{NUMBER}\b)?)"


def read_number(text: str) -> float | None:
    """The value of a number in figures or words; None if it is neither."""
    text = text.strip()
    if re.fullmatch(FIGURES, text):
        return parse_number(text)
    values = [_NAMED.get(word) for word in text.split() if word != "e"]
    if not values or any(v is None for v in values):
        return None
    return float(sum(v for v in values if v is not None))


def read_amount(text: str) -> float | None:
    """As read_number, with thousands: `3 mil e quinhentos`, `12k`, `mil e duzentos`."""
    match = re.fullmatch(
        rf"(?P<head>{NUMBER}|um)?\s?(?P<times>mil|k|milhao|milhoes)?(?: (?:e )?(?P<tail>{NUMBER}))?", text.strip()
    )
    if match is None or not match.group():
        return None
    head = read_number(match["head"]) if match["head"] else None
    if match["times"] is None:
        return head
    value = (1.0 if head is None else head) * (1_000_000 if match["times"].startswith("milh") else 1_000)
    tail = read_number(match["tail"]) if match["tail"] else 0.0
    return value + (tail or 0.0)
