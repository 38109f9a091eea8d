"""The catalogue as an inverted index: which products satisfy every word and every measure of a mention."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reposto.language.lexicon import FUNCTION, SYNONYMS
from reposto.language.normalise import Kind, Token, fold, tokenise, tokenise_name
from reposto.language.vocabulary import Vocabulary
from reposto.model.request import NamedProduct, Option

Ids = NDArray[np.int32]
RANKED = 50  # of a mention that fits thousands, so many are put in order: more are never shown
_NONE: Ids = np.empty(0, dtype=np.int32)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
# sale units inside a name say how it is packed; a buyer who leaves them out has said enough
_PACKING = frozenset("cx pct rl un cp cps caps com c sc fd jg par kit rolo cartela jogo ml".split())


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a mention says; a product satisfies it if it has any of the features."""

    text: str
    features: tuple[str, ...]
    cost: float = 0.0
    how: str = "exact"
    soft: bool = False  # also a question word: used only to narrow
    number: bool = False


def _plain(value: float) -> str:
    return f"{round(value, 4):g}"


def number_features(token: Token) -> list[str]:
    """What a product's measure can be asked by: the bare number, and the amount in its base unit."""
    features: list[str] = []
    for written, dimension, base in token.values:
        features.append("#" + _plain(written))
        if dimension:
            features.append(f"{dimension}:{base:.6g}")
        elif token.kind is Kind.NUMBER or not token.text.isalnum():  # 20W50 has nothing of 20 litres
            features.append("?" + _plain(written))
    features += [f"x:{_plain(a[0])}x{_plain(b[0])}" for a, b in zip(token.values, token.values[1:], strict=False)]
    return features


