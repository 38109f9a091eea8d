"""Where a number came from, and how good forecasts of a product have been."""

from __future__ import annotations

import re
from datetime import datetime

from reposto.language.details import FOLD, all_evidence, evidence_words
from reposto.language.formats import sentence
from reposto.language.leads import explain_lead, steps_of
from reposto.language.normalise import fold
from reposto.language.numbers import NUMBER, read_number
from reposto.language.recall_words import when_said
from reposto.language.voice import Voice, bullets, lines, locale_of, sentences
from reposto.model.findings import Analysis
from reposto.model.request import Request

DAYS_A_WEEK = 7
_FIGURE = re.compile(rf"(?<![\w-]){NUMBER}(?![\w/-])")


def write_accuracy(voice: Voice, analysis: Analysis) -> str:
    """The back-test of this product in words, beside repeating what happened."""
    product, accuracy = voice.product(analysis.name, analysis.sku), analysis.demand.accuracy
    if accuracy is None:
        return sentences((voice.say("explain.accuracy.none", product=product),))
    error, naive = voice.percent(accuracy.error_percent), voice.percent(accuracy.naive_error_percent)
    values = {"days": voice.days(accuracy.horizon_days), "origins": accuracy.origins}
    parts = [voice.say("explain.accuracy", product=product, error=error, **values)]
    if accuracy.horizon_days % DAYS_A_WEEK == 0:
        weeks = accuracy.horizon_days // DAYS_A_WEEK
        parts.append(voice.count("explain.accuracy.weeks", weeks, days=voice.days(analysis.demand.horizon_days)))
    key = "same" if error == naive else "better" if accuracy.error_percent < accuracy.naive_error_percent else "worse"
    parts.append(voice.say(f"explain.accuracy.{key}", naive=naive))
    if accuracy.coverage_80 is not None:
        parts.append(voice.say("explain.accuracy.range", share=voice.share(accuracy.coverage_80)))
    return sentences(parts)


def write_explanation(analysis: Analysis, request: Request, at: datetime, locale: str) -> str:
    """The sum behind a stored answer, why not another number, and the data that went into it."""
    voice = Voice(locale_of(locale), analysis.today, analysis.unit)
    if request.topic == "accuracy":
        first = write_accuracy(voice, analysis)
    else:
        other = _why_not(voice, analysis, request)
        first = lines(sentences((other,)) if other else "", steps_of(explain_lead(voice, analysis, request)))
    used = [e for e in all_evidence(analysis) if request.topic != "accuracy" or e.id == "sales"]
    sources = bullets([sentence(evidence_words(voice, e)) for e in used])
    said = voice.say("explain.said", when=when_said(Voice(voice.locale, at.date()), at))
    return lines(first, sentences((said,)), FOLD, f"**{voice.say('explain.sources')}**", sources)


def _why_not(voice: Voice, analysis: Analysis, request: Request) -> str:
    """The answer to "por que 480 e não 300?"; empty where no other number is named."""
    advice = analysis.recommendation
    if advice.quantity is None or advice.needed_quantity is None:
        return ""
    said = [read_number(m[0]) for m in _FIGURE.finditer(fold(request.text))]
    others = [n for n in said if n is not None and n > 0 and abs(n - advice.quantity) > 0.5]
    if not others:
        return ""
    other, needed = others[-1], advice.needed_quantity
    values = {"other": voice.quantity(other), "needed": voice.needed(needed)}
    values["quantity"] = voice.quantity(advice.quantity)
    if advice.quantity == 0:
        return voice.say("explain.number.unneeded", **values)
    key = "less" if other < needed else "enough" if other < advice.quantity else "more"
    return voice.say(f"explain.number.{key}", **values)
