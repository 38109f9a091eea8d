"""The words of a catalogue, and which of them a typed word may mean: inflection, abbreviation, typing error."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from reposto.language.lexicon import ABBREVIATIONS

_GENDERED = re.compile(
    r"(ad|id|ic|iv|os|eir|in|an|av|et|nt|ct|uc|ux|ent|aç|ac|ist|onz|rel|elh|ranc|ret|rm|rt|nch|ch|l)[oa]$"
)
_PLURALS = (("oes", "ao"), ("aes", "ao"), ("aos", "ao"), ("ais", "al"), ("eis", "el"), ("ois", "ol"), ("uis", "ul"),
            ("res", "r"), ("zes", "z"), ("ns", "m"), ("s", ""))  # fmt: skip
_DIMINUTIVES = (
    (re.compile(r"guinh[oa]s?$"), "g"),
    (re.compile(r"quinh[oa]s?$"), "c"),
    (re.compile(r"z?inh[oa]s?$"), ""),
)


@lru_cache(maxsize=200_000)
def singular(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        for ending, one in _PLURALS:
            if word.endswith(ending) and len(word) - len(ending) >= 2:
                return word[: -len(ending)] + one
    return word


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Number and adjectival gender removed: zincadas -> zincad, percintas -> percinta."""
    word = singular(word)
    if len(word) >= 5 and word[-1] in "oa" and _GENDERED.search(word):
        return word[:-1]
    return word


_SOUNDS = (
    ("ph", "f"), ("th", "t"), ("lh", "1"), ("nh", "2"), ("sch", "x"), ("ch", "x"), ("sh", "x"), ("qu", "k"),
    ("ck", "k"), ("xc", "s"), ("sc", "s"), ("gu", "g"), ("ge", "je"), ("gi", "ji"), ("ce", "se"), ("ci", "si"),
    ("c", "k"), ("q", "k"), ("z", "s"), ("y", "i"), ("w", "v"), ("h", ""), ("1", "lh"), ("2", "nh"),
)  # fmt: skip


_C_BEFORE_BACK_VOWEL = re.compile(r"c(?=[aou])")  # where the cedilla was not typed


_C_BEFORE_BACK_VOWEL = re.compile(r"c(?=[aou])")  # where the cedilla was not typed


_C_BEFORE_BACK_VOWEL = re.compile(r"c(?=[aou])")  # where the cedilla was not typed


_C_BEFORE_BACK_VOWEL = re.compile(r"c(?=[aou])")  # where the cedilla was not typed


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """How a word sounds to a Brazilian who never learnt to spell it: dobradissa = dobradica, ezgoto = esgoto."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    word = re.sub(r"(.)\1+", r"\1", word)
    word = re.sub(r"m(?=[^aeioubpm]|$)", "n", word)
    return re.sub(r"n(?=[bp])", "m", word)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a typed word may be in the catalogue; `cost` 0 exact .. 1 hardly believable."""

    words: frozenset[str]
    cost: float = 0.0
    how: str = "exact"
    slips: int = 0  # edits between what was typed and the nearest of the words


NOTHING = Reading(frozenset(), 1.0, "none")


def edit_budget(length: int) -> int:
    """How many slips of the finger a word of this length may hold."""
    if length <= 3:
        return 0
    return 1 if length <= 7 else 2


