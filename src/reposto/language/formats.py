"""Numbers, dates and foreign text as a buyer may read them, in Portuguese and English."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale as BabelLocale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent, parse_pattern

from reposto.model.quantities import is_counted

Locale = Literal["pt-BR", "en"]

NEAR_DAYS = 45  # a weekday helps for dates of the next weeks; further away the year matters more
MAX_NAME = 120  # characters of a product or supplier name shown; invoices allow 120
MAX_MARKS = 2  # combining marks kept on one letter: Vietnamese needs two, "zalgo" text dozens
JOINER = "\u2060"  # WORD JOINER: invisible, breaks what a renderer would turn into a link or a mention

_SPECIAL = re.compile(r"([\\`*\[\]<>&~|{}])")
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_BLOCK_START = re.compile(r"^([#+\-=:]|\d+(?=[.)]))")
_SCHEME = re.compile(
    r"(?i)\b((?:javascript|vbscript|data|file|mailto|tel|xmpp)(?=:)|[a-z][a-z0-9+.\-]*(?=://)|www(?=\.))"
)
_DOMAIN = re.compile(r"(?i)(?<=[a-z0-9])\.(?=(?:com|net|org|info|io|app|xyz|link|site|online|shop|ru|cn|co|br)\b)")
_BREAK = re.compile(r"[\t\n\r\v\f\x85\u2028\u2029]")
_BLANK = re.compile(r"\s+")


@lru_cache(maxsize=4096)
def inert(text: str, limit: int = MAX_NAME) -> str:
    """Foreign text as one line of Markdown that renders as itself: no markup, link, mention or hidden direction."""
    line = _visible_line(text)
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    line = _SCHEME.sub(rf"\1{JOINER}", line)
    line = _DOMAIN.sub(f"{JOINER}.", line)
    line = re.sub(r"@(?=\w)", f"@{JOINER}", line)
    line = _SPECIAL.sub(r"\\\1", line)
    line = _EDGE_UNDERSCORE.sub(r"\\_", line)
    return _BLOCK_START.sub(_escape_start, line)


def literal(text: str, limit: int = MAX_NAME) -> str:
    """Foreign text as a code span, to be copied exactly: e-mail, telephone, document number. Empty stays empty."""
    line = _visible_line(text).replace("`", "'").strip()[:limit]
    return f"`{line}`" if line else ""


def _escape_start(match: re.Match[str]) -> str:
    return f"{match[1]}\\" if match[1].isdigit() else f"\\{match[1]}"


def _visible_line(text: str) -> str:
    """One line without control, format (zero-width, direction) and private characters, marks limited per letter."""
    kept: list[str] = []
    marks = 0
    for char in _BREAK.sub(" ", unicodedata.normalize("NFC", text)):
        category = unicodedata.category(char)
        if category in ("Cc", "Cf", "Cs", "Co", "Cn"):
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return _BLANK.sub(" ", "".join(kept)).strip()


@lru_cache(maxsize=2)
def babel_locale(locale: Locale) -> BabelLocale:
    return BabelLocale.parse("en" if locale == "en" else "pt_BR")


_pattern = lru_cache(maxsize=32)(parse_pattern)


def number(value: float | Decimal, digits: int, locale: Locale) -> str:
    """1.234,5 with at most `digits` decimals, half up, without trailing zeros or a minus zero."""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    if rounded == 0:
        rounded = Decimal(0)
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return format_decimal(rounded, format=_pattern(pattern), locale=babel_locale(locale))


def quantity_digits(value: float, unit: str) -> int:
    """Decimals: none for counted units (but "0,4" for a forecast below one); about three figures for measured ones."""
    if is_counted(unit):
        return 1 if 0 < abs(value) < 0.95 else 0
    return 2 if abs(value) < 10 else 1 if abs(value) < 1000 else 0


def amount(value: float, unit: str, locale: Locale) -> str:
    """A quantity without its unit."""
    return number(value, quantity_digits(value, unit), locale)


def quantity(value: float, unit: str, locale: Locale) -> str:
    """1.234 UN."""
    return f"{amount(value, unit, locale)} {inert(unit, 12)}"


def rate(value: float, locale: Locale) -> str:
    """A quantity per day or month: few decimals, more when it is small."""
    digits = 2 if abs(value) < 1 else 1 if abs(value) < 100 else 0
    return number(value, digits, locale)


def money(value: Decimal, locale: Locale) -> str:
    """R$ 1.234,56, half up to the cent."""
    cents = value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return _currency(abs(cents) if cents == 0 else cents, "#,##0.00", locale)


def unit_price(value: Decimal, locale: Locale) -> str:
    """R$ per unit: cents, but up to four decimals below one real, where cents would hide the price."""
    return _currency(value, "#,##0.00##", locale) if 0 < abs(value) < 1 else money(value, locale)


def _currency(value: Decimal, digits: str, locale: Locale) -> str:
    sign = "-" if value < 0 else ""
    text = format_currency(
        abs(value), "BRL", format=_pattern(f"¤ {digits}"), locale=babel_locale(locale), currency_digits=False
    )
    return sign + text.replace("\xa0", " ")


def percent(value: float, locale: Locale) -> str:
    """Of a number already in percent: 8.04 gives 8%; one decimal below ten where it says something."""
    size = abs(value)
    pattern = "#,##0.#%" if size < 10 else "#,##0%"
    digits = 1 if size < 10 else 0
    return format_percent(_half_up(size, digits) / 100, format=_pattern(pattern), locale=babel_locale(locale))


def share(value: float, locale: Locale) -> str:
    """Of a share or probability 0..1, in whole percent."""
    return format_percent(_half_up(value * 100, 0) / 100, format=_pattern("#,##0%"), locale=babel_locale(locale))


def _half_up(value: float, digits: int) -> Decimal:
    return Decimal(repr(round(value, 9))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def full_date(day: date, locale: Locale) -> str:
    """22/11/2026 or 22 Nov 2026."""
    return format_date(day, "d MMM y" if locale == "en" else "dd/MM/y", locale=babel_locale(locale))


def short_date(day: date, today: date, locale: Locale) -> str:
    """22/11, with the year when it isn't the current one."""
    if day.year != today.year:
        return full_date(day, locale)
    return format_date(day, "d MMM" if locale == "en" else "dd/MM", locale=babel_locale(locale))


