"""Does every number in a text come from the findings? The last gate before a buyer reads it, and rule 5 of the checker.

A number is what a reader takes for one: digits in either language's style, dates, percentages, money, and number
words from two on. It is supported when some field of the analysis, rounded as the text rounds it, equals it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import get_month_names

from reposto.language.comparison import told_apart
from reposto.language.formats import Locale, inert
from reposto.language.voice import locale_of
from reposto.model.asked import Comparison
from reposto.model.findings import Analysis
from reposto.model.request import Request

_PERCENT_FIELDS = re.compile(r"percent")
_SHARE_FIELDS = re.compile(r"share|probability|level|coverage_80")
_NUMBER = {
    "pt-BR": r"\d{1,3}(?:\.\d{3})+(?:,\d+)?(?!\d)|\d+(?:,\d+)?",
    "en": r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?",
}
_TOKEN = {
    "pt-BR": re.compile(
        rf"(?P<date>\b(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])(?:/\d{{2,4}})?\b(?!/)|\b\d{{4}}-\d{{2}}-\d{{2}}\b)"
        rf"|(?P<money>R\$\s?)?(?P<number>{_NUMBER['pt-BR']})(?P<percent>\s?%)?"
    ),
    "en": re.compile(
        rf"(?P<date>\b\d{{1,2}} [A-Z][a-z]{{2,8}}\b(?: \d{{4}})?|\b\d{{4}}-\d{{2}}-\d{{2}}\b)"
        rf"|(?P<money>R\$\s?)?(?P<number>{_NUMBER['en']})(?P<percent>\s?%)?"
    ),
}
# Keys of rows, and the hundreds of points of a chart, with which almost any number would find its like.
_NOT_SAID = frozenset(
    "offer_id supplier_id best_offer_id chosen_supplier_id rank data_version series weekly_rhythm yearly_rhythm "
    "paid_source".split()
)
SHORT_CODE = 5  # an all-digit code shorter than this looks like a quantity
_NUMERIC = re.compile(r"\d|[^\W\d]{3}")  # a text of one or two letters names nothing that could hold a number
_LIST_ITEM = re.compile(r"(?m)^\s*\d{1,2}\. ")
_UNITS = {
    "pt-BR": "um uma=1 dois duas=2 três=3 quatro=4 "
    "cinco=5 seis=6 sete=7 oito=8 nove=9 dez=10 onze=11 doze=12 treze=13 "
    "quatorze=14 catorze=14 quinze=15 dezesseis=16 dezessete=17 dezoito=18 dezenove=19 vinte=20 trinta=30 quarenta=40 "
    "cinquenta=50 sessenta=60 setenta=70 oitenta=80 noventa=90 cem cento=100 duzentos duzentas=200 trezentos "
    "trezentas=300 quatrocentos quatrocentas=400 quinhentos quinhentas=500 seiscentos seiscentas=600 setecentos "
    "setecentas=700 oitocentos oitocentas=800 novecentos novecentas=900 mil=1000",
    "en": "one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 "
    "thirteen=13 fourteen=14 fifteen=15 sixteen=16 "
    "seventeen=17 eighteen=18 nineteen=19 twenty=20 thirty=30 forty=40 fifty=50 sixty=60 "
    "seventy=70 eighty=80 ninety=90 hundred=100 thousand=1000",
}
# The 12 months of PriceFinding.average_12m are a window, not a finding; the "cento" of "por cento" is no hundred.
_FIXED_WORDS = {
    "pt-BR": ("doze meses", "por cento"),
    "en": ("twelve months", "twelve-month", "percent"),
}


@dataclass(slots=True)
class _Supported:
    plain: list[Decimal] = field(default_factory=list)
    percents: list[Decimal] = field(default_factory=list)
    money: list[Decimal] = field(default_factory=list)
    dates: set[date] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)


def unsupported_numbers(
    text: str, analysis: Analysis | Comparison, locale: str = "pt-BR", request: Request | None = None, asked: Any = None
) -> list[str]:
    """The numbers of `text`, as written, that no field of the analysis (or parameter of the request) equals.

    `asked`: further findings, any dataclass: of the days asked about, a simulation, a comparison.
    """
    language = locale_of(locale)
    known = _collect(analysis, request, asked)
    rest = _without_names(_LIST_ITEM.sub("", text), known.texts)
    wrong: list[str] = []
    for match in _TOKEN[language].finditer(rest):
        if match["date"]:
            ok = _known_date(match["date"], known, analysis.today, language)
        else:
            ok = _known_number(match, known, language)
        if not ok:
            wrong.append(match[0].strip())
    wrong += [word for word, value in _spelled(rest, language) if not _equals_any(Decimal(value), 0, known.plain)]
    return wrong


def _collect(analysis: Analysis | Comparison, request: Request | None, asked: Any) -> _Supported:
    known = _Supported()
    for name, value in (*_walk("", analysis), *_walk("", asked)):
        _add(known, name, value)
    for name, value in _walk("", dict(request.params) if request else {}):
        _add(known, name, value)
    for day in list(known.dates):
        known.plain.append(Decimal(day.year))  # "em 2025"
    for needed in _needs(analysis, asked):
        known.plain.append(Decimal(math.ceil(needed - 1e-9)))  # what must be bought at least rounds up
    for compared in (analysis, asked):
        if isinstance(compared, Comparison):
            common, short = told_apart([product.name for product in compared.products])
            known.texts.update(inert(name) for name in (common, *short) if name)
    return known


def _needs(analysis: Analysis | Comparison, asked: Any) -> list[float]:
    """What plans need before lots and packs."""
    found = [analysis.recommendation.needed_quantity] if isinstance(analysis, Analysis) else []
    simulation = getattr(asked, "simulation", None)
    if simulation is not None:
        found += [simulation.now.needed, simulation.then.needed]
    return [needed for needed in found if needed is not None]


def _walk(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if name in _NOT_SAID:
        return
    if is_dataclass(value) and not isinstance(value, type):
        for f in fields(value):
            yield from _walk(f.name, getattr(value, f.name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(str(key), item)
    elif isinstance(value, (tuple, list)):
        if name == "payment_terms" and len(value) > 1:
            yield name, "/".join(str(v) for v in value)  # as they are written: 28/42/56
        for item in value:
            yield from _walk(name, item)
    else:
        yield name, value


def _add(known: _Supported, name: str, value: Any) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, date):
        known.dates.add(value)
    elif isinstance(value, str):
        known.texts.add(value)
    elif isinstance(value, Decimal):
        known.money.append(abs(value))
    elif isinstance(value, (int, float)):
        number = abs(Decimal(repr(float(value))))
        if _SHARE_FIELDS.search(name):
            known.percents.append(number * 100)
        elif _PERCENT_FIELDS.search(name):
            known.percents.append(number)
        else:
            known.plain.append(number)
            if name in ("unit_price", "budget"):
                known.money.append(number)


def _without_names(text: str, texts: set[str]) -> str:
    """The text without what was taken over word for word: product and supplier names, the analysts' own sentences.

    Only where it stands by itself: the SKU "12" must not hide the 12 of 12,50; and a short code only as a code.
    """
    forms: set[str] = set()
    for known in filter(_NUMERIC.search, texts):
        for form in (known, inert(known), inert(known, 400)):
            bare = form.rstrip(".")
            forms |= {bare, bare[:1].upper() + bare[1:], bare[:1].lower() + bare[1:]}
    present = sorted((f for f in forms if f and f in text), key=len, reverse=True)
    for form in present:
        as_code = r"(?:\bSKU|\b[Pp]edido|\b[Oo]rder) \**" if form.isdigit() and len(form) < SHORT_CODE else ""
        text = re.sub(rf"(?<![\w.,/]){as_code}{re.escape(form)}(?![\w%/]|[.,]\d)", " ", text)
    return text


def _known_date(written: str, known: _Supported, today: date, locale: Locale) -> bool:
    if re.match(r"\d{4}-", written):
        return any(d.isoformat() == written for d in known.dates)
    day, month, year = _parts(written, locale)
    return any((d.day, d.month) == (day, month) and d.year == (year or today.year) for d in known.dates)


def _parts(written: str, locale: Locale) -> tuple[int, int, int | None]:
    if locale == "en":
        words = written.split()
        names = get_month_names("abbreviated", locale="en")
        month = next((n for n, short in names.items() if words[1].startswith(short)), 0)
        return int(words[0]), month, int(words[2]) if len(words) > 2 else None
    numbers = [int(p) for p in written.split("/")]
    year = numbers[2] if len(numbers) > 2 else None
    return numbers[0], numbers[1], year + 2000 if year is not None and year < 100 else year


def _known_number(match: re.Match[str], known: _Supported, locale: Locale) -> bool:
    group, point = (",", ".") if locale == "en" else (".", ",")
    digits = match["number"].replace(group, "").replace(point, ".")
    value, places = Decimal(digits), len(digits.partition(".")[2])
    if match["percent"]:
        return _equals_any(value, places, known.percents)
    if match["money"]:
        return any(_close(value, places, amount) for amount in known.money)
    return _equals_any(value, places, known.plain)


def _equals_any(value: Decimal, places: int, candidates: list[Decimal]) -> bool:
    return any(_close(value, places, c) for c in candidates)


def _close(value: Decimal, places: int, exact: Decimal) -> bool:
    """Whether `exact`, rounded to that many places either way at a tie, is `value`."""
    return abs(exact - value) <= Decimal("0.5").scaleb(-places) + Decimal("1e-9")


def _spelled(text: str, locale: Locale) -> Iterator[tuple[str, int]]:
    """Number words with their value: "vinte e cinco" is one number, 25."""
    lowered = text.lower()
    for fixed in _FIXED_WORDS[locale]:
        lowered = lowered.replace(fixed, " ")
    values = _word_values(locale)
    word = "|".join(sorted(values, key=len, reverse=True))
    link = r"(?:\s+e\s+|\s+)" if locale == "pt-BR" else r"(?:\s+and\s+|[\s-]+)"
    for match in re.finditer(rf"\b(?:{word})\b(?:{link}(?:{word})\b)*", lowered):
        total = 0
        for part in re.findall(rf"\b(?:{word})\b", match[0]):
            scale = values[part]
            total = max(total, 1) * scale if part in ("mil", "thousand", "hundred") else total + scale
        if total > 1:  # a lone "um" is an article
            yield match[0], total


def _word_values(locale: Locale) -> dict[str, int]:
    values: dict[str, int] = {}
    waiting: list[str] = []
    for entry in _UNITS[locale].split():
        word, _, value = entry.partition("=")
        waiting.append(word)
        if value:
            values.update(dict.fromkeys(waiting, int(value)))
            waiting.clear()
    return values
