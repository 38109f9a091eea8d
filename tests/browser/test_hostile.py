"""All hostile inputs at once in one page, as questions, as replies that quote them and as names of products."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import run
from tests.browser.test_scripts import assert_harmless, show_everything
from tests.support.api import Api
from tests.support.browser import Desk
from tests.support.hostile import hostile

TEXTS = [text for text in hostile("HST-000", "770077", "2") if len(text) < 1000 and text.strip()]
NAMES = {f"HST-{number:03}": text for number, text in enumerate(TEXTS) if text.isprintable() and len(text) < 250}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company whose every product is called like an attack."""
    folder = tmp_path_factory.mktemp("hostile")
    with (folder / "produtos.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([("SKU", "Descrição"), *NAMES.items()])
    run(folder / "home", "import", str(folder / "produtos.csv"))
    return folder / "home"


def test_nothing_that_is_typed_runs(desk: Desk, api: Api) -> None:
    session_id = api.open_session()
    taken = sum(api.ask(session_id, text).status_code == 201 for text in TEXTS)
    assert taken > 200
    tab = desk.tab(session_id)
    show_everything(tab.page)
    expect(tab.questions).to_have_count(taken)
    expect(tab.orders).to_have_count(0)
    assert_harmless(tab.page)


def test_no_name_runs(desk: Desk, api: Api) -> None:
    assert len(NAMES) > 180
    session_id = api.open_session()
    for sku in NAMES:
        assert api.ask(session_id, f"qual o estoque do {sku}?").status_code == 201
    tab = desk.tab(session_id)
    show_everything(tab.page)
    expect(tab.questions).to_have_count(len(NAMES))
    assert_harmless(tab.page)
