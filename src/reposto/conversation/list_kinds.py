"""Which list a question about the whole catalogue asks for, and how it is made when all products are known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from reposto.analysts.catalogue.buy_list import Wanted, make_buy_list
from reposto.analysts.catalogue.stock import COVER_DAYS, IDLE_DAYS, rank_abc, review_stock
from reposto.language import buy_list, list_facts, list_lines
from reposto.language.normalise import fold
from reposto.language.prose import label_recalculate
from reposto.language.voice import Voice, locale_of
from reposto.model.lists import ListLine
from reposto.model.message import Job
from reposto.model.request import Expect, Intent, Request
from reposto.model.usage import WINDOW_DAYS, Usage
from reposto.storage.company import load_company
from reposto.storage.usage import list_spent, list_usage

LINE_KINDS = frozenset({"buy_list", "stockout_list", "stock_overview", "planned_spend"})  # made of analyses
_KINDS = {
    Intent.BUY_LIST: "buy_list",
    Intent.STOCKOUT_DATE: "stockout_list",
    Intent.STOCK_OVERVIEW: "stock_overview",
    Intent.EXCESS_STOCK: "excess_stock",
    Intent.ABC_XYZ: "abc_xyz",
}
_AHEAD = re.compile(
    r"\b(vou|vamos|devo|devemos|preciso|precisamos|te(?:nho|mos) (?:que|de)|gastare[im]\w*|previs\w+|sugest\w+"
    r"|planej\w+|proxim\w+|que vem|will|going to|need to|should|planned)\b"
)
_RUNNING_OUT = re.compile(r"\b(faltar|falta|romp\w+|ruptura|zerar?|acabar?|acabando|run out|stock ?out)\b")
RUNOUT_DAYS, WEEK, SPENT_DAYS = 30, 7, 30  # where the question names no time
CENT = Decimal("0.01")


def list_kind(request: Request) -> str | None:
    """The list that a question asks for; None where it asks for none."""
    if request.expect is not Expect.ANSWER:
        return None
    if request.intent is Intent.SPEND and not request.skus:
        return "planned_spend" if _looks_ahead(request) else "spend"
    if request.skus and request.intent is not Intent.ABC_XYZ:
        return None
    return _KINDS.get(request.intent)


def _looks_ahead(request: Request) -> bool:
    today = request.today or date.max
    if request.window is not None and not request.window.start <= today < request.window.end:
        return request.window.end > today
    period = request.params.get("period")
    if isinstance(period, str) and period != f"{today:%Y-%m}":
        return period > f"{today:%Y-%m}"
    return _AHEAD.search(fold(request.text)) is not None


@dataclass(frozen=True, slots=True)
class Composed:
    """What a run ends with: the message, and the whole list behind it (None where the message says it all)."""

    content: str
    metadata: dict[str, Any]
    kind: str
    whole: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a list is made of."""

    connection: Connection
    request: Request
    run: Job
    today: date
    lines: list[ListLine]

    @property
    def locale(self) -> str:
        return self.run.locale

    def usage(self) -> list[Usage]:
        """Every product's sales, stock and price."""
        until = load_company(self.connection).data_until or self.today
        return list_usage(self.connection, until=min(until, self.today))


def compose(basis: Basis) -> Composed:
    """Make the list that was asked for."""
    kind = list_kind(basis.request) or "buy_list"
    if kind == "buy_list":
        return _buy_list(basis)
    content = {
        "stockout_list": _runouts,
        "stock_overview": _overview,
        "planned_spend": _planned,
        "excess_stock": _excess,
        "abc_xyz": _abc,
        "spend": _spent,
    }[kind](basis)
    again = {
        "action_type": "recalculate",
        "label": label_recalculate(basis.locale),
        "action_data": {"job_id": basis.run.id},
    }
    return Composed(content, {"intent": basis.request.intent.value, "actions": [again]}, kind)


def _buy_list(basis: Basis) -> Composed:
    wanted, limits = read_limits(basis.request, basis.locale)
    classes = {one.sku: one.abc for one in rank_abc(basis.usage())} if wanted.abc_class else None
    found = make_buy_list(basis.lines, wanted, today=basis.today, classes=classes)
    content = buy_list.write_buy_list(found, limits, basis.locale)
    whole = buy_list.buy_list_data(found, basis.locale)
    metadata = {
        "intent": basis.request.intent.value,
        "list": {**buy_list.head_of(whole), "limits": dict(limits)},
        "actions": _actions(basis.run, whole),
    }
    return Composed(content, metadata, "buy_list", whole)


def _actions(run: Job, whole: dict[str, Any]) -> list[dict[str, Any]]:
    data = {"job_id": run.id}
    again = {"action_type": "recalculate", "label": label_recalculate(run.locale), "action_data": data}
    if not whole["groups"]:
        return [again]
    label = buy_list.label_approve(len(whole["groups"]), run.locale)
    return [{"action_type": "approve_list", "label": label, "action_data": data}, again]


