"""A message taken apart: codes, amounts, dates, products and intent, before anything is decided."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reposto.language.codes import CodeBook, CodeHit
from reposto.language.context import ABOUT_PRODUCT
from reposto.language.dates import TimeFinder
from reposto.language.intents import classify
from reposto.language.mentions import Reader, Segment
from reposto.language.normalise import Kind, Token, fold, parse_number, respell, tokenise
from reposto.language.params import CLASS, CategoryBook, Stated, SupplierBook, find_class, find_criterion
from reposto.language.spelling import put_right
from reposto.language.units import SALE_UNITS
from reposto.model.request import Intent

LISTING = re.compile(
    r"\b(?:quais|lista|relacao|itens|produtos|todos|todas|qual (?:produto|item|material)|mais vendid[oa]s|o que"
    r"|que (?:mais )?(?:vai|esta)|algo|alguma|algum|relatorio|sugest\w+|categoria|setor|grupo|compras|gastos?|gastei"
    r"|gastamos|repor|sugere|curva abc|fornecedores)\b"
)
ORDERING = frozenset({Intent.ORDER_CREATE, Intent.LANDED_COST, Intent.QUOTE_REQUEST, Intent.DATA_CHANGE})
MAY_ORDER = frozenset(
    {Intent.PURCHASE_RECOMMENDATION, Intent.SUPPLIER_COMPARE, Intent.PRICE_CURRENT, Intent.STOCK_POLICY, Intent.WHAT_IF}
)
# what is never about a product; one that seems named must be certain to count
NO_PRODUCT = frozenset(
    {
        Intent.TAX_QUESTION, Intent.SUPPLIER_INFO, Intent.BUY_LIST, Intent.SPEND, Intent.STOCK_OVERVIEW,
        Intent.ORDER_APPROVE, Intent.ORDER_CANCEL, Intent.DOCUMENT_EXPORT,
    }
)  # fmt: skip
# what may be asked of a whole category
CATEGORY_INTENTS = frozenset(
    {
        Intent.BUY_LIST, Intent.STOCK_OVERVIEW, Intent.EXCESS_STOCK, Intent.STOCKOUT_DATE, Intent.SPEND, Intent.ABC_XYZ,
        Intent.DOCUMENT_EXPORT,
    }
)  # fmt: skip
NUMBERS_SAY_NOTHING = (
    frozenset({Intent.EXPLAIN, Intent.RECALL, Intent.WHAT_IF, Intent.SPEND, Intent.TAX_QUESTION})
    | ORDERING
    | NO_PRODUCT
)


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


class Dissector:
    """Takes sentences apart against one company's catalogue, codes, suppliers and categories."""

    def __init__(self, reader: Reader, codes: CodeBook, suppliers: SupplierBook, categories: CategoryBook) -> None:
        self.reader = reader
        self.codes = codes
        self.suppliers = suppliers
        self.categories = categories
        self.catalogue = reader.catalogue

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
        right = respell(put_right(respell(folded), self.catalogue.vocabulary))
        stated = Stated(right, supplier[1] if supplier else None)
        if re.search(r"\b(?:se|simul\w+|cenario|caso|com um|supo\w+|imagin\w+)\b", stated.text):
            stated.take_simulation()
        time = TimeFinder(stated.text.replace("r$", " reais "), today)
        marked = time.text
        if LISTING.search(right) and find_class(right):
            marked = CLASS.sub(" zqclass ", marked)
        tokens = tokenise(marked)
        segments = self.reader.segments(tokens)
        category = self._take_category(tokens, segments, right)
        masked = mask(tokens, [s for s in segments if s.named])
        intent, others = intents_of(masked)
        if intent is None:  # the words that no catalogue knows may be what is asked: `o que e CFOP 5102?`
            intent = classify(mask(tokens, [s for s in segments if s.known]))
        return Sentence(text, right, tokens, segments, codes, masked, stated, time, category, intent, others)

    def _take_category(self, tokens: Sequence[Token], segments: list[Segment], right: str) -> str | None:
        if not LISTING.search(right):
            return None
        for segment in segments:
            if category := self.category_of([segment]):
                segments.remove(segment)
                return category
        return None

    def category_of(self, segments: Sequence[Segment]) -> str | None:
        """The category that every product-like word of the segments speaks of."""
        tokens = [t for s in segments for t in s.tokens]
        words = [t.text for t in tokens if t.kind is Kind.WORD and len(t.text) > 3]
        return self.categories.find(words) if words and len(words) == len(tokens) else None


_COUNTED = re.compile(
    r"\b(?:contei|contamos|conferi|achei)\s+(\d[\d.,]*)"
    r"|\b(?:eh|sao|para|existem)\s+(?:so |apenas )?(\d[\d.,]*)(?! ?(?:reais|%))"
)  # what the count is, beside what it was thought to be


def stated_params(sentence: Sentence, intent: Intent, quantity: tuple[float, str] | None) -> dict[str, Any]:
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
    if intent is Intent.DATA_CHANGE and (counted := _COUNTED.search(sentence.folded)):
        quantity = (parse_number((counted[1] or counted[2]).rstrip(".,")), quantity[1] if quantity else "")
    if quantity and intent in ORDERING | MAY_ORDER:
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
    r"(\d[\d.,]*\s?[a-z]{0,3})\s?(?:\.{2,}|,|-)\s?(?:nao,? )?(\d[\d.,]*\s?[a-z]{0,3})\s?,?\s?("
    r"?:desculpa|digo|ops|perdao|errei|quis dizer)\b"
)


def corrected(folded: str) -> str:
    """`45... 40, desculpa` -> 40."""
    return _AFTERTHOUGHT.sub(r"\2", folded)
