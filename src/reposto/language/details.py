"""The folded part of an answer: the sums and rows behind it, for whoever wants to check."""

from __future__ import annotations

import re

from reposto.language import cards, offer_lines, supply_leads
from reposto.language.calls import ON_THE_CARD, caution_words
from reposto.language.decision import missing_words
from reposto.language.formats import lower_first, sentence
from reposto.language.reasons_en import write_reasons
from reposto.language.voice import Voice, bullets, lines
from reposto.model.findings import Alternative, Analysis, Evidence, Missing

_FIGURE = re.compile(r"\d{1,2}/\d{1,2}(?=/\d{4})|(?<![\d/])\d[\d.]*(?:,\d+)*(?:\.\d+)?(?:/\d{1,2})?")
FOLD = "---"  # a line of its own: the page shows what follows folded


def write_details(voice: Voice, analysis: Analysis, head: str, offers_shown: bool) -> str:
    """Sections that have content, each under a bold title."""
    sections = (
        ("reasons", _reasons(voice, analysis, head)),
        ("alternatives", [_alternative(voice, a) for a in analysis.recommendation.alternatives]),
        ("arriving", [supply_leads.arriving_words(voice, o) for o in analysis.logistics.arriving]),
        ("lead_times", [offer_lines.lead_time_words(voice, s) for s in analysis.logistics.suppliers]),
        ("risks", _risks(voice, analysis)),
        ("accuracy", _accuracy(voice, analysis)),
        ("missing", [missing_words(voice, m) for m in all_missing(analysis)]),
        ("evidence", [evidence_words(voice, e) for e in all_evidence(analysis)]),
    )
    text = [
        f"**{voice.say(f'details.{key}')}**\n\n{bullets([sentence(r) for r in rows])}" for key, rows in sections if rows
    ]
    offers = offer_lines.ranked(analysis.prices.offers)[offer_lines.CARD_OFFERS if offers_shown else 0 :]
    if offers:
        title = voice.say("details.offers.more" if offers_shown else "details.offers")
        text.insert(1, f"**{title}**\n\n{offer_lines.write_offers(voice, offers, analysis.prices.quantity)}")
    return lines(*text)


def _reasons(voice: Voice, analysis: Analysis, head: str) -> list[str]:
    """The analyst's reasons that say more than the card, and the holidays on the way."""
    reasons = write_reasons(voice, analysis) if voice.locale == "en" else analysis.recommendation.reasons
    rows = [voice.foreign(r) for r in reasons if not _known_already(r, head)]
    unsure = [c for c in analysis.recommendation.cautions if c.code not in ON_THE_CARD]
    rows += [caution_words(voice, caution) for caution in unsure]
    arrival = analysis.recommendation.expected_arrival or analysis.logistics.probable_arrival
    for day, name in analysis.logistics.holidays_ahead:
        if arrival is None or day > arrival:
            continue
        rows.append(voice.say("details.holiday", date=voice.day(day), name=voice.plain(name)))
    return rows


def _known_already(reason: str, head: str) -> bool:
    """Whether every number of a sentence stands in the text above it; one without numbers says something else."""
    numbers = set(_FIGURE.findall(reason))
    return bool(numbers) and numbers <= set(_FIGURE.findall(head))


def _alternative(voice: Voice, other: Alternative) -> str:
    values = {
        "quantity": voice.quantity(other.quantity),
        "supplier": voice.plain(other.supplier),
        "price": voice.unit_price(other.unit_price),
        "total": voice.money(other.total if other.payable is None else other.payable),
    }
    parts = [voice.say("alternative", **values)]
    if other.saving != 0:
        key = "alternative.saves" if other.saving > 0 else "alternative.dearer"
        parts.append(voice.say(key, amount=voice.money(abs(other.saving))))
    if abs(other.extra_coverage_days) >= 0.5:
        key = "alternative.longer" if other.extra_coverage_days > 0 else "alternative.shorter"
        parts.append(voice.say(key, days=voice.days(abs(other.extra_coverage_days))))
    return "; ".join(parts)


def _risks(voice: Voice, analysis: Analysis) -> list[str]:
    rows: list[str] = []
    for cause in sorted(analysis.recommendation.risk.causes, key=lambda c: -c.share):
        name = cards.cause_name(voice, cause.code)
        if cause.amount is not None and cause.amount > 0 and cause.share > 0:
            rows.append(
                voice.say(
                    "risk.row.amount", cause=name, amount=voice.money(cause.amount), share=voice.share(cause.share)
                )
            )
        elif voice.locale != "en" and cause.text:
            rows.append(voice.say("risk.row", cause=name, text=lower_first(voice.foreign(cause.text))))
        else:
            rows.append(name)
    return rows


def _accuracy(voice: Voice, analysis: Analysis) -> list[str]:
    accuracy = analysis.demand.accuracy
    if accuracy is None:
        return []
    values = {"error": voice.percent(accuracy.error_percent), "naive": voice.percent(accuracy.naive_error_percent)}
    rows = [voice.count("accuracy", accuracy.origins, days=voice.days(accuracy.horizon_days), **values)]
    if accuracy.coverage_80 is not None:
        rows.append(voice.say("accuracy.coverage", share=voice.share(accuracy.coverage_80)))
    if analysis.demand.method and voice.locale != "en":
        rows.append(voice.say("confidence.method", method=voice.foreign(analysis.demand.method)))
    return rows


def all_evidence(analysis: Analysis) -> list[Evidence]:
    """Every piece of evidence once, in the order of the consultations."""
    findings = (analysis.demand, analysis.prices, analysis.logistics, analysis.recommendation)
    return list({e.id: e for f in reversed(findings) for e in reversed(f.evidence)}.values())[::-1]


def all_missing(analysis: Analysis) -> list[Missing]:
    """Every gap of the data once."""
    findings = (analysis.demand, analysis.prices, analysis.logistics, analysis.recommendation)
    return list({m.code: m for f in reversed(findings) for m in reversed(f.missing)}.values())[::-1]


def evidence_words(voice: Voice, evidence: Evidence) -> str:
    """Which data, how many rows, of which days, by which method."""
    if voice.locale == "en":
        known = ("sales", "stock", "offers", "receipts", "prices", "open_orders", "company")
        label = voice.say(f"evidence.{evidence.id}" if evidence.id in known else "evidence.other")
    else:
        label = voice.foreign(evidence.label)
    parts = [voice.count("evidence.rows", evidence.rows, label=label) if evidence.rows else label]
    if evidence.start is not None and evidence.end is not None and evidence.start != evidence.end:
        parts.append(voice.say("evidence.period", start=voice.full(evidence.start), end=voice.full(evidence.end)))
    elif evidence.end is not None or evidence.start is not None:
        day = evidence.end or evidence.start
        assert day is not None
        parts.append(voice.full(day))
    if evidence.method and voice.locale != "en":
        parts.append(voice.foreign(evidence.method))
    return "; ".join(parts)