def weekday_date(day: date, today: date, locale: Locale) -> str:
    """quinta-feira, 27/11 within the next weeks; further away just the date with its year."""
    if abs((day - today).days) > NEAR_DAYS:
        return full_date(day, locale)
    weekday = format_date(day, "EEEE", locale=babel_locale(locale))
    return f"{weekday}, {short_date(day, today, locale)}"


def named_day(day: date, today: date, locale: Locale) -> str:
    """hoje, amanhã (23/11), ontem (21/11), quinta-feira, 27/11 or 22/03/2027."""
    words = {"pt-BR": ("ontem", "hoje", "amanhã"), "en": ("yesterday", "today", "tomorrow")}[locale]
    offset = (day - today).days
    if offset == 0:
        return words[1]
    if abs(offset) == 1:
        return f"{words[1 + offset]} ({short_date(day, today, locale)})"
    return weekday_date(day, today, locale)


def on_day(day: date, today: date, locale: Locale) -> str:
    """The day with its preposition: na quinta-feira, 27/11; no sábado, 28/11; em 22/03/2027; hoje."""
    text = named_day(day, today, locale)
    offset = abs((day - today).days)
    if offset <= 1:
        return text
    if locale == "en":
        return f"on {text}"
    if offset > NEAR_DAYS:
        return f"em {text}"
    return f"{'no' if day.weekday() >= 5 else 'na'} {text}"


def by_day(day: date, today: date, locale: Locale) -> str:
    """até quinta-feira, 27/11; by Friday, 27 Nov."""
    text = named_day(day, today, locale)
    if locale == "en":
        return text if text == "today" else f"by {text}"
    return f"até {text}"


def whole_days(value: float) -> int:
    """Days as people count them, half up."""
    return max(math.floor(value + 0.5), 0)


def join(parts: Sequence[str], locale: Locale) -> str:
    """a, b e c."""
    if len(parts) <= 1:
        return "".join(parts)
    last = " and " if locale == "en" else " e "
    return ", ".join(parts[:-1]) + last + parts[-1]


def sentence(text: str) -> str:
    """First letter in upper case (past leading emphasis marks), one full stop at the end."""
    text = text.strip()
    for i, char in enumerate(text):
        if char not in '*“"(':
            text = text[:i] + char.upper() + text[i + 1 :]
            break
    return text if text.endswith((".", "!", "?", ":", "…")) else text + "."


def lower_first(text: str) -> str:
    """For a sentence that goes on after a colon: first letter (past emphasis marks) small, unless it is an acronym."""
    marks = len(text) - len(text.lstrip("*"))
    start = text[marks:]
    if start[1:2].isupper() or start[1:2].isdigit():
        return text
    return text[:marks] + start[:1].lower() + start[1:]
