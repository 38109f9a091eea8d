"""The company's own words: learnt from what buyers pick and correct, told, listed and forgotten.

An alias is applied only where it is the whole mention, and never before a code or a product's whole name. The same
words picked for two products are asked about again. Who only looks teaches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from reposto.conversation.catalogue import Catalogue, Index
from reposto.language import aliases as words
from reposto.language.aliases import AliasWish, Mention, Wish
from reposto.language.codes import squeeze
from reposto.language.context import CORRECTION
from reposto.language.followups import MOST_OPTIONS
from reposto.language.normalise import fold
from reposto.model.errors import Conflict, InvalidInput, NotFound
from reposto.model.message import Message
from reposto.model.request import Expect, Intent, Request
from reposto.storage import aliases as table
from reposto.storage.aliases import Alias, NewAlias
from reposto.storage.engine import Store

MOST_ALIASES = 10_000  # of a company; all are read whenever one changes
_OFFERS = ("choose_product", "product_not_found")


@dataclass(frozen=True, slots=True)
class Lesson:
    """Words that somebody used for a product, and the question they stand in."""

    mention: Mention
    sku: str
    source: str  # choice | correction
    question_id: int


def lesson_of_choice(
    index: Index, question: Message, offers: Sequence[Message], sku: str, today: date
) -> Lesson | None:
    """What a product picked from a choice teaches; nothing if it wasn't offered there."""
    offered = {option["sku"] for message in offers for option in _options(message)}
    if sku not in offered:
        return None
    mention = index.understander.mention(question.content, today)
    # a word that several products have, or words that fit more than a choice shows, name a kind of product
    if mention is None or mention.names_a_kind or mention.fitting > MOST_OPTIONS:
        return None
    if not index.understander.measures_fit(mention.text, sku):
        return None  # he asked for another size and took this one for want of it
    return Lesson(mention, sku, "choice", question.id)


def lesson_of_words(
    index: Index, content: str, request: Request, before: Sequence[Message], today: date
) -> Lesson | None:
    """What a typed message teaches: `a pesada` after a choice, `nao, a de 45cm` after an answer."""
    if request.expect is not Expect.ANSWER or len(request.skus) != 1:
        return None
    at = next((at for at in range(len(before) - 1, -1, -1) if before[at].sender == "human"), None)
    if at is None:
        return None
    question, replies, sku = before[at], before[at + 1 :], request.skus[0]
    if any(_options(reply) for reply in replies):
        asked = index.understander.understand(question.content, today=today)
        same = asked.intent is request.intent and index.understander.mention(content, today) != (
            index.understander.mention(question.content, today)
        )
        return lesson_of_choice(index, question, replies, sku, today) if same else None
    if not CORRECTION.match(fold(content)):
        return None
    return _lesson_of_correction(index, question, replies, sku, today)


def _lesson_of_correction(
    index: Index, question: Message, replies: Sequence[Message], sku: str, today: date
) -> Lesson | None:
    """Words answered about one product and meant for another teach only if they fit that other one too."""
    answered = {(reply.metadata or {}).get("sku") for reply in replies} - {None}
    mention = index.understander.mention(question.content, today)
    if mention is None or mention.fitting > MOST_OPTIONS or not answered or sku in answered:
        return None
    if mention.fitting and not index.understander.fits(mention.text, sku):
        return None  # he had said something else: `sarja leve … digo, pesada`
    return Lesson(mention, sku, "correction", question.id)


def shown(request: Request) -> dict[str, Any]:
    """Metadata by which a buyer sees that an alias was applied."""
    return {"alias": {"text": request.alias, "sku": request.skus[0]}} if request.alias and request.skus else {}


def remark(request: Request, locale: str) -> str:
    """The same in words, to follow a reply; empty when no alias was applied."""
    if not (request.alias and request.skus):
        return ""
    return "\n\n" + words.say("applied", locale, text=request.alias, sku=request.skus[0])


def learn(connection: Connection, lesson: Lesson, user_id: int, now: datetime) -> bool:
    """Keep a lesson; False when it was known, describes rather than names, or there is no room."""
    if not table.may_teach(connection, user_id) or table.count_aliases(connection) >= MOST_ALIASES:
        return False
    mention = lesson.mention
    if max(len(mention.text), len(mention.key)) > words.LONGEST:
        return False
    return table.insert_alias(
        connection, NewAlias(mention.key, mention.text, lesson.sku, lesson.source, user_id, lesson.question_id, now)
    )


