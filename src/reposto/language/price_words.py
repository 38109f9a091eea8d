"""Planned promotions and prices in words."""

from __future__ import annotations

from datetime import date

from reposto.language.voice import Voice
from reposto.model.findings import DemandDriver

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
