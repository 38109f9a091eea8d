"""A company's words and a model's, on the page: an alias taken back, an answer seen while it is written."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import QUESTION, Desk, T, expect_same
from tests.support.model_server import ModelServer, model_server
from tests.support.processes import ServerProcess

PIECES = (
    "Este produto vende de forma parecida todos os dias. ",
    "O estoque foi contado e a previsão usa todo o histórico. ",
    "Veja abaixo os números de cada consulta. ",
    "Se algo mudou, é só dizer.",
)


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server() as model:
        yield model


@pytest.fixture(scope="module")
def server(home: Path, model: ModelServer) -> Iterator[ServerProcess]:
    """With a language model that does what a test says."""
    env = {"REPOSTO_LLM": "openai:test", "REPOSTO_LLM_URL": model.url, "REPOSTO_LLM_SECONDS": "20"}
    with ServerProcess(home, env=env) as server:
        yield server


def test_an_answer_is_seen_by_every_tab_while_it_is_written(desk: Desk, model: ModelServer) -> None:
    gap = threading.Event()
    model.play(pieces=PIECES, gap=gap)
    first = desk.tab()
    second = desk.tab(first.begin())
    first.ask(QUESTION)
    for tab in (first, second):
        expect(tab.page.locator("[data-draft]")).to_contain_text(PIECES[0].strip())
    late = desk.tab(first.session_id)
    expect(late.page.locator("[data-draft]")).to_contain_text(PIECES[0].strip())
    gap.set()
    for tab in desk.tabs:
        expect(tab.answers).to_have_count(1)
        expect(tab.answers).to_contain_text(PIECES[-1])
        expect(tab.page.locator("[data-draft]")).to_have_count(0)
    expect_same(desk.tabs)


def test_poison_in_the_middle_leaves_the_answer_that_was_ready(desk: Desk, model: ModelServer) -> None:
    model.play(pieces=(PIECES[0], "Veja <img src=x onerror=window.__pwned=1> e 987.654 UN. ", "Pronto."))
    tab = desk.tab()
    tab.begin()
    tab.ask(QUESTION)
    expect(tab.answers).to_have_count(1)
    expect(tab.answers).not_to_contain_text("987.654")
    assert tab.page.evaluate("() => window.__pwned") is None


def test_an_alias_is_taught_seen_applied_and_taken_back(desk: Desk) -> None:
    tab = desk.tab()
    tab.begin()
    tab.ask("aprenda que 'banco da vovó' é 84903501")
    expect(tab.page.locator("article[data-sender=agent]").last).to_contain_text("84903501")
    tab.page.get_by_role("button", name=T["alias.open"], exact=True).click()
    dialog = tab.page.get_by_role("dialog")
    expect(dialog).to_contain_text("banco da vovo")
    tab.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    tab.ask("quanto tem de estoque do banco da vovó?")
    used = tab.page.locator(".alias-used")
    expect(used).to_contain_text("84903501")
    tab.page.get_by_role("button", name=T["alias.open"], exact=True).click()
    dialog.locator("[data-alias] button").first.click()
    expect(dialog.locator("[data-alias]")).to_have_count(0)
    expect(dialog).to_contain_text(T["alias.none"])
