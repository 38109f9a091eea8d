"""Short replies to what needs no product: talk, help, refusals, and what reposto can't do yet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from reposto.language.formats import inert, number
from reposto.language.normalise import fold
from reposto.language.voice import Voice, bullets, lines, locale_of, sentences
from reposto.model.facts import Product, StockLevel
from reposto.model.message import MAX_CONTENT
from reposto.model.request import Expect, Intent, Request

_TALK = (
    ("bye", r"\b(tchau|ate (mais|logo|amanha|breve)|flw|falou|abracos?|bye|fui)\b"),
    ("thanks", r"\b(obrigad\w*|brigad\w*|valeu+|vlw+|agradec\w*|tmj|thanks|thank you|thx)\b"),
    (
        "who",
        r"\b(quem (e|eh) (voce|vc)|seu nome|voce e (um )?(robo|humano)|(vc|voce) e (uma )?ia|who are you|your name)\b",
    ),
    (
        "insult",
        r"\b(lixo|merda|burr[oa]|idiota|inutil|imbecil|porcaria|droga|bosta|ruim|pessim\w*|stupid|useless|crap)\b",
    ),
)
_CANNOT = {Intent.QUOTE_REQUEST: "cannot.quote", Intent.COMPARE_PRODUCTS: "cannot.compare"}


def write_reply(
    request: Request, locale: str, *, running: int = 0, has_catalogue: bool = True, example: str | None = None
) -> str:
    """The reply to a request that names no product to work on. `example`: a product's name, for the hints."""
    voice = Voice(locale_of(locale), date.min)
    if request.intent is Intent.SMALLTALK:
        return voice.say(f"reply.{_kind_of_talk(request.text)}")
    if request.intent is Intent.OFF_TOPIC:
        return voice.say("reply.off_topic")
    if request.intent is Intent.PROMPT_INJECTION:
        return voice.say("reply.injection")
    if request.intent is Intent.HELP:
        return _help(voice, has_catalogue)
    if request.intent is Intent.RUN_STATUS:
        return voice.count("reply.running", running) if running else voice.say("reply.running.none")
    if request.intent is Intent.TAX_QUESTION:
        return voice.say("reply.tax")
    if not has_catalogue:
        return voice.say("not_found.empty")
    if request.intent is Intent.UNCLEAR or request.expect in (Expect.CLARIFY, Expect.IGNORE):
        return _unclear(voice, request, example)
    return voice.say(_CANNOT.get(request.intent, "reply.need_product"))


def _kind_of_talk(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return next((kind for kind, words in _TALK if re.search(words, plain)), "hello")


def _help(voice: Voice, has_catalogue: bool) -> str:
    rows = [voice.say(f"reply.help.{key}") for key in ("demand", "buy", "price", "supply", "what_if", "list", "why")]
    text = lines(voice.say("reply.help"), bullets(rows), voice.say("reply.help.order"))
    return text if has_catalogue else lines(text, voice.say("reply.load"))


def _unclear(voice: Voice, request: Request, example: str | None) -> str:
    if request.expect is Expect.CLARIFY:
        return voice.say("reply.which")
    shown = voice.say("reply.example", name=inert(example, 60)) if example else voice.say("reply.example.bare")
    return voice.say("reply.noise" if request.text.strip() else "reply.empty", example=shown)


def write_data_change(request: Request, locale: str, heard: str = "") -> str:
    """What was understood, why a message changes no data, and which file does."""
    voice = Voice(locale_of(locale), date.min)
    return sentences((heard, voice.say("reply.change"), voice.say("reply.change.file", file=_file_of(request))))


def _file_of(request: Request) -> str:
    folded = fold(request.text)
    return next((file for file, words in _FILES if words.search(folded)), STOCK_FILE)


def write_heard(request: Request, product: Product, stock: StockLevel | None, locale: str, today: date) -> str:
    """The product and the count that a correction was read as, beside the stored one."""
    voice = Voice(locale_of(locale), today, product.unit)
    named, counted = voice.product(product.name, product.sku), request.params.get("quantity")
    if _file_of(request) != STOCK_FILE or not isinstance(counted, (int, float)):
        return voice.say("change.heard.product", product=named)
    quantity = voice.quantity(float(counted))
    if stock is None:
        return voice.say("change.heard.unknown", product=named, quantity=quantity)
    return voice.say("change.heard", product=named, quantity=quantity, known=voice.quantity(stock.on_hand))


STOCK_FILE = "estoque.csv"
_FILES = (
    ("pedidos.csv", re.compile(r"\b(?:xml|nota|notas|nf|danfe|pedido|chegou)\b")),
    ("vendas.csv", re.compile(r"\b(?:vendas?|saida|consumo|pontual|excecao|promocao)\b")),
    ("ofertas.csv", re.compile(r"\b(?:preco|custo|prazo|tabela|oferta|cotacao)\b")),
    ("fornecedores.csv", re.compile(r"\bfornecedor\w*\b")),
    ("produtos.csv", re.compile(r"\b(?:cadastr\w+|nome|descricao|ean|ncm|produto novo)\b")),
)  # first match; a count of stock otherwise


def write_unclear_change(locale: str) -> str:
    """A simulation that doesn't say what changes."""
    return sentences((Voice(locale_of(locale), date.min).say("what_if.unclear"),))


def write_confirm(labels: Sequence[str], locale: str) -> str:
    """No message buys anything; `labels` are the buttons that would."""
    voice = Voice(locale_of(locale), date.min)
    if not labels:
        return voice.say("cannot.confirm")
    buttons = (" or " if voice.locale == "en" else " ou ").join(f"“{inert(label)}”" for label in labels)
    return sentences((voice.say("reply.confirm", buttons=buttons),))


def write_too_long(locale: str) -> str:
    voice = Voice(locale_of(locale), date.min)
    return voice.say("reply.too_long", limit=number(MAX_CONTENT, 0, voice.locale))
