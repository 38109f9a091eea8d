"""Hostile inputs, typed and imported: nothing is done, nothing is told that isn't the asker's, nothing breaks."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from reposto.app.analysis import run_job
from reposto.app.import_cli import run_import
from reposto.conversation import sessions
from reposto.conversation.ask import ask
from reposto.conversation.catalogue import Catalogue
from reposto.model.errors import InvalidInput, RepostoError
from reposto.model.message import Message
from reposto.storage import tables
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate
from tests.support.hostile import GROUPS, hostile
from tests.support.office import NOW, Office

SECRET = "SEGREDO-DO-RUI-9471"
ORDER = "770077"
HARMLESS = {"answer", "choose_product", "product_not_found", "analysis_started", "analysis_cancelled"}
# what a question may change: its conversation, and the analyses that it starts
MOVING = {"chat_sessions", "chat_messages", "jobs", "product_results", "run_results"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    store = Store(sqlite_url(tmp_path / "reposto.sqlite"))
    migrate(store)
    office = Office(store)
    other = sessions.open_session(store, office.rui.user_id, now=NOW).id
    office.ask(f"quanto temos de {SECRET}?", session_id=other, asker=office.rui)
    with store.write() as connection:
        connection.execute(
            insert(tables.purchase_orders).values(
                number=ORDER, supplier_id=1, status="draft", ordered_on=NOW.date(), created_at=NOW
            )
        )
        connection.execute(
            insert(tables.credentials).values(
                token_hash="c0ffee" * 10, user_id=office.rui.user_id, kind="token", created_at=NOW,
                expires_at=NOW + timedelta(days=9),
            )
        )  # fmt: skip
    yield office
    store.close()


def texts() -> list[str]:
    return hostile("001", ORDER, "2")


def standing(connection: Connection) -> dict[str, list[Any]]:
    """Everything that a question must leave as it is."""
    return {
        table.name: [tuple(row) for row in connection.execute(select(table))]
        for table in tables.metadata.sorted_tables
        if table.name not in MOVING
    }


def assert_tells_nothing(message: Message, asked: str) -> None:
    told = f"{message.content} {message.metadata}"
    for forbidden in (SECRET, "c0ffee", "Traceback", "sqlite", "token_hash", "reposto.toml", "REPOSTO_"):
        assert forbidden in asked or forbidden not in told, (asked, told)


def test_there_are_more_than_two_hundred_of_many_kinds() -> None:
    assert len(set(texts())) >= 230
    assert min(len(group) for group in GROUPS.values()) >= 10


def test_typed_they_do_nothing_tell_nothing_and_break_nothing(office: Office) -> None:
    with office.store.read() as connection:
        before = standing(connection)
    started = 0
    for text in texts():
        try:
            asked = office.ask(text)
        except InvalidInput:
            assert not "".join(c for c in text if c.isprintable()).strip()  # refused as empty, and only then
            continue
        kind = (asked.reply.metadata or {})["type"]
        assert kind in HARMLESS, text
        started += kind == "analysis_started"
        assert_tells_nothing(asked.reply, text)
    for _ in range(len(texts())):
        if not run_one(office):
            break
    everything = "\n".join(texts())
    for message in office.history():
        if message.sender != "human":
            assert_tells_nothing(message, everything)
    with office.store.read() as connection:
        assert standing(connection) == before
        mine = connection.execute(
            select(tables.chat_messages.c.session_id).where(tables.chat_messages.c.content.contains(SECRET)).distinct()
        ).scalars()
        assert list(mine) != [office.session]
    assert 0 < started < len(texts()) / 3  # those that name a product and ask something harmless are answered


def run_one(office: Office) -> bool:
    with office.store.read() as connection:
        waiting = connection.execute(select(tables.jobs.c.id).where(tables.jobs.c.state == "queued")).first()
    if waiting is None:
        return False
    run_job(office.store, office.claim(), tell=lambda _wake: None, stopped=lambda: False)
    return True


def test_as_buttons_and_ids_they_are_refused(office: Office) -> None:
    with office.store.read() as connection:
        before = standing(connection)
    for text in texts():
        for action, data in (
            (text, {}),
            ("approve_purchase", {"job_id": text}),
            ("retry", {"job_id": text}),
            ("choose_product", {"sku": text}),
            ("choose_product", {"sku": "001", "in_reply_to": text}),
        ):
            try:
                office.press(action, data)
            except RepostoError:  # every refusal is one of ours
                continue
            assert action == "choose_product"
            assert data["sku"] == "001"
    with office.store.read() as connection:
        assert standing(connection) == before


def write(path: Path, header: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([header, *rows])
    return path


def accepted(store: Store, named: list[tuple[str, str]], path: Path) -> Iterator[tuple[str, str]]:
    """Those that an import takes: in one go if it takes all, else half by half."""
    rows = [[sku, text, text[:100]] for sku, text in named]
    if run_import(store, [write(path, ["SKU", "Descrição", "Marca"], rows)], kind="products", dry_run=True) == 0:
        yield from named
    elif len(named) > 1:
        for half in (named[: len(named) // 2], named[len(named) // 2 :]):
            yield from accepted(store, half, path)


def test_imported_as_names_they_are_names(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = [(f"HST-{number:03}", text) for number, text in enumerate(texts())]
    taken = list(accepted(office.store, named, tmp_path / "uns.csv"))
    capsys.readouterr()
    assert len(taken) > 200  # what is refused is empty or too long
    rows = [[sku, text, text[:100]] for sku, text in taken]
    suppliers = [[f"{text[:150]} {sku}", text[:100], "Curitiba"] for sku, text in taken]
    files = [
        write(tmp_path / "produtos.csv", ["SKU", "Descrição", "Marca"], rows),
        write(tmp_path / "fornecedores.csv", ["Razão Social", "Fantasia", "Cidade"], suppliers),
    ]
    assert run_import(office.store, files, kind=None, dry_run=False) == 0
    with office.store.read() as connection:
        before = standing(connection)
    office.catalogue = Catalogue(office.store)
    for sku, text in taken:
        asked = ask(
            office.store, office.catalogue, session_id=office.session, asker=office.ana, client_id=None, now=NOW,
            content=f"qual o estoque do {sku}?",
        )  # fmt: skip
        metadata = asked.reply.metadata or {}
        assert (metadata["type"], metadata.get("sku")) in (("answer", sku), ("analysis_started", sku)), (sku, text)
        assert "<script" not in asked.reply.content.replace("\\<", "")
        assert "](" not in asked.reply.content.replace("\\]", "")
        office.press("choose_product", {"sku": sku, "in_reply_to": asked.question.seq})
    with office.store.read() as connection:
        assert standing(connection) == before
