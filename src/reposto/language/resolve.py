"""From the segments of a sentence to products: joining, splitting, borrowing a head, correcting oneself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from reposto.language.aliases import Mention, is_name_like, key_of
from reposto.language.codes import CodeHit
from reposto.language.mentions import Found, Reader, Role, Segment, Status
from reposto.language.normalise import Kind, Token
from reposto.language.products import Catalogue, Need, phrase_key
from reposto.language.units import SALE_UNITS

_REPAIR = frozenset("ops opa epa digo desculpa desculpe perdao alias corrigindo errei".split())

_TAUGHT_CONFIDENCE = 0.95  # somebody's word; below an exact name or code

_REPAIR_PAIRS = frozenset({("quer", "dizer"), ("quis", "dizer"), ("ou", "melhor"), ("na", "verdade")})


@dataclass(frozen=True, slots=True)
class Resolution:
    """Products of a sentence, if any are named, and the amount that stands beside them."""

    outcome: Found | None
    quantity: tuple[float, str] | None = None
    weak: bool = False  # nothing but numbers: enough only beside a product talked about


class Amounts(StrEnum):
    """Whether a number before a product is an amount, by what is asked."""

    NONE = "none"
    POSSIBLE = "possible"
    ORDERED = "ordered"


class Resolver:
    def __init__(self, catalogue: Catalogue, reader: Reader) -> None:
        self.catalogue = catalogue
        self.reader = reader
        self.aliases: dict[str, tuple[int, ...]] = {}  # replaced as a whole, never changed: other threads read it

    def resolve(
        self, tokens: Sequence[Token], segments: Sequence[Segment], codes: Sequence[CodeHit], amounts: Amounts
    ) -> Resolution:
        """The products meant, and the amount stated beside them."""
        segments, taken_back = after_repair(tokens, segments)
        for segment in segments:
            segment.amount = self._is_amount(segment, amounts)
        quantity = self._quantity(tokens, segments, amounts)
        if codes:
            return Resolution(self._by_code(codes), quantity)
        whole = [hit for hit in self.whole_names(tokens) if self._stands_out(hit, tokens)]
        strong = [s for s in segments if s.named and s.tokens]
        if not strong:
            if whole:
                return Resolution(self._of_ids(whole), quantity)
            for segment in segments:
                if segment.possible:
                    found = self.reader.find([replace(n, soft=False) for n in self.reader.needs(segment)])
                    if found.status is not Status.NONE:
                        return Resolution(found, quantity)
            needs = [n for s in segments if not s.amount for n in self.reader.needs(s)]
            if any(n.number for n in needs):
                return Resolution(self._weak(needs), quantity, weak=True)
            return Resolution(None, quantity)
        if whole and self._covers(whole, strong):
            return Resolution(self._of_ids(whole), quantity)
        if taught := self._taught(segments):
            return Resolution(taught, quantity)
        outcome, tail = self._segments(strong, segments, amounts)
        if outcome.status is not Status.ONE and taken_back and outcome.needs:  # `sarja leve... nao, pesada`
            outcome = self._borrow(outcome.needs, self.reader.needs(taken_back[-1]), outcome)
        return Resolution(outcome, quantity or tail)

    def mention(
        self, tokens: Sequence[Token], segments: Sequence[Segment], codes: Sequence[CodeHit], amounts: Amounts
    ) -> Mention | None:
        """The words by which a sentence names one product, unless they are a code or a whole name."""
        segments, _ = after_repair(tokens, segments)
        for segment in segments:
            segment.amount = self._is_amount(segment, amounts)
        named = None if codes else _only_one(segments)
        if named is None:
            return None
        said, text = _said(named)
        if not is_name_like(said) or self._covers(self.whole_names(tokens), [named]):
            return None
        needs = [n for n in self.reader.needs(named) if not n.soft]
        whole = " ".join(t.text for t in tokens[named.places[0] : named.places[-1] + 1])  # `banco da vovo`
        shown = whole if key_of(whole) == key_of(text) else text
        return Mention(key_of(text), shown, len(self.catalogue.find(needs)))

    def _taught(self, segments: Sequence[Segment]) -> Found | None:
        """The product that the company calls so: only where the whole mention is the alias, word for word."""
        segment = _only_one(segments) if self.aliases else None
        if segment is None:
            return None
        _, text = _said(segment)
        ids = self.aliases.get(key_of(text), ())
        if len(ids) == 1:
            needs = [n for n in self.reader.needs(segment) if not n.soft]
            others = [int(i) for i in self.catalogue.find(needs)]
            if not others or ids[0] in others:
                return Found(Status.ONE, ids, _TAUGHT_CONFIDENCE, alias=text)
            ids = (*ids, *self.catalogue.rank(others, needs))  # a product came that is called so by its own name
        return Found(Status.MANY, ids, 0.5, alias=text) if ids else None

    def _is_amount(self, segment: Segment, amounts: Amounts) -> bool:
        """Whether the number before the first word is how much, not how big."""
        if segment.lead is None or segment.lead_unit or amounts is Amounts.ORDERED:
            return segment.lead is not None
        if amounts is Amounts.NONE:
            return False
        return self.reader.find(self.reader.needs(segment)).status is Status.NONE

    def _weak(self, needs: list[Need]) -> Found | None:
        found = self.reader.find(needs)
        return replace(found, status=Status.MANY) if found.status is Status.ONE else found

    def _by_code(self, codes: Sequence[CodeHit]) -> Found:
        ids: list[int] = []
        for hit in codes:
            if not hit.ids:
                return Found(Status.NONE, (), 0.0)
            if len(hit.ids) > 1:
                return Found(Status.MANY, hit.ids, 0.5)
            ids += [i for i in hit.ids if i not in ids]
        return Found(Status.ONE, tuple(ids), 1.0)

    def _of_ids(self, whole: Sequence[tuple[int, int, list[int]]]) -> Found:
        ids = tuple(dict.fromkeys(i for _, _, found in whole for i in found))
        if any(len(found) > 1 for _, _, found in whole):
            return Found(Status.MANY, ids, 0.5)
        return Found(Status.ONE, ids, 1.0)

    def whole_names(self, tokens: Sequence[Token]) -> list[tuple[int, int, list[int]]]:
        """Stretches that are the whole name (or alias) of products: longest first, no overlaps, in order."""
        words = [(at, phrase_key([t])) for at, t in enumerate(tokens) if t.kind is not Kind.MARK]
        hits: list[tuple[int, int, list[int]]] = []
        at = 0
        while at < len(words):
            for length in range(min(self.catalogue.longest_phrase, len(words) - at, 24), 0, -1):
                key = " ".join(w for _, w in words[at : at + length])
                if key in self.catalogue.phrases:
                    hits.append((words[at][0], words[at + length - 1][0] + 1, self.catalogue.phrases[key]))
                    at += length - 1
                    break
            at += 1
        return hits

    def _stands_out(self, hit: tuple[int, int, list[int]], tokens: Sequence[Token]) -> bool:
        return hit[1] - hit[0] > 1 or self.reader.role(tokens, hit[0]) in (Role.PRODUCT, Role.UNKNOWN)

    def _covers(self, whole: Sequence[tuple[int, int, list[int]]], strong: Sequence[Segment]) -> bool:
        """Whether the whole names leave no product word of the sentence over."""
        covered = {at for start, end, _ in whole for at in range(start, end)}
        return all(at in covered for s in strong for at in s.places)

    def _segments(
        self, strong: Sequence[Segment], every: Sequence[Segment], amounts: Amounts
    ) -> tuple[Found, tuple[float, str] | None]:
        loose = [s for s in every if not s.named and s.tokens and any(r is Role.PRODUCT for r in s.roles)]
        separate = any(s.joined_by for s in strong[1:]) or len(strong) > 1
        needs_each = [self.reader.needs(s) for s in strong]
        together = [n for needs in needs_each for n in needs]
        if not separate:
            return self._single(strong[0], needs_each[0], loose, amounts)
        joint = self.reader.find([replace(n, soft=False) for n in together], loosely=False)
        if joint.status is not Status.NONE:
            return joint, None
        if all(s.joined_by not in ("", "~", ".") for s in strong[1:]):
            each = [self.reader.find(n, loosely=False) for n in needs_each]
            if all(f.status is Status.ONE for f in each):
                ids = tuple(dict.fromkeys(i for f in each for i in f.ids))
                return Found(Status.ONE, ids, min(f.confidence for f in each)), None
        if not any(s.joined_by for s in strong[1:]):
            known = [(s, n) for s, n in zip(strong, needs_each, strict=True) if s.known]
            if len(known) == 1:
                return self._single(known[0][0], known[0][1], loose, amounts)
            if not known:
                return joint, None
            certain = [self.reader.find(n) for _, n in known]
            alone = [f for f in certain if f.status is Status.ONE]
            if len(alone) == 1 and all(
                len(s.tokens) == 1 for (s, _), f in zip(known, certain, strict=True) if f not in alone
            ):
                return alone[0], None  # `responde direito: quanto custa a naftalina`
        return self._several(strong, needs_each), None

    def _single(
        self, segment: Segment, needs: list[Need], loose: Sequence[Segment], amounts: Amounts
    ) -> tuple[Found, tuple[float, str] | None]:
        found = self.reader.find(needs)
        if found.status is Status.MANY:
            for other in loose:  # `lampada led, tem de 9w?`
                more = self.reader.needs(other)
                narrowed = self.reader.find([*needs, *more])
                if narrowed.status is not Status.NONE:
                    found, needs = narrowed, [*needs, *more]
        if found.status is Status.NONE and amounts is Amounts.ORDERED and (tail := _tail_amount(segment)):
            shorter = self.reader.needs_of(segment.tokens[:-1], segment.roles[:-1])
            again = self.reader.find(shorter)
            if again.status is not Status.NONE:
                return again, tail
        return found, None

    def _several(self, strong: Sequence[Segment], needs_each: Sequence[list[Need]]) -> Found:
        """One product per segment; an incomplete one borrows the words of the one before or after."""
        ids: list[int] = []
        confidence = 1.0
        head = needs_each[0]
        for at, needs in enumerate(needs_each):
            found = self.reader.find(needs)
            if found.status is not Status.ONE and (strong[at].joined_by != "," or any(n.number for n in needs)):
                found = self._borrow(needs, head if at else needs_each[1], found)
            if found.status is not Status.ONE:
                return found
            head = list(found.needs or needs)
            ids += [i for i in found.ids if i not in ids]
            confidence = min(confidence, found.confidence)
        return Found(Status.ONE, tuple(ids), confidence)

    def _borrow(self, needs: Sequence[Need], donor: Sequence[Need], found: Found) -> Found:
        """`disjuntor tripolar 10A ou 20A`: the second takes as many words of the first as leave something."""
        words = [n for n in donor if not n.number and n.text not in {m.text for m in needs}]
        for length in range(len(words), 0, -1):
            again = self.reader.find([*words[:length], *needs])
            if again.status is not Status.NONE:
                return again if found.status is Status.NONE or again.status is Status.ONE else found
        return found

    def among(self, offered: Sequence[int], needs: Sequence[Need]) -> list[int]:
        """Which of the offered products satisfy what was said."""
        fitting = set(offered)
        for need in needs:
            if not need.soft:
                fitting &= {int(i) for i in self.catalogue.satisfying(need)}
        return [i for i in offered if i in fitting] if needs else []

    def variant(self, previous: int, needs: Sequence[Need]) -> Found | None:
        """The product that shares the words of the one talked about and has what is new: `e o de 45cm?`."""
        hard = [n for n in needs if not n.soft]
        if not hard:
            return None
        ids = {int(i) for i in self.catalogue.find(hard)}
        if not ids:
            return None
        shared = self.catalogue.shared_words(previous, ids)
        if not shared:
            return None
        best = max(shared.values())
        if best < 0.5:
            return None
        top = [i for i, share in shared.items() if share >= best - 1e-9]
        return Found(
            Status.ONE if len(top) == 1 else Status.MANY, tuple(self.catalogue.rank(top, hard)), 0.8, tuple(hard)
        )

    def _quantity(
        self, tokens: Sequence[Token], segments: Sequence[Segment], amounts: Amounts
    ) -> tuple[float, str] | None:
        """An amount to order, hold or correct, with its unit as said."""
        leads = [s for s in segments if s.lead is not None]
        if len(leads) > 1:
            return None
        for segment in leads:
            assert segment.lead is not None
            unit = (
                segment.lead_unit
                or SALE_UNITS.get(segment.lead.unit, "")
                or segment.tail_unit
                or _trailing_unit(tokens)
            )
            if segment.amount:
                return segment.lead.values[0][0], unit
        lone = [s for s in segments if len(s.tokens) == 1 and s.tokens[0].kind is Kind.NUMBER and s.lead is None]
        if len(lone) == 1 and (amounts is Amounts.ORDERED or lone[0].tail_unit):
            token = lone[0].tokens[0]
            return token.values[0][0], SALE_UNITS.get(token.unit, "") or lone[0].tail_unit
        return None


def _only_one(segments: Sequence[Segment]) -> Segment | None:
    """The segment that names the product, if it is one and nothing beside it could narrow it further."""
    strong = [s for s in segments if s.named and s.tokens]
    if len(strong) != 1:
        return None
    others = [t for s in segments if s is not strong[0] for t in s.tokens]
    known = any(r is Role.PRODUCT for s in segments if s is not strong[0] for r in s.roles)
    return None if known or any(t.kind is not Kind.WORD for t in others) else strong[0]


def _said(segment: Segment) -> tuple[list[Token], str]:
    """The tokens of a mention and its text, by which aliases are kept."""
    measured = [segment.lead] if segment.lead is not None and not segment.amount else []
    said = [*measured, *segment.tokens]
    return said, " ".join(t.text for t in said)


def _trailing_unit(tokens: Sequence[Token]) -> str:
    words = [t for t in tokens if t.text not in (".", "?", "!")]
    if len(words) > 2 and words[-1].text in SALE_UNITS and words[-2].kind is not Kind.NUMBER:
        return SALE_UNITS[words[-1].text]
    return ""


def _tail_amount(segment: Segment) -> tuple[float, str] | None:
    last = segment.tokens[-1]
    if last.kind is not Kind.NUMBER or len(segment.tokens) < 2:
        return None
    if last.unit and " " not in last.text:  # `2kg` glued together is a measure of the product
        return None
    return last.values[0][0], SALE_UNITS.get(last.unit, "") or segment.tail_unit


def after_repair(tokens: Sequence[Token], segments: Sequence[Segment]) -> tuple[list[Segment], list[Segment]]:
    """Who corrects himself means the last version: what stands before `digo` goes if something named follows.

    The second list holds what was taken back.
    """
    kept, taken_back = list(segments), []
    for at, token in enumerate(tokens):
        following = tokens[at + 1].text if at + 1 < len(tokens) else ""
        denial = token.text == "nao" and following in (":", ",") and at > 0
        repairs = token.text in _REPAIR or denial or (token.text, following) in _REPAIR_PAIRS
        if repairs and any(s.start > at and s.named for s in kept):
            taken_back += [s for s in kept if s.start <= at and s.named]
            kept = [s for s in kept if s.start > at or not s.named]
    return kept, taken_back
