"""Homes for the benchmarks: the demo company, users with tokens, conversations, and queued analyses."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import orjson

from reposto.app import access
from reposto.app.analysis import analyse_request
from reposto.app.fit import fit_forecasts
from reposto.conversation.demo import load_demo
from reposto.language import prose
from reposto.model.clock import local_today, utc_now
from reposto.model.encode import to_data
from reposto.model.message import STEPS, Job, JobState, Step
from reposto.model.request import Expect, Intent, Request
from reposto.storage import catalogue, chat, company, facts, jobs, users
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate

SOCKETS_PER_USER = 20  # the server refuses more
ANSWER = "answer.json"
HOME_VARIABLE = "BENCHMARK_HOME"  # in the environment of workers under load


@dataclass(frozen=True, slots=True)
class Seat:
    """A conversation and the token of its owner."""

    session_id: int
    token: str


def database_url(home: Path) -> str:
    """What its reposto.toml says, else its SQLite file; never what the environment says."""
    settings = home / "reposto.toml"
    given = tomllib.loads(settings.read_text(encoding="utf-8")) if settings.exists() else {}
    return str(given.get("database_url") or sqlite_url(home / "reposto.sqlite"))


@contextmanager
def opened(home: Path) -> Iterator[Store]:
    """The store of a home, migrated."""
    home.mkdir(parents=True, exist_ok=True)
    store = Store(database_url(home))
    migrate(store)
    try:
        yield store
    finally:
        store.close()


def make_demo(home: Path) -> None:
    """The demo company in a new home, its forecast tables fitted, as a server leaves it that has run for a while."""
    with opened(home) as store:
        with store.read() as connection:
            today = local_today(company.zone(connection))
        load_demo(store, today, utc_now())
        fit_forecasts(store, learn=False)  # with trees it takes a minute


def add_seats(home: Path, sessions: int, tabs: int = 1) -> list[Seat]:
    """Conversations of as many users as so many tabs need."""
    per_user = SOCKETS_PER_USER // tabs
    seats: list[Seat] = []
    with opened(home) as store:
        while len(seats) < sessions:
            name = f"buyer-{uuid.uuid4().hex[:12]}"
            user = access.add_user(store, name, None, role="buyer", locale="pt-BR")
            token = uuid.uuid4().hex
            with store.write() as connection:
                now = utc_now()
                users.store_credential(connection, token, user.id, "token", now=now, expires_at=now + timedelta(days=1))
                for _ in range(min(per_user, sessions - len(seats))):
                    seats.append(Seat(chat.create_session(connection, user.id, now).id, token))
    return seats


def write_answer(home: Path) -> str:
    """A real answer about the demo company's first product, for load that needs many results; returns its SKU."""
    with opened(home) as store, store.read() as connection:
        product = catalogue.list_named_products(connection, limit=1)[0]
        today = local_today(company.zone(connection))
        found = facts.load_facts(connection, product.sku, today=today, loaded_at=utc_now())
    request = Request(product.name, Intent.DEMAND_FORECAST, Expect.ANSWER, (product.sku,), today=today)
    analysis = analyse_request(found, request, lambda _name, _state: None)
    metadata = {"analysis": to_data(analysis), "actions": prose.suggest(analysis, "pt-BR")}
    answer = {"content": prose.write_analysis(analysis, request, "pt-BR"), "metadata": metadata}
    (home / ANSWER).write_bytes(orjson.dumps(answer))
    return product.sku


def queue_jobs(home: Path, plan: Sequence[tuple[int, int]], sku: str) -> None:
    """Analyses that wait for a worker: (session, when its result is due in ns of the monotonic clock), in order.

    Without the questions that they answer: nobody would push those here, and the sweep would be found busy with them.
    """
    with opened(home) as store, store.write() as connection:
        now = utc_now()
        for number, (session_id, due) in enumerate(plan):
            job = _job(session_id, due % 2**31, sku, due)
            jobs.insert_job(connection, job, now=now + timedelta(microseconds=number), locale="pt-BR")


def _job(session_id: int, question_seq: int, sku: str, due: int) -> Job:
    job_id = str(uuid.uuid4())
    return Job(
        id=job_id,
        session_id=session_id,
        question_seq=question_seq,
        sku=sku,
        state=JobState.QUEUED,
        attempt=0,
        rev=0,
        steps=tuple(Step(name, label) for name, label in STEPS),
        request={"due_ns": due},
        correlation_id=job_id,
    )
