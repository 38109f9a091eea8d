"""What a sentence states besides the product: amounts, money, orders, suppliers, filters, criteria."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from rapidfuzz.distance import OSA

from reposto.language.normalise import fold
from reposto.language.numbers import AMOUNT, FIGURES, SPELT, read_amount
from reposto.language.units import SALE_UNITS
from reposto.language.vocabulary import stem
from reposto.model.request import Intent, NamedSupplier

_ORDER = re.compile(
    r"\b(?:pedidos?|oc|ocs|ordem(?: de compra)?|ped|po|rascunho)\s*(?:de compra )?(?:n|"
    r"no|numero|nr|num|#|:|-)?\s*[#:]?\s*(\d{2,8})(?![\d/,.]\d|"
    r"\w|\s*(?:un|pc|cx|kg|m|rl|sc|unidades|pecas|caixas|dias)\b)"
)  # fmt: skip
_HASH = re.compile(r"#\s?(\d{3,8})\b")
_SALE = "|".join(sorted((u for u in SALE_UNITS if len(u) > 1 and " " not in u), key=len, reverse=True))
_SPOKEN_AMOUNT = re.compile(rf"\b(?P<head>{SPELT}|{FIGURES}(?= mil\b))(?P<times> mil)? (?=(?:{_SALE})\b)")
_MONEY = re.compile(
    rf"(?<![a-z])(?P<sign>r\$|rs\$?)\s?(?P<a>{AMOUNT})(?: reais)?"
    rf"|\b(?P<b>{AMOUNT})\s?(?:reais|real|contos?|pila|pilas|mangos)\b"
    # 6500K is a colour of light: thousands said with a k have at most three figures before it
    rf"|(?<![\w.,])(?P<c>(?:{FIGURES}\s?mil|\d{{1,3}}(?:,\d)?\s?k)(?: e \w+)?)\b(?! (?:{_SALE}|de §))"
    r"|(?:\b(?:a|por|de|em|pagar|pago|paguei|cobr\w+|pediu|pediram) |^)"
    r"(?P<d>\d+,\d\d)(?![\d\w])(?! ?(?:m|mm|cm|kg|g|l|ml|x|un)\b)"
)
_PERCENT = re.compile(rf"(?P<n>{FIGURES}|dez|vinte|trinta|quarenta|cinquenta|cem)\s?(?:%|por cento)")
_LESS = re.compile(
    r"\b(?:ca[ii]\w*|queda|diminu\w*|reduz\w*|reducao|menos|baix\w*|abaix\w*|recu\w*|desc\w*|encolh\w*)\b"
)
_LEAD = re.compile(
    rf"\b(?:prazo|lead time|entrega\w*|demor\w+|atras\w+|fornecedor \w+|"
    rf"chegar|levar)\b[^.?!]*?\b(?P<n>{FIGURES}|dez|quinze|vinte|"
    rf"trinta|quarenta|sessenta|noventa) (?P<u>dias?|semanas?|"
    rf"meses|mes)\b(?: uteis)?"
)
_WORD_NUMBERS = {
    "dez": 10,
    "quinze": 15,
    "vinte": 20,
    "trinta": 30,
    "quarenta": 40,
    "cinquenta": 50,
    "sessenta": 60,
    "noventa": 90,
    "cem": 100,
}
_BUDGET = re.compile(
    r"\b(?:tenho|temos|gastar|gasto|verba|orcamento|budget|"
    r"limite|disponh\w+|disponivel|caixa|dinheiro|investir|"
    r"ate zqmoney|com zqmoney|so zqmoney|grana|sobrou|teto)\b|"
    r"\bate zqmoney|\bcom zqmoney"
)  # fmt: skip

CRITERIA: tuple[tuple[str, str], ...] = (
    ("total_cost", r"\bcusto (?:total|posto|final)\b|\btotal posto\b|\bposto aqui\b"),
    ("payment_term", (
        r"\bprazo (?:de |pra |para )?(?:pagamento|pagar|pgto)\b|"
        r"\b(?:condicao|condicoes|prazo) de pagamento\b|\bpag\w+ (?:mais )?a prazo\b|"
        r"\bparcela\w*\b|\bmais prazo\b"
    )),
    ("reliability", (
        r"\b(?:mais )?(?:confiavel|confiaveis|pontual|pontuais|"
        r"seguro|garantido)\b|\b(?:entreg\w+|cheg\w+) (?:sempre )?no prazo\b|\b(?:menos|nao) atras\w+|\bcumpre\b"
    )),
    ("lead_time", (
        r"\bmais rapid[oa]\b|\bmenor (?:prazo|lead time|tempo)\b|"
        r"\bmais (?:cedo|depressa|ligeiro)\b|\b(?:entrega|chega) (?:antes|"
        r"primeiro|rapido)\b|\brapidez\b|\bmelhor prazo(?: de entrega)?\b"
    )),
    ("price", (
        r"\bmais (?:barat[oa]s?|em conta|baixo)\b|\b(?:menor|melhor|"
        r"mais baixo) (?:preco|valor|custo|cotacao)\b|\bmelhor(?:es)? precos?\b|"
        r"\bpreco mais (?:baixo|barato|em conta)\b|\bbarat\w+\b"
    )),
)  # fmt: skip


def _in_figures(match: re.Match[str]) -> str:
    amount = read_amount(match[0].strip())
    return match[0] if amount is None else f"{amount:.10g} "


class Stated:
    """Takes orders, money, percentages and suppliers out of a text, leaving `zq…` marks, and keeps their values."""

    def __init__(self, text: str, supplier: str | None = None) -> None:
        self.text = text
        self.values: dict[str, Any] = {}
        self.money: float | None = None
        self.text = _SPOKEN_AMOUNT.sub(_in_figures, self.text)
        self._take_orders()
        self.supplier = supplier
        self._take_money()
        self.text = " ".join(self.text.split())

    def _take_orders(self) -> None:
        match = _ORDER.search(self.text) or _HASH.search(self.text)
        if match:
            self.values["order_number"] = match[1]
            self.text = self.text[: match.start()] + " zqorder " + self.text[match.end() :]

    def _take_money(self) -> None:
        for match in _MONEY.finditer(self.text):
            amount = read_amount((match["a"] or match["b"] or match["c"] or match["d"]).strip())
            if amount is not None:
                self.money = amount
                self.text = self.text[: match.start()] + " zqmoney " + self.text[match.end() :]
                break

    def take_simulation(self) -> None:
        """What a what-if changes: a percentage or a lead time."""
        text = self.text
        if match := _LEAD.search(text):
            number = match["n"]
            days = _WORD_NUMBERS.get(number) or float(number.replace(",", "."))
            self.values["lead_time_days"] = round(
                days * (7 if match["u"].startswith("sem") else 30 if match["u"].startswith("me") else 1)
            )
            self.text = text[: match.start("n")] + " zqlead " + text[match.end() :]
            return
        if match := _PERCENT.search(text):
            number = match["n"]
            value = float(_WORD_NUMBERS.get(number) or number.replace(",", "."))
            self.values["percent_change"] = -value if _LESS.search(text) else value
            self.text = text[: match.start()] + " zqpct " + text[match.end() :]
        elif re.search(r"\bdobr\w+\b|\bo dobro\b", text):
            self.values["percent_change"] = 100.0
        elif re.search(r"\btriplic\w+\b|\bo triplo\b", text):
            self.values["percent_change"] = 200.0
        elif re.search(r"\bmetade\b", text):
            self.values["percent_change"] = -50.0

    def settle_money(self, intent: Intent, has_product: bool) -> None:
        """A price per unit or a limit to spend, by what is asked."""
        if self.money is None:
            return
        budget = intent in (Intent.BUY_LIST, Intent.SPEND, Intent.STOCK_OVERVIEW) or (
            not has_product and intent is not Intent.PRICE_HISTORY
        )
        if not budget and intent in (Intent.REORDER_QUANTITY, Intent.ORDER_CREATE, Intent.PURCHASE_RECOMMENDATION):
            budget = _BUDGET.search(self.text) is not None and not re.search(r"\ba zqmoney|\bpor zqmoney", self.text)
        self.values["budget" if budget else "unit_price"] = self.money


CLASS = re.compile(r"\b(?:curva|classe|abc|categoria|itens|produtos|grupo) ([abc])\b(?! ?, ?[abc]\b| ou)")


def find_criterion(text: str) -> str | None:
    for name, pattern in CRITERIA:
        if re.search(pattern, text):
            return name
    return None


def find_class(text: str, asked: bool = False) -> str | None:
    """The ABC class stated as a filter; asked: the class itself is the question, so only a list is filtered by it."""
    if asked and not re.search(r"\b(?:quais|itens|produtos|lista)\b", text):
        return None
    match = CLASS.search(text)
    return match[1].upper() if match else None


_OF = re.compile(r"\b(?:d[oa]s?|com [oa]|pel[oa]|from|by) ([a-z]{4,})\b")


def _never(_word: str) -> bool:
    return False


class SupplierBook:
    """Suppliers by fantasy name and by legal name, in whatever case and accents; after "da" also by its first word,
    where no other supplier and no product is called so: "500 da Bento"."""

    def __init__(self, suppliers: Sequence[NamedSupplier], in_a_product: Callable[[str], bool] = _never) -> None:
        self._names: list[tuple[str, str]] = []
        for supplier in suppliers:
            for name in {supplier.trade_name, supplier.name}:
                folded = re.sub(r"[^\w ]", "", fold(name))
                if folded:
                    self._names.append((folded, supplier.trade_name))
            core = re.sub(
                r"\b(?:ltda|s a|sa|me|epp|eireli|comercio|distribuidora|industria|atacado|importadora)\b",
                "",
                re.sub(r"[^\w ]", " ", fold(supplier.name)),
            )
            core = re.sub(r"\s+", " ", core).strip()
            if core.count(" ") >= 1:
                self._names.append((core, supplier.trade_name))
        self._trade_names = dict(reversed(self._names))
        spelt = sorted(self._trade_names, key=len, reverse=True)
        loose = [
            r"\s?".join(map(re.escape, name)) if " " not in name and len(name) >= 8 else re.escape(name)
            for name in spelt
        ]
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(loose)})(?!\w)") if loose else None
        firsts = Counter(fold(s.trade_name).split(" ")[0] for s in suppliers if " " in s.trade_name)
        self._first_words = {
            first: s.trade_name
            for s in suppliers
            if firsts[first := fold(s.trade_name).split(" ")[0]] == 1 and len(first) > 3 and not in_a_product(first)
        }

    def find(self, text: str, *, loosely: bool = True) -> tuple[str, str] | None:
        """The stretch of text that names a supplier, and the supplier's fantasy name.

        Not `loosely`: only as it is written; for our own turns, which have no typing errors but are long.
        """
        match = self._pattern.search(text) if self._pattern else None
        if match is None:
            return self._by_first_word(text) or self._mistyped(text) if loosely else None
        name = match[0] if match[0] in self._trade_names else match[0].replace(" ", "")
        return match[0], self._trade_names[name]

    def _by_first_word(self, text: str) -> tuple[str, str] | None:
        for match in _OF.finditer(text):
            if match[1] in self._first_words:
                return match[1], self._first_words[match[1]]
        return None

    def _mistyped(self, text: str) -> tuple[str, str] | None:
        """A long name with one slip of the finger, word for word."""
        words = list(re.finditer(r"\w+", text))
        for name, trade_name in self._trade_names.items():
            size = name.count(" ") + 1
            if len(name) < 8:
                continue
            for at in range(len(words) - size + 1):
                start, end = words[at].start(), words[at + size - 1].end()
                if abs(end - start - len(name)) <= 1 and OSA.distance(text[start:end], name, score_cutoff=1) <= 1:
                    return text[start:end], trade_name
        return None


class CategoryBook:
    """Categories of the catalogue by the words of their names, in any number and gender."""

    def __init__(self, categories: Sequence[str]) -> None:
        self._by_stem: dict[str, set[str]] = {}
        for category in {c for c in categories if c}:
            for word in re.findall(r"[a-z]{4,}", fold(category)):
                self._by_stem.setdefault(_key(word), set()).add(category)

    def find(self, words: Sequence[str]) -> str | None:
        """The one category that all the words speak of."""
        found: set[str] | None = None
        for word in words:
            categories = self._by_stem.get(_key(word), set())
            found = categories if found is None else (found & categories) or found & categories
        return next(iter(found)) if found and len(found) == 1 else None


def _key(word: str) -> str:
    base = stem(word)
    return base[:-1] if base[-1:] in "oa" and len(base) > 4 else base
