"""Numbers and dates inside the analysts' Portuguese sentences, Brazilian style."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_currency, format_decimal

_WEEKDAYS = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")


@lru_cache(maxsize=1)
def _locale() -> Locale:
    return Locale("pt", "BR")


def reais(amount: Decimal) -> str:
    """R$ 1.234,56, with a plain blank so that the text can be searched."""
    return format_currency(amount, "BRL", locale=_locale()).replace("\xa0", " ")


def unit_reais(amount: Decimal) -> str:
    """R$ per unit, with up to four decimals below R$ 1: R$ 12,40 or R$ 0,0375."""
    pattern = "¤ #,##0.00" if abs(amount) >= 1 else "¤ #,##0.00##"
    return format_currency(amount, "BRL", pattern, locale=_locale(), currency_digits=False).replace("\xa0", " ")


def exact_reais(amount: Decimal) -> str:
    """R$ per unit with all its decimals (up to four), so that it can be multiplied: R$ 1,8223, R$ 18,65."""
    return format_currency(amount, "BRL", "¤ #,##0.00##", locale=_locale(), currency_digits=False).replace("\xa0", " ")


def about(amount: float) -> str:
    """An estimate in R$: whole reais from R$ 1 on, where cents would claim to know too much."""
    if abs(amount) >= 0.995:
        return f"R$ {number(amount)}"
    return reais(Decimal(repr(round(amount, 2))))


def difference(amount: Decimal, of: Decimal) -> str:
    """A difference between unit prices, as fine as the price it is about: cents, finer only for prices below R$ 1."""
    return unit_reais(amount) if abs(of) < 1 else reais(amount)


def number(value: float, decimals: int = 0) -> str:
    """1.234 or 1.234,5, halves up; without decimals that say nothing."""
    pattern = "#,##0." + "#" * decimals if decimals else "#,##0"
    exact = Decimal(repr(round(float(value), 9)))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return format_decimal(rounded if rounded else Decimal(0), pattern, locale=_locale())  # never "-0"


def quantity(value: float, unit: str) -> str:
    """1.234 UN, 12,5 KG."""
    whole = abs(value - round(value)) < 1e-9
    decimals = 0 if whole or abs(value) >= 1000 else (1 if abs(value) >= 10 else 2)
    return f"{number(value, decimals)} {unit}".strip()


def percent(value: float, decimals: int = 0) -> str:
    """12% from 12.0 (already in percent)."""
    return f"{number(value, decimals)}%"


def share(value: float) -> str:
    """A probability 0..1 as a percentage; what isn't impossible is never called 0%, nor certain 100%."""
    if 0 < value < 0.005:
        return "menos de 1%"
    if 0.995 < value < 1:
        return "mais de 99%"
    return percent(100 * value)


def day(value: date) -> str:
    """22/11/2026."""
    return value.strftime("%d/%m/%Y")


def weekday_day(value: date) -> str:
    """quinta, 26/11/2026."""
    return f"{_WEEKDAYS[value.weekday()]}, {day(value)}"


def days(count: float, *, business: bool = False) -> str:
    """1 dia, 12 dias, 12 dias úteis."""
    text = number(count, 0 if abs(count) >= 10 or float(count).is_integer() else 1)
    one = text == "1"
    if business:
        return f"{text} dia útil" if one else f"{text} dias úteis"
    return f"{text} dia" if one else f"{text} dias"


def listed(items: list[str]) -> str:
    """a, b e c."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + " e " + items[-1]
