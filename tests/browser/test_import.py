"""A buyer brings his own files: chosen or dropped, looked at, loaded once, told in every tab."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.api import Api
from tests.support.browser import PHONE, Desk, NewDesk, T, Tab
from tests.support.logins import PASSWORD
from tests.support.logins import run as run_reposto
from tests.support.processes import ServerProcess

pytestmark = pytest.mark.timeout(600)
LOOK_MS = 240_000  # two seconds alone; a look starts a process for each file, on a machine that tests beside us
PRODUCTS = "SKU;Descrição;Unidade;Cor\n0IMP1;Lixadeira orbital importada;UN;azul\n"
SALES = "SKU;Data da venda;Quantidade\n0IMP1;16/11/2026;3\n0IMP1;17/11/2026;5\n"
BROKEN = "SKU;Saldo atual\n0IMP1;doze\n"
DROP = """
async ({target, name, text}) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, {type: 'text/csv'}));
  const element = document.querySelector(target);
  for (const type of ['dragover', 'drop']) element.dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
}
"""  # noqa: E501


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("produtos.csv", PRODUCTS), ("vendas.csv", SALES), ("estoque.csv", BROKEN)):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def open_import(tab: Tab) -> None:
    tab.page.get_by_role("button", name=T["import.open"]).click()


def choose(tab: Tab, *files: Path) -> None:
    tab.page.get_by_label(T["import.choose"]).set_input_files(list(files))


def expect_report(page: Page, name: str, *, refused: bool) -> None:
    expect(page.locator(f"[data-file='{name}']")).to_have_attribute(
        "data-refused", "true" if refused else "false", timeout=LOOK_MS
    )


def test_files_are_looked_at_loaded_and_told_in_every_tab(desk: Desk, api: Api, folder: Path) -> None:
    first = desk.tab()
    session = first.begin()
    second = desk.tab(session)
    second.expect_link("connected")
    open_import(first)
    choose(first, *(folder / name for name in ("vendas.csv", "produtos.csv", "estoque.csv")))
    expect_report(first.page, "produtos.csv", refused=False)
    expect_report(first.page, "vendas.csv", refused=False)
    expect_report(first.page, "estoque.csv", refused=True)
    broken = first.page.locator("[data-file='estoque.csv']")
    expect(broken).to_contain_text("doze")
    expect(broken).to_contain_text("Saldo atual")
    expect(first.page.locator("[data-file='produtos.csv']")).to_contain_text("Cor")  # a column that nobody reads
    confirm = first.page.locator("[data-load]")
    expect(confirm).to_have_text("Importar só 2 que estão certos")
    confirm.dblclick()
    for tab in (first, second):
        told = tab.page.locator("article[data-type=import_result]")
        expect(told).to_have_count(1, timeout=LOOK_MS)
        expect(told).to_contain_text("Importei 2 arquivos")
    expect(first.page.locator("dialog")).to_have_count(0)
    assert [m["metadata"]["type"] for m in api.history(session)[2:]] == ["files_sent", "import_result"]
    second.ask("qual a demanda da lixadeira orbital importada?")
    expect(second.started.or_(second.answers).first).to_contain_text("Lixadeira orbital importada")
    assert first.documents == 1


def test_a_dropped_file_starts_a_conversation_on_a_phone(new_desk: NewDesk, api: Api) -> None:
    tab = new_desk(viewport=PHONE).tab().go("/agents")
    expect(tab.composer).to_be_visible()
    tab.page.evaluate(DROP, {"target": "main", "name": "Vendas.csv", "text": SALES.replace("0IMP1", "84903501")})
    expect_report(tab.page, "Vendas.csv", refused=False)
    assert tab.page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    tab.page.locator("[data-load]").click()
    tab.page.wait_for_url(re.compile(r"/agents/\d+$"), timeout=LOOK_MS)
    expect(tab.page.locator("article[data-type=import_result]")).to_contain_text("Vendas.csv")


def test_what_is_no_table_says_what_to_do(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "relatorio.pdf").write_bytes(b"%PDF-1.7 nada")
    (tmp_path / "arquivo.csv").write_text("sku;data;quantidade\n84903501;16/11/2026;3\n", "utf-8")
    tab = desk.tab().go("/agents")
    open_import(tab)
    choose(tab, tmp_path / "relatorio.pdf", tmp_path / "arquivo.csv")
    expect_report(tab.page, "relatorio.pdf", refused=True)
    expect(tab.page.locator("[data-file='relatorio.pdf']")).to_contain_text("É um PDF")
    unsure = tab.page.locator("[data-file='arquivo.csv']")
    expect(unsure).to_contain_text(T["import.askKind"])
    expect(tab.page.locator("[data-load]")).to_be_disabled()
    unsure.get_by_role("combobox").select_option("sales")
    expect_report(tab.page, "arquivo.csv", refused=False)
    tab.page.get_by_role("button", name=T["import.removeNamed"].format(name="relatorio.pdf")).click()
    expect(tab.page.locator("[data-file]")).to_have_count(1, timeout=LOOK_MS)
    expect(tab.page.locator("[data-load]")).to_be_enabled(timeout=LOOK_MS)
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator("dialog")).to_have_count(0)


def test_who_only_looks_has_no_button(new_desk: NewDesk, server: ServerProcess) -> None:
    assert run_reposto(server.home, "user", "add", "vera", "--role", "viewer", stdin=f"{PASSWORD}\n").returncode == 0
    desk = new_desk(login=None)
    tab = desk.tab().go("/agents")
    tab.page.get_by_label(T["login.name"]).fill("vera")
    tab.page.get_by_label(T["login.password"]).fill(PASSWORD)
    tab.page.get_by_label(T["login.password"]).press("Enter")
    expect(tab.composer).to_be_visible()
    expect(tab.page.get_by_role("button", name=T["import.open"])).to_have_count(0)
