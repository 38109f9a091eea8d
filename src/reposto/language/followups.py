"""Messages that only the conversation completes: a choice taken, another size, a pronoun, the same again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reposto.language.context import (
    ABOUT_PRODUCT,
    BACKWARD,
    NEEDS_PRODUCT,
    SAME,
    Thread,
)
from reposto.language.lexicon import FUNCTION
from reposto.language.mentions import Found, Status
from reposto.language.normalise import Kind, parse_number, tokenise
from reposto.language.params import find_criterion
from reposto.language.products import Catalogue
from reposto.language.resolve import Resolver
from reposto.language.sentence import LISTING, Sentence, merged, stated_params
from reposto.language.units import SALE_UNITS
from reposto.model.request import CARRIED, Expect, Intent, Option, Request

AND_IT = re.compile(r"\b[dn]?(?:el[ea]|ess[ea]|est[ea]) (?:e|ou|mais) (?:tambem )?(?:[dn]?[oa]|para [oa]) (?!\d)")
_ANOTHER = re.compile(r"\b(?:outr[oa]s?|demais|todos|todas|quais|cada|compar\w+|ou)\b")
_SPOKEN_OF = 0.8  # the product before, by words that fit others too: sure enough to answer, not to keep silent
_BOUGHT = re.compile(
    r"\b(?:compr(?:ei|o|amos|ar)|fech(?:ei|o|amos|ar)|ped(?:i|ir|imos)) (\d{1,3}(?:\.\d{3})+|\d+)\b[^?.;]*?"
    r"\b(?:a|por) (?:r\$ ?)?(\d{1,3}(?:\.\d{3})+,\d{1,2}|\d+,\d{1,2})(?!\d| ?%)"
)
_COMPARING = re.compile(r"\bcompar\w+")
_WEIGHING = (None, Intent.PURCHASE_RECOMMENDATION, Intent.WHAT_IF, Intent.PRICE_CURRENT, Intent.PRODUCT_LOOKUP)
OF_SUPPLIERS = frozenset({Intent.SUPPLIER_COMPARE, Intent.SUPPLIER_LEAD_TIME})  # may be meant of all products
MOST_OPTIONS = 6  # what fits as buttons on a phone without scrolling


def request_of(
    catalogue: Catalogue,
    text: str,
    intent: Intent,
    found: Found,
    params: dict[str, Any],
    others: tuple[Intent, ...] = (),
) -> Request:
    """The request that products found, or not found, make."""
    if found.status is Status.ONE:
        skus = tuple(catalogue.products[i].sku for i in found.ids)
        return Request(text, intent, Expect.ANSWER, skus, (), params, others, found.confidence, alias=found.alias)
    options = tuple(catalogue.option(i) for i in found.ids[:MOST_OPTIONS])
    expect = Expect.CHOOSE if found.status is Status.MANY else Expect.NOT_FOUND
    return Request(text, intent, expect, (), options, params, others, found.confidence, alias=found.alias)


class Followups:
    """Completes a sentence from the state of its conversation."""

    def __init__(
        self, catalogue: Catalogue, resolver: Resolver, nearest: Callable[[str, int], tuple[Option, ...]]
    ) -> None:
        self.catalogue = catalogue
        self.resolver = resolver
        self.nearest = nearest

    def continued(
        self, text: str, thread: Thread, skus: tuple[str, ...], params: dict[str, Any] | None = None
    ) -> Request:
        """The request before, about another product."""
        last = thread.last
        if last is None:
            return Request(text, Intent.PRODUCT_LOOKUP, Expect.ANSWER, skus, params=params or {})
        return Request(text, last.intent, Expect.ANSWER, skus, params=merged(last.params, params or {}), also=last.also)

    def call_off(self, text: str, folded: str, thread: Thread) -> Request:
        """No to what is pending or running; where neither is, `cancela` means the order just spoken of."""
        order = thread.order_number
        if order and not thread.pending and not thread.running and re.search(r"\bcancel\w+", folded):
            return Request(text, Intent.ORDER_CANCEL, Expect.ANSWER, params={"order_number": order})
        return Request(text, Intent.CANCEL_CURRENT, Expect.ANSWER)

    def _redrafted(self, text: str, sentence: Sentence, thread: Thread) -> Request | None:
        """Another amount or supplier for the order that waits for a yes: `na verdade sao 50`, `so 20`."""
        if not thread.pending or thread.last is None or thread.last.intent is not Intent.ORDER_CREATE:
            return None
        numbers = [t for t in sentence.tokens if t.kind is Kind.NUMBER]
        if sentence.intent in (None, Intent.ORDER_CREATE) and numbers:
            at = sentence.tokens.index(numbers[0]) + 1
            said = numbers[0].unit or (sentence.tokens[at].text if at < len(sentence.tokens) else "")
            value = numbers[0].values[0][0]
            params: dict[str, Any] = {"quantity": int(value) if value == int(value) else value}
            if said in SALE_UNITS:
                params["unit"] = SALE_UNITS[said]
            return Request(text, Intent.ORDER_CREATE, Expect.ANSWER, thread.skus, params=params)
        criterion = find_criterion(sentence.folded)
        if (
            criterion
            and sentence.intent is Intent.SUPPLIER_COMPARE
            and re.match(r"(?:e )?(?:com|pelo|no|do|de) ", sentence.folded)
        ):
            return Request(text, Intent.ORDER_CREATE, Expect.ANSWER, thread.skus, params={"criterion": criterion})
        return None

    def words_offered(self, sentence: Sentence) -> Found | None:
        """Words that ask nothing here but may tell the options of a choice apart: `a pesada`."""
        tokens = [t for t in sentence.tokens if t.kind is Kind.WORD and t.text in self.catalogue.vocabulary]
        needs = [n for t in tokens for n in self.catalogue.need(t) if t.text not in FUNCTION]
        return Found(Status.NONE, (), 0.0, tuple(needs)) if needs and sentence.intent is None else None

    def no_such_size(self, text: str, sentence: Sentence, outcome: Found, thread: Thread) -> Request:
        """`e a de 80 cm?` of a product that comes in no such size: its other sizes are offered."""
        intent = sentence.intent or (thread.last.intent if thread.last else Intent.PRODUCT_LOOKUP)
        product = self.catalogue.products[self.catalogue.ids[thread.skus[-1]]]
        options = [o for o in self.nearest(product.name, MOST_OPTIONS + 1) if o.sku != product.sku]
        return Request(
            text, intent, Expect.NOT_FOUND, (), tuple(options[:MOST_OPTIONS]), stated_params(sentence, intent, None)
        )

    def follow(self, text: str, sentence: Sentence, found: Found | None, thread: Thread) -> Request | None:
        """A mention that only the conversation completes: one of the options, or a variant of the product before."""
        if found is None or not thread.turns:
            return None
        intent = sentence.intent
        if thread.options and intent is None and found.status is Status.ONE and len(found.ids) == 1:
            chosen = self.catalogue.products[found.ids[0]].sku
            if chosen in thread.options:
                return self.continued(text, thread, (chosen,))
        if thread.options and (intent is None or intent is (thread.last.intent if thread.last else None)):
            offered = [i for sku in thread.options if (i := self.catalogue.ids.get(sku)) is not None]
            fitting = self.resolver.among(offered, found.needs)
            if len(fitting) == 1:
                return self.continued(
                    text,
                    thread,
                    (self.catalogue.products[fitting[0]].sku,),
                    stated_params(sentence, Intent.PRODUCT_LOOKUP, None),
                )
        if found.status is not Status.ONE and thread.skus:
            if self._is_spoken_of(sentence, found, thread):
                asked = intent or (thread.last.intent if thread.last else Intent.PRODUCT_LOOKUP)
                params = stated_params(sentence, asked, None)
                return Request(text, asked, Expect.ANSWER, (thread.skus[-1],), params=params, confidence=_SPOKEN_OF)
            variant = (
                self.resolver.variant(self.catalogue.ids[thread.skus[-1]], found.needs)
                if thread.skus[-1] in self.catalogue.ids
                else None
            )
            if variant is not None:
                if intent is None and thread.last:
                    request = request_of(
                        self.catalogue,
                        text,
                        thread.last.intent,
                        variant,
                        merged(thread.last.params, stated_params(sentence, thread.last.intent, None)),
                    )
                    return replace(request, also=thread.last.also)
                return request_of(
                    self.catalogue,
                    text,
                    intent or Intent.PRODUCT_LOOKUP,
                    variant,
                    stated_params(sentence, intent or Intent.PRODUCT_LOOKUP, None),
                )
        return None

    def _is_spoken_of(self, sentence: Sentence, found: Found, thread: Thread) -> bool:
        """`o pedido do sofa`: of several that fit the one just spoken of, unless another is asked for."""
        at = self.catalogue.ids.get(thread.skus[-1])
        hard = [need for need in found.needs if not need.soft]
        if at is None or not hard or found.status is not Status.MANY or _ANOTHER.search(sentence.folded):
            return False
        return self.resolver.among([at], hard) == [at]

    def it_and_another(self, text: str, sentence: Sentence, found: Found | None, thread: Thread) -> Request | None:
        """`Dela e da curva`: the product spoken of and a variant of it, or its relatives to choose from.

        The variant's words may read as something else (`curva` asks for ABC classes): they are looked up alone.
        """
        match = AND_IT.search(sentence.folded)
        if match is None or not thread.skus or (found is not None and found.status is Status.ONE):
            return None
        previous = self.catalogue.ids.get(thread.skus[-1])
        words = [t for t in tokenise(sentence.folded[match.end() :]) if t.kind is not Kind.MARK]
        needs = [need for token in words if token.text not in FUNCTION for need in self.catalogue.need(token)]
        other = self.resolver.variant(previous, needs) if previous is not None else None
        if other is None or previous is None:
            return None
        intents = [i for i in (sentence.intent, *sentence.others) if i is not None and i is not Intent.ABC_XYZ]
        comparing = _COMPARING.search(sentence.folded) is not None
        intent = Intent.COMPARE_PRODUCTS if comparing else next(iter(intents), Intent.PRODUCT_LOOKUP)
        params = stated_params(sentence, intent, None)
        if other.status is not Status.ONE:
            return request_of(self.catalogue, text, intent, other, params)
        both = tuple(dict.fromkeys((thread.skus[-1], self.catalogue.products[other.ids[0]].sku)))
        return Request(text, intent, Expect.ANSWER, both, params=params, confidence=other.confidence)

    def bought(self, text: str, sentence: Sentence, thread: Thread) -> Request | None:
        """`comprei 500 da Bento a 17,50, compensa?`: an amount at a price, of the product spoken of: a simulation."""
        match = _BOUGHT.search(sentence.folded)
        if match is None or sentence.intent not in _WEIGHING:
            return None
        if not thread.skus:  # of what? Else the price would pass for a budget
            return Request(text, Intent.UNCLEAR, Expect.CLARIFY)
        quantity, price = (parse_number(match[at]) for at in (1, 2))
        params: dict[str, Any] = {"quantity": int(quantity), "unit_price": price}
        if sentence.stated.supplier:
            params["supplier"] = sentence.stated.supplier
        return Request(text, Intent.WHAT_IF, Expect.ANSWER, (thread.skus[-1],), params=params, topic="quantity")

    def without_product(
        self, text: str, sentence: Sentence, thread: Thread, quantity: tuple[float, str] | None
    ) -> Request:
        if redrafted := self._redrafted(text, sentence, thread):
            return redrafted
        intent = sentence.intent
        listing = LISTING.search(sentence.folded) is not None or sentence.category is not None
        if (
            intent is None
            and thread.last is not None
            and (
                sentence.time.horizon
                or sentence.time.period
                or quantity
                or sentence.stated.values
                or SAME.search(sentence.folded)
            )
        ):
            params = stated_params(sentence, thread.last.intent, quantity)
            if quantity and not params and thread.last.intent in ABOUT_PRODUCT:
                return Request(text, Intent.UNCLEAR, Expect.CLARIFY)
            kept = {
                k: v
                for k, v in thread.last.params.items()
                if not ({"horizon_days", "period"} & params.keys() and k in ("horizon_days", "period"))
            }
            return Request(text, thread.last.intent, Expect.ANSWER, thread.skus, params=kept | params)
        if intent is None:
            return Request(text, Intent.UNCLEAR, Expect.CLARIFY)
        if intent is Intent.SUPPLIER_COMPARE and not thread.skus and find_criterion(sentence.folded) == "lead_time":
            intent = Intent.SUPPLIER_LEAD_TIME  # of nothing in particular: a ranking
        params = stated_params(sentence, intent, quantity)
        if (
            intent is Intent.ORDER_CREATE
            and thread.pending
            and quantity is None
            and re.match(r"^\W*(?:pode|sim|isso)", sentence.folded)
        ):
            return Request(text, Intent.CONFIRM, Expect.ANSWER)
        self._carry_references(sentence, intent, thread, params)
        if intent in ABOUT_PRODUCT and thread.skus and not (listing and not BACKWARD.search(sentence.folded)):
            topic = CARRIED if intent in OF_SUPPLIERS and not BACKWARD.search(sentence.folded) else ""
            return Request(text, intent, Expect.ANSWER, thread.skus, params=params, also=sentence.others, topic=topic)
        if intent is Intent.EXPLAIN and BACKWARD.search(sentence.folded) and not params:
            return Request(text, Intent.UNCLEAR if not thread.turns else intent, Expect.CLARIFY)
        if intent in NEEDS_PRODUCT and not listing and not params and not thread.skus:
            return Request(
                text,
                Intent.UNCLEAR if not thread.turns or intent in (Intent.PRICE_CURRENT,) else intent,
                Expect.CLARIFY,
            )
        return Request(text, intent, Expect.ANSWER, (), params=params, also=sentence.others)

    def _carry_references(self, sentence: Sentence, intent: Intent, thread: Thread, params: dict[str, Any]) -> None:
        points_back = BACKWARD.search(sentence.folded) is not None
        about_order = intent in (Intent.ORDER_APPROVE, Intent.ORDER_CANCEL, Intent.DOCUMENT_EXPORT, Intent.ORDER_STATUS)
        if (
            about_order
            and thread.order_number
            and "order_number" not in params
            and (points_back or intent in (Intent.ORDER_APPROVE, Intent.ORDER_CANCEL))
        ):
            params["order_number"] = thread.order_number
        supplier_back = re.search(
            (
                r"\b(?:(?:ess[ea]|dess[ea]|est[ea]|dest[ea]|mesmo) fornecedor|"
                r"deles|eles|com eles|fornecedor del[ea]s?)\b"
            ),
            sentence.folded,
        )
        if supplier_back and thread.supplier and "supplier" not in params:
            params["supplier"] = thread.supplier
