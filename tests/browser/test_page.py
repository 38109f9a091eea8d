"""Using the page: on a phone, by keyboard, by ear, in English, without WebSocket; choosing and ordering."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.api import Api
from tests.support.browser import PHONE, QUESTION, Desk, NewDesk, Switch, T, Tab, expect_same, texts

APPROVE = "[data-action=approve_purchase]"
FOCUS = """selector => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const box = element.closest('.composer-box');
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  const shown = element.getBoundingClientRect();
  return {
    name: element.outerHTML.slice(0, 90),
    arrived: element.matches(selector),
    visible: (ring || (box !== null && getComputedStyle(box).boxShadow.includes('3px'))) && shown.width > 0,
  };
}"""

HEAR = """() => {
  window.__heard = [];
  for (const live of document.querySelectorAll('[aria-live], [role=status], [role=alert]')) {
    const say = () => live.textContent && live.ariaLive !== 'off' && window.__heard.push(live.textContent);
    new MutationObserver(say).observe(live, { childList: true, characterData: true, subtree: true });
  }
}"""


# -------------------------------------------------------------------- a new conversation


def test_the_first_message_of_a_new_chat_is_not_lost(desk: Desk, api: Api) -> None:
    tab = desk.tab().go("/agents")
    tab.ask(QUESTION)
    tab.page.reload()  # at once, wherever its sending stands
    tab.page.wait_for_url(re.compile(r"/agents/\d+$"))
    expect(tab.answers).to_have_count(1)
    expect(tab.questions).to_have_text([QUESTION])
    tab.page.reload()
    expect(tab.answers).to_have_count(1)
    humans = [message for message in api.history(tab.session_id) if message["sender"] == "human"]
    assert len(humans) == 1
    expect(tab.page.get_by_role("navigation", name=T["list.title"]).locator("[aria-current=page]")).to_contain_text(
        QUESTION
    )


def test_a_new_chat_begun_offline_begins_when_the_line_is_back(desk: Desk) -> None:
    tab = desk.tab().go("/agents")
    expect(tab.composer).to_be_visible()
    desk.context.set_offline(True)
    tab.ask(QUESTION)
    expect(tab.page.get_by_role("alert")).to_contain_text(T["error.network"])
    expect(tab.pending).to_have_count(1)
    desk.context.set_offline(False)
    expect(tab.answers).to_have_count(1)
    expect(tab.questions).to_have_text([QUESTION])
    assert tab.documents == 1


# -------------------------------------------------------------------- phone


def test_on_a_phone(new_desk: NewDesk) -> None:
    tab = new_desk(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2).tab()
    tab.begin()
    tab.composer.fill(QUESTION)
    tab.page.get_by_role("button", name=T["composer.send"]).tap()
    expect(tab.answers).to_have_count(1)
    expect(tab.answers.locator(".verdict")).to_be_in_viewport()
    expect(tab.answers.locator("figure svg").first).to_be_visible()
    assert_fits(tab.page)
    for fold in tab.answers.locator("details.section").all():
        fold.evaluate("element => { element.open = true; }")
    assert_fits(tab.page)
    tab.answers.locator(APPROVE).scroll_into_view_if_needed()
    tab.answers.locator(APPROVE).tap()
    expect(tab.page.get_by_role("dialog")).to_be_in_viewport(ratio=1)
    tab.page.get_by_role("dialog").get_by_role("button", name=T["dialog.cancel"]).tap()
    expect(tab.page.get_by_role("dialog")).to_have_count(0)

    sessions = tab.page.get_by_role("navigation", name=T["list.title"])
    expect(sessions).not_to_be_visible()
    tab.page.get_by_role("button", name=T["list.open"]).tap()
    expect(sessions).to_be_in_viewport()
    assert_fits(tab.page)
    tab.page.locator("aside").get_by_role("button", name=T["list.close"]).tap()
    expect(sessions).not_to_be_visible()
    tab.page.get_by_role("button", name=T["list.open"]).tap()
    tab.page.get_by_role("button", name=T["list.new"]).tap()
    expect(sessions).not_to_be_visible()
    expect(tab.page.get_by_role("heading", name=T["empty.title"])).to_be_visible()
    assert_fits(tab.page)


def assert_fits(page: Page) -> None:
    """Nothing of the page, and nothing of the thread, is wider than the screen."""
    for selector in ("html", ".thread"):
        wide, room = page.locator(selector).evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert wide <= room, f"{selector} is {wide} px wide, the screen {room}"
    assert page.evaluate("() => visualViewport.scale") == 1


# -------------------------------------------------------------------- buttons


def test_an_ambiguous_question_offers_buttons(desk: Desk) -> None:
    asking = desk.tab()
    watching = desk.tab(asking.begin())
    asking.ask("demanda da cadeira")
    for tab in desk.tabs:
        expect(tab.page.get_by_role("group", name=T["choose.label"]).get_by_role("button")).not_to_have_count(0)
    choice = watching.page.locator(".choice[data-sku='CAD-601']")
    name = choice.locator("span").first.inner_text()
    choice.click()
    for tab in desk.tabs:
        expect(tab.answers.locator("[data-sku='CAD-601']")).to_have_count(1)
        expect(tab.answers.get_by_role("heading", name=name)).to_be_visible()
    expect_same(desk.tabs)


def test_an_order_is_confirmed_and_made_once(desk: Desk, home: Path) -> None:
    before = count_orders(home)
    first = desk.tab()
    second = desk.tab(first.begin())
    first.ask(QUESTION)
    for tab in desk.tabs:
        tab.answers.locator(APPROVE).click()
        expect(tab.page.get_by_role("dialog")).to_contain_text("84903501")
    assert count_orders(home) == before, "ordered without confirmation"
    confirm(first).dblclick()
    for tab in desk.tabs:
        expect(tab.orders).to_have_count(1)
    if confirm(second).is_visible():  # the other tab asks as well, not knowing
        confirm(second).click()
    for tab in desk.tabs:
        expect(tab.page.get_by_role("dialog")).to_have_count(0)
        expect(tab.answers.locator(APPROVE)).to_be_disabled()
        expect(tab.answers.locator(APPROVE)).to_contain_text(T["action.done"])
        expect(tab.orders).to_have_count(1)
    expect_same(desk.tabs)
    assert count_orders(home) == before + 1


def confirm(tab: Tab) -> Any:
    return tab.page.get_by_role("dialog").get_by_role("button", name=T["action.confirm"])


def count_orders(home: Path) -> int:
    with closing(sqlite3.connect(f"file:{home / 'reposto.sqlite'}?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT count(*) FROM purchase_orders").fetchone()[0])


# -------------------------------------------------------------------- ear and keyboard


def test_a_screen_reader_hears_each_finished_answer_once(desk: Desk) -> None:
    asking = desk.tab()
    watching = desk.tab(asking.begin())
    watching.expect_link("connected")
    for tab in desk.tabs:
        tab.page.evaluate(HEAR)
    said = T["announce.result"].replace("{text}", "")
    for count in (1, 2):
        asking.ask(QUESTION)
        for tab in desk.tabs:
            expect(tab.answers).to_have_count(count)
            expect(tab.announcer).to_contain_text(said)
            # A second answer in the same words has to be heard too.
            tab.page.wait_for_function("count => window.__heard.length >= count", arg=count)
            heard = tab.page.evaluate("() => window.__heard")
            assert len(heard) == count and all(text.startswith(said) for text in heard), heard
    watching.page.reload()
    expect(watching.answers).to_have_count(2)
    watching.expect_link("connected")
    expect(watching.announcer).to_be_empty()


def test_by_keyboard_alone(desk: Desk) -> None:
    tab = desk.tab().go("/agents")
    expect(tab.composer).to_be_focused()
    keyboard = tab.page.keyboard
    keyboard.type(QUESTION)
    keyboard.press("Enter")
    expect(tab.answers).to_have_count(1)
    expect(tab.composer).to_be_focused()
    walk(tab.page, "Shift+Tab", APPROVE)
    keyboard.press("Enter")
    dialog = tab.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("element => element.contains(document.activeElement)")
    keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(tab.answers.locator(APPROVE)).to_be_focused()
    walk(tab.page, "Tab", "textarea")
    walk(tab.page, "Shift+Tab", "button.new")
    keyboard.press("Enter")
    expect(tab.page.get_by_role("heading", name=T["empty.title"])).to_be_visible()
    tab.page.reload()
    walk(tab.page, "Shift+Tab", ".skip")
    keyboard.press("Enter")
    walk(tab.page, "Tab", "main .choice")


def walk(page: Page, key: str, selector: str) -> None:
    """Press a key until the element has focus; wherever focus passes, it can be seen."""
    seen = []
    for _ in range(60):
        page.keyboard.press(key)
        focus = page.evaluate(FOCUS, selector)
        if focus is None:
            continue  # the browser's own bars
        assert focus["visible"], f"focus can't be seen on {focus['name']}"
        if focus["arrived"]:
            return
        seen.append(focus["name"])
    pytest.fail(f"{key} doesn't reach {selector}: {seen}")


# -------------------------------------------------------------------- language


@pytest.fixture
def portuguese_again(api: Api) -> Iterator[None]:
    """The language is the user's, and he is in the other tests too."""
    yield
    assert api.call("PUT", "/api/me", json={"locale": "pt-BR"}).status_code == 200


