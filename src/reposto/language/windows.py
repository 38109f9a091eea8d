"""Which days a question speaks of, and what a simulation changes: what the closed list of parameters can't hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from reposto.language.dates import AHEAD, MONTHS, PAST
from reposto.language.normalise import fold
from reposto.model.request import Intent, Window

_ORDINALS = {"1": 1, "2": 2, "3": 3, "4": 4, "primeiro": 1, "segundo": 2, "terceiro": 3, "quarto": 4}
_PART = re.compile(
    r"\b(?P<nth>[1-4]|primeiro|segundo|terceiro|quarto)[oº°]? ?(?P<part>tri(?:mestre)?|sem(?:estre)?)\b"
    r"(?: de (?P<year>20\d\d)|(?P<last> do ano passado)|(?P<next> do ano que vem))?"
)
_MONTH = re.compile(r"\b(" + "|".join(MONTHS) + r")\b")
_YEAR = re.compile(r"\b(?:em|de|no ano de|durante) (20\d\d)\b(?!/)")
_LAST_WEEK = re.compile(r"\b(?:semana (?:passada|anterior)|ultima semana)\b")
_NEXT_WEEK = re.compile(r"\b(?:semana que vem|proxim[oa] semana|semana seguinte)\b")
_THIS_WEEK = re.compile(r"\b(?:n?essa|n?esta|d?essa|d?esta) semana\b")
_LAST_YEAR = re.compile(r"\bano passado\b")
_THIS_YEAR = re.compile(r"\b(?:n?este|n?esse|d?este|d?esse) ano\b|\bno ano\b")
_NEXT_YEAR = re.compile(r"\bano que vem\b|\bproximo ano\b")
_YESTERDAY = re.compile(r"\bontem\b")
_BACK = re.compile(r"\b(?:ultim[oa]s|passad[oa]s)\b")

_FORECAST = re.compile(r"\b(?:previs\w+|projec\w+|estimativ\w+|expectativ\w+|para|demanda)\b")

_BOTH = re.compile(r"\b(?:os|nos|dos) dois (?:meses|periodos|juntos)\b|\bos dois somados\b|\bsomando os dois\b")

_PRICE = re.compile(r"\b(?:preco|custo|valor|dolar|tabela|reajust\w+|encarec\w+|barat\w+|car[oa]|desconto)\b")
_DEMAND = re.compile(r"\b(?:demanda|vend\w+|procura|consumo|saida|giro|movimento)\b")
_SEASON = re.compile(
    r"\b(?:que|qual|quais) (?:e )?(?:o |a |os |as )?(?:melhor(?:es)? |pior(?:es)? )?(?:mes|meses|epoca)\b"
    r"|\bsazonal\w*\b|\bpicos?\b"
)
_LEAD = re.compile(r"\b(?:prazo|entrega\w*|lead time|fornecedor|atras\w+|demor\w+)\b")
_ACCURACY = re.compile(
    r"\b(?:err\w+|acert\w+|acuraci\w*|precis(?:ao|a)|assertiv\w+|confi(?:ar|avel|anca|o)|mape|wape|falh\w+)\b"
)


def window_of(text: str, params: Mapping[str, Any], today: date) -> Window | None:
    """The days that a text names; None where it names none, or only a length from today on."""
    folded = fold(text)
    past = PAST.search(folded) is not None and AHEAD.search(folded) is None
    for find in (_part_of_year, _months, _year):
        if (window := find(folded, params, today, past)) is not None:
            return window
    monday = today - timedelta(days=today.weekday())
    if _LAST_WEEK.search(folded):
        return Window(monday - timedelta(days=7), monday - timedelta(days=1))
    if _NEXT_WEEK.search(folded):
        return Window(monday + timedelta(days=7), monday + timedelta(days=13))
    if _THIS_WEEK.search(folded):
        return Window(monday, monday + timedelta(days=6))
    if _YESTERDAY.search(folded):
        return Window(today - timedelta(days=1), today - timedelta(days=1))
    horizon = params.get("horizon_days")
    if isinstance(horizon, int) and (past or _BACK.search(folded)):
        return Window(today - timedelta(days=horizon), today - timedelta(days=1))
    return None


def looking_back(window: Window, text: str, last: Window | None, today: date) -> Window:
    """A month named in a talk about the past is a past one: "e em setembro?" after "quanto vendi em outubro?"."""
    folded = fold(text)
    spoken_of_past = last is not None and last.end < today
    ahead = AHEAD.search(folded) is not None or _FORECAST.search(folded) is not None
    if not spoken_of_past or window.start <= today or ahead or not _MONTH.search(folded):
        return window
    if re.search(r"\b20\d\d\b|\bque vem\b|\bproxim", folded):
        return window
    return Window(_year_before(window.start), _year_before(window.end + timedelta(days=1)) - timedelta(days=1))


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28)) if day.month == 2 else day.replace(year=day.year - 1)


def both_of(text: str, spoken: Sequence[Window]) -> Window | None:
    """ "Os dois meses juntos": from the first to the last of the two stretches spoken of last, where they meet."""
    if len(spoken) < 2 or not _BOTH.search(fold(text)):
        return None
    first, last = sorted(spoken[-2:], key=lambda w: w.start)
    meet = (last.start - first.end).days <= 1
    return Window(first.start, max(first.end, last.end)) if meet else None


def month_window(period: str) -> Window | None:
    """The month "YYYY-MM"; None for anything else."""
    if not re.fullmatch(r"20\d\d-(?:0[1-9]|1[0-2])", period):
        return None
    first = date(int(period[:4]), int(period[5:]), 1)
    return Window(first, _month_end(first))


def topic_of(text: str, intent: Intent, params: Mapping[str, Any], before: str = "") -> str:
    """What a simulation changes or an explanation is about; `before`: what the last one changed."""
    folded = fold(text)
    if intent is Intent.DEMAND_FORECAST:
        return "season" if _SEASON.search(folded) else ""
    if intent is Intent.EXPLAIN:
        return "accuracy" if _ACCURACY.search(folded) else "sum"
    if intent is not Intent.WHAT_IF:
        return ""
    if "lead_time_days" in params:
        return "lead_time"
    if "percent_change" in params:
        named = "price" if _PRICE.search(folded) else "demand" if _DEMAND.search(folded) else ""
        return named or before or "demand"
    if "quantity" in params:
        return "quantity"
    return "lead_time" if _LEAD.search(folded) else ""


def _part_of_year(folded: str, _params: Mapping[str, Any], today: date, past: bool) -> Window | None:
    """A quarter or half: of the year said, else the latest one begun or the next one not ended."""
    match = _PART.search(folded)
    if match is None:
        return None
    months = 3 if match["part"].startswith("tri") else 6
    nth = _ORDINALS[match["nth"]]
    if nth * months > 12:
        return None
    year = today.year
    if match["year"]:
        year = int(match["year"])
    elif match["last"] or match["next"]:
        year += -1 if match["last"] else 1
    elif past and date(year, months * (nth - 1) + 1, 1) > today:
        year -= 1
    elif not past and _month_end(date(year, months * nth, 1)) < today:
        year += 1
    return Window(date(year, months * (nth - 1) + 1, 1), _month_end(date(year, months * nth, 1)))


def _months(folded: str, params: Mapping[str, Any], _today: date, _past: bool) -> Window | None:
    """The month that was read; from the first to it where several are named: "de outubro a dezembro"."""
    month = month_window(str(params.get("period", "")))
    if month is None:
        return None
    named = [MONTHS.index(name) + 1 for name in _MONTH.findall(folded)]
    if len(named) < 2 or named[-1] != month.end.month:
        return month
    first = month.start
    for number in reversed(named[:-1]):
        year = first.year - (number > first.month)
        first = date(year, number, 1)
    return Window(first, month.end)


def _year(folded: str, _params: Mapping[str, Any], today: date, _past: bool) -> Window | None:
    if match := _YEAR.search(folded):
        year = int(match[1])
    elif _LAST_YEAR.search(folded):
        year = today.year - 1
    elif _NEXT_YEAR.search(folded):
        year = today.year + 1
    elif _THIS_YEAR.search(folded):
        year = today.year
    else:
        return None
    return Window(date(year, 1, 1), date(year, 12, 31))


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
