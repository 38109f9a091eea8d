"""Taking from a list by size or all at once: `o maior`, `a de meio`, `os dois`, `todas`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reposto.language.normalise import fold

_LEAD = r"^\W*(?:entao |acho que |quero |prefiro |e |vai |pode ser |manda |ve )*"
_TAIL = r"(?: deles| delas| por favor)*\W*$"
_LARGEST = re.compile(_LEAD + r"(?:o|a) (?:maior|mais (?:comprid|long|larg|gross|pesad|fort)[oa])" + _TAIL)
_SMALLEST = re.compile(_LEAD + r"(?:o|a) (?:menor|mais (?:curt|estreit|fin|lev|frac)[oae])" + _TAIL)
_MIDDLE = re.compile(_LEAD + r"(?:o|a) (?:do|da|de) meio" + _TAIL)
_BOTH = re.compile(_LEAD + r"(?:(?:os|as) (?:dois|duas)|ambos|ambas)(?: produtos| itens)?" + _TAIL)
_ALL = re.compile(_LEAD + r"(?:(?:os|as) tres|todos|todas|tod[oa]s el[ea]s|tudo)" + _TAIL)
_NUMBER = re.compile(r"\d+(?:,\d+)?")


def picked_by_size(folded: str, names: Sequence[str]) -> int | None:
    """The position of the option that differs from the others by the largest, smallest or middle measure.

    None where something else is said; -1 where the names don't tell: more than one measure differs, or two are alike.
    """
    largest, smallest, middle = (p.match(folded) is not None for p in (_LARGEST, _SMALLEST, _MIDDLE))
    if not (largest or smallest or middle) or len(names) < 2:
        return None
    measures = _differing(names)
    if measures is None or (middle and len(names) % 2 == 0):
        return -1
    order = sorted(range(len(names)), key=lambda i: measures[i])
    place = order[-1] if largest else order[0] if smallest else order[len(order) // 2]
    return place if measures.count(measures[place]) == 1 else -1


def picked_all(folded: str, count: int) -> bool:
    """Whether all options are meant; "os dois" only of two."""
    return count > 1 and (_ALL.match(folded) is not None or (count == 2 and _BOTH.match(folded) is not None))


def _differing(names: Sequence[str]) -> list[float] | None:
    """The one number in which otherwise equal names differ."""
    found = [[float(n.replace(",", ".")) for n in _NUMBER.findall(fold(name))] for name in names]
    if len({len(numbers) for numbers in found}) != 1 or not found[0]:
        return None
    differing = [column for column in zip(*found, strict=True) if len(set(column)) > 1]
    return list(differing[0]) if len(differing) == 1 else None
