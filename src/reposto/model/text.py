"""Text as we keep it: Unicode NFC, without the characters that only confuse."""

from __future__ import annotations

import unicodedata


def nfc(text: str) -> str:
    """Canonical composition: the same letter is the same bytes everywhere."""
    return unicodedata.normalize("NFC", text)


def clean(text: str) -> str:
    """NFC, no control characters but line breaks and tabs, no surrounding blanks."""
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co"))
    return nfc(kept).strip()