def obey(
    connection: Connection, index: Index, content: str, *, user_id: int, question_id: int, locale: str, now: datetime
) -> tuple[str, dict[str, Any]] | None:
    """The reply to a message that teaches, takes back or asks for aliases, carried out; None for any other message."""
    wish = words.read_wish(content)
    if wish is None:
        return None
    if wish.wish is Wish.LIST:
        rows = [(alias.text, alias.sku, alias.name) for alias in table.list_aliases(connection)]
        return words.write_list(rows, locale), {"type": "answer", "intent": Intent.HELP.value}
    if not table.may_teach(connection, user_id):
        return words.say("only_looks", locale), {"type": "answer", "intent": Intent.DATA_CHANGE.value}
    if wish.wish is Wish.TEACH:
        return _teach(connection, index, wish, user_id, question_id, locale, now)
    return _forget(connection, index, wish, locale)


def _forget(connection: Connection, index: Index, wish: AliasWish, locale: str) -> tuple[str, dict[str, Any]]:
    key = words.key_of(wish.text)
    only = _find_product(index, wish.product) if wish.product else None
    gone = [] if wish.product and only is None else table.delete_words(connection, key, only)
    metadata = {"type": "answer", "intent": Intent.DATA_CHANGE.value}
    if not gone:
        return words.say("unknown", locale, text=wish.text), metadata
    names = words.name_all([_named(index, sku) for sku in gone], locale)
    return words.say("forgotten", locale, text=wish.text, names=names), {**metadata, "alias_forgotten": wish.text}


def _teach(
    connection: Connection, index: Index, wish: AliasWish, user_id: int, question_id: int, locale: str, now: datetime
) -> tuple[str, dict[str, Any]]:
    metadata: dict[str, Any] = {"type": "answer", "intent": Intent.DATA_CHANGE.value}
    sku = _find_product(index, wish.product)
    if sku is None:
        return words.say("no_product", locale, text=wish.text, product=wish.product), metadata
    mention = index.understander.mention(wish.text, now.date())
    if mention is None or mention.key != words.key_of(wish.text) or len(wish.text) > words.LONGEST:
        return words.say("unfit", locale, text=wish.text), metadata
    if (count := table.count_aliases(connection)) >= MOST_ALIASES:
        return words.say("full", locale, count=count), metadata
    others = [other for other in table.find_meaning(connection, mention.key) if other != sku]
    table.insert_alias(connection, NewAlias(mention.key, mention.text, sku, "told", user_id, question_id, now))
    metadata["alias_learnt"] = {"text": mention.text, "sku": sku}
    if others:
        names = words.name_all([_named(index, other) for other in others], locale)
        return words.say("clash", locale, text=mention.text, names=names), metadata
    names = words.name_all([_named(index, sku)], locale)
    return words.say("taught", locale, text=mention.text, names=names, sku=sku), metadata


def _find_product(index: Index, typed: str) -> str | None:
    """The product of exactly this code, or of exactly this whole name."""
    wanted, name = squeeze(typed), words.key_of(typed)
    found = [sku for sku in index.products if squeeze(sku) == wanted]
    found = found or [sku for sku, product in index.products.items() if words.key_of(product.name) == name]
    return found[0] if len(found) == 1 else None


def _named(index: Index, sku: str) -> tuple[str, str]:
    product = index.products.get(sku)
    return sku, "" if product is None else product.name


def _options(message: Message) -> list[dict[str, Any]]:
    metadata = message.metadata or {}
    return list(metadata.get("options", ())) if metadata.get("type") in _OFFERS else []


def list_aliases(store: Store) -> list[Alias]:
    """All of them, for the page and the command line."""
    with store.read() as connection:
        return table.list_aliases(connection)


def remove_alias(store: Store, alias_id: int) -> None:
    """Forget one; NotFound when it is gone already."""
    with store.write() as connection:
        if not table.delete_alias(connection, alias_id):
            raise NotFound("Este apelido não existe mais.", "This alias no longer exists.")


def add_alias(store: Store, catalogue: Catalogue, *, text: str, sku: str, user_id: int, now: datetime) -> None:
    """Teach one outside a conversation; says what is wrong when it can't be one."""
    with store.read() as connection:
        index = catalogue.current(connection)
    if sku not in index.products:
        raise NotFound(f"O produto {sku!r} não está no cadastro.", f"Product {sku!r} is not in the catalogue.")
    mention = index.understander.mention(text, now.date())
    if mention is None or mention.key != words.key_of(text) or len(text) > words.LONGEST:
        raise InvalidInput(words.say("unfit", "pt-BR", text=text), words.say("unfit", "en", text=text))
    with store.write() as connection:
        count = table.count_aliases(connection)
        if count >= MOST_ALIASES:
            raise Conflict(words.say("full", "pt-BR", count=count), words.say("full", "en", count=count))
        table.insert_alias(connection, NewAlias(mention.key, mention.text, sku, "told", user_id, None, now))
