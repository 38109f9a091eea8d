"""A buyer's message -> a typed request: which products, what about them, with which parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from reposto.language import talk
from reposto.language.codes import CodeBook, CodeHit
from reposto.language.context import (
    ABOUT_PRODUCT,
    BACKWARD,
    CORRECTION,
    NEEDS_PRODUCT,
    SAME,
    Thread,
    lists_options,
    picked,
    read_agent,
)  # fmt: skip
from reposto.language.dates import TimeFinder
from reposto.language.intents import classify
from reposto.language.lexicon import FUNCTION
from reposto.language.mentions import Found, Reader, Segment, Status
from reposto.language.normalise import Kind, Token, fold, tokenise
from reposto.language.params import CategoryBook, Stated, SupplierBook, find_class, find_criterion
from reposto.language.products import Catalogue, phrase_key
from reposto.language.resolve import Amounts, Resolution, Resolver
from reposto.language.spelling import put_right
from reposto.language.units import SALE_UNITS
from reposto.model.request import Expect, Intent, NamedProduct, NamedSupplier, Option, Request, Turn

MOST_OPTIONS = 6  # what fits as buttons on a phone without scrolling
_LONG_TEXT = 300  # characters from which a message is read sentence by sentence
_LISTING = re.compile(
    r"\b(?:quais|lista|relacao|itens|produtos|tudo|todos|todas|o que|que (?:mais )?(?:vai|esta)|algo|alguma|algum|relatorio|sugest\w+"
    r"|categoria|setor|grupo|compras|gastos?|gastei|gastamos|repor|sugere|curva abc|fornecedores)\b"
)
_LIST_INTENTS = frozenset(
    {
        Intent.BUY_LIST, Intent.STOCK_OVERVIEW, Intent.EXCESS_STOCK, Intent.STOCKOUT_DATE, Intent.SPEND, Intent.ABC_XYZ, Intent.SUPPLIER_LEAD_TIME,
        Intent.ORDER_STATUS, Intent.DEMAND_FORECAST, Intent.REORDER_QUANTITY, Intent.PRICE_HISTORY, Intent.DOCUMENT_EXPORT,
    }
)  # fmt: skip
_ORDERING = frozenset({Intent.ORDER_CREATE, Intent.LANDED_COST, Intent.QUOTE_REQUEST, Intent.DATA_CHANGE})
_MAY_ORDER = frozenset(
    {Intent.PURCHASE_RECOMMENDATION, Intent.SUPPLIER_COMPARE, Intent.PRICE_CURRENT, Intent.STOCK_POLICY, Intent.WHAT_IF}
)
# what is never about a product; one that seems named must be certain to count
_NO_PRODUCT = frozenset(
    {
        Intent.TAX_QUESTION, Intent.SUPPLIER_INFO, Intent.BUY_LIST, Intent.SPEND, Intent.STOCK_OVERVIEW, Intent.ORDER_APPROVE,
        Intent.ORDER_CANCEL, Intent.DOCUMENT_EXPORT,
    }
)  # fmt: skip
_NUMBERS_SAY_NOTHING = (
    frozenset({Intent.EXPLAIN, Intent.RECALL, Intent.WHAT_IF, Intent.SPEND, Intent.TAX_QUESTION})
    | _ORDERING
    | _NO_PRODUCT
)


_ABOUT_SYSTEM = re.compile(r"\b(?:sistema|voce|robo|programa|aplicativo|app|atendimento|ferramenta|site)\b")
_ANOTHER_SIZE = re.compile(r"\b(?:o|a|os|as|d[oa]s?) (?:de |com )?\d")


@dataclass(slots=True)
class Sentence:
    """A message taken apart, before anything is decided."""

    text: str
    folded: str
    tokens: list[Token]
    segments: list[Segment]
    codes: list[CodeHit]
    masked: str
    stated: Stated
    time: TimeFinder
    category: str | None
    intent: Intent | None
    others: tuple[Intent, ...]


class Understander:
    """Reads messages against one company's catalogue; built once, used for every question."""

    def __init__(
        self,
        products: Sequence[NamedProduct],
        suppliers: Sequence[NamedSupplier] = (),
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self.catalogue = Catalogue(products, aliases or {})
        self.codes = CodeBook(products)
        self.reader = Reader(self.catalogue)
        self.resolver = Resolver(self.catalogue, self.reader)
        self.suppliers = SupplierBook(suppliers)
        self.categories = CategoryBook([p.category for p in products])

    def understand(self, text: str, *, turns: Sequence[Turn] = (), today: date) -> Request:
        """What the message asks, given the conversation so far and the company's today."""
        thread = self._thread(turns, today)
        return replace(self._understand(text, thread, today), today=today)

    def nearest(self, text: str, limit: int = MOST_OPTIONS) -> tuple[Option, ...]:
        """The products whose names are nearest to a text, best first."""
        tokens = [t for t in tokenise(fold(text)) if t.kind is not Kind.MARK]
        needs = [n for t in tokens for n in self.catalogue.need(t)]
        return tuple(self.catalogue.option(i) for i in self.catalogue.neighbours(needs, limit))

    # the conversation so far

    def _thread(self, turns: Sequence[Turn], today: date) -> Thread:
        thread = Thread(turns=turns)
        for turn in turns[-12:]:  # older turns cannot be what a pronoun points at
            if turn.role == "human":
                request = replace(self._understand(turn.text, thread, today), today=today)
                if request.intent not in (
                    Intent.SMALLTALK,
                    Intent.UNCLEAR,
                    Intent.OFF_TOPIC,
                    Intent.PROMPT_INJECTION,
                    Intent.HELP,
                ):
                    thread.last = request
                thread.skus = request.skus or thread.skus
                thread.options = ()
            else:
                self._hear_agent(turn, thread)
        return thread

    def _hear_agent(self, turn: Turn, thread: Thread) -> None:
        folded = fold(turn.text)
        read_agent(folded, thread)
        named = turn.skus or self._named_in(turn.text)
        if turn.options or (len(named) > 1 and lists_options(folded)):
            thread.options = turn.options or named
        elif named:
            if not thread.skus or not set(named) & set(thread.skus):
                thread.skus = named
        supplier = self.suppliers.find(folded)
        thread.supplier = supplier[1] if supplier else thread.supplier

    def _named_in(self, text: str) -> tuple[str, ...]:
        """Products whose whole names or codes stand in a text, in order."""
        found: dict[int, int] = {}
        folded = fold(text)
        for hit in self.codes.find(folded):
            for i in hit.ids:
                found.setdefault(i, hit.start)
        for start, _, ids in self.resolver.whole_names(tokenise(folded)):
            for i in ids:
                found.setdefault(i, start)
        return tuple(self.catalogue.products[i].sku for i in sorted(found, key=lambda i: found[i]))

    # one message

    def _understand(self, text: str, thread: Thread, today: date) -> Request:
        clean, _ = talk.defuse(text[: 4 * talk.LONGEST])
        folded_all = fold(clean)
        if answer := self._reply(text, folded_all, thread):
            return answer
        if talk.is_noise(folded_all):
            return self._noise(text, folded_all)
        safe, attacked = talk.without_attacks(clean)
        if attacked:
            return self._attacked(text, safe, thread, today)
        if len(clean) > _LONG_TEXT and (found := self._longwinded(text, clean, thread, today)):
            return found
        return self._plain(text, clean, thread, today)

    def _noise(self, text: str, folded: str) -> Request:
        if talk.INJECTION.search(text) or (talk.defuse(text)[1] and not folded):
            return Request(text, Intent.PROMPT_INJECTION, Expect.REFUSE)
        return Request(text, Intent.UNCLEAR, Expect.IGNORE)

    def _attacked(self, text: str, safe: str, thread: Thread, today: date) -> Request:
        """The real question beside an attack, if there is one that only reads."""
        if safe.strip() and not talk.is_noise(fold(safe)):
            request = self._plain(text, safe, Thread(), today)
            reads = request.intent in ABOUT_PRODUCT and request.intent not in (Intent.ORDER_CREATE, Intent.DATA_CHANGE)
            if reads and request.skus:
                return request
        return Request(text, Intent.PROMPT_INJECTION, Expect.REFUSE)

    def _longwinded(self, text: str, clean: str, thread: Thread, today: date) -> Request | None:
        """In a long message the question is the sentence that names a product and asks."""
        best: tuple[int, Request] | None = None
        for part in dict.fromkeys(re.split(r"(?<=[.!?;:\n])\s+", clean)):
            if len(part) < 4 or len(part) > 2000:
                continue
            request = self._plain(text, part, Thread(), today)
            if request.expect in (Expect.ANSWER, Expect.CHOOSE, Expect.NOT_FOUND) and request.intent in ABOUT_PRODUCT:
                worth = (
                    4 * bool(request.skus)
                    + 2 * (request.expect is Expect.CHOOSE)
                    + ("?" in part)
                    + (request.intent is not Intent.PRODUCT_LOOKUP)
                )
                if best is None or worth > best[0]:
                    best = (worth, request)
        return best[1] if best and best[0] >= 3 else None

    def _reply(self, text: str, folded: str, thread: Thread) -> Request | None:
        """Yes, no, a choice from a list, silence-breakers: what only the turn before explains."""
        short = len(folded) <= 60
        if (
            short
            and thread.options
            and (place := picked(put_right(folded, self.catalogue.vocabulary), len(thread.options))) is not None
        ):
            if place >= len(thread.options):
                return Request(text, Intent.UNCLEAR, Expect.CLARIFY)
            return self._continued(text, thread, (thread.options[place],))
        canonical = put_right(folded, self.catalogue.vocabulary)
        if short and thread.turns and (thread.pending or thread.running or thread.last):
            if talk.is_no(canonical, text) and not thread.options:
                return Request(text, Intent.CANCEL_CURRENT, Expect.ANSWER)
            if talk.is_yes(canonical, text) and thread.pending:
                return Request(text, Intent.CONFIRM, Expect.ANSWER)
        if (
            short
            and talk.is_no(canonical, text)
            and re.search(r"\b(?:para|pare|cancel\w+|interromp\w+|deixa|esquec\w+)\b", canonical)
        ):
            return Request(text, Intent.CANCEL_CURRENT, Expect.ANSWER)
        if short and thread.running and talk.RUN_STATUS.search(canonical):
            return Request(text, Intent.RUN_STATUS, Expect.ANSWER)
        return None

    def _continued(
        self, text: str, thread: Thread, skus: tuple[str, ...], params: dict[str, Any] | None = None
    ) -> Request:
        """The request before, about another product."""
        last = thread.last
        if last is None:
            return Request(text, Intent.PRODUCT_LOOKUP, Expect.ANSWER, skus, params=params or {})
        return Request(text, last.intent, Expect.ANSWER, skus, params=merged(last.params, params or {}), also=last.also)

    def take_apart(self, text: str, today: date) -> Sentence:
        """Codes, amounts, dates, products and intent of one sentence, none of them interpreted yet."""
        folded = re.sub(r"\b[a-z]{1,3}\*+", " ", fold(text))
        codes = self.codes.find(folded)
        for number, hit in reversed(list(enumerate(codes))):
            folded_hit = f" zqcode{chr(97 + number % 26)} "
            folded = folded[: hit.start] + folded_hit + folded[hit.end :]
        folded = re.sub(r"\d(?:[ .]?\d){14,}", " zqkey ", folded)  # the key of an invoice, not an amount
        folded = corrected(re.sub(r"\bp/\s?", "para ", folded))
        if supplier := self.suppliers.find(folded):
            folded = folded.replace(supplier[0], " zqsupplier ", 1)
        right = put_right(folded, self.catalogue.vocabulary)
        stated = Stated(right, supplier[1] if supplier else None)
        if re.search(r"\b(?:se|simul\w+|cenario|caso|com um|supo\w+|imagin\w+)\b", stated.text):
            stated.take_simulation()
        time = TimeFinder(stated.text.replace("r$", " reais "), today)
        tokens = tokenise(time.text)
        segments = self.reader.segments(tokens)
        category = self._take_category(tokens, segments, right)
        masked = mask(tokens, segments)
        intent, others = intents_of(masked)
        return Sentence(text, right, tokens, segments, codes, masked, stated, time, category, intent, others)

    def _take_category(self, tokens: Sequence[Token], segments: list[Segment], right: str) -> str | None:
        if not _LISTING.search(right):
            return None
        for segment in segments:
            words = [t.text for t in segment.tokens if t.kind is Kind.WORD and len(t.text) > 3]
            if words and len(words) == len(segment.tokens) and (category := self.categories.find(words)):
                segments.remove(segment)
                return category
        return None

    def _plain(self, text: str, clean: str, thread: Thread, today: date) -> Request:
        sentence = self.take_apart(clean, today)
        found = self._resolve(sentence)
        if chat := self._chat(text, sentence, found.outcome, thread):
            return chat
        outcome, intent = found.outcome, sentence.intent
        if found.weak and (intent in _NUMBERS_SAY_NOTHING or not (thread.skus or telling(sentence))):
            outcome = None
        if intent in _NO_PRODUCT and outcome is not None and outcome.status is not Status.ONE:
            outcome = None
        if outcome is None and thread.options:
            outcome = self._words_offered(sentence)
        if follow := self._follow(text, sentence, outcome, thread):
            return follow
        if found.weak and thread.skus and outcome is not None and _ANOTHER_SIZE.search(sentence.folded):
            return self._no_such_size(text, sentence, outcome, thread)
        if outcome is None or (outcome.status is Status.NONE and not outcome.ids and thread.options and not sentence.segments) or (found.weak and thread.skus and outcome.status is not Status.ONE):
            return self._without_product(text, sentence, thread, found.quantity)
        intent = intent or self._default_intent(sentence, thread)
        params = self._params(sentence, intent, found.quantity)
        if sentence.intent is None and thread.last is not None and thread.turns:
            params = merged(thread.last.params, params)
        return self._request(text, intent, outcome, params, sentence.others)

    def _words_offered(self, sentence: Sentence) -> Found | None:
        """Words that ask nothing here but may tell the options of a choice apart: `a pesada`."""
        tokens = [t for t in sentence.tokens if t.kind is Kind.WORD and t.text in self.catalogue.vocabulary]
        needs = [n for t in tokens for n in self.catalogue.need(t) if t.text not in FUNCTION]
        return Found(Status.NONE, (), 0.0, tuple(needs)) if needs and sentence.intent is None else None

    def _no_such_size(self, text: str, sentence: Sentence, outcome: Found, thread: Thread) -> Request:
        """`e a de 80 cm?` of a product that comes in no such size: its other sizes are offered."""
        intent = sentence.intent or (thread.last.intent if thread.last else Intent.PRODUCT_LOOKUP)
        product = self.catalogue.products[self.catalogue.ids[thread.skus[-1]]]
        options = [o for o in self.nearest(product.name, MOST_OPTIONS + 1) if o.sku != product.sku]
        return Request(text, intent, Expect.NOT_FOUND, (), tuple(options[:MOST_OPTIONS]), self._params(sentence, intent, None))

    def _resolve(self, sentence: Sentence) -> Resolution:
        amounts = Amounts.NONE
        if sentence.intent in _ORDERING:
            amounts = Amounts.ORDERED
        elif sentence.intent in _MAY_ORDER or sentence.intent is None:
            amounts = Amounts.POSSIBLE
        return self.resolver.resolve(sentence.tokens, sentence.segments, sentence.codes, amounts)

    def _default_intent(self, sentence: Sentence, thread: Thread) -> Intent:
        if thread.last is not None and (SAME.search(sentence.folded) or CORRECTION.match(sentence.folded)):
            return thread.last.intent
        return Intent.PRODUCT_LOOKUP

    def _request(
        self, text: str, intent: Intent, found: Found, params: dict[str, Any], others: tuple[Intent, ...] = ()
    ) -> Request:
        if found.status is Status.ONE:
            skus = tuple(self.catalogue.products[i].sku for i in found.ids)
            return Request(text, intent, Expect.ANSWER, skus, (), params, others, found.confidence)
        options = tuple(self.catalogue.option(i) for i in found.ids[:MOST_OPTIONS])
        expect = Expect.CHOOSE if found.status is Status.MANY else Expect.NOT_FOUND
        return Request(text, intent, expect, (), options, params, others, found.confidence)

    def _chat(self, text: str, sentence: Sentence, outcome: Found | None, thread: Thread) -> Request | None:
        """Small talk, help, other subjects: everything that is no question to the company's data."""
        folded, asks = talk.is_spelt(sentence.folded), sentence.intent is not None
        named = outcome is not None and outcome.status is not Status.NONE
        serious = named and asks
        if talk.OFF_TOPIC.search(folded) and not serious:
            return Request(text, Intent.OFF_TOPIC, Expect.REFUSE)
        if talk.OFF_TOPIC_WEAK.search(folded) and not any(s.known for s in sentence.segments) and outcome is None or not asks and not named and talk.OFF_TOPIC_WEAK.search(folded):
            return Request(text, Intent.OFF_TOPIC, Expect.REFUSE)
        if not named:
            if small := talk.small_talk(folded):
                return Request(text, small, Expect.ANSWER)
            if talk.HELP.search(folded) and sentence.intent is not Intent.TAX_QUESTION:
                return Request(text, Intent.HELP, Expect.ANSWER)
        if talk.RECALL.search(folded) and sentence.intent is not Intent.EXPLAIN and not SAME.search(folded):
            if outcome is not None and outcome.status is Status.ONE:
                return self._request(text, Intent.RECALL, outcome, {})
            return Request(text, Intent.RECALL, Expect.ANSWER)
        if not named and talk.RUN_STATUS.search(folded) and not re.search(r"\bestoque|entreg|pedido", folded):
            return Request(text, Intent.RUN_STATUS, Expect.ANSWER)
        insulted = not asks and not sentence.codes and talk.INSULT.search(folded + " " + fold(text))
        if insulted and (not named or _ABOUT_SYSTEM.search(folded)):
            return Request(text, Intent.SMALLTALK, Expect.ANSWER)
        if not asks and talk.is_foreign(folded) and not named:
            return Request(text, Intent.OFF_TOPIC, Expect.REFUSE)
        return None

    def _follow(self, text: str, sentence: Sentence, found: Found | None, thread: Thread) -> Request | None:
        """A mention that only the conversation completes: one of the options, or a variant of the product before."""
        if found is None or not thread.turns:
            return None
        intent = sentence.intent
        if thread.options and (intent is None or intent is (thread.last.intent if thread.last else None)):
            offered = [i for sku in thread.options if (i := self.catalogue.ids.get(sku)) is not None]
            fitting = self.resolver.among(offered, found.needs)
            if len(fitting) == 1:
                return self._continued(
                    text,
                    thread,
                    (self.catalogue.products[fitting[0]].sku,),
                    self._params(sentence, Intent.PRODUCT_LOOKUP, None),
                )
        if found.status is not Status.ONE and thread.skus:
            variant = (
                self.resolver.variant(self.catalogue.ids[thread.skus[-1]], found.needs)
                if thread.skus[-1] in self.catalogue.ids
                else None
            )
            if variant is not None:
                if intent is None and thread.last:
                    request = self._request(
                        text,
                        thread.last.intent,
                        variant,
                        merged(thread.last.params, self._params(sentence, thread.last.intent, None)),
                    )
                    return replace(request, also=thread.last.also)
                return self._request(
                    text,
                    intent or Intent.PRODUCT_LOOKUP,
                    variant,
                    self._params(sentence, intent or Intent.PRODUCT_LOOKUP, None),
                )
        return None

    def _without_product(
        self, text: str, sentence: Sentence, thread: Thread, quantity: tuple[float, str] | None
    ) -> Request:
        intent = sentence.intent
        listing = _LISTING.search(sentence.folded) is not None or sentence.category is not None
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
            params = self._params(sentence, thread.last.intent, quantity)
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
        params = self._params(sentence, intent, quantity)
        if (
            intent is Intent.ORDER_CREATE
            and thread.pending
            and quantity is None
            and re.match(r"^\W*(?:pode|sim|isso)", sentence.folded)
        ):
            return Request(text, Intent.CONFIRM, Expect.ANSWER)
        self._carry_references(sentence, intent, thread, params)
        if intent in ABOUT_PRODUCT and thread.skus and not (listing and not BACKWARD.search(sentence.folded)):
            return Request(text, intent, Expect.ANSWER, thread.skus, params=params, also=sentence.others)
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
            r"\b(?:(?:ess[ea]|dess[ea]|est[ea]|dest[ea]|mesmo) fornecedor|deles|eles|com eles|fornecedor del[ea]s?)\b",
            sentence.folded,
        )
        if supplier_back and thread.supplier and "supplier" not in params:
            params["supplier"] = thread.supplier

    def _params(self, sentence: Sentence, intent: Intent, quantity: tuple[float, str] | None) -> dict[str, Any]:
        stated, time = sentence.stated, sentence.time
        stated.settle_money(intent, any(s.named for s in sentence.segments) or bool(sentence.codes))
        params = dict(stated.values)
        if intent not in (Intent.WHAT_IF,):
            params.pop("percent_change", None)
            params.pop("lead_time_days", None)
        if time.period:
            params["period"] = time.period
        elif time.horizon:
            params["horizon_days"] = time.horizon
        if stated.supplier:
            params["supplier"] = stated.supplier
        if sentence.category:
            params["category"] = sentence.category
        if intent in (Intent.SUPPLIER_COMPARE, Intent.ORDER_CREATE) and (criterion := find_criterion(sentence.folded)):
            params["criterion"] = criterion
        if intent in (
            Intent.BUY_LIST,
            Intent.STOCK_OVERVIEW,
            Intent.EXCESS_STOCK,
            Intent.STOCKOUT_DATE,
            Intent.SPEND,
            Intent.DOCUMENT_EXPORT,
            Intent.ABC_XYZ,
        ) and (letter := find_class(sentence.folded, intent is Intent.ABC_XYZ)):
            params["abc_class"] = letter
        if quantity and intent in _ORDERING | _MAY_ORDER:
            params["quantity"] = int(quantity[0]) if quantity[0] == int(quantity[0]) else quantity[0]
            if quantity[1]:
                params["unit"] = quantity[1]
        return params


