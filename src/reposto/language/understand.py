"""A buyer's message -> a typed request: which products, what about them, with which parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from reposto.language import talk
from reposto.language.aliases import Mention, key_of
from reposto.language.codes import CodeBook
from reposto.language.context import ABOUT_PRODUCT, CORRECTION, SAME, Thread, lists_options, picked, read_agent
from reposto.language.english import in_portuguese
from reposto.language.followups import AND_IT, MOST_OPTIONS, Followups, request_of
from reposto.language.mentions import Found, Reader, Status
from reposto.language.normalise import Kind, fold, tokenise
from reposto.language.params import CategoryBook, SupplierBook
from reposto.language.picks import picked_all, picked_by_size
from reposto.language.products import Catalogue
from reposto.language.resolve import Amounts, Resolution, Resolver
from reposto.language.sentence import (
    CATEGORY_INTENTS,
    MAY_ORDER,
    NO_PRODUCT,
    NUMBERS_SAY_NOTHING,
    ORDERING,
    Dissector,
    Sentence,
    merged,
    stated_params,
    telling,
)
from reposto.language.spelling import put_right
from reposto.language.windows import both_of, looking_back, topic_of, window_of
from reposto.model.request import CARRIED, Expect, Intent, NamedProduct, NamedSupplier, Option, Request, Turn

_ANSWERS_KEPT = 512  # of some 2 KB
_LONG_TEXT = 300  # characters from which a message is read sentence by sentence
_NONE_OF_THEM = re.compile(r"\bnenhum[a]?\b")
_COMPARED = re.compile(r"\bcompar\w+ com\b|\be (?:comparado|comparando)\b")
_ABOUT_SYSTEM = re.compile(r"\b(?:sistema|voce|robo|programa|aplicativo|app|atendimento|ferramenta|site)\b")
_ANOTHER_SIZE = re.compile(r"\b(?:o|a|os|as|d[oa]s?) (?:de |com )?\d")


class Understander:
    """Reads messages against one company's catalogue; built once, used for every question."""

    def __init__(
        self,
        products: Sequence[NamedProduct],
        suppliers: Sequence[NamedSupplier] = (),
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self.catalogue = Catalogue(products)
        self.codes = CodeBook(products)
        self.reader = Reader(self.catalogue)
        self.resolver = Resolver(self.catalogue, self.reader)
        self.suppliers = SupplierBook(suppliers, self.catalogue.vocabulary.__contains__)
        self.dissector = Dissector(
            self.reader, self.codes, self.suppliers, CategoryBook([p.category for p in products])
        )
        self.followups = Followups(self.catalogue, self.resolver, self.nearest)
        # Each question hears the conversation's answers again: by far the longest texts, and always the same.
        self._told = lru_cache(_ANSWERS_KEPT)(self._tell)
        self.teach({alias: (sku,) for alias, sku in (aliases or {}).items()})

    def teach(self, aliases: Mapping[str, Sequence[str]]) -> None:
        """Take over the company's own words, text -> SKUs, in place of those of before; safe while others read."""
        ids = self.catalogue.ids
        known: dict[str, tuple[int, ...]] = {}
        for text, skus in aliases.items():
            key, meant = key_of(text), tuple(ids[sku] for sku in skus if sku in ids)
            if key and meant:
                known[key] = tuple(dict.fromkeys((*known.get(key, ()), *meant)))
        self.resolver.aliases = known

    def mention(self, text: str, today: date) -> Mention | None:
        """The words by which a message names its one product, for those who want to learn them."""
        clean, _ = talk.defuse(text)
        if len(clean) > _LONG_TEXT or talk.without_attacks(clean)[1] or talk.is_noise(fold(clean)):
            return None
        sentence = self.dissector.take_apart(clean, today)
        return self.resolver.mention(sentence.tokens, sentence.segments, sentence.codes, _amounts(sentence))

    def understand(self, text: str, *, turns: Sequence[Turn] = (), today: date) -> Request:
        """What the message asks, given the conversation so far and the company's today."""
        thread = self._thread(turns, today)
        text = in_portuguese(text)
        return self._completed(self._understand(text, thread, today), thread, today)

    def _completed(self, request: Request, thread: Thread, today: date) -> Request:
        """With the days it speaks of and what it changes, carried on where the parameters were."""
        last = thread.last if thread.last is not None and thread.last.intent is request.intent else None
        text, params = request.text, request.params
        window = both_of(text, thread.windows) or window_of(text, params, today)
        if last is None:
            topic = request.topic or topic_of(text, request.intent, params)
            return replace(request, today=today, window=window, topic=topic)
        if window is None and last.window is not None and _carried(last, request):
            window = last.window
        elif window is not None and "period" in params:
            window = looking_back(window, text, last.window, today)
            params = {**params, "period": f"{window.end:%Y-%m}"}
        same = params == last.params and request.skus != last.skus
        before = "" if last.topic == CARRIED else last.topic
        topic = request.topic or (before if same else topic_of(text, request.intent, params, before))
        return replace(request, today=today, params=params, window=window, topic=topic)

    def fits(self, text: str, sku: str) -> bool:
        """Whether a product satisfies every word and measure of a mention."""
        tokens = [t for t in tokenise(fold(text)) if t.kind is not Kind.MARK]
        needs = [self.catalogue.loosened(n) for t in tokens for n in self.catalogue.need(t)]
        return bool(needs) and self.catalogue.ids.get(sku, -1) in self.catalogue.find(needs)

    def measures_fit(self, text: str, sku: str) -> bool:
        """Whether a product has every measure and size of a mention, whatever its words are."""
        at = self.catalogue.ids.get(sku, -1)
        needs = [n for t in tokenise(fold(text)) if t.kind is not Kind.MARK for n in self.catalogue.need(t) if n.number]
        return all(at in self.catalogue.satisfying(need) for need in needs)

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
                said = in_portuguese(turn.text)
                request = self._completed(self._understand(said, thread, today), thread, today)
                if request.window is not None and request.window not in thread.windows[-1:]:
                    thread.windows.append(request.window)
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
        folded, names, supplier = self._told(turn.text)
        read_agent(folded, thread)
        named = turn.skus or names
        if turn.options or (len(named) > 1 and lists_options(folded)):
            thread.options = turn.options or named
        elif named and not set(named) & set(thread.skus):
            thread.skus = named
        thread.supplier = supplier or thread.supplier

    def _tell(self, text: str) -> tuple[str, tuple[str, ...], str | None]:
        """An answer of ours folded, the products whose names or codes stand in it, and its supplier."""
        folded = fold(text)
        supplier = self.suppliers.find(folded, loosely=False)
        return folded, self._named_in(folded), supplier[1] if supplier else None

    def _named_in(self, folded: str) -> tuple[str, ...]:
        """Products whose whole names or codes stand in a text, in order."""
        found: dict[int, int] = {}
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
            return self._attacked(text, clean, safe, today)
        if len(clean) > _LONG_TEXT and (found := self._longwinded(text, clean, thread, today)):
            return found
        return self._plain(text, clean, thread, today)

    def _noise(self, text: str, folded: str) -> Request:
        if talk.INJECTION.search(text) or (talk.defuse(text)[1] and not folded):
            return Request(text, Intent.PROMPT_INJECTION, Expect.REFUSE)
        return Request(text, Intent.UNCLEAR, Expect.IGNORE)

    def _attacked(self, text: str, clean: str, safe: str, today: date) -> Request:
        """The real question beside or inside an attack, if there is one that only reads."""
        for part in (safe, talk.rest_of_attack(clean)):
            if talk.is_noise(fold(part)):
                continue
            request = self._plain(text, part, Thread(), today)
            changes = request.intent in (Intent.ORDER_CREATE, Intent.DATA_CHANGE, Intent.QUOTE_REQUEST)
            asks = request.intent in ABOUT_PRODUCT and not changes and request.intent is not Intent.PRODUCT_LOOKUP
            if request.skus and (asks or (part is safe and not changes)):
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
            return self.followups.continued(text, thread, (thread.options[place],))
        canonical = put_right(folded, self.catalogue.vocabulary)
        if short and thread.options and (taken := self._taken(text, canonical, thread)):
            return taken
        if short and thread.turns and (thread.pending or thread.running or thread.last):
            if talk.is_no(canonical, text) and (not thread.options or _NONE_OF_THEM.search(canonical)):
                return self.followups.call_off(text, canonical, thread)
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

    def _taken(self, text: str, canonical: str, thread: Thread) -> Request | None:
        """`o maior`, `os dois`: options taken by what tells them apart, or all of them."""
        if picked_all(canonical, len(thread.options)):
            return self.followups.continued(text, thread, thread.options[:MOST_OPTIONS])
        ids = [self.catalogue.ids[sku] for sku in thread.options if sku in self.catalogue.ids]
        place = picked_by_size(canonical, [self.catalogue.products[i].name for i in ids])
        if place is None:
            return None
        if place < 0:
            return Request(text, Intent.UNCLEAR, Expect.CLARIFY)
        return self.followups.continued(text, thread, (self.catalogue.products[ids[place]].sku,))

    def _plain(self, text: str, clean: str, thread: Thread, today: date) -> Request:
        sentence = self.dissector.take_apart(clean, today)
        found = self._resolve(sentence)
        if chat := self._chat(text, sentence, found.outcome, thread):
            return chat
        outcome, intent = found.outcome, sentence.intent
        if found.weak and (intent in NUMBERS_SAY_NOTHING or not (thread.skus or thread.options or telling(sentence))):
            outcome = None
        if outcome is not None and whole_category(outcome, intent):
            sentence.category = sentence.category or self.dissector.category_of(sentence.segments)
            outcome = None if sentence.category else outcome
        if (
            intent in NO_PRODUCT
            and outcome is not None
            and (outcome.status is not Status.ONE or outcome.confidence < 1)
        ):
            outcome = None
        if outcome is None and thread.options:
            outcome = self.followups.words_offered(sentence)
        bought = self.followups.bought(text, sentence, thread) if outcome is None or found.weak else None
        if paired := bought or self.followups.it_and_another(text, sentence, outcome, thread):
            return paired
        if follow := self.followups.follow(text, sentence, outcome, thread):
            return _compared(follow, sentence, thread) or follow
        if found.weak and thread.skus and outcome is not None and _ANOTHER_SIZE.search(sentence.folded):
            return self.followups.no_such_size(text, sentence, outcome, thread)
        if (
            outcome is None
            or (outcome.status is Status.NONE and not outcome.ids and thread.options and not sentence.segments)
            or (found.weak and thread.skus and outcome.status is not Status.ONE)
        ):
            return self.followups.without_product(text, sentence, thread, found.quantity)
        if thread.skus and len(outcome.ids) == 1 and outcome.status is Status.ONE and _COMPARED.search(sentence.folded):
            both = tuple(dict.fromkeys((thread.skus[-1], self.catalogue.products[outcome.ids[0]].sku)))
            return Request(text, Intent.COMPARE_PRODUCTS, Expect.ANSWER, both)
        intent = intent or self._default_intent(sentence, thread)
        params = stated_params(sentence, intent, found.quantity)
        if sentence.intent is None and thread.last is not None and thread.turns:
            params = merged(thread.last.params, params)
        request = request_of(self.catalogue, text, intent, outcome, params, sentence.others)
        if request.expect is Expect.ANSWER and thread.skus and AND_IT.search(sentence.folded):
            return replace(request, skus=tuple(dict.fromkeys((thread.skus[-1], *request.skus))))
        return request

    def _resolve(self, sentence: Sentence) -> Resolution:
        return self.resolver.resolve(sentence.tokens, sentence.segments, sentence.codes, _amounts(sentence))

    def _default_intent(self, sentence: Sentence, thread: Thread) -> Intent:
        if thread.last is not None and (SAME.search(sentence.folded) or CORRECTION.match(sentence.folded)):
            return thread.last.intent
        return Intent.PRODUCT_LOOKUP

    def _chat(self, text: str, sentence: Sentence, outcome: Found | None, thread: Thread) -> Request | None:
        """Small talk, help, other subjects: everything that is no question to the company's data."""
        folded, asks = talk.is_spelt(sentence.folded), sentence.intent is not None
        named = outcome is not None and outcome.status is not Status.NONE
        serious = named and asks
        if talk.OFF_TOPIC.search(folded) and not serious:
            return Request(text, Intent.OFF_TOPIC, Expect.REFUSE)
        words = [t.text for s in sentence.segments for t in s.tokens if t.text in self.catalogue.vocabulary]
        if not named and len(words) < 2 and not (asks and words) and talk.OFF_TOPIC_WEAK.search(folded):
            return Request(text, Intent.OFF_TOPIC, Expect.REFUSE)
        if (not named or not words) and (small := talk.small_talk(folded)):
            return Request(text, small, Expect.ANSWER)
        if not named and sentence.intent is not Intent.TAX_QUESTION and talk.HELP.search(folded):
            return Request(text, Intent.HELP, Expect.ANSWER)
        if talk.RECALL.search(folded) and sentence.intent is not Intent.EXPLAIN and not SAME.search(folded):
            if outcome is not None and outcome.status is Status.ONE:
                return request_of(self.catalogue, text, Intent.RECALL, outcome, {})
            return Request(text, Intent.RECALL, Expect.ANSWER)
        if not named and talk.RUN_STATUS.search(folded) and not re.search(r"\bestoque|entreg|pedido", folded):
            return Request(text, Intent.RUN_STATUS, Expect.ANSWER)
        insulted = not asks and not sentence.codes and talk.INSULT.search(folded + " " + fold(text))
        if insulted and (not named or _ABOUT_SYSTEM.search(folded)):
            return Request(text, Intent.SMALLTALK, Expect.ANSWER)
        if not asks and not named and talk.is_foreign(folded):
            return Request(text, Intent.OFF_TOPIC, Expect.REFUSE)
        return None


def _amounts(sentence: Sentence) -> Amounts:
    if sentence.intent in ORDERING:
        return Amounts.ORDERED
    return Amounts.POSSIBLE if sentence.intent in MAY_ORDER or sentence.intent is None else Amounts.NONE


def _compared(follow: Request, sentence: Sentence, thread: Thread) -> Request | None:
    """ "Compara com a de suede": the variant beside the product spoken of, not in its place."""
    if not thread.skus or len(follow.skus) != 1 or not _COMPARED.search(sentence.folded):
        return None
    both = tuple(dict.fromkeys((thread.skus[-1], *follow.skus)))
    return replace(follow, intent=Intent.COMPARE_PRODUCTS, skus=both, params={}, also=()) if len(both) > 1 else None


def _carried(last: Request, request: Request) -> bool:
    """Whether a message that names no days means those of the one before: another product, nothing else."""
    times = ("period", "horizon_days")
    return request.skus != last.skus and all(request.params.get(name) == last.params.get(name) for name in times)


def whole_category(found: Found, intent: Intent | None) -> bool:
    """Whether words that name no one product may name a category: not where a product is asked and several fit."""
    if found.status is Status.NONE:
        return intent in CATEGORY_INTENTS
    return found.status is Status.MANY and intent in CATEGORY_INTENTS & NO_PRODUCT
