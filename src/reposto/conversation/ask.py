"""A buyer's question: stored, understood and acknowledged in one transaction; the analysis itself is a job."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from reposto.conversation import aliases, lists, one_offs, replies
from reposto.conversation.at_once import Asking, needs_job, was_said
from reposto.conversation.catalogue import Catalogue, Index
from reposto.conversation.change import Change
from reposto.conversation.context import recent_turns
from reposto.language import prose
from reposto.language.promotions import as_simulation
from reposto.model.encode import to_data
from reposto.model.errors import InvalidInput, TooLong
from reposto.model.message import MAX_CONTENT, STEPS, Job, JobState, Message, Step
from reposto.model.request import Intent, NamedProduct, Request
from reposto.model.text import clean
from reposto.storage import chat, company, jobs
from reposto.storage.engine import Store
from reposto.storage.users import read_locale

MAX_PRODUCTS = 5  # analyses started by one message; more would bury the conversation
MAX_CLIENT_ID = 128
CONTEXT_MESSAGES = 12  # how far back a follow-up may refer


@dataclass(frozen=True, slots=True)
class Asked:
    """The stored question, the agent's immediate reply, and what to push. `repeated`: it was all done before."""

    question: Message
    reply: Message
    change: Change
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the session's owner and the language he reads."""

    user_id: int
    locale: str = "pt-BR"


def check_content(content: str) -> str:
    """The question as it is stored; refuses an empty one and one that is too long, with what to do."""
    if len(content) > MAX_CONTENT:
        limit = f"{MAX_CONTENT:,}".replace(",", ".")
        raise TooLong(
            f"A mensagem tem mais de {limit} caracteres; resuma a pergunta ou divida em partes.",
            f"The message has more than {MAX_CONTENT:,} characters; shorten or split it.",
        )
    cleaned = clean(content)
    if not cleaned:
        raise InvalidInput(
            "A mensagem veio vazia. Escreva o nome ou o código de um produto e o que quer saber.",
            "The message is empty. Write a product's name or code and what you want to know.",
        )
    return cleaned


def ask(
    store: Store,
    catalogue: Catalogue,
    *,
    session_id: int,
    asker: Asker,
    content: str,
    client_id: str | None,
    now: datetime,
    typical_seconds: float | None = None,
) -> Asked:
    """Store the question and the agent's reply; queue the analyses that it needs. A resend changes nothing.

    `typical_seconds` is the expected run time as long as there are no finished runs to measure.
    """
    content = check_content(content)
    key = _question_key(client_id)
    with store.read() as connection:
        chat.access_session(connection, session_id, asker.user_id)
        repeated = _find_repeated(connection, session_id, key)
        if repeated is not None:
            return repeated
        # a socket knows the language of the moment when it was opened; it may have been open for days
        asker = replace(asker, locale=read_locale(connection, asker.user_id) or asker.locale)
        index = catalogue.current(connection)
        before = chat.read_last_messages(connection, session_id, CONTEXT_MESSAGES)
        turns = recent_turns(before)
        today = now.astimezone(company.zone(connection)).date()
        typical = jobs.typical_seconds(connection) or typical_seconds
    request = index.understander.understand(content, turns=turns, today=today)
    request = as_simulation(content, _with_compared(request, before))
    # the sender's tab knows its own question again by this
    metadata: dict[str, Any] = {} if client_id is None else {"client_id": client_id}
    if catalogue.reader is not None:
        request, note = catalogue.reader.read(content, request, index, today)
        metadata |= note
    lesson = aliases.lesson_of_words(index, content, request, before, today)
    draft = Draft(session_id, asker, content, key, request, index, typical, metadata or None, lesson, typed=True)
    with store.write() as connection:
        chat.lock_session(connection, session_id)
        repeated = _find_repeated(connection, session_id, key)
        return repeated if repeated is not None else store_question(connection, draft, now)


def _with_compared(request: Request, before: Sequence[Message]) -> Request:
    """ "E o thinner?" after a comparison is compared with the same products."""
    if request.intent is not Intent.COMPARE_PRODUCTS or len(request.skus) != 1:
        return request
    known = next((m.metadata for m in reversed(before) if m.metadata and "comparison" in m.metadata), None)
    if known is None:
        return request
    together = dict.fromkeys((*known["skus"], *request.skus))
    return replace(request, skus=tuple(together)[-MAX_PRODUCTS:])


