"""Words made comparable: without case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata


def fold(text: str) -> str:
    """Lower case letters and digits without accents, single blanks between the words."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return re.sub(r"[\W_]+", " ", plain).strip()


def header_key(header: str) -> str:
    """`Preço de custo (R$)` and `PRECO_DE_CUSTO` are one header; a per cent sign is a word."""
    return fold(header.replace("R$", "").replace("%", " pct ")).replace(" ", "")


def supplier_key(name: str) -> str:
    """By which a supplier without CNPJ is known."""
    return fold(name)