class Vocabulary:
    """All words of a catalogue's names, with whatever is needed to read a typed word as one of them."""

    def __init__(
        self,
        counts: dict[str, int],
        written_out: Iterable[str] = (),
        companions: Callable[[str], frozenset[str]] = lambda _: frozenset(),
    ) -> None:
        self.counts = counts
        self._written_out = frozenset(written_out)  # words seen in mixed-case names: not ERP abbreviations
        self._sorted = sorted(counts)
        self._stems: dict[str, list[str]] = defaultdict(list)
        self._sounds: dict[str, list[str]] = defaultdict(list)
        by_length: dict[int, list[tuple[str, str]]] = defaultdict(list)
        self._shorts: dict[str, list[str]] = defaultdict(list)
        for word in self._sorted:
            self._stems[stem(word)].append(word)
            key = sound(word)
            self._sounds[key].append(word)
            by_length[len(word)].append((word, word))
            if key != word:
                by_length[len(key)].append((key, word))
            for full in ABBREVIATIONS.get(word, ()):
                self._shorts[stem(full)].append(word)
        self._spellings = {
            length: ([k for k, _ in pairs], [w for _, w in pairs]) for length, pairs in by_length.items()
        }
        self._cache: dict[str, Reading] = {}
        self._learnt: dict[str, set[str]] = defaultdict(set)
        self._learn_abbreviations(companions)

    def _learn_abbreviations(self, companions: Callable[[str], frozenset[str]]) -> None:
        """`ROL` is `Rolamento` where both keep the same company: a catalogue teaches its own abbreviations."""
        for short in self._sorted:
            if short in self._written_out or not 2 <= len(short) <= 6 or not short.isalpha():
                continue
            fuller = [w for w in self._starting(short) if len(w) >= len(short) + 3 and self._is_full(w)]
            if not fuller or len(fuller) > 40:
                continue
            around = companions(short)
            for word in fuller:
                shared = len(around & companions(word))
                if shared >= 2 and shared >= 0.3 * len(around):
                    self._learnt[short].add(word)
                    self._shorts[stem(word)].append(short)

    def _is_full(self, word: str) -> bool:
        return word in self._written_out if self._written_out else len(word) > 6

    def _starting(self, prefix: str) -> list[str]:
        at = bisect_left(self._sorted, prefix)
        found = []
        while at < len(self._sorted) and self._sorted[at].startswith(prefix):
            found.append(self._sorted[at])
            at += 1
        return found

    def has_inflection(self, word: str) -> bool:
        """Whether the catalogue has the word in the singular or plural; another gender is another thing here."""
        if word in self.counts:
            return True
        return any(singular(w) == singular(word) for w in self._stems.get(stem(word), ()))

    def __contains__(self, word: str) -> bool:
        return word in self.counts

    def is_short(self, word: str) -> bool:
        """Whether a word looks like an abbreviation rather than a word of its own."""
        if word in ABBREVIATIONS:
            return word not in self._written_out
        if len(word) < 3 or word[-1] in "aeioulz" or word in self._written_out:
            return False
        return len(word) >= 4 or word[-1] not in "rmns"

    def read(self, word: str, dotted: bool = False) -> Reading:
        """The catalogue's words that a typed word may stand for; dotted: it ended in an abbreviation point."""
        key = word + "." if dotted else word
        found = self._cache.get(key)
        if found is None:
            if len(self._cache) > 50_000:  # a bound for hostile input, not a tuning
                self._cache.clear()
            found = self._cache[key] = self._read(word, dotted)
        return found

    def _read(self, word: str, dotted: bool) -> Reading:
        exact = self._inflections(word)
        family = exact | self._abbreviated(word)
        if not exact or dotted or word in self._learnt or self.is_short(word):
            family |= self._extended(word, dotted)
        if exact or (family and (dotted or word in ABBREVIATIONS or word in self._learnt)):
            return Reading(frozenset(family), 0.0 if exact else 0.1, "exact" if exact else "short")
        slip = self._misspelt(word)
        if not family:
            return slip
        return Reading(slip.words | family, max(0.1, slip.cost * bool(slip.words)), "short", slip.slips)

    def _inflections(self, word: str) -> set[str]:
        found = set(self._stems.get(stem(word), ()))
        if word in self.counts:
            found.add(word)
        if not found and len(word) > 5:
            for pattern, ending in _DIMINUTIVES:
                base = pattern.sub(ending, word)
                if base != word:
                    for vowel in "oa":
                        found.update(self._stems.get(stem(base + vowel), ()))
                    break
        return found

    def _abbreviated(self, word: str) -> set[str]:
        """Abbreviations in the catalogue of a word typed in full.

        Known and learnt ones always; any other beginning only for a word that the catalogue never writes out, or CAP of
        the capsules would stand for captopril.
        """
        found = set(self._shorts.get(stem(word), ()))
        if word not in self.counts:
            for length in range(3, len(word) - 1):
                prefix = word[:length]
                # at least half of it: ULT of some brand is not what `ultimmos` shortens to
                long_enough = 2 * length >= len(word)
                if long_enough and prefix in self.counts and prefix not in ABBREVIATIONS and self.is_short(prefix):
                    found.add(prefix)
        return found

    def _extended(self, word: str, dotted: bool) -> set[str]:
        """Words in full of an abbreviation typed."""
        found: set[str] = set(self._learnt.get(word, ()))
        for full in ABBREVIATIONS.get(word, ()):
            found |= self._inflections(full) | self._abbreviated(full)
        short = (
            dotted or (word in ABBREVIATIONS and len(word) >= 3) or (len(word) >= 3 and word[-1] not in "aeioulzrmns")
        )
        short = short or (len(word) >= 4 and word[-1] in "rmns")
        if short and (len(word) >= 3 or dotted):
            found.update(w for w in self._starting(word) if len(w) >= len(word) + 2)
        return found

    def _misspelt(self, word: str) -> Reading:
        if len(word) < 4:
            return NOTHING
        key = sound(word)
        same = self._sounds.get(key) or self._sounds.get(sound(_C_BEFORE_BACK_VOWEL.sub("ss", word))) or []
        budget = edit_budget(len(word))
        hits = [(1, heard) for heard in same]
        for spelling in {word, key}:
            hits += self._near(spelling, word, budget)
        if not hits:
            return NOTHING
        best = min(distance for distance, _ in hits)
        words = self._families(w for d, w in hits if d == best)
        if same:
            return Reading(words, 0.2, "sound", best)
        return Reading(words, 0.2 + 0.15 * best, "typo", best)

    def _near(self, spelling: str, word: str, budget: int) -> list[tuple[int, str]]:
        hits = []
        for length in range(max(2, len(spelling) - budget), len(spelling) + budget + 1):
            spellings, words = self._spellings.get(length, ((), ()))
            found = process.extract(spelling, spellings, scorer=OSA.distance, score_cutoff=budget, limit=40)
            hits += [(int(d), words[at]) for _, d, at in found if plausible_slip(word, words[at])]
        return hits

    def homophones(self, word: str) -> frozenset[str]:
        """Words of the catalogue that sound the same: maizena, maisena."""
        return self._families(self._sounds.get(sound(word), ()))

    def _families(self, words: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        for word in words:
            found |= self._inflections(word) | self._abbreviated(word)
        return frozenset(found)


def plausible_slip(typed: str, meant: str) -> bool:
    """Whether the difference looks like a finger's slip: not both ends changed, not a short word's first letter."""
    if typed[0] == meant[0]:
        return True
    return (len(typed) >= 6 and typed[1:3] == meant[1:3]) or (len(typed) >= 5 and typed[:2] == meant[1::-1])