def say_refused(store: Store, session_id: int, sentence: str, code: str, *, now: datetime) -> Change:
    """Say in the conversation why something was not taken, for clients that understand nothing but messages."""
    with store.write() as connection:
        message = chat.append_message(
            connection, session_id, "agent", sentence, now=now, metadata={"type": "answer", "refused": code}
        )
    return Change(session_id, (message,))


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that was understood and is about to be stored."""

    session_id: int
    asker: Asker
    content: str
    key: str
    request: Request
    index: Index
    typical_seconds: float | None
    question_metadata: dict[str, Any] | None = None
    lesson: aliases.Lesson | None = None  # words that the buyer used for a product
    typed: bool = False  # by the buyer, now: what a button repeats, or a product's name, gives no orders


def store_question(connection: Connection, draft: Draft, now: datetime) -> Asked:
    """The writing half of `ask`, inside the caller's transaction, the session's row being locked."""
    question = chat.append_message(
        connection,
        draft.session_id,
        "human",
        draft.content,
        now=now,
        metadata=draft.question_metadata,
        client_id=draft.key,
    )
    if draft.lesson is not None:
        aliases.learn(connection, draft.lesson, draft.asker.user_id, now)
    if draft.typed and (obeyed := _obey(connection, draft, question, now)):
        return obeyed
    request = draft.request
    if lists.needs_run(request, has_catalogue=bool(draft.index.products)):
        started = lists.start(
            connection,
            session_id=draft.session_id,
            question=question,
            request=request,
            locale=draft.asker.locale,
            now=now,
        )
        change = Change(draft.session_id, (question, started[0]), (started[1],), queued=True)
        return Asked(question, started[0], change)
    if needs_job(request) and not (draft.typed and was_said(connection, request, draft.session_id)):
        messages, queued = _start_analyses(connection, draft, question, now)
        change = Change(draft.session_id, (question, *messages), queued, queued=True)
        return Asked(question, messages[0], change)
    asking = Asking(draft.session_id, draft.asker.user_id, request, draft.asker.locale, now)
    reply = replies.decide(connection, asking, draft.index)
    message = chat.append_message(
        connection,
        draft.session_id,
        "agent",
        reply.content,
        now=now,
        metadata=reply.metadata,
        in_reply_to=question.seq,
    )
    stopped = (*(job.id for job in reply.jobs), *reply.parts)
    change = Change(draft.session_id, (question, message, *reply.extra), reply.jobs, cancelled=stopped)
    return Asked(question, message, change)


def _obey(connection: Connection, draft: Draft, question: Message, now: datetime) -> Asked | None:
    """Words about the company's own words, or about exceptional sales: they start nothing."""
    said = aliases.obey(
        connection,
        draft.index,
        draft.content,
        user_id=draft.asker.user_id,
        question_id=question.id,
        locale=draft.asker.locale,
        now=now,
    )
    if said is None:
        told = one_offs.Said(
            draft.session_id,
            draft.asker.user_id,
            draft.content,
            draft.request,
            draft.asker.locale,
            now,
            _today(draft, now),
        )
        said = one_offs.obey(connection, draft.index, told)
    if said is None:
        return None
    reply = chat.append_message(
        connection, draft.session_id, "agent", said[0], now=now, metadata=said[1], in_reply_to=question.seq
    )
    return Asked(question, reply, Change(draft.session_id, (question, reply)))


def _today(draft: Draft, now: datetime) -> date:
    return draft.request.today or now.date()


def _start_analyses(
    connection: Connection, draft: Draft, question: Message, now: datetime
) -> tuple[tuple[Message, ...], tuple[Job, ...]]:
    started: list[Message] = []
    queued: list[Job] = []
    wanted = draft.request.skus[:MAX_PRODUCTS]
    others: tuple[NamedProduct, ...] = ()
    if draft.request.intent is Intent.COMPARE_PRODUCTS:  # one answer about all of them
        wanted, others = wanted[:1], tuple(draft.index.products[sku] for sku in wanted[1:])
    for position, sku in enumerate(wanted):
        product = draft.index.products[sku]
        job = _new_job(draft, question, sku)
        # analyses of one message wait for each other at worst; the expected time says so
        eta = None if draft.typical_seconds is None else round(draft.typical_seconds * (position + 1) + 0.05, 1)
        jobs.insert_job(connection, job, now=now + timedelta(microseconds=position), locale=draft.asker.locale)
        queued.append(job)
        metadata = {
            "type": "analysis_started",
            "async": True,
            "sku": sku,
            "product": product.name,
            "job_id": job.id,
            "eta_seconds": eta,
            "intent": draft.request.intent.value,
            "steps": to_data(job.steps),
            **aliases.shown(draft.request),
        }
        content = prose.write_acknowledgement(product, draft.request, eta, draft.asker.locale, others)
        content += aliases.remark(draft.request, draft.asker.locale)
        started.append(
            chat.append_message(
                connection,
                draft.session_id,
                "agent",
                content,
                now=now,
                metadata=metadata,
                in_reply_to=question.seq,
            )
        )
    return tuple(started), tuple(queued)


def _new_job(draft: Draft, question: Message, sku: str) -> Job:
    job_id = str(uuid.uuid4())
    return Job(
        id=job_id,
        session_id=draft.session_id,
        question_seq=question.seq,
        sku=sku,
        state=JobState.QUEUED,
        attempt=0,
        rev=0,
        steps=tuple(Step(name, label) for name, label in STEPS),
        request=to_data(draft.request),
        correlation_id=job_id,
        locale=draft.asker.locale,
    )


def _question_key(client_id: str | None) -> str:
    if client_id is None:
        return f"q:{uuid.uuid4()}"
    if not client_id or len(client_id) > MAX_CLIENT_ID or not client_id.isprintable():
        raise InvalidInput(
            f"client_id deve ter de 1 a {MAX_CLIENT_ID} caracteres visíveis.",
            f"client_id must have 1 to {MAX_CLIENT_ID} visible characters.",
        )
    return f"q:{client_id}"


def _find_repeated(connection: Connection, session_id: int, key: str) -> Asked | None:
    question = chat.find_by_client_id(connection, session_id, key)
    if question is None:
        return None
    replies_stored: Sequence[Message] = chat.find_replies(connection, session_id, question.seq)
    return Asked(question, replies_stored[0], Change(session_id), repeated=True)
