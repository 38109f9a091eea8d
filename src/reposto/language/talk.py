"""What is said around purchasing: greetings, yes and no, noise, attacks, other subjects."""

from __future__ import annotations

import re

from reposto.language.normalise import fold
from reposto.language.patterns import load_rules
from reposto.model.request import Intent

_RULES = load_rules("talk.toml").named

LONGEST = 4000  # characters of a question; what is longer is read in its head and tail

_BLOCK = re.compile(
    r"<\s*(script|style|system|instruction\w*|assistant|prompt|admin|iframe|svg)\b[^>]*>.*?(?:<\s*/\s*\1\s*>|$)",
    re.I | re.S,
)
_BRACKETED = re.compile(r"\[\s*(system|inst|admin|assistant)\s*\].*?(?:\[\s*/\s*\1\s*\]|$)", re.I | re.S)
_TAG = re.compile(r"<[^<>]{0,300}>|\{\{[^{}]{0,200}\}\}|\$\{[^{}]{0,200}\}|\bjavascript:\S*", re.I)
_MARKUP = re.compile(r"<\s*/?\s*[a-z!][^<>]*>|\{\{.*?\}\}|\$\{.*?\}|javascript:|onerror\s*=|onload\s*=", re.I | re.S)

INJECTION = _RULES["injection"]

OFF_TOPIC = _RULES["off_topic"]
OFF_TOPIC_WEAK = _RULES["off_topic_weak"]  # words that name goods as well

GREETING = _RULES["greeting"]
_GREETING_ANY = _RULES["greeting_any"]
WHO = _RULES["who"]
INSULT = _RULES["insult"]
HELP = _RULES["help"]
RECALL = _RULES["recall"]
RUN_STATUS = _RULES["run_status"]
YES = _RULES["yes"]
NO = _RULES["no"]
_NO_CORE = _RULES["no_core"]
_YES_CORE = _RULES["yes_core"]
THUMBS_UP = frozenset("👍👌✅✔☑🆗🤝🙏💪")
THUMBS_DOWN = frozenset("👎❌✖🚫🛑⛔")
_FOREIGN = _RULES["foreign"]


def defuse(text: str) -> tuple[str, bool]:
    """The text without markup and what it wraps, and whether there was any."""
    without = _TAG.sub(" ", _BRACKETED.sub(" ", _BLOCK.sub(" ", text)))
    return without, _MARKUP.search(text) is not None


def rest_of_attack(text: str) -> str:
    """What stands in an attacking text beside the attack itself."""
    return INJECTION.sub(" ", is_spelt(fold(text)))


def is_spelt(folded: str) -> str:
    """`eh` (the folded é) as the patterns spell it."""
    return re.sub(r"\beh\b", "e", folded)


def without_attacks(text: str) -> tuple[str, bool]:
    """The sentences that attack nothing, and whether some did."""
    kept, attacked = [], False
    for sentence in re.split(r"(?<=[.!?;\n])\s+|\n", text):
        if INJECTION.search(is_spelt(fold(sentence))) or INJECTION.search(sentence):
            attacked = True
        else:
            kept.append(sentence)
    return " ".join(kept), attacked


def is_noise(folded: str) -> bool:
    """Empty, punctuation, a key held down, a hand on the keyboard."""
    letters = re.sub(r"[^a-z0-9]", "", folded)
    if not letters:
        return True
    if len(letters) > 5 and len(set(letters)) <= 2 and not letters.isdigit():
        return True
    if len(letters) > 200 and len(set(re.findall(r"\w+", folded))) <= 2:
        return True
    words = re.findall(r"[a-z]+", folded)
    return bool(words) and not re.search(r"\d", folded) and all(_mashed(w) for w in words)


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _mashed(word: str) -> bool:
    if len(word) < 4:
        return False
    if len(set(word)) <= 2:
        return True
    if any(word[i : i + 4] in row or word[i : i + 4] in row[::-1] for row in _ROWS for i in range(len(word) - 3)):
        return True
    if re.fullmatch(r"(\w{1,3})\1{2,}\w{0,2}", word):
        return True
    return re.search(r"[^aeiouy]{5,}", word) is not None and len(word) > 5


def is_yes(folded: str, raw: str) -> bool:
    if any(c in THUMBS_UP for c in raw) and not re.search(r"\w", folded):
        return True
    return YES.match(folded) is not None and _YES_CORE.search(folded) is not None and not re.match(r"nao\b", folded)


def is_no(folded: str, raw: str) -> bool:
    if any(c in THUMBS_DOWN for c in raw) and not re.search(r"\w", folded):
        return True
    return NO.match(folded) is not None and _NO_CORE.search(folded) is not None


def is_foreign(folded: str) -> bool:
    words = re.findall(r"[a-z]+", folded)
    return len(words) >= 3 and len(_FOREIGN.findall(folded)) >= max(2, len(words) // 3)


def small_talk(folded: str) -> Intent | None:
    """Greeting, thanks, who are you, insult."""
    if (GREETING.match(folded) and _GREETING_ANY.search(folded)) or WHO.search(folded):
        return Intent.SMALLTALK
    return None