@pytest.mark.usefixtures("portuguese_again")
def test_english_is_one_click_away_and_stays_on_every_device(desk: Desk, new_desk: NewDesk) -> None:
    english = texts("en")
    tab = desk.tab()
    tab.begin()
    expect(tab.page.locator("html")).to_have_attribute("lang", "pt-BR")
    tab.ask(QUESTION)
    expect(tab.answers).to_have_count(1)
    other = desk.tab().go("/agents")
    expect(other.page.locator("html")).to_have_attribute("lang", "pt-BR")
    with tab.page.expect_response("**/api/me") as saved:
        tab.page.get_by_role("button", name=T["locale.label"]).click()
    assert (saved.value.request.method, saved.value.status) == ("PUT", 200)
    expect(other.page.locator("html")).to_have_attribute("lang", "en")
    for _ in range(2):
        expect(tab.page.locator("html")).to_have_attribute("lang", "en")
        expect(tab.page.get_by_role("textbox", name=english["composer.label"])).to_be_visible()
        expect(tab.page.get_by_role("navigation", name=english["list.title"])).to_be_visible()
        expect(tab.answers).to_contain_text(english["section.offers"])
        expect(tab.link).to_have_text(english["link.connected"])
        tab.page.reload()
    assert english["composer.label"] != T["composer.label"]
    elsewhere = new_desk().tab().go(f"/agents/{tab.session_id}")
    expect(elsewhere.page.locator("html")).to_have_attribute("lang", "en")
    elsewhere.page.get_by_role("textbox", name=english["composer.label"]).fill(QUESTION)
    elsewhere.page.keyboard.press("Enter")
    expect(elsewhere.answers).to_have_count(2)
    leads = elsewhere.answers.locator(".lead")  # what was said stays as it was said; what is said now is English
    expect(leads.first).to_contain_text(re.compile(r"\b(Compre|Envie) "))  # or the draft of an earlier test
    expect(leads.last).to_contain_text(re.compile(r"\b(Buy|Send) "))


# -------------------------------------------------------------------- without WebSocket


def test_where_sockets_are_impossible_it_says_so_and_answers(desk: Desk, no_sockets: Switch) -> None:
    no_sockets.on()
    tab = desk.tab().go("/agents")
    tab.ask(QUESTION)
    tab.expect_link("polling")
    expect(tab.link).to_contain_text(T["link.polling"])
    expect(tab.answers).to_have_count(1)
    expect(tab.questions).to_have_text([QUESTION])
    tab.ask("demanda do CAD-601")
    expect(tab.answers).to_have_count(2)
    assert tab.documents == 1
    no_sockets.off()
    tab.page.reload()
    tab.expect_link("connected")
    expect(tab.answers).to_have_count(2)
