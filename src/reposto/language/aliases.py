"""A company's own words for its products: what counts as one, how it is told, and what is said about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reposto.language.formats import inert
from reposto.language.lexicon import FUNCTION
from reposto.language.normalise import Kind, Token, fold, tokenise
from reposto.language.products import phrase_key

LONGEST = 80  # characters of an alias; what is longer describes, it doesn't name
MOST_TOKENS = 8


@dataclass(frozen=True, slots=True)
class Mention:
    """The words by which a message names one product: comparable, as they were typed, and how many products fit them.

    `fitting` counts the products that satisfy every word and measure of it; 0 when a word is in no name.
    """

    key: str
    text: str
    fitting: int

    @property
    def names_a_kind(self) -> bool:
        """One word that several products have in their names: the next one who says it may mean another."""
        return self.fitting > 1 and " " not in self.key


class Wish(StrEnum):
    """What a message about aliases wants."""

    FORGET = "forget"
    TEACH = "teach"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class AliasWish:
    """A message about aliases, read. `text` is folded; `product` is a SKU or a name as typed, if one was."""

    wish: Wish
    text: str = ""
    product: str = ""


def key_of(text: str) -> str:
    """Words and measures without articles and marks, spelt one way: what must be equal for an alias to apply."""
    return phrase_key(t for t in tokenise(fold(text)) if t.kind is not Kind.WORD or t.text not in FUNCTION)


def is_name_like(tokens: Sequence[Token]) -> bool:
    """Whether words may become an alias: some letters, not too many of them, and not numbers alone."""
    words = [t for t in tokens if t.kind in (Kind.WORD, Kind.CODE) and t.text not in FUNCTION]
    return 0 < len(tokens) <= MOST_TOKENS and sum(len(t.text) for t in words) >= 3


_IS = r"(?:e|eh|como|significa|quer dizer|vale|is|means|as)"
_THE = r"(?:o |a |produto |the |product )*"
_POLITE = r"^\W*(?:por favor,? |please,? )?"
_QUOTED = r"(?P<quote>[\"'])(?P<text>[^\"']{1,200})(?P=quote)"
_FORGETS = r"(?:esquec\w+|apag\w+|remov\w+|tir[ae]\w*|desaprend\w+|forget|remove)"
_FORGET = re.compile(
    rf"{_POLITE}{_FORGETS} (?:que |o apelido (?:de )?|that |the alias )?{_QUOTED}"
    rf"(?: {_IS} {_THE}(?P<product>.{{1,200}}?))?\W*$"
)
_FORGET_BARE = re.compile(
    rf"{_POLITE}{_FORGETS} (?:o apelido|the alias) (?:de )?(?P<text>.{{1,200}}?)(?: {_IS} {_THE}(?P<product>\S+))?\W*$"
)
_TEACH = re.compile(
    rf"{_POLITE}(?:(?:aprend\w+|lembr\w+|anot\w+|guard\w+|remember|learn) (?:que |that )|"
    rf"quando eu (?:disser|falar|escrever|pedir) |when i say ){_QUOTED},? (?:{_IS}|quero dizer|entenda|i mean) "
    rf"{_THE}(?P<product>.{{1,200}}?)\W*$"
)
_LIST = re.compile(
    r"^\W*(?:quais|que|lista\w*|mostr\w+|ve\w*|show|list|which)\b.{0,40}\b(?:apelidos?|aliases)\b.{0,40}$"
)


def read_wish(text: str) -> AliasWish | None:
    """A message that tells, takes back or asks for aliases; None for every other message."""
    if len(text) > 2 * LONGEST + 240:
        return None
    folded = fold(text)
    for pattern, wish in ((_FORGET, Wish.FORGET), (_TEACH, Wish.TEACH), (_FORGET_BARE, Wish.FORGET)):
        if match := pattern.match(folded):
            return AliasWish(wish, match["text"].strip(), (match["product"] or "").strip(" .!?\"'"))
    return AliasWish(Wish.LIST) if _LIST.match(folded) else None


_TEXTS: dict[str, dict[str, str]] = {
    "pt-BR": {
        "forgotten": "Esqueci: “{text}” não quer mais dizer {names}. Da próxima vez pergunto qual é.",
        "unknown": "Não conheço nenhum apelido “{text}”; nada mudou.",
        "taught": "Anotado: nesta empresa, “{text}” quer dizer {names}. Para desfazer: esqueça que “{text}” é {sku}.",
        "clash": "Anotado, mas “{text}” já queria dizer outro produto ({names}); "
        "enquanto houver mais de um, pergunto qual é.",
        "no_product": "Não há no cadastro nenhum produto de código “{product}”. Diga o código exato: "
        "aprenda que “{text}” é CÓDIGO.",
        "unfit": "“{text}” não serve de apelido: use de uma a oito palavras que não sejam o código nem o nome inteiro "
        "de um produto.",
        "full": "Já há {count} apelidos, que é o limite; apague algum antes.",
        "none": "Ainda não aprendi nenhum apelido. Quando você escolhe um produto numa lista, guardo as suas palavras "
        "para ele.",
        "list": "Apelidos desta empresa ({count}):",
        "more": "… e mais {count}, na página, em “Apelidos”.",
        "only_looks": "Seu acesso é só de consulta: peça a um comprador que mude os apelidos.",
        "applied": "“{text}” é o apelido de {sku} nesta empresa.",
        "or": " ou ",
    },
    "en": {
        "forgotten": "Forgotten: “{text}” no longer means {names}. Next time I'll ask which one.",
        "unknown": "I know no alias “{text}”; nothing has changed.",
        "taught": "Noted: in this company “{text}” means {names}. To undo: forget that “{text}” is {sku}.",
        "clash": "Noted, but “{text}” already meant another product ({names}); "
        "while there is more than one, I'll ask which.",
        "no_product": "No product has the code “{product}”. Say the exact code: remember that “{text}” is CODE.",
        "unfit": "“{text}” can't be an alias: use one to eight words that are neither a code nor a product's whole "
        "name.",
        "full": "There are {count} aliases already, which is the limit; remove one first.",
        "none": "I have learnt no alias yet. When you pick a product from a list, I keep your words for it.",
        "list": "This company's aliases ({count}):",
        "more": "… and {count} more, on the page, under “Aliases”.",
        "only_looks": "Your access is for reading only: ask a buyer to change the aliases.",
        "applied": "“{text}” is an alias of {sku} in this company.",
        "or": " or ",
    },
}
MOST_LISTED = 20  # in the conversation; the page shows all


def say(name: str, locale: str, **values: object) -> str:
    """One sentence about aliases; values come from data and are shown as plain text."""
    texts = _TEXTS["en" if locale == "en" else "pt-BR"]
    return texts[name].format(**{k: inert(v) if isinstance(v, str) else v for k, v in values.items()})


def name_all(products: Sequence[tuple[str, str]], locale: str) -> str:
    """`Couro sintético preto (TEC-003) ou …`, from (SKU, name)."""
    return say("or", locale).join(f"{name} ({sku})" if name else sku for sku, name in products)


def write_list(rows: Sequence[tuple[str, str, str]], locale: str) -> str:
    """The aliases as a list, from (text, SKU, name)."""
    if not rows:
        return say("none", locale)
    lines = [f"- “{inert(text)}” → {inert(name or sku)} ({inert(sku)})" for text, sku, name in rows[:MOST_LISTED]]
    if len(rows) > MOST_LISTED:
        lines.append(say("more", locale, count=len(rows) - MOST_LISTED))
    return "\n".join([say("list", locale, count=len(rows)), "", *lines])
