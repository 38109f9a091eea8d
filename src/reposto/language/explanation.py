"""Where a number came from, and how good forecasts of a product have been."""

from __future__ import annotations

from reposto.language.voice import Voice, sentences
from reposto.model.findings import Analysis


def write_accuracy(voice: Voice, analysis: Analysis) -> str:
    """The back-test of this product in words, beside repeating what happened."""
    product, accuracy = voice.product(analysis.name, analysis.sku), analysis.demand.accuracy
    if accuracy is None:
        return sentences((voice.say("explain.accuracy.none", product=product),))
    error, naive = voice.percent(accuracy.error_percent), voice.percent(accuracy.naive_error_percent)
    values = {"days": voice.days(accuracy.horizon_days), "origins": accuracy.origins}
    parts = [voice.say("explain.accuracy", product=product, error=error, **values)]
    key = "same" if error == naive else "better" if accuracy.error_percent < accuracy.naive_error_percent else "worse"
    parts.append(voice.say(f"explain.accuracy.{key}", naive=naive))
    if accuracy.coverage_80 is not None:
        parts.append(voice.say("explain.accuracy.range", share=voice.share(accuracy.coverage_80)))
    return sentences(parts)
