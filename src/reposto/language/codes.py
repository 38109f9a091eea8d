"""Codes typed by a buyer: SKU, EAN and supplier's code in whatever spacing and punctuation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from reposto.model.request import NamedProduct


@dataclass(frozen=True, slots=True)
class CodeHit:
    """A stretch of text that is a code: of these products, or of none."""

    start: int
    end: int
    ids: tuple[int, ...]


_CUE = (
    r"(?:codigo|cod|sku|item|produto|ref|referencia|ean|gtin|"
    r"cod\.|barras)\s*(?:do fornecedor)?\s*(?:e|:|n|numero|"
    r"nr)?\s*"
)
_LETTERED = re.compile(r"(?<![a-z0-9])([a-z]{1,5})\s?[-./ ]?\s?(\d{1,9})(?:\s?-\s?([a-z]))?(?![a-z0-9])")
_LONG = re.compile(r"(?<![\w,/])\d(?:[ .]?\d){7,13}(?![\w/]|,\d)")
_DIGITS = re.compile(r"(?<![\w,.\-/])\d{4,9}(?![\w/]|[.,]\d)")
_MIXED = re.compile(r"(?<!\w)(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{6,14}(?!\w)")
_MONEY_AFTER = re.compile(r"\s*(?:reais|real|mil|k\b|un\b|unid|pecas|pcs|caixas|cx\b)")


def squeeze(code: str) -> str:
    return re.sub(r"[^a-z0-9]", "", code.casefold())


class CodeBook:
    """Finds the codes of a catalogue in a folded text."""

    def __init__(self, products: Sequence[NamedProduct]) -> None:
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._loose: dict[str, list[int]] = defaultdict(list)  # letters + number without leading zeros
        self._prefixes: set[str] = set()
        for i, product in enumerate(products):
            sku = squeeze(product.sku)
            self._put(self._exact, sku, i)
            self._put(self._loose, _loosen(sku), i)
            for other in (product.ean, product.supplier_code):
                if other:
                    self._put(self._exact, squeeze(other), i)
            if match := re.fullmatch(r"([a-z]{2,5})\d+", sku):
                self._prefixes.add(match[1])

    @staticmethod
    def _put(table: dict[str, list[int]], key: str, i: int) -> None:
        if key and i not in table[key]:
            table[key].append(i)

    def find(self, folded: str) -> list[CodeHit]:
        """Codes in the text, left to right, without overlaps; a code of no product has no ids."""
        hits: list[CodeHit] = []
        for seek in (self._long_numbers, self._lettered, self._mixed, self._numbers):
            for hit in seek(folded):
                if all(hit.end <= h.start or hit.start >= h.end for h in hits):
                    hits.append(hit)
        return sorted(hits, key=lambda h: h.start)

    def _long_numbers(self, text: str) -> list[CodeHit]:
        hits = []
        for match in _LONG.finditer(text):
            digits = squeeze(match[0])
            if match[0].replace(".", "") != match[0] and digits not in self._exact:
                continue  # 1.234.567 is an amount
            ids = tuple(self._exact.get(digits, ()))
            if ids or len(digits) in (12, 13, 14) or _cued(text, match.start()):
                hits.append(CodeHit(match.start(), match.end(), ids))
        return hits

    def _lettered(self, text: str) -> list[CodeHit]:
        hits = []
        for match in _LETTERED.finditer(text):
            letters, digits, tail = match.groups()
            end = match.end() if tail else match.end(2)
            exact = self._exact.get(letters + digits + (tail or "")) or self._exact.get(letters + digits)
            ids = exact or (self._loose.get(letters + str(int(digits))) if letters in self._prefixes else None)
            # spaced and short, `cap 50`: a word and a measure unless the catalogue numbers its products so
            if ids:
                hits.append(CodeHit(match.start(), end if tail and exact else match.end(), tuple(ids)))
            elif letters in self._prefixes and len(digits) >= 2 and not re.search(r"\s", match[0]):
                hits.append(CodeHit(match.start(), match.end(), ()))
        return hits

    def _mixed(self, text: str) -> list[CodeHit]:
        return [
            CodeHit(m.start(), m.end(), tuple(self._exact[m[0]])) for m in _MIXED.finditer(text) if m[0] in self._exact
        ]

    def _numbers(self, text: str) -> list[CodeHit]:
        hits = []
        for match in _DIGITS.finditer(text):
            cued = _cued(text, match.start())
            if _MONEY_AFTER.match(text, match.end()) or re.search(r"r\$\s?$", text[: match.start()]):
                continue
            ids = tuple(self._exact.get(match[0], ()))
            if not ids and cued:
                ids = tuple(self._loose.get(match[0].lstrip("0"), ()))
            if (ids and (cued or len(match[0]) >= 5)) or (cued and len(match[0]) >= 5):
                hits.append(CodeHit(match.start(), match.end(), ids))
        return hits


def _cued(text: str, start: int) -> bool:
    return re.search(_CUE + r"$", text[max(0, start - 40) : start]) is not None


def _loosen(code: str) -> str:
    match = re.fullmatch(r"([a-z]*)0*(\d+)", code)
    return match[1] + match[2] if match else ""
