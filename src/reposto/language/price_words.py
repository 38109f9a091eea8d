"""Planned promotions and prices in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from reposto.language.voice import Voice, locale_of
from reposto.model.asked import Change
from reposto.model.findings import Analysis, DemandDriver

_FLAT = 1.0  # % below which an effect is none


def planned_words(voice: Voice, driver: DemandDriver, start: date) -> str:
    """promoção de 20% de 1/12 a 7/12: a previsão sobe 60% nesses dias (aprendido de 4 promoções passadas)."""
    price, move = driver.price_percent, _move(voice, driver)
    if driver.code == "price":
        when = voice.say("planned.from", date=voice.short(start))
        key = "planned.price.up" if (price or 0.0) > 0 else "planned.price.down"
        return voice.say(key, percent=voice.percent(abs(price or 0.0)), when=when, move=move)
    depth = voice.say("planned.depth", percent=voice.percent(-price)) if price is not None and price < 0 else ""
    when = voice.on_day(start)
    if driver.end is not None and driver.end != start:
        when = voice.say("window.dates", start=voice.short(start), end=voice.short(driver.end))
    return voice.say("planned.promotion", depth=depth, when=when, move=move)


def _move(voice: Voice, driver: DemandDriver) -> str:
    lift, past = driver.lift_percent or 0.0, driver.learned_from or 0
    flat = abs(lift) < _FLAT
    learned = voice.count("planned.learned", past) if past else voice.say(f"planned.un{'known' if flat else 'learned'}")
    if flat:
        return voice.say("planned.flat", learned=learned)
    return voice.say("planned.up" if lift > 0 else "planned.down", percent=voice.percent(abs(lift)), learned=learned)


def promotion_words(voice: Voice, change: Change) -> str:
    """com promoção de 20% de 1/12 a 7/12."""
    depth = "" if change.percent is None else voice.say("planned.depth", percent=voice.percent(-change.percent))
    when = ""
    if change.window is not None:
        when = voice.on_day(change.window.start)
        if change.window.end != change.window.start:
            start, end = voice.short(change.window.start), voice.short(change.window.end)
            when = voice.say("window.dates", start=start, end=end)
    return voice.say("planned.with", depth=depth, when=when)


def promotion_buttons(analysis: Analysis, change: Change, locale: str) -> list[dict[str, Any]]:
    """The button that keeps the promotion which was tried out; none for other simulations."""
    if change.kind != "promotion" or change.window is None:
        return []
    discount = None if change.percent is None else -change.percent
    days = {"start": change.window.start.isoformat(), "end": change.window.end.isoformat()}
    known = {"discount": discount, "dropped": False, "version": analysis.data_version}
    data = {"sku": analysis.sku, **days, **known}
    label = say_planned("button.keep", locale, change.window.start)
    return [{"action_type": "plan_promotion", "label": label, "action_data": data}]


def say_planned(
    key: str,
    locale: str,
    today: date,
    *,
    product: tuple[str, str] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> str:
    """A text about the calendar of promotions; `product`: name and SKU."""
    voice = Voice(locale_of(locale), today)
    values: dict[str, str] = {}
    if product is not None and start is not None and end is not None:
        values = {"product": voice.product(*product), "start": voice.short(start), "end": voice.short(end)}
    return voice.say(f"planned.{key}", **values)
