"""Which of the closed list of intents a sentence expresses, from the words of purchasing and their inflections.

Sentences arrive masked (see intents.toml). The rules are ordered: what is more particular stands before what is
more general.
"""

from __future__ import annotations

import re

from reposto.language.patterns import load_rules
from reposto.model.request import Intent

_RULES = load_rules("intents.toml")
_ORDERED = tuple((Intent(name), pattern) for name, pattern in _RULES.ordered)
_IS = re.compile(r"\beh\b")
_SUPPLIERS_ASKED = re.compile(r"\bfornecedor|\bquem\b")


def classify(masked: str) -> Intent | None:
    """The intent of a masked sentence; None where no rule speaks."""
    masked = _IS.sub("e", masked)
    named = _RULES.named
    if masked.count("§") >= 2 and named["compare"].search(masked) and not _SUPPLIERS_ASKED.search(masked):
        return Intent.COMPARE_PRODUCTS
    if named["identity"].search(masked) and not named["identity_busy"].search(masked):
        return Intent.PRODUCT_LOOKUP
    for intent, pattern in _ORDERED:
        if pattern.search(masked):
            return intent
    return None
