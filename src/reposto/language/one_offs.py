"""A buyer says that a sale was like no other: what he means, and what is said back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from reposto.language.dates import MONTHS, MONTHS_EN
from reposto.language.normalise import fold
from reposto.language.texts_one_offs import TEXTS
from reposto.language.voice import Voice, locale_of

LONGEST = 300  # characters; what is longer tells more than a mark


class Wish(StrEnum):
    """What a message about exceptional sales wants."""

    MARK = "mark"
    UNMARK = "unmark"


@dataclass(frozen=True, slots=True)
class OneOffWish:
    """`start`..`end`: the days meant, if any are named; `quantity`: of the sale, if named; `rest`: the words that are
    left, in which a product may be named."""

    wish: Wish
    start: date | None
    end: date | None
    quantity: float | None
    rest: str


_SALE = r"(?:vendas?|pedidos?|compras?|saidas?|encomendas?|sales?|orders?)"
_ODD = r"(?:atipic\w+|excepciona\w+|pontua(?:l|is)|fora d[oa] (?:comum|normal|padrao|curva)|one[- ]offs?|exceptional)"
_ODD_WORDS = rf"(?:foi |foram |era |is |was |were )?(?:um |uma |a |an )?(?:coisa )?{_ODD}"
_IGNORE = (
    r"(?:desconsider\w+|ignor\w+|descart\w+|nao (?:conte|conta|contar|considere|considera|considerar)|"
    r"exclu(?:i|a|ir)\b|deix\w+ (?:de )?fora|tir[ae]r? (?:da (?:conta|previsao)|fora)|"
    r"leave out|exclude|ignore|do ?n.?t count|disregard)"
)
_AGAIN = (
    r"(?:(?:volt\w+ a|torn\w+ a) (?:contar|considerar)|cont(?:e|a|ar) de novo|consider\w+ de novo|inclu\w+ de novo|"
    r"count (?:it )?again|include again)"
)
_MARKS = re.compile(rf"\b{_IGNORE}\b.*\b{_SALE}\b|\b{_SALE}\b.*\b{_IGNORE}\b|\b{_SALE}\b.*\b{_ODD}|\b{_ODD} {_SALE}\b")
_UNMARKS = re.compile(rf"\b{_AGAIN}\b.*\b{_SALE}\b|\b{_SALE}\b.*\b{_AGAIN}\b")
_DAY = re.compile(r"\b(?:no |em |on )?(?:dia |day )?(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?\b")
_MONTH = re.compile(
    rf"\b(?:em |de |no mes de |in |of )?({'|'.join((*MONTHS, *MONTHS_EN))})\b(?: (?:de |do |of )?(20\d{{2}})\b)?"
)
_YESTERDAY = re.compile(r"\b(ontem|anteontem|yesterday)\b")
_LAST = re.compile(r"\b(?:d[ao] |n[ao] )?(?:(semana|mes) passad[ao]|last (week|month))\b")
_QUANTITY = re.compile(
    r"\b(?:de |of )?(\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?"
    r"(?: ?(?:un|unidades?|pcs?|pecas?|cx|caixas?|kg|units?)\b)?(?![\d/])"
)
_NOISE = re.compile(
    rf"\b(?:{_SALE}|{_ODD_WORDS}|{_IGNORE}|{_AGAIN}|aquel[ea]s?|daquel[ea]s?|aquilo|ess[ea]s?|dess[ea]s?|est[ea]s?|that|"
    r"those|por favor|please|pode|favor|previsao|forecast|conta|do calculo|da conta|porque|pois|foi|foram|was|were|"
    r"grande|unic[oa]s?|so|um|uma|the|a|o|as|os|de|da|do|das|dos|em|no|na|que|e|eh|of|in|from|the|it|cliente|um so)\b"
)


def read_wish(text: str, today: date) -> OneOffWish | None:
    """A message that marks a sale as exceptional, or takes that back; None for every other.

    It must say which: by its day, its month or its quantity.
    """
    if len(text) > LONGEST:
        return None
    folded = fold(text)
    wish = Wish.UNMARK if _UNMARKS.search(folded) else Wish.MARK if _MARKS.search(folded) else None
    if wish is None:
        return None
    start, end, rest = _days(folded, today)
    quantity = None
    # a code's figures are no quantity: only what follows the word for a sale, or stands with a unit
    if match := re.search(rf"\b{_SALE} (?:\w+ )?(?:grande )?{_QUANTITY.pattern}", rest):
        quantity = float(match[1].replace(".", ""))
        rest = rest[: match.start(1)] + " " + rest[match.end() :]
    if start is None and quantity is None:
        return None
    left = " ".join(_NOISE.sub(" ", re.sub(r"[^\w\s./-]", " ", rest)).split())
    return OneOffWish(wish, start, end, quantity, left)


def _days(text: str, today: date) -> tuple[date | None, date | None, str]:
    """The days that a text names, the newest that have passed, and the text without them."""
    if match := _DAY.search(text):
        found = _past_day(int(match[1]), int(match[2]), match[3], today)
        if found is not None:
            return found, found, text[: match.start()] + " " + text[match.end() :]
    if match := _YESTERDAY.search(text):
        found = today - timedelta(days=2 if match[1] == "anteontem" else 1)
        return found, found, text[: match.start()] + " " + text[match.end() :]
    if match := _LAST.search(text):
        rest = text[: match.start()] + " " + text[match.end() :]
        if (match[1] or match[2]) in ("mes", "month"):
            end = today.replace(day=1) - timedelta(days=1)
            return end.replace(day=1), end, rest
        start = today - timedelta(days=today.weekday() + 7)
        return start, start + timedelta(days=6), rest
    if match := _MONTH.search(text):
        names = MONTHS if match[1] in MONTHS else MONTHS_EN
        month = names.index(match[1]) + 1
        year = int(match[2]) if match[2] else today.year if month <= today.month else today.year - 1
        start = date(year, month, 1)
        end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return start, end, text[: match.start()] + " " + text[match.end() :]
    return None, None, text


def _past_day(day: int, month: int, year: str | None, today: date) -> date | None:
    try:
        if year is not None:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
        found = date(today.year, month, day)
        return found if found <= today else found.replace(year=today.year - 1)
    except ValueError:
        return None


def is_yes(text: str) -> bool:
    """Whether a message does no more than agree."""
    return (
        re.fullmatch(r"\W*(?:sim|pode|pode sim|ok|isso|isso mesmo|confirmo|confirmado|yes|yes please)\W*", fold(text))
        is not None
    )


def is_undo(text: str) -> bool:
    """Whether a message does no more than take the last thing back."""
    return re.fullmatch(r"\W*(?:desfaz\w*|desfaca|volta(?:r)? atras|undo)(?: isso)?\W*", fold(text)) is not None


def say(key: str, locale: str, today: date, unit: str = "UN", **values: object) -> str:
    """A text about exceptional sales; quantities and days are put into words here."""
    voice = Voice(locale_of(locale), today, unit)
    shown = {
        name: voice.quantity(value)
        if isinstance(value, float)
        else voice.full(value)
        if isinstance(value, date)
        else value
        for name, value in values.items()
    }
    return TEXTS[locale_of(locale)][key].format(**shown)


def name_of(name: str, sku: str) -> str:
    """A product's name and code, as any answer shows them."""
    return Voice("pt-BR", date(2000, 1, 1), "UN").product(name, sku)
