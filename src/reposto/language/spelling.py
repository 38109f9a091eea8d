"""Chat spellings and slips of the finger in the words of a question, put right before anything is read."""

from __future__ import annotations

import re

from rapidfuzz import process
from rapidfuzz.distance import OSA

from reposto.language.lexicon import ANCHORS, CHAT, CORRECTABLE, FUNCTION, QUESTION_WORDS, SHY_SLANG, SLANG
from reposto.language.vocabulary import Vocabulary, edit_budget

_CORRECTED = ANCHORS | CORRECTABLE
_CORRECTABLE = sorted(_CORRECTED)
# of six letters and more any word of questions, one slip away
_LONGER = sorted(_CORRECTED | {w for w in CHAT if len(w) >= 6})
# phrases whose words name goods when they stand alone
_IDIOMS = re.compile(r"\bcodigos? de barras?\b|\bem que pe\b")
_MEANT = {"cod": "ean", "em ": "status"}
_HELD_KEY = re.compile(r"(?<=[a-z])([a-z])\1{2,}")  # bom diaaaa
_WORD = re.compile(r"(?<![\w/])[a-z]+(?![\w])")


def put_right(folded: str, vocabulary: Vocabulary) -> str:
    """The folded text with chat words written out and mistyped question words corrected."""
    folded = _HELD_KEY.sub(r"\1", folded)
    out: list[str] = []
    position = 0
    before = ""
    for match in _WORD.finditer(folded):
        out.append(folded[position : match.start()])
        fixed = _fix(match[0], before, vocabulary)
        out.append(fixed)
        before = fixed
        position = match.end()
    return _IDIOMS.sub(lambda m: _MEANT[m[0][:3]], "".join(out) + folded[position:])


def _fix(word: str, before: str, vocabulary: Vocabulary) -> str:
    if word in SLANG and not (word in SHY_SLANG and (word in vocabulary or len(word) < 2)):
        return SLANG[word]
    if word in QUESTION_WORDS or word in FUNCTION or word.startswith("zq") or len(word) < 4 or word in vocabulary:
        return word
    reading = vocabulary.read(word)
    if reading.words and reading.how == "exact":
        return word
    if (obvious := _obvious(word)) is not None:
        return obvious
    if reading.words and reading.how == "sound":
        return word
    meant, distance = nearest_question_word(word)
    if meant is None:
        return word
    abbreviates = reading.how == "short" and reading.slips == 0
    catalogue_wins = abbreviates and (distance > 1 or len(word) < 6)
    catalogue_wins = catalogue_wins or (0 < reading.slips < distance)
    catalogue_wins = catalogue_wins or (reading.slips == round(distance) and meant not in ANCHORS)
    if reading.words and catalogue_wins:
        return word
    return meant


def _obvious(word: str) -> str | None:
    """A question word with one key hit twice or two keys swapped: `fazzer`, `diexa`."""
    if len(word) < 5:
        return None
    doubled = (word[:i] + word[i + 1 :] for i in range(1, len(word)) if word[i] == word[i - 1])
    swapped = (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1))
    for spelling in (*doubled, *swapped):
        if len(spelling) >= 5 and (spelling in SLANG or spelling in QUESTION_WORDS):
            return SLANG.get(spelling, spelling)
    return None


def nearest_question_word(word: str) -> tuple[str | None, float]:
    """The question word that a mistyped word stands for, and how far it is."""
    squeezed = re.sub(r"(.)\1+", r"\1", word)
    budget = edit_budget(len(word)) if len(word) > 4 else 1
    known = _CORRECTABLE if len(word) < 6 else _LONGER
    best: tuple[str | None, float] = (None, 9.0)
    distance_of_best = 9.0
    for spelling in {word, squeezed}:
        for candidate, distance, _ in process.extract(
            spelling, known, scorer=OSA.distance, score_cutoff=budget, limit=8
        ):
            if len(candidate) <= 4 and sorted(candidate) != sorted(word):
                continue  # four letters: only two of them swapped
            if candidate not in _CORRECTED and distance > 1:
                continue
            worth = (
                distance + 0.5 * (spelling != word) - 0.25 * (candidate in ANCHORS) - 0.1 * (candidate in _CORRECTED)
            )
            same_start = word[0] == candidate[0] or word[:2] == candidate[1::-1]  # faixas are no caixas
            if worth < best[1] and same_start:
                best, distance_of_best = (candidate, worth), distance
    return best[0], distance_of_best
