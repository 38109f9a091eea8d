"""Check digits, so that the demo's codes are valid ones."""

from __future__ import annotations

from functools import cache

from reposto.intake.cnpj import check_digits

EAN_PREFIX = "7890000"  # Brazil, with a company prefix that nobody holds


def make_ean(number: int) -> str:
    """An EAN-13 of the demo company (GS1: weights 1 and 3 from the left, modulo 10)."""
    body = f"{EAN_PREFIX}{number:05d}"
    total = sum(int(digit) * (3 if n % 2 else 1) for n, digit in enumerate(body))
    return f"{body}{-total % 10}"


@cache
def make_cnpj(root: str) -> str:
    """The head office's CNPJ of a company."""
    return root + "0001" + check_digits(root + "0001")