def read_limits(request: Request, locale: str) -> tuple[Wanted, list[tuple[str, str]]]:
    """What the question limits the list to, and how that is said."""
    params = request.params
    voice = Voice(locale_of(locale), request.today or date.min)
    budget, horizon = params.get("budget"), _days_ahead(request)
    running_out = request.intent is Intent.BUY_LIST and _RUNNING_OUT.search(fold(request.text)) is not None
    wanted = Wanted(
        budget=Decimal(str(budget)).quantize(CENT) if isinstance(budget, (int, float)) and budget > 0 else None,
        abc_class=params.get("abc_class"),
        category=params.get("category"),
        supplier=params.get("supplier"),
        horizon_days=horizon,
        only_running_out=running_out and horizon is not None,
    )
    said = [("category", wanted.category), ("supplier", wanted.supplier), ("class", wanted.abc_class)]
    limits = [(name, str(value)) for name, value in said if value]
    if wanted.only_running_out:
        limits.append(("horizon", voice.days(wanted.horizon_days or WEEK)))
    return wanted, limits


def _days_ahead(request: Request) -> int | None:
    """The days ahead that a question names, as a length or as a stretch of the calendar."""
    horizon = request.params.get("horizon_days")
    if isinstance(horizon, int) and horizon > 0:
        return horizon
    if request.window is not None and request.today is not None and request.window.end > request.today:
        return (request.window.end - request.today).days
    return None


def _wanted_lines(basis: Basis) -> list[ListLine]:
    """The lines of the category or supplier that the question names."""
    category, supplier = basis.request.params.get("category"), basis.request.params.get("supplier")
    return [
        line
        for line in basis.lines
        if not line.failed
        and (category is None or line.category.casefold() == str(category).casefold())
        and (supplier is None or (line.supplier or "").casefold() == str(supplier).casefold())
    ]


def _runouts(basis: Basis) -> str:
    days = _days_ahead(basis.request) or RUNOUT_DAYS
    last = basis.today + timedelta(days=days)
    known = _wanted_lines(basis)
    gone = [line for line in known if line.stockout_on is not None and line.stockout_on <= last]
    gone.sort(key=lambda line: (line.stockout_on or last, -(line.at_risk or 0), line.sku))
    return list_lines.write_runouts(gone, len(known), days, basis.today, basis.locale)


def _overview(basis: Basis) -> str:
    known = _wanted_lines(basis)
    skus = {line.sku for line in known}
    stock = review_stock([u for u in basis.usage() if u.sku in skus], today=basis.today)
    below = [x for x in known if x.reorder_point is not None and x.available is not None]
    below = [x for x in below if (x.available or 0.0) + x.on_order < (x.reorder_point or 0.0)]
    below.sort(key=lambda line: (-(line.at_risk or 0), line.sku))
    buying = make_buy_list(known, Wanted(), today=basis.today)
    return list_lines.write_overview(stock, known, below, buying, basis.locale)


def _planned(basis: Basis) -> str:
    days = _days_ahead(basis.request) or RUNOUT_DAYS
    buying = make_buy_list(_wanted_lines(basis), Wanted(horizon_days=days), today=basis.today)
    return list_lines.write_planned(buying, basis.today + timedelta(days=days), basis.locale)


def _excess(basis: Basis) -> str:
    horizon = basis.request.params.get("horizon_days")
    idle = horizon if isinstance(horizon, int) and horizon > 0 else IDLE_DAYS
    category = basis.request.params.get("category")
    usage = [u for u in basis.usage() if category is None or u.category.casefold() == str(category).casefold()]
    found = review_stock(usage, today=basis.today, idle_days=idle)
    return list_facts.write_excess(found, basis.today, idle, COVER_DAYS, WINDOW_DAYS, basis.locale)


def _abc(basis: Basis) -> str:
    return list_facts.write_abc(rank_abc(basis.usage()), basis.request.skus, basis.today, basis.locale)


def _spent(basis: Basis) -> str:
    stretch = _past_stretch(basis.request, basis.today)
    supplier = basis.request.params.get("supplier")
    found = list_spent(basis.connection, start=stretch.start, end=stretch.end, supplier=supplier)
    return list_facts.write_spent(found, stretch, supplier, basis.today, basis.locale)


def _past_stretch(request: Request, today: date) -> list_facts.Stretch:
    if request.window is not None:
        return list_facts.Stretch(request.window.start, min(request.window.end, today))
    period = request.params.get("period")
    if isinstance(period, str):
        start = date.fromisoformat(f"{period}-01")
        end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return list_facts.Stretch(start, min(end, today), month=True)
    days = request.params.get("horizon_days")
    length = days if isinstance(days, int) and days > 0 else SPENT_DAYS
    return list_facts.Stretch(today - timedelta(days=length - 1), today)
