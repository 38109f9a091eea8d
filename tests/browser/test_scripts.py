"""No text of a message, a product or a supplier ever becomes markup."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from reposto.model.clock import local_today
from tests.browser.conftest import run
from tests.support.api import Api
from tests.support.browser import Desk, NewDesk, T
from tests.support.payloads import ALL, PWNED

NAMES = [f"{one} {other}" for one, other in zip(ALL[::2], ALL[1::2], strict=True)]  # an analysis for each
SKUS = [f"XSS-{number:03}" for number in range(len(NAMES))]
DAYS = range(1, 120)


def write(path: Path, rows: Iterator[Sequence[object]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return str(path)


def product_rows() -> Iterator[Sequence[object]]:
    yield "SKU", "Descrição"
    yield from zip(SKUS, NAMES, strict=True)


def supplier_rows() -> Iterator[Sequence[object]]:
    yield "Razão Social", "Fantasia", "Cidade"
    for sku, text in zip(SKUS, NAMES, strict=True):  # names that differ in signs only are one supplier
        yield f"{text} {sku}", text, "Curitiba"


def offer_rows() -> Iterator[Sequence[object]]:
    yield "Fornecedor", "SKU", "Preço unitário", "Prazo de entrega"
    for sku, text in zip(SKUS, NAMES, strict=True):
        yield f"{text} {sku}", sku, "10,50", 7


def sales_rows() -> Iterator[Sequence[object]]:
    yield "Data", "SKU", "Quantidade"
    for back in DAYS:
        for sku in SKUS:
            yield f"{local_today() - timedelta(days=back):%d/%m/%Y}", sku, 3 + back % 3


def stock_rows() -> Iterator[Sequence[object]]:
    yield "SKU", "Saldo atual"
    for sku in SKUS:
        yield sku, 4


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company whose every name is an attack."""
    folder = tmp_path_factory.mktemp("scripts")
    files = [
        write(folder / f"{name}.csv", rows)
        for name, rows in {
            "produtos": product_rows(),
            "fornecedores": supplier_rows(),
            "ofertas": offer_rows(),
            "vendas": sales_rows(),
            "estoque": stock_rows(),
        }.items()
    ]
    run(folder / "home", "import", *files)
    return folder / "home"


def test_texts_that_attack_are_shown_as_text(desk: Desk, api: Api) -> None:
    session_id = api.open_session()
    for text in ALL:
        assert api.ask(session_id, text).status_code == 201
    tab = desk.tab(session_id)
    show_everything(tab.page)
    expect(tab.questions).to_have_text([*ALL], use_inner_text=True)
    first = desk.tab().go("/agents")  # the way through the browser: pending, and as a title of the list
    first.ask(ALL[0])
    expect(first.page.locator("article[data-sender=agent]")).to_have_count(1)
    expect(first.page.get_by_role("heading", level=1)).to_have_text(ALL[0])
    first.page.get_by_role("button", name=T["list.delete"]).first.click()
    expect(first.page.get_by_role("dialog")).to_contain_text(ALL[0])
    for page in (tab.page, first.page):
        assert_harmless(page)


def test_products_and_suppliers_that_attack_are_shown_as_text(desk: Desk, api: Api) -> None:
    session_id = api.open_session()
    tab = desk.tab(session_id)
    tab.expect_link("connected")
    for sku in SKUS:
        assert api.ask(session_id, f"Qual a demanda do {sku}?").status_code == 201
    show_everything(tab.page)
    expect(tab.answers).to_have_count(len(SKUS))
    for sku, text in zip(SKUS, NAMES, strict=True):
        expect(tab.answers.locator(f"[data-sku='{sku}'] h3")).to_have_text(" ".join(text.split()))
    show_everything(tab.page)
    assert_harmless(tab.page)
    unspoken = desk.tab(api.open_session())  # where no product was spoken of, all that fit are offered
    unspoken.ask("demanda do script")
    expect(unspoken.page.locator(".choice")).not_to_have_count(0)
    assert_harmless(unspoken.page)
    tab.answers.locator("[data-action=approve_purchase]").first.click()
    expect(tab.page.get_by_role("dialog")).to_be_visible()
    assert_harmless(tab.page)


def test_markup_that_got_in_would_be_noticed_and_still_not_run(new_desk: NewDesk) -> None:
    """The watcher watches, and the page's policy is a second wall."""
    tab = new_desk().tab().go("/agents")
    expect(tab.composer).to_be_visible()
    tab.page.evaluate("text => document.body.insertAdjacentHTML('beforeend', text)", f"<img src=x onerror={PWNED}>")
    tab.page.wait_for_function("() => window.__violations.length > 0")
    assert tab.page.evaluate("() => window.__pwned") is None
    assert any("policy" in problem for problem in tab.all_problems())
    tab.page.close()
    tab.problems.clear()


def show_everything(page: Page) -> None:
    """Earlier messages, and whatever is folded."""
    page.locator(".thread article").first.wait_for()
    earlier = page.locator(".thread .column > .text-button")
    while earlier.count():
        earlier.click()
    page.evaluate("() => { for (const fold of document.querySelectorAll('details')) fold.open = true; }")


def assert_harmless(page: Page) -> None:
    """Beside what is watched in every tab (see Tab): nothing ran, no element or address that a text brought."""
    assert page.evaluate("() => window.__pwned") is None
    found = page.evaluate("""() => ({
      elements: [...document.querySelectorAll('#root :is(script, iframe, object, embed, link, style, meta, base, '
        + 'video, audio, template, marquee, math, select)')].map((element) => element.outerHTML),
      handlers: [...document.querySelectorAll('#root *')].flatMap((element) => [...element.attributes])
        .filter(({ name }) => name.startsWith('on')).map(({ name }) => name),
      addresses: [...document.querySelectorAll('#root :is([href], [src], [action], [formaction])')]
        .flatMap((element) => ['href', 'src', 'action', 'formaction'].map((name) => element.getAttribute(name)))
        .filter((address) => address !== null && !/^(\\/agents|#)/.test(address)),
    })""")
    assert found == {"elements": [], "handlers": [], "addresses": []}, found