class Catalogue:
    """Products by every word, measure and code of their names."""

    def __init__(self, products: Sequence[NamedProduct]) -> None:
        self.products = tuple(products)
        self.ids = {product.sku: i for i, product in enumerate(self.products)}
        self.phrases: dict[str, list[int]] = {}
        self.longest_phrase = 1
        self.heads: set[str] = set()  # words that names begin with: what the things are
        self._lengths = np.zeros(len(self.products), dtype=np.int16)
        raw: dict[str, list[int]] = defaultdict(list)
        counts: dict[str, int] = defaultdict(int)
        written_out: set[str] = set()
        for i, product in enumerate(self.products):
            self._add(i, product, raw, counts, written_out)
        self._postings = {feature: np.array(ids, dtype=np.int32) for feature, ids in raw.items()}
        self._companions: dict[str, frozenset[str]] = {}
        self.vocabulary = Vocabulary(counts, written_out, self._kept_company)
        self._companions.clear()

    def _add(
        self, i: int, product: NamedProduct, raw: dict[str, list[int]], counts: dict[str, int], written_out: set[str]
    ) -> None:
        tokens = tokenise_name(fold(product.name))
        features, words = name_features(tokens)
        for word in words:
            counts[word] += 1
        if product.name.upper() != product.name:
            written_out |= words
        if product.brand:
            brand, brand_words = _brand_features(product.brand)
            features |= brand
            for word in brand_words - words:
                counts[word] += 1
        for feature in features:
            raw[feature].append(i)
        self._lengths[i] = len({t.text for t in tokens if t.kind is not Kind.MARK and t.text not in FUNCTION})
        if tokens and tokens[0].kind is Kind.WORD:
            self.heads.add(tokens[0].text)
        self._remember(phrase_key(tokens), i)

    def _remember(self, key: str, i: int) -> None:
        if key:
            self.phrases.setdefault(key, []).append(i)
            self.longest_phrase = max(self.longest_phrase, key.count(" ") + 1)

    def _kept_company(self, word: str) -> frozenset[str]:
        """Words that stand beside a word in a sample of the names that have it."""
        if word not in self._companions:
            words: set[str] = set()
            for i in self._postings.get(word, _NONE)[:30]:
                words |= name_features(tokenise_name(fold(self.products[i].name)))[1]
            self._companions[word] = frozenset(words - {word} - FUNCTION)
        return self._companions[word]

    def option(self, i: int) -> Option:
        product = self.products[i]
        return Option(product.sku, product.name)

    def has(self, feature: str) -> bool:
        return feature in self._postings

    def need(self, token: Token, dotted: bool = False) -> list[Need]:
        """What one token of a mention requires; no features at all means that no product can satisfy it."""
        if token.kind is Kind.WORD:
            reading = self.vocabulary.read(token.text, dotted)
            features = tuple(sorted(reading.words))
            if token.text in _ROMAN:
                features += ("#" + str(_ROMAN[token.text]),)
            return [Need(token.text, features, reading.cost, reading.how)]
        if token.kind is Kind.CODE:
            return self._need_code(token)
        if token.kind is Kind.SIZE:
            pairs = [f for f in number_features(token) if f.startswith("x:")]
            needs = [Need(token.text, (pair,), number=True) for pair in pairs]
            return needs + ([Need(token.unit, (token.unit,), number=True)] if token.unit else [])
        written, dimension, base = token.values[0]
        if not dimension:
            return [Need(token.text, ("#" + _plain(written),), number=True)]
        features = (f"{dimension}:{base:.6g}", "?" + _plain(written))
        if token.unit == '"':  # written in inches by the buyer, bare in the catalogue, or the other way round
            features += (f"inch:{written:.6g}",)
        return [Need(token.text, features, number=True)]

    def _need_code(self, token: Token) -> list[Need]:
        if token.text in self._postings:
            return [Need(token.text, (token.text,), number=True)]
        parts = [part for part in tokenise(_split_code(token.text)) if part.kind is not Kind.MARK]
        if len(parts) > 1 and all(p.kind in (Kind.WORD, Kind.NUMBER) for p in parts):
            needs = [need for part in parts for need in self.need(part)]
            if all(any(self.has(f) for f in need.features) for need in needs):
                return [replace(need, number=True) for need in needs]
        return [Need(token.text, (), 1.0, "none", number=True)]

    def loosened(self, need: Need) -> Need:
        """The need met by words that sound the same, or that the trade uses for the same thing."""
        if need.number or not need.features:
            return need
        others = self.vocabulary.homophones(need.text)
        for synonym in SYNONYMS.get(need.text, ()):
            others |= self.vocabulary.read(synonym).words
        more = tuple(sorted(others - set(need.features)))
        return replace(need, features=need.features + more, cost=0.2, how="sound") if more else need

    def _mask(self, features: Iterable[str]) -> NDArray[np.bool_]:
        mask = np.zeros(len(self.products), dtype=np.bool_)
        for feature in features:
            ids = self._postings.get(feature)
            if ids is not None:
                mask[ids] = True
        return mask

    def satisfying(self, need: Need) -> Ids:
        found = [self._postings[f] for f in need.features if f in self._postings]
        if len(found) < 2:
            return found[0] if found else _NONE
        return np.flatnonzero(self._mask(need.features)).astype(np.int32)

    def find(self, needs: Iterable[Need]) -> Ids:
        """Products that satisfy every need."""
        by_size = sorted(needs, key=lambda n: sum(len(self._postings.get(f, _NONE)) for f in n.features))
        if not by_size:
            return _NONE
        found = self.satisfying(by_size[0])
        for need in by_size[1:]:
            if not len(found):
                break
            found = found[self._mask(need.features)[found]]
        return found

    def rank(self, ids: Iterable[int], needs: Sequence[Need] = ()) -> list[int]:
        """Best first: what is said as the name writes it, then the name that says least beyond the mention."""
        wanted = np.fromiter(ids, dtype=np.int32)
        hits = np.zeros(len(wanted), dtype=np.int32)
        for word in {n.text for n in needs if n.how == "exact"}:
            if word in self._postings:
                hits += self._mask((word,))[wanted]
        order = np.lexsort((wanted, self._lengths[wanted], -hits))
        return [int(i) for i in wanted[order[:RANKED]]]

    def begins(self, ids: Ids, need: Need) -> bool:
        """Whether some of the products' names begin with what is said: it is what they are, not a detail."""
        for i in ids[:RANKED]:
            first = next((t.text for t in tokenise_name(fold(self.products[int(i)].name)) if t.kind is Kind.WORD), "")
            if first in need.features:
                return True
        return False

    def fully_named(self, ids: Ids, needs: Sequence[Need]) -> int | None:
        """The only product of which the mention says the whole name, if there is one."""
        said = len({n.text for n in needs})
        whole = [int(i) for i in ids if self._lengths[i] <= said and self._literally(int(i), needs)]
        return whole[0] if len(whole) == 1 else None

    def _literally(self, i: int, needs: Sequence[Need]) -> bool:
        """Whether every word was said as the name writes it."""
        words = (n.text for n in needs if not n.number)
        return all((ids := self._postings.get(w)) is not None and i in ids for w in words)

    def shared_words(self, previous: int, ids: Iterable[int]) -> dict[int, float]:
        """How much of one product's words each of the others shares, 0..1; its measures are free to differ."""
        words = self._name_words(previous)
        if not words:
            return {}
        return {i: len(words & self._name_words(i)) / len(words) for i in ids if i != previous}

    def _name_words(self, i: int) -> frozenset[str]:
        tokens = tokenise(fold(self.products[i].name))
        return frozenset(t.text for t in tokens if t.kind is Kind.WORD and t.text not in FUNCTION)

    def neighbours(self, needs: Sequence[Need], limit: int = 6) -> list[int]:
        """The products that satisfy most of the needs, rare words weighing more than common ones."""
        total = max(1, len(self.products))
        scores = np.zeros(total, dtype=np.float32)
        for need in needs:
            ids = self.satisfying(need)
            if len(ids):
                weight = float(np.log1p(total / len(ids))) * (0.6 if need.number else 1.0) * (1 - 0.5 * need.cost)
                scores[ids] += weight
        best = float(scores.max(initial=0.0))
        if best <= 0:
            return []
        near = np.flatnonzero(scores >= 0.5 * best)
        order = np.lexsort((near, self._lengths[near], -scores[near]))
        return [int(i) for i in near[order[:limit]]]


