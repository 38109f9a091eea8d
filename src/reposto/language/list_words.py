"""The acknowledgement of a question about the whole catalogue."""

from __future__ import annotations

from reposto.language.prose import NO_DAY
from reposto.language.voice import Voice, locale_of, sentences


def write_list_started(kind: str, products: int, stale: int | None, eta_seconds: float | None, locale: str) -> str:
    """What was understood, how much there is to do, and how long that takes; `stale` None: nothing to analyse."""
    voice = Voice(locale_of(locale), NO_DAY)
    first = voice.say(f"list.started.{kind}", products=voice.count("list.products", products))
    if stale is None:
        return sentences((first,))
    if stale == 0:
        return sentences((first, voice.say("list.started.known")))
    eta = _eta(voice, eta_seconds)
    if stale == products:
        return sentences((first, voice.say("list.started.all", eta=eta)))
    return sentences((first, voice.say("list.started.part", fresh=products - stale, stale=stale, eta=eta)))


def _eta(voice: Voice, seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return voice.count("list.started.eta", max(seconds, 1.0))
    return voice.count("list.started.eta.minutes", seconds / 60)
