"""Stretches of a sentence that name products, and what the catalogue makes of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise

from reposto.language import lexicon
from reposto.language.lexicon import ASKING, CONJUNCTIONS, FUNCTION, QUESTION_WORDS, SIZE_LETTERS
from reposto.language.normalise import Kind, Token
from reposto.language.products import Catalogue, Need
from reposto.language.units import SALE_UNITS, UNITS
from reposto.language.vocabulary import singular, stem

QUESTION_STEMS = frozenset(stem(w) for w in QUESTION_WORDS if len(w) > 4)
GLUE = frozenset("-/()+.'\"*&[]#")
_PACKING = frozenset("cp cps cpr caps comp comps comprimido comprimidos capsula capsulas und".split())
_OF = frozenset("de do da dos das".split())
# sale units that are measured as well: `200 metros` may be part of a name or an amount to order
_PRICED_BY = frozenset(("m", "kg", "l", "un", "cento", "milheiro", "dz", "g", "m2"))
# nouns that lead from a product to one of its traits
_TRAITS = frozenset("tamanho tam cor sabor modelo marca bitola medida versao".split())
_MEASURED = frozenset(("m", "kg", "l", "g", "m2"))


# what a bare number before it counts, so that it measures no product
_COUNTED = frozenset(
    "fornecedores cotacoes lojas opcoes clientes pessoas vezes marcas parcelas itens produtos lugares propostas".split()
)


_PARTICIPLE = re.compile(r"[ai]d[oa]s?$")  # compensado, prensada: verbs to a dictionary, goods to a catalogue


_CHOOSING = frozenset("qual quais quem mais melhor ou vs versus".split())  # where a lone x stands between two products


class Role(StrEnum):
    PRODUCT = "product"  # a word, measure or code of the catalogue
    UNKNOWN = "unknown"  # neither the catalogue's nor a question's
    BOTH = "both"
    GLUE = "glue"
    TALK = "talk"
    BREAK = "break"


@dataclass(slots=True)
class Segment:
    """A run of tokens that may name one product."""

    tokens: list[Token] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    places: list[int] = field(default_factory=list)  # index of each token in the sentence
    start: int = 0  # index of the first token
    end: int = 0
    joined_by: str = ""  # what stood between the segment before and this one, if nothing else did
    lead: Token | None = None  # a number before the first word: a measure or an amount
    lead_unit: str = ""
    tail_unit: str = ""
    amount: bool = False  # the lead is how much, not how big
    linked: bool = False  # a bare measure that stands for a product of its own: `10A ou 20A`

    @property
    def named(self) -> bool:
        """Whether a word of it speaks of a product, known or unknown, and not only numbers."""
        return self.linked or any(
            r is not Role.BOTH and (t.kind is not Kind.NUMBER) for t, r in zip(self.tokens, self.roles, strict=True)
        )

    def edges(self) -> tuple[list[str], list[str]]:
        """Question words at its two ends: they may narrow the product, but they also ask."""
        both = [r is Role.BOTH for r in self.roles]
        first = both.index(False) if False in both else len(both)
        last = len(both) - (both[::-1].index(False) if False in both else 0)
        return [t.text for t in self.tokens[:first]], [t.text for t in self.tokens[last:]]

    @property
    def possible(self) -> bool:
        """Question words that the catalogue has, with a measure: `te 32mm`."""
        both = any(r is Role.BOTH for r in self.roles)
        return both and not self.named and any(t.kind not in (Kind.WORD, Kind.MARK) for t in self.tokens)

    @property
    def known(self) -> bool:
        return any(
            r is Role.PRODUCT and t.kind is not Kind.NUMBER for t, r in zip(self.tokens, self.roles, strict=True)
        )


class Status(StrEnum):
    ONE = "one"
    MANY = "many"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Found:
    """What a mention came to: products, best first."""

    status: Status
    ids: tuple[int, ...]
    confidence: float = 1.0
    needs: tuple[Need, ...] = ()
    alias: str = ""  # the company's own words that were meant


class Reader:
    """Cuts token lists into segments and looks them up."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def role(self, tokens: Sequence[Token], at: int) -> Role:
        token = tokens[at]
        if token.kind is Kind.MARK:
            return Role.GLUE if token.text in GLUE else Role.BREAK
        if token.kind is not Kind.WORD:
            counted = at + 1 < len(tokens) and tokens[at + 1].text in _COUNTED and token.kind is Kind.NUMBER
            return Role.TALK if counted else Role.PRODUCT
        word = token.text
        if word.startswith("zq"):
            return Role.BREAK
        in_catalogue = self.catalogue.vocabulary.has_inflection(word)
        if len(word) == 1 and word in SIZE_LETTERS and in_catalogue and self._follows_product(tokens, at):
            return Role.PRODUCT
        if word in FUNCTION:
            return Role.GLUE
        if len(word) == 1:
            return Role.BOTH if in_catalogue else Role.TALK
        if word in _PACKING or (not in_catalogue and word in UNITS):
            return Role.GLUE  # `c/30 cp`: the unit of a number that was read already
        if word in _TRAITS and self._after_product(tokens, at):
            return Role.GLUE
        if word in QUESTION_WORDS or (not in_catalogue and stem(word) in QUESTION_STEMS):
            if not in_catalogue:
                return Role.TALK
            describes = word not in ASKING and self._after_product(tokens, at) and not self._before_talk(tokens, at)
            names = bool(
                word in lexicon.NOUNISH
                or singular(word) in lexicon.NOUNISH
                or (word not in lexicon.CHAT and (_PARTICIPLE.search(word) or word in self.catalogue.heads))
            )
            return Role.PRODUCT if names or describes else Role.BOTH
        if in_catalogue or self.catalogue.vocabulary.read(word, _dotted(tokens, at)).words:
            return Role.PRODUCT
        if self._is_verb(tokens, at):
            return Role.TALK
        return Role.TALK if word in SALE_UNITS and len(word) > 3 else Role.UNKNOWN

    def _after_product(self, tokens: Sequence[Token], at: int) -> bool:
        """Whether the word goes on with a product: `sarja pesada`, `folha simples`."""
        before = at - 1
        while before > 0 and tokens[before].text in _OF:
            before -= 1
        if before < 0 or tokens[before].kind is Kind.MARK:
            return False
        token = tokens[before]
        if token.kind is not Kind.WORD:
            return True
        if token.text in FUNCTION or token.text.startswith("zq"):
            return False
        if token.text in QUESTION_WORDS and token.text not in lexicon.NOUNISH:
            return (
                token.text not in ASKING
                and token.text in self.catalogue.vocabulary
                and self._after_product(tokens, before)
            )
        return bool(self.catalogue.vocabulary.read(token.text).words)

    def _before_talk(self, tokens: Sequence[Token], at: int) -> bool:
        """`media de venda`, `total comprado`: the word begins a question instead."""
        after = at + 1
        while after < len(tokens) and tokens[after].text in _OF:
            after += 1
        if after >= len(tokens) or tokens[after].kind is not Kind.WORD:
            return False
        word = tokens[after].text
        return after > at + 1 and word in QUESTION_WORDS and word not in self.catalogue.vocabulary

    def _is_verb(self, tokens: Sequence[Token], at: int) -> bool:
        """`para cobrir`, `vou empilhar`: an infinitive where only a verb can stand."""
        word = tokens[at].text
        if len(word) < 5 or at == 0 or not word.endswith(("ar", "er", "ir", "ando", "endo", "indo")):
            return False
        before = tokens[at - 1].text
        return before in (
            "para",
            "vou",
            "vai",
            "vamos",
            "quero",
            "preciso",
            "posso",
            "pode",
            "devo",
            "sem",
            "esta",
            "estou",
            "estamos",
            "que",
        )

    def segments(self, tokens: Sequence[Token]) -> list[Segment]:
        """Runs of product-like tokens; what joins two neighbours is remembered."""
        out: list[Segment] = []
        current = Segment()
        between: list[str] = []
        choosing = any(t.text in _CHOOSING or t.text.startswith("compar") for t in tokens)
        comparing = any(t.text.startswith(("compar", "diferenc")) or t.text in ("versus", "vs") for t in tokens)
        for at, token in enumerate(tokens):
            role = self.role(tokens, at)
            if token.text in SALE_UNITS and self._is_amount_unit(tokens, at, current):
                role = Role.TALK if not current.tokens else role
                if current.tokens and current.tokens[-1].kind is Kind.NUMBER:
                    if len(current.tokens) == 1:
                        current.lead, current.lead_unit = current.tokens.pop(), SALE_UNITS[token.text]
                        current.roles.pop()
                        current.places.pop()
                    else:
                        current.tail_unit = SALE_UNITS[token.text]
                    continue
            separator = token.text == "," or (token.text in CONJUNCTIONS and role is not Role.PRODUCT)
            if token.text == "x" and (not choosing or tokens[min(at + 1, len(tokens) - 1)].kind is Kind.NUMBER):
                continue  # `blister x 30`: how many come in it
            separator = separator or (comparing and token.text == "com")
            if role in (Role.PRODUCT, Role.UNKNOWN, Role.BOTH) and not separator:
                if not current.tokens and current.lead is None:
                    current.start = at
                    current.joined_by = between[0] if len(between) == 1 else ""
                current.tokens.append(token)
                current.roles.append(role)
                current.places.append(at)
                current.end = at + 1
                continue
            if token.text == "para" and at + 1 < len(tokens) and tokens[at + 1].kind is Kind.NUMBER and current.tokens:
                role = Role.BREAK  # `corrige ... para 33`, `aumenta ... para 80`
            if role is Role.GLUE and not separator:
                if _ends_sentence(tokens, at):
                    current = self._close(current, out)
                    between = ["."]
                continue
            if current.tokens:
                between = []
            current = self._close(current, out)
            between.append(token.text if separator else "~")
        self._close(current, out)
        return link_measures(out)

    def _follows_product(self, tokens: Sequence[Token], at: int) -> bool:
        """`luva nitrilica M`: a letter right after a product's word and before nothing that it could introduce."""
        if at == 0 or tokens[at - 1].kind is not Kind.WORD:
            return False
        before = tokens[at - 1].text
        if before in ("tam", "tamanho", "curva", "tipo", "classe"):
            return True
        ends = at + 1 == len(tokens) or tokens[at + 1].kind is Kind.MARK
        return ends and before not in QUESTION_WORDS and before not in FUNCTION and before in self.catalogue.vocabulary

    def _is_amount_unit(self, tokens: Sequence[Token], at: int, current: Segment) -> bool:
        """`80 caixas`, `quantas caixas`: a sale unit, not a word of the name."""
        before = tokens[at - 1] if at else None
        if before is None:
            return False
        if before.text in ("quantos", "quantas", "quanto", "quanta", "em", "por"):
            return True
        if before.text in ("o", "a", "cada") and SALE_UNITS[tokens[at].text] in _PRICED_BY:
            return True  # `quanto sai o metro da sarja`
        return before.kind is Kind.NUMBER and not before.unit

    def _close(self, current: Segment, out: list[Segment]) -> Segment:
        while len(current.tokens) > 2 and current.roles[0] is Role.BOTH and current.tokens[1].kind is Kind.NUMBER:
            del current.tokens[0], current.roles[0], current.places[0]  # `quero 30 ...`, and Quero is a brand as well
            current.start = current.places[0]
        if current.lead is None and len(current.tokens) > 1 and _may_be_amount(current.tokens):
            current.lead = current.tokens.pop(0)
            current.roles.pop(0)
            current.places.pop(0)
        if current.tokens or current.lead:
            out.append(current)
        return Segment()

    def needs(self, segment: Segment) -> list[Need]:
        tokens = list(segment.tokens)
        roles = list(segment.roles)
        if segment.lead is not None and not segment.amount:
            tokens.insert(0, segment.lead)
            roles.insert(0, Role.PRODUCT)
        return self.needs_of(tokens, roles)

    def needs_of(self, tokens: Sequence[Token], roles: Sequence[Role]) -> list[Need]:
        tokens, roles = self._join(tokens, roles)
        needs: list[Need] = []
        for at, token in enumerate(tokens):
            soft = roles[at] is Role.BOTH
            needs += [replace(n, soft=soft) for n in self.catalogue.need(token, _dotted(tokens, at))]
        return needs

    def _join(self, tokens: Sequence[Token], roles: Sequence[Role]) -> tuple[list[Token], list[Role]]:
        """`hb 20` -> hb20 and `h 11` -> h11 where the catalogue writes it so."""
        out: list[Token] = []
        out_roles: list[Role] = []
        for token, role in zip(tokens, roles, strict=True):
            last = out[-1] if out else None
            if (
                last is not None
                and last.kind is Kind.WORD
                and len(last.text) <= 4
                and token.kind in (Kind.NUMBER, Kind.WORD)
                and not token.unit
            ):
                joined = last.text + (f"{token.values[0][0]:g}" if token.values else token.text)
                if self.catalogue.has(joined) and (token.kind is Kind.NUMBER or not self.catalogue.has(last.text)):
                    out[-1] = Token(Kind.CODE, joined, last.start, token.end)
                    out_roles[-1] = Role.PRODUCT
                    continue
            out.append(token)
            out_roles.append(role)
        return out, out_roles

    def find(self, needs: Sequence[Need], loosely: bool = True) -> Found:
        """Exactly one product, several, or none that has every word and every measure."""
        found = self._find(needs)
        if found.status is Status.NONE and loosely:
            looser = [self.catalogue.loosened(n) for n in needs]
            if looser != list(needs):
                again = self._find(looser)
                if again.status is not Status.NONE:
                    return again
        return found

    def _find(self, needs: Sequence[Need]) -> Found:
        hard = [n for n in needs if not n.soft]
        if not hard:
            hard, needs = [replace(n, soft=False) for n in needs], ()
        ids = self.catalogue.find(hard)
        used = list(hard)
        for need in (n for n in needs if n.soft):
            narrowed = self.catalogue.find([*used, need])
            if len(narrowed):
                ids, used = narrowed, [*used, need]
        if not len(ids):
            return Found(Status.NONE, tuple(self.catalogue.neighbours(used)), 0.0, tuple(needs or hard))
        if all(n.text in QUESTION_WORDS for n in used) and not self.catalogue.begins(ids, used[0]):
            return Found(
                Status.NONE, (), 0.0, tuple(used)
            )  # `seguranca`, alone: a word of many sentences, not a product
        cost = max((n.cost for n in used), default=0.0)
        ranked = tuple(self.catalogue.rank(ids, used))
        if len(ids) > 1:
            whole = self.catalogue.fully_named(ids, used)
            if whole is None:
                return Found(Status.MANY, ranked, 1.0 - cost, tuple(used))
            ranked = (whole,)
        if doubtful(used):
            return Found(Status.MANY, ranked, 0.5, tuple(used))
        return Found(Status.ONE, ranked, 1.0 - cost / 2, tuple(used))