def telling(sentence: Sentence) -> bool:
    """Numbers alone that may be what a product is called: a size, a code, a type of four digits or more."""
    tokens = [t for s in sentence.segments for t in s.tokens]
    return any(t.kind in (Kind.SIZE, Kind.CODE) or (t.kind is Kind.NUMBER and t.values[0][0] >= 1000) for t in tokens)


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of the request before, except what is replaced."""
    params = dict(old)
    if {"horizon_days", "period"} & new.keys():
        params.pop("horizon_days", None)
        params.pop("period", None)
    return params | dict(new)


def mask(tokens: Sequence[Token], segments: Sequence[Segment]) -> str:
    """The sentence with products, codes and numbers replaced by signs, for the intent rules."""
    named = [s for s in segments if s.named and s.tokens]
    out: list[str] = []
    at = 0
    while at < len(tokens):
        segment = next((s for s in named if s.start == at), None)
        if segment is not None:
            before, after = segment.edges()
            out += [*before, *["zqqty"] * (segment.lead is not None), "§", *after]
            at = segment.end
            continue
        token = tokens[at]
        if token.text.startswith("zqcode"):
            out.append("§")
        elif token.kind is Kind.NUMBER:
            out.append("zqqty" if at + 1 < len(tokens) and tokens[at + 1].text in SALE_UNITS else "nn")
        else:
            out.append(token.text)
        at += 1
    return " ".join(out)


def intents_of(masked: str) -> tuple[Intent | None, tuple[Intent, ...]]:
    """The main intent and the others of a message with several questions."""
    main = classify(masked)
    parts = [p for p in re.split(r"\?|;| e (?!com\b|quando nao\b)", masked) if p.strip()]
    if main is None or len(parts) < 2:
        return main, ()
    found = [classify(p) for p in parts]
    others = [
        i
        for i in dict.fromkeys(found)
        if i is not None and i is not main and i in ABOUT_PRODUCT and i is not Intent.PRODUCT_LOOKUP
    ]
    return main, tuple(others[:2]) if main in ABOUT_PRODUCT and main in found else ()


_AFTERTHOUGHT = re.compile(
    r"(\d[\d.,]*\s?[a-z]{0,3})\s?(?:\.{2,}|,|-)\s?(?:nao,? )?(\d[\d.,]*\s?[a-z]{0,3})\s?,?\s?(?:desculpa|digo|ops|perdao|errei|quis dizer)\b"
)


def corrected(folded: str) -> str:
    """`45... 40, desculpa` -> 40."""
    return _AFTERTHOUGHT.sub(r"\2", folded)


def whole_key(text: str) -> str:
    return phrase_key(tokenise(fold(text)))