@lru_cache(maxsize=50_000)
def _measure_features(token: Token, packed: bool) -> tuple[str, ...]:
    return tuple(f for f in number_features(token) if not (packed and f.startswith("#")))


@lru_cache(maxsize=10_000)
def _brand_features(brand: str) -> tuple[frozenset[str], frozenset[str]]:
    features, words = name_features(tokenise_name(fold(brand)))
    return frozenset(features), frozenset(words)


def name_features(tokens: Sequence[Token]) -> tuple[set[str], set[str]]:
    """Every feature of a product's name, and its words."""
    features: set[str] = set()
    words: set[str] = set()
    previous: Token | None = None
    packed = False  # inside brackets stands how it is packed: no bare number there is a measure of the thing
    for at, token in enumerate(tokens):
        if token.text == "(":
            packed = at + 1 < len(tokens) and (tokens[at + 1].text in _PACKING or tokens[at + 1].unit == "c/")
        elif token.text == ")":
            packed = False
        if token.kind is Kind.WORD:
            words.add(token.text)
            if token.text in _ROMAN:
                features.add("#" + str(_ROMAN[token.text]))
        elif token.kind is Kind.CODE:
            words.add(token.text)
            features |= _code_numbers(token.text)
        elif token.kind in (Kind.NUMBER, Kind.SIZE):
            features.update(_measure_features(token, packed))
            if token.unit and token.kind is Kind.SIZE:
                words.add(token.unit)
            if token.kind is Kind.SIZE and token.text.isalnum() and not token.unit:
                words.add(token.text)
        hyphen = at > 1 and tokens[at - 1].text == "-"
        if (hyphen or token.kind is Kind.NUMBER) and (joined := _joined(previous, token, hyphen)):
            words.add(joined)
        if token.text != "-":
            previous = token
    return features | words, words


def _code_numbers(code: str) -> set[str]:
    """D28 is asked for as 28, 6205ZZ as 6205; HB20 is not asked for as 20."""
    letters = sum(c.isalpha() for c in code)
    digits = "".join(c for c in code if c.isdigit())
    if not digits or len(digits) > 6 or (letters > 1 and len(digits) < 3):
        return set()
    return {"#" + _plain(float(digits)), "?" + _plain(float(digits))}


def _joined(previous: Token | None, token: Token, hyphen: bool) -> str | None:
    """AC-I -> aci, WD-40 -> wd40, HB 20 -> hb20."""
    if previous is None or previous.kind is not Kind.WORD or token.kind not in (Kind.WORD, Kind.NUMBER):
        return None
    if token.kind is Kind.NUMBER and (token.unit or len(previous.text) > 4):
        return None
    if token.kind is Kind.WORD and not hyphen:
        return None
    joined = previous.text + (token.text if token.kind is Kind.WORD else _plain(token.values[0][0]))
    return joined if joined.isalnum() and len(joined) <= 12 else None


def _split_code(code: str) -> str:
    out = ""
    for char in code:
        if out and out[-1].isdigit() != char.isdigit():
            out += " "
        out += char
    return out


def phrase_key(tokens: Iterable[Token]) -> str:
    """A name as one string in which case, accents, punctuation and the spelling of measures no longer matter."""
    kept = (token for token in tokens if token.kind is not Kind.MARK)
    return " ".join(_key_part(token) if token.values else token.text for token in kept)


@lru_cache(maxsize=50_000)
def _key_part(token: Token) -> str:
    measures = "x".join(f"{_plain(v[0])}{v[1][:2]}" for v in token.values)
    return measures + token.unit * (token.kind is Kind.SIZE)
