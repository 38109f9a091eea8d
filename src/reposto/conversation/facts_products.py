"""Facts about named products that one look at the data answers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from reposto.analysts.windows import prices_in, sold_in
from reposto.language import quick, window_words
from reposto.language.replies import write_heard
from reposto.language.voice import Voice, locale_of
from reposto.model.facts import ProductFacts
from reposto.model.request import Intent, Request
from reposto.storage import facts

PAST_FACTS = frozenset({Intent.DEMAND_FORECAST, Intent.PRICE_HISTORY})  # of days that have passed


def is_fact(request: Request, intent: Intent) -> bool:
    """Whether one look at the data answers what is asked about the request's products."""
    if intent in quick.QUICK_INTENTS:
        return True
    window, today = request.window, request.today
    return intent in PAST_FACTS and window is not None and today is not None and window.end < today


def write_facts(connection: Connection, request: Request, locale: str, today: date, now: datetime) -> str:
    """Each product with each of the things asked about it."""
    parts = []
    for sku in request.skus:
        known = facts.load_facts(connection, sku, today=today, loaded_at=now)
        named = f"{Voice(locale_of(locale), today).product(known.product.name, sku)}: "
        texts = [_write(request, intent, known, locale) for intent in _asked(request)]
        parts += [texts[0], *(_capital(text.removeprefix(named)) for text in texts[1:])]
    return "\n\n".join(parts)


def hear_change(connection: Connection, request: Request, locale: str, today: date, now: datetime) -> str:
    """What was understood of a correction, beside what is stored; empty where no product was."""
    if len(request.skus) != 1:
        return ""
    known = facts.load_facts(connection, request.skus[0], today=today, loaded_at=now)
    return write_heard(request, known.product, known.stock, locale, today)


def _asked(request: Request) -> tuple[Intent, ...]:
    return tuple(dict.fromkeys((request.intent, *(i for i in request.also if is_fact(request, i)))))


def _write(request: Request, intent: Intent, known: ProductFacts, locale: str) -> str:
    product, window = known.product, request.window
    priced = intent in (Intent.PRICE_HISTORY, Intent.PRICE_CURRENT)
    if (intent is Intent.DEMAND_FORECAST or priced) and window is not None and window.end < known.today:
        voice = Voice(locale_of(locale), known.today, product.unit)
        named = voice.product(product.name, product.sku)
        if not priced:
            return window_words.write_sold(voice, named, sold_in(known, window))
        return window_words.write_paid(voice, named, window, prices_in(known, window))
    return quick.write_quick(request, known, locale, intent)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