def link_measures(segments: list[Segment]) -> list[Segment]:
    """After `e` or `ou`, a bare measure like the one that ended the segment before is another product."""
    for before, after in pairwise(segments):
        joined = after.joined_by not in ("", "~", ".")
        if joined and before.named and before.tokens and len(after.tokens) == 1 and not after.named:
            last, measure = before.tokens[-1], after.tokens[0]
            after.linked = measure.kind is Kind.NUMBER and last.kind is not Kind.WORD and not after.tail_unit
    return segments


def doubtful(needs: Sequence[Need]) -> bool:
    """A single short word that had to be corrected is too little to answer on."""
    words = [n for n in needs if not n.number]
    if not words:
        return len(needs) < 2  # one bare number names nothing
    certain = [n for n in words if n.how in ("exact", "sound")]
    return not certain and len(needs) == 1 and (len(words[0].text) <= 5 or words[0].cost > 0.4)


def _dotted(tokens: Sequence[Token], at: int) -> bool:
    follows = at + 1 < len(tokens) and tokens[at + 1].text == "." and tokens[at + 1].start == tokens[at].end
    return follows and at + 2 < len(tokens) and 2 <= len(tokens[at].text) <= 6


def _ends_sentence(tokens: Sequence[Token], at: int) -> bool:
    """A full stop after a long word; after a short one it marks an abbreviation."""
    if tokens[at].text != "." or at == 0:
        return False
    if at + 1 < len(tokens) and tokens[at + 1].text == ".":
        return False
    return tokens[at - 1].text == "." or len(tokens[at - 1].text) > 6


def _may_be_amount(tokens: Sequence[Token]) -> bool:
    first, second = tokens[0], tokens[1]
    if first.kind is not Kind.NUMBER or second.kind is not Kind.WORD:
        return False
    return not first.unit or SALE_UNITS.get(first.unit) in _MEASURED
