"""The words of lexicon.toml, ready for use, and the conjugation of its verbs."""

from __future__ import annotations

import tomllib
from importlib.resources import files

_RAW: dict[str, str] = tomllib.loads(files("reposto.language").joinpath("lexicon.toml").read_text("utf-8"))


def _words(name: str) -> frozenset[str]:
    return frozenset(_RAW[name].split())


def _pairs(name: str) -> dict[str, str]:
    entries = (entry.partition("=") for entry in _RAW[name].split())
    return {short: full for short, _, full in entries}


def _choices(name: str) -> dict[str, tuple[str, ...]]:
    return {short: tuple(full.split("/")) for short, full in _pairs(name).items()}


SLANG = {short: full.replace("_", " ") for short, full in _pairs("slang").items()}
SHY_SLANG = _words("shy_slang")
FUNCTION = _words("function")
SIZE_LETTERS = _words("size_letters")
CONJUNCTIONS = _words("conjunctions")
CHAT = _words("chat")
ASKING = _words("asking")
NOUNISH = _words("nounish")
ANCHORS = _words("anchors")
CORRECTABLE = _words("correctable")
ABBREVIATIONS = _choices("abbreviations")
SYNONYMS = _choices("synonyms")

_ENDINGS = {
    "ar": "ar o a as amos am ei ou aram ava avam aria ariam ando ado ada ados adas e es em asse arem aremos arei ara "
    "arao",
    "er": "er o e es emos em i eu eram ia iam eria eriam endo ido ida idos idas a am esse erem erei era erao",
    "ir": "ir o e es imos em i iu iram ia iam iria iriam indo ido ida idos idas a am isse irem irei ira irao",
}


def _conjugate() -> frozenset[str]:
    forms = set(_RAW["verb_forms"].split())
    for ending, tails in _ENDINGS.items():
        for verb in _RAW["verbs_" + ending].split():
            if not verb.endswith(ending):
                continue
            forms.update(verb[:-2] + tail for tail in tails.split())
            if verb.endswith("gar"):
                forms.update(verb[:-2] + tail for tail in ("uei", "ue", "uem"))
            if verb.endswith("car"):
                forms.update(verb[:-3] + tail for tail in ("quei", "que", "quem"))
    return frozenset(form for form in forms if len(form) > 1 or form == "e")


VERBS = _conjugate()
QUESTION_WORDS = CHAT | VERBS | frozenset(word for full in SLANG.values() for word in full.split())
