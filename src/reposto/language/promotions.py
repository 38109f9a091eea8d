"""A buyer tells of a promotion to come: on which days, and how much cheaper."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from reposto.language.dates import MONTHS, MONTHS_EN
from reposto.language.normalise import fold
from reposto.model.request import Expect, Intent, Request, Window

TOPIC = "promotion"
LONGEST_DAYS = 120  # a longer one is a price
_NAMED = "|".join((*MONTHS, *MONTHS_EN))
_PROMOTION = re.compile(r"\b(?:promoc\w+|promo|liquidac\w+|promotions?|sale on)\b")
_DISCOUNT = re.compile(r"\b(?:descontos?|discounts?)\b")
_OURS = re.compile(r"\b(?:eu|vou|vamos|a gente|der|dar|damos|darei|fizer|i|we)\b")
_THEIRS = re.compile(
    r"\b(?:fornecedor\w*|cotac\w+|negoci\w+|pagar|pago|compr(?:ar|ei|o|amos) com|supplier|passad[oa]|foi|houve|teve|"
    r"last)\b"
)
_AHEAD = re.compile(
    r"\b(?:vou|vamos|vai|vao|se|farei|faremos|fizer\w*|fizessemos|fazer|planej\w+|pretend\w+|quero|queremos|penso|pensando|"
    r"colocar|entrar|entra|dar|der|will|going to|if|plan\w*|want)\b"
)
_PERCENT = re.compile(r"(\d{1,2}(?:[.,]\d+)?) ?(?:%|por cento|porcento|percent)")
_SPAN = re.compile(
    rf"\b(?:de|do dia|entre|from|between) (?:o )?(?:dia )?(\d{{1,2}})(?:/(\d{{1,2}})(?:/(\d{{4}}|\d{{2}}))?)? "
    rf"(?:a|ate|e|to|and|until)(?: o)? (?:dia )?(\d{{1,2}})(?:/(\d{{1,2}})(?:/(\d{{4}}|\d{{2}}))?| (?:de )?({_NAMED}))?"
)
_ONE_DAY = re.compile(rf"\b(?:no dia|em|dia|on) (\d{{1,2}})(?:/(\d{{1,2}})| (?:de )?({_NAMED}))")
_NEXT_WEEK = re.compile(r"\b(?:semana que vem|proxima semana|next week)\b")


@dataclass(frozen=True, slots=True)
class TalkedOf:
    """The days of a promotion, and the discount in %, if one is named."""

    window: Window
    discount: float | None


def read_promotion(text: str, today: date) -> TalkedOf | None:
    """A promotion of one's own to come, with its days; None for every other message."""
    folded = fold(text)
    ours = _PROMOTION.search(folded) or (_DISCOUNT.search(folded) and _OURS.search(folded))
    if not ours or not _AHEAD.search(folded) or _THEIRS.search(folded):
        return None
    window = _days(folded, today)
    if window is None or window.days > LONGEST_DAYS or window.end < today:
        return None
    found = _PERCENT.search(folded)
    discount = float(found[1].replace(",", ".")) if found else None
    return TalkedOf(window, discount if discount is None or 0 < discount < 95 else None)


def as_simulation(text: str, request: Request) -> Request:
    """The request as a simulation of the promotion that the words plan for its one product; else as it is."""
    if request.today is None or len(request.skus) != 1 or request.expect is not Expect.ANSWER:
        return request
    planned = read_promotion(text, request.today)
    if planned is None:
        return request
    params = {} if planned.discount is None else {"percent_change": -planned.discount}
    return replace(request, intent=Intent.WHAT_IF, topic=TOPIC, also=(), window=planned.window, params=params)


def _days(folded: str, today: date) -> Window | None:
    if match := _SPAN.search(folded):
        month = _month(match[5], match[7]) or _month(match[2], None)
        if month is None:
            return None
        year = match[6] or match[3]
        end = _coming(int(match[4]), month, year, today)
        if end is None:
            return None
        start = _day(int(match[1]), _month(match[2], None) or month, end.year)
        if start is not None and start > end:
            start = _day(start.day, start.month, end.year - 1)
        return Window(start, end) if start is not None else None
    if match := _ONE_DAY.search(folded):
        month = _month(match[2], match[3])
        day = _coming(int(match[1]), month, None, today) if month else None
        return Window(day, day) if day is not None else None
    if _NEXT_WEEK.search(folded):
        first = today + timedelta(days=7 - today.weekday())
        return Window(first, first + timedelta(days=6))
    return None


def _month(number: str | None, name: str | None) -> int | None:
    if name:
        return (MONTHS if name in MONTHS else MONTHS_EN).index(name) + 1
    return int(number) if number and 1 <= int(number) <= 12 else None


def _coming(day: int, month: int, year: str | None, today: date) -> date | None:
    """That day of the year named, else the next one to come."""
    if year is not None:
        return _day(day, month, int(year) + (2000 if len(year) == 2 else 0))
    found = _day(day, month, today.year)
    return found if found is None or found >= today else _day(day, month, today.year + 1)


def _day(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
