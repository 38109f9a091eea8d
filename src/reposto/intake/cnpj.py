"""CNPJ, the old all-digit one and the alphanumeric one of July 2026 (IN RFB 2.229/2024)."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[A-Z0-9]{12}[0-9]{2}")
_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


class BadCnpj(ValueError):
    """The reason, in Portuguese."""


def parse_cnpj(written: str) -> str:
    """The 14 characters without punctuation, check digits verified; leading zeros lost by a spreadsheet come back."""
    found = re.sub(r"[\s./\-]", "", written).upper()
    if found.isascii() and found.isdigit() and 12 <= len(found) < 14:
        found = found.zfill(14)
    if not _SHAPE.fullmatch(found):
        raise BadCnpj("não é um CNPJ: são 14 caracteres, os dois últimos dígitos")
    if len(set(found)) == 1 or check_digits(found[:12]) != found[12:]:
        raise BadCnpj("CNPJ com dígito verificador errado")
    return found


def is_cpf(written: str) -> bool:
    """Whether it is the number of a person, check digits verified."""
    found = re.sub(r"[\s./\-]", "", written)
    if not re.fullmatch(r"\d{11}", found, re.ASCII) or len(set(found)) == 1:
        return False
    for length in (9, 10):
        total = sum(int(digit) * (length + 1 - i) for i, digit in enumerate(found[:length]))
        if total * 10 % 11 % 10 != int(found[length]):
            return False
    return True


def check_digits(base: str) -> str:
    """Modulo 11 over (ASCII code - 48), weights 2 to 9 from the right."""
    first = _check_digit(base, _WEIGHTS[1:])
    return first + _check_digit(base + first, _WEIGHTS)


def _check_digit(characters: str, weights: tuple[int, ...]) -> str:
    remainder = sum((ord(c) - 48) * w for c, w in zip(characters, weights, strict=True)) % 11
    return "0" if remainder < 2 else str(11 - remainder)
