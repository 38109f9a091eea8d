"""What to buy today, on the page: it grows in every tab, is one list in the end, and becomes drafts by one button."""

from __future__ import annotations

import csv
import io

from playwright.sync_api import expect

from tests.support.api import Api
from tests.support.browser import PHONE, Desk, NewDesk, T, expect_same

LINES = "table[data-table=list] tbody tr"


def test_a_list_is_counted_shown_downloaded_and_drafted_in_every_tab(desk: Desk, new_desk: NewDesk, api: Api) -> None:
    desk.tab().go("/agents").page.get_by_role("button", name=T["empty.example0"]).click()
    asking = desk.tabs[0]
    expect(asking.composer).to_have_value(T["empty.example0"])
    asking.composer.press("Enter")
    expect(asking.page.locator(".run")).to_be_visible()
    asking.page.wait_for_url("**/agents/*")
    watching = desk.tab(asking.session_id)
    for tab in desk.tabs:
        expect(tab.answers.locator("[data-list=buy_list]")).to_be_visible(timeout=120_000)
        expect(tab.job).to_have_count(0)
    expect_same(desk.tabs)

    history = api.history(asking.session_id)
    found = history[-1]["metadata"]["list"]
    expect(asking.page.locator(".cards")).to_contain_text(str(found["totals"]["lines"]))
    whole = asking.page.locator(".list-more button")
    if whole.count():
        whole.click()
    expect(asking.page.locator(LINES)).to_have_count(found["totals"]["lines"])
    with asking.page.expect_download() as downloading:
        asking.page.get_by_role("link", name=T["list.csv"]).click()
    text = downloading.value.path().read_text("utf-8")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert sum(row[0] == "comprar" for row in rows) == found["totals"]["lines"]

    asking.page.locator("[data-action=approve_list]").click()
    asking.page.get_by_role("dialog").get_by_role("button", name=T["action.confirm"]).click()
    for tab in desk.tabs:
        expect(tab.orders).to_have_count(1)
        expect(tab.page.locator("[data-action=approve_list]")).to_be_disabled()
    orders = api.history(watching.session_id)[-1]["metadata"]["orders"]
    assert len(orders) == found["counts"]["groups"]

    phone = new_desk(viewport=PHONE).tab(asking.session_id)
    expect(phone.answers.locator("[data-list=buy_list]")).to_be_visible()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
