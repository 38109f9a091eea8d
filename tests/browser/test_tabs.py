"""What one tab asks, every tab shows by itself: live, half-way, after being away, after a restart."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.api import Api
from tests.support.browser import QUESTION, Desk, NewDesk, Switch, T, expect_same
from tests.support.processes import ServerProcess


def test_two_tabs_follow_a_question_and_keep_it_over_a_restart(desk: Desk, server: ServerProcess, hold: Switch) -> None:
    hold.on()
    asking = desk.tab()
    watching = desk.tab(asking.begin())
    watching.expect_link("connected")
    documents = [tab.documents for tab in desk.tabs]
    asking.ask(QUESTION)
    for tab in desk.tabs:
        tab.expect_running()
    hold.off()
    for tab in desk.tabs:
        expect(tab.answers).to_have_count(1)
        expect(tab.answers.locator("[data-sku='84903501'] .verdict")).to_be_visible()
        expect(tab.job).to_have_count(0)
        expect(tab.questions).to_have_text(["oi", QUESTION])
    expect_same(desk.tabs)

    server.kill9()
    for tab in desk.tabs:
        expect(tab.link).not_to_have_attribute("data-link", "connected")
        expect(tab.answers).to_have_count(1)
    server.start()
    for tab in desk.tabs:
        tab.expect_link("connected")
    assert [tab.documents for tab in desk.tabs] == documents, "a tab was loaded again"
    fresh = desk.tab(asking.session_id)
    expect(fresh.answers).to_have_count(1)
    expect_same([asking, watching, fresh])
    # The counter that said "nothing was loaded" does count.
    asking.page.reload()
    assert asking.documents == documents[0] + 1


def test_a_tab_opened_half_way_sees_what_runs_and_then_the_result(desk: Desk, hold: Switch) -> None:
    hold.on()
    first = desk.tab()
    second = desk.tab(first.begin())
    first.ask(QUESTION)
    first.expect_running()
    third = desk.tab(first.session_id)
    third.expect_running()
    hold.off()
    for tab in (first, second, third):
        expect(tab.answers).to_have_count(1)
    expect_same([first, second, third])


def test_a_tab_that_was_offline_says_so_and_catches_up_once(desk: Desk, new_desk: NewDesk) -> None:
    here = desk.tab()
    away = new_desk().tab(here.begin())
    away.expect_link("connected")
    away.desk.context.set_offline(True)
    away.expect_link("offline")
    expect(away.link).to_contain_text(T["link.offline"])
    here.ask(QUESTION)
    expect(here.answers).to_have_count(1)
    expect(away.answers).to_have_count(0)
    away.desk.context.set_offline(False)
    away.expect_link("connected")
    expect(away.answers).to_have_count(1)
    assert away.documents == 1
    expect_same([here, away])


def test_what_is_asked_offline_is_sent_once(desk: Desk, new_desk: NewDesk, api: Api) -> None:
    here = desk.tab()
    device = new_desk()
    away = device.tab(here.begin())
    away.expect_link("connected")
    device.context.set_offline(True)
    away.expect_link("offline")
    away.ask("Bom dia, do trem")
    expect(away.composer).to_have_value("")
    expect(away.pending).to_contain_text(T["message.queued"])
    away.ask("E do túnel")
    expect(away.pending).to_have_count(2)
    # Its tab is closed before the line comes back; another one of the same browser sends what it kept.
    away.page.close()
    device.context.set_offline(False)
    back = device.tab(here.session_id)
    for tab in (here, back):
        expect(tab.questions).to_have_count(3)
        expect(tab.pending).to_have_count(0)
    back.page.reload()
    expect(back.questions).to_have_count(3)
    stored = [message["content"] for message in api.history(here.session_id) if message["sender"] == "human"]
    assert stored == ["oi", "Bom dia, do trem", "E do túnel"]


def test_a_queued_question_leaves_as_soon_as_the_line_is_back(desk: Desk, api: Api) -> None:
    tab = desk.tab()
    session_id = tab.begin()
    desk.context.set_offline(True)
    tab.expect_link("offline")
    tab.ask("Bom dia")
    expect(tab.pending).to_contain_text(T["message.queued"])
    desk.context.set_offline(False)
    expect(tab.pending).to_have_count(0)
    expect(tab.questions).to_have_count(2)
    stored = [message["content"] for message in api.history(session_id) if message["sender"] == "human"]
    assert stored == ["oi", "Bom dia"]


def test_a_draft_survives_a_reload(desk: Desk) -> None:
    tab = desk.tab()
    tab.begin()
    tab.composer.fill("Quanto custa a\nespuma")
    tab.page.reload()
    expect(tab.composer).to_have_value("Quanto custa a\nespuma")
    expect(tab.questions).to_have_count(1)


def test_cancelling_in_one_tab_shows_in_all(desk: Desk, new_desk: NewDesk, hold: Switch) -> None:
    hold.on()
    asking = desk.tab()
    other = desk.tab(asking.begin())
    elsewhere = new_desk().tab(asking.session_id)
    asking.ask(QUESTION)
    tabs = [asking, other, elsewhere]
    for tab in tabs:
        tab.expect_running()
    other.job.get_by_role("button", name=T["job.cancel"]).click()
    for tab in tabs:
        expect(tab.cancelled).to_have_count(1)
        expect(tab.job).to_have_count(0)
        expect(tab.answers).to_have_count(0)
    expect_same(tabs)
    hold.off()
    asking.ask(QUESTION)
    for tab in tabs:
        expect(tab.answers).to_have_count(1)
