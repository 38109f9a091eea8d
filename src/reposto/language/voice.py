"""One language, one day and one unit bound together, so that sentences read short where they are built."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reposto.language import formats
from reposto.language.formats import Locale
from reposto.language.texts_asked_en import TEXTS as ENGLISH_ASKED
from reposto.language.texts_asked_pt import TEXTS as PORTUGUESE_ASKED
from reposto.language.texts_decision_en import TEXTS as ENGLISH_DECISION
from reposto.language.texts_decision_pt import TEXTS as PORTUGUESE_DECISION
from reposto.language.texts_en import TEXTS as ENGLISH
from reposto.language.texts_lists_en import TEXTS as ENGLISH_LISTS
from reposto.language.texts_lists_pt import TEXTS as PORTUGUESE_LISTS
from reposto.language.texts_orders_en import TEXTS as ENGLISH_ORDERS
from reposto.language.texts_orders_pt import TEXTS as PORTUGUESE_ORDERS
from reposto.language.texts_prices_en import TEXTS as ENGLISH_PRICES
from reposto.language.texts_prices_pt import TEXTS as PORTUGUESE_PRICES
from reposto.language.texts_pt import TEXTS as PORTUGUESE
from reposto.language.texts_recall_en import TEXTS as ENGLISH_RECALL
from reposto.language.texts_recall_pt import TEXTS as PORTUGUESE_RECALL
from reposto.language.texts_replies_en import TEXTS as ENGLISH_REPLIES
from reposto.language.texts_replies_pt import TEXTS as PORTUGUESE_REPLIES
from reposto.language.texts_supply_en import TEXTS as ENGLISH_SUPPLY
from reposto.language.texts_supply_pt import TEXTS as PORTUGUESE_SUPPLY

TEXTS: Mapping[Locale, Mapping[str, str]] = {
    "pt-BR": {
        **PORTUGUESE_LISTS,
        **PORTUGUESE,
        **PORTUGUESE_REPLIES,
        **PORTUGUESE_SUPPLY,
        **PORTUGUESE_ASKED,
        **PORTUGUESE_RECALL,
        **PORTUGUESE_ORDERS,
        **PORTUGUESE_DECISION,
        **PORTUGUESE_PRICES,
    },
    "en": {
        **ENGLISH_LISTS,
        **ENGLISH,
        **ENGLISH_REPLIES,
        **ENGLISH_SUPPLY,
        **ENGLISH_ASKED,
        **ENGLISH_RECALL,
        **ENGLISH_ORDERS,
        **ENGLISH_DECISION,
        **ENGLISH_PRICES,
    },
}


def locale_of(name: str) -> Locale:
    """English for any kind of English, else Portuguese."""
    return "en" if name.lower().startswith("en") else "pt-BR"


@dataclass(frozen=True, slots=True)
class Voice:
    """Says a text of the language's file with values that are already fit to be read."""

    locale: Locale
    today: date
    unit: str = "UN"

    def say(self, key: str, **values: object) -> str:
        return TEXTS[self.locale][key].format(**values)

    def count(self, key: str, number: float, **values: object) -> str:
        """The `key.one` or `key.many` text; `n` is the number, whole and written out in digits."""
        whole = formats.whole_days(number)
        form = "one" if whole == 1 else "many"
        return self.say(f"{key}.{form}", n=formats.number(whole, 0, self.locale), **values)

    def quantity(self, value: float) -> str:
        return formats.quantity(value, self.unit, self.locale)

    def needed(self, value: float) -> str:
        """What must be bought at least: counted units round up."""
        counted = formats.quantity_digits(10.0, self.unit) == 0
        return self.quantity(float(math.ceil(value - 1e-9)) if counted else value)

    def amount(self, value: float) -> str:
        return formats.amount(value, self.unit, self.locale)

    def money(self, value: Decimal) -> str:
        return formats.money(value, self.locale)

    def estimate(self, value: Decimal) -> str:
        """R$ 232: without cents where there are none."""
        text = self.money(value)
        return text[:-3] if value == value.to_integral_value() else text

    def unit_price(self, value: Decimal) -> str:
        return formats.unit_price(value, self.locale)

    def percent(self, value: float) -> str:
        return formats.percent(value, self.locale)

    def chance(self, probability: float) -> str:
        """ "15% de chance", in whole percent, without claiming the impossible or the certain."""
        if probability < 0.005:
            return self.say("chance.tiny")
        if probability > 0.995:
            return self.say("chance.sure")
        return self.say("chance", share=self.share(probability))

    def share(self, value: float) -> str:
        return formats.share(value, self.locale)

    def free(self, value: float) -> str:
        """ "180 UN livres"."""
        return self.say("free.one" if value == 1 else "free.many", quantity=self.quantity(value))

    def days(self, value: float) -> str:
        return self.say("days.under") if 0 <= value < 0.5 else self.count("days", value)

    def day(self, day: date) -> str:
        return formats.named_day(day, self.today, self.locale)

    def on_day(self, day: date) -> str:
        return formats.on_day(day, self.today, self.locale)

    def by_day(self, day: date) -> str:
        return formats.by_day(day, self.today, self.locale)

    def until(self, day: date) -> str:
        """How long something lasts: até quinta-feira, 27/11; until Friday, 27 Nov."""
        return f"until {self.day(day)}" if self.locale == "en" else self.by_day(day)

    def due(self, day: date) -> str:
        """The last day to order: ainda hoje, até quinta-feira, 27/11."""
        return self.say("due.today") if day == self.today else self.by_day(day)

    def past(self, day: date) -> str:
        """When something happened; the weekday no longer matters."""
        if (self.today - day).days in (0, 1):
            return self.day(day)
        return self.say("past", date=self.short(day))

    def short(self, day: date) -> str:
        return formats.short_date(day, self.today, self.locale)

    def full(self, day: date) -> str:
        return formats.full_date(day, self.locale)

    def join(self, parts: Sequence[str]) -> str:
        return formats.join(parts, self.locale)

    def name(self, text: str) -> str:
        """A name that comes from data, in bold."""
        return f"**{formats.inert(text)}**"

    def product(self, name: str, sku: str) -> str:
        return f"{self.name(name)} (SKU {formats.inert(sku, 60)})"

    def plain(self, text: str) -> str:
        """A name that comes from data, for places that are bold already."""
        return formats.inert(text)

    def foreign(self, text: str) -> str:
        """A sentence an analyst wrote, in which names from data may stand."""
        return formats.inert(text, 400)


def lines(*parts: str) -> str:
    """Paragraphs that have something to say, one blank line between them."""
    return "\n\n".join(p for p in parts if p)


def bullets(parts: Sequence[str]) -> str:
    return "\n".join(f"- {p}" for p in parts if p)


def sentences(parts: Sequence[str]) -> str:
    return " ".join(formats.sentence(p) for p in parts if p)


def told(first: str, *rest: str) -> str:
    """A line of a bullet: what follows its label in lower case, then whole sentences."""
    texts = [t for t in (first, *rest) if t]
    if not texts:
        return ""
    head = texts[0] if texts[0].endswith((".", "!", "?", "…")) else f"{texts[0]}."
    return " ".join([head, *(formats.sentence(t) for t in texts[1:])])
