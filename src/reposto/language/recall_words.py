"""What was said before, said again or listed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from reposto.language import window_words
from reposto.language.details import FOLD
from reposto.language.formats import inert
from reposto.language.voice import Voice, bullets, lines, locale_of, sentences
from reposto.model.request import NamedProduct, Window

_CODE = re.compile(r" \(SKU [^)]*\)")
_END = re.compile(r"(?<=[\w)%”])\. (?=[A-ZÀ-Ý])")
MAX_ANSWER = 110
MAX_QUESTION = 80  # characters of an earlier question shown


def write_again(content: str, at: datetime, today: date, locale: str) -> str:
    """The part of an answer that was shown, once more."""
    voice = Voice(locale_of(locale), today)
    head = content.partition(f"\n\n{FOLD}\n\n")[0]
    return lines(voice.say("recall.again", when=when_said(voice, at)), head)


def write_nothing_said(locale: str) -> str:
    return sentences((Voice(locale_of(locale), date.min).say("recall.none"),))


def write_about(
    product: NamedProduct,
    found: Sequence[tuple[datetime, str, str]],
    window: Window | None,
    today: date,
    locale: str,
) -> str:
    """Earlier answers about a product, newest first: when, the question, the first lines of the answer."""
    voice = Voice(locale_of(locale), today, product.unit)
    named = voice.product(product.name, product.sku)
    if not found:
        days = f" {_days(voice, window)}" if window is not None else ""
        return sentences((voice.say("recall.about.none", product=named, days=days),))
    rows = []
    for at, question, content in found:
        answer = content.split("\n\n")[0].removeprefix(f"{named}: ")
        values = {"when": when_said(voice, at), "answer": answer}
        asked = inert(question, MAX_QUESTION)
        rows.append(
            voice.say("recall.row", question=asked, **values) if asked else voice.say("recall.row.bare", **values)
        )
    head = voice.count("recall.about", len(found), product=named)
    return lines(head, bullets(rows), sentences((voice.say("recall.fresh"),)))


def write_questions(
    found: Sequence[tuple[datetime, str, str, str]], earlier: int, window: Window, today: date, locale: str
) -> str:
    """What was asked in a stretch of time, oldest first: when, the question, how it stands, the text of its answer.

    `earlier`: how many more there are before these.
    """
    voice = Voice(locale_of(locale), today)
    days = _days(voice, window)
    if not found:
        return sentences((voice.say("recall.asked.none", days=days),))
    one_day = window.start == window.end
    rows = []
    for at, text, state, answer in found:
        ended = voice.say(f"recall.state.{state}", answer=first_sentence(answer))
        time = f"{at:%H:%M}" if one_day else when_said(voice, at)
        rows.append(voice.say("recall.question.state", time=time, question=inert(text, MAX_QUESTION), state=ended))
    more = sentences((voice.count("recall.earlier", earlier),)) if earlier > 0 else ""
    return lines(voice.count("recall.asked", len(found), days=days), more, bullets(rows))


def first_sentence(content: str) -> str:
    """What an answer says first, as one line without emphasis or a product's code."""
    first = _CODE.sub("", content.partition("\n")[0].replace("**", ""))
    said = _END.split(first, maxsplit=1)[0].rstrip(":.")
    return said if len(said) <= MAX_ANSWER else f"{said[:MAX_ANSWER].rsplit(' ', 1)[0].rstrip(',;:')}…"


def _days(voice: Voice, window: Window) -> str:
    if window.start == window.end == voice.today:
        return voice.say("recall.on.today")
    return window_words.when(voice, window)


def when_said(voice: Voice, at: datetime) -> str:
    """hoje às 12:03; ontem às 09:10; 15/11 às 17:00."""
    time, day = f"{at:%H:%M}", at.date()
    if day == voice.today:
        return voice.say("recall.today", time=time)
    if (voice.today - day).days == 1:
        return voice.say("recall.yesterday", time=time)
    return voice.say("recall.day", date=voice.short(day), time=time)
