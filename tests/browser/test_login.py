"""Who isn't logged in sees the login page; who was keeps what he wrote."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect
from sqlalchemy import update

from reposto.model.clock import utc_now
from reposto.storage import tables
from reposto.storage.engine import Store, sqlite_url
from tests.browser.conftest import run
from tests.support.browser import QUESTION, NewDesk, T, Tab
from tests.support.processes import ServerProcess

PASSWORD = "uma senha comprida"


def log_in(tab: Tab, name: str, password: str = PASSWORD) -> None:
    tab.page.get_by_role("textbox", name=T["login.name"]).fill(name)
    tab.page.get_by_label(T["login.password"]).fill(password)
    tab.page.get_by_role("button", name=T["login.submit"]).click()


def expire_logins(home: Path) -> None:
    store = Store(sqlite_url(home / "reposto.sqlite"))
    with store.write() as connection:
        connection.execute(update(tables.credentials).values(expires_at=utc_now() - timedelta(seconds=1)))
    store.close()


def test_a_password_opens_the_page_and_a_wrong_one_does_not(new_desk: NewDesk, home: Path) -> None:
    run(home, "user", "add", "ana", stdin=f"{PASSWORD}\n")
    tab = new_desk(login=None).tab().go("/agents")
    expect(tab.page.get_by_role("heading", name=T["login.title"])).to_be_attached()
    log_in(tab, "ana", "uma senha errada")
    expect(tab.page.get_by_role("alert")).not_to_be_empty()
    expect(tab.composer).to_have_count(0)
    log_in(tab, "ana")
    tab.ask(QUESTION)
    expect(tab.answers).to_have_count(1)
    expect(tab.page.locator(".user")).to_have_text("ana")
    tab.page.get_by_role("button", name=T["login.logout"]).click()
    expect(tab.page.get_by_role("textbox", name=T["login.name"])).to_be_visible()
    tab.page.reload()
    expect(tab.page.get_by_role("textbox", name=T["login.name"])).to_be_visible()
    expect(tab.page.get_by_text(QUESTION)).to_have_count(0)


def test_an_expired_login_is_asked_for_again_and_nothing_written_is_lost(
    new_desk: NewDesk, home: Path, server: ServerProcess
) -> None:
    run(home, "user", "add", "rui", stdin=f"{PASSWORD}\n")
    tab = new_desk(login=None).tab().go("/agents")
    log_in(tab, "rui")
    tab.ask(QUESTION)
    expect(tab.answers).to_have_count(1)
    tab.composer.fill("o que eu ia perguntar")
    expire_logins(home)
    server.kill9()
    server.start()
    expect(tab.page.get_by_role("alert")).to_contain_text(T["link.login.text"])
    expect(tab.answers).to_have_count(1)
    tab.page.get_by_role("button", name=T["link.login.again"]).click()
    log_in(tab, "rui")
    tab.expect_link("connected")
    expect(tab.answers).to_have_count(1)
    expect(tab.composer).to_have_value("o que eu ia perguntar")
    expire_logins(home)
    tab.page.reload()
    expect(tab.page.get_by_role("textbox", name=T["login.name"])).to_be_visible()
