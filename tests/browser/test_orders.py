"""Orders on the page: what a button made is changed, sent, discarded and taken back, in every tab by itself."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.support.api import Api
from tests.support.browser import PHONE, Desk, NewDesk, T, Tab


def open_orders(tab: Tab) -> Locator:
    tab.page.get_by_role("button", name=T["orders.open"], exact=True).click()
    return tab.page.get_by_role("dialog", name=T["orders.title"])


def test_a_draft_is_changed_sent_and_discarded_in_every_tab(desk: Desk, new_desk: NewDesk, api: Api) -> None:
    asking = desk.tab()
    asking.begin()
    asking.ask("devo comprar ESP-203?")
    expect(asking.answers).to_have_count(1)
    asking.page.locator("[data-action=approve_purchase]").click()
    asking.page.get_by_role("dialog").get_by_role("button", name=T["action.confirm"]).click()
    expect(asking.orders).to_have_count(1)
    asking.page.locator("[data-open-order]").click()
    here = asking.page.get_by_role("dialog", name=T["orders.title"])
    order = here.locator("details.order")
    expect(order).to_have_attribute("open", "")  # the one that was asked for

    phone = new_desk(viewport=PHONE).tab().go("/agents")  # another device, at no conversation at all
    phone.page.get_by_role("button", name=T["list.open"]).click()
    there = open_orders(phone)
    there.locator("details.order summary").first.click()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    quantity = here.locator("input.quantity")
    before = quantity.input_value()
    quantity.fill("muitas")
    expect(here.get_by_role("button", name=T["orders.save"])).to_be_disabled()
    quantity.fill("600")
    assert before != "600"
    here.get_by_role("button", name=T["orders.save"]).click()
    for dialog in (here, there):
        expect(dialog.locator("input.quantity")).to_have_value("600")
    number = order.get_attribute("data-order")
    stored = api.call("GET", f"/api/orders/{number}").json()
    assert (stored["lines"][0]["quantity"], stored["revision"]) == (600, 1)

    there.get_by_role("button", name=T["orders.send"]).click()
    there.get_by_role("button", name=T["orders.confirm"]).click()
    for dialog in (here, there):
        expect(dialog.locator("details.order[data-status=sent]")).to_have_count(1)
    here.get_by_role("button", name=T["orders.discard"]).click()
    here.get_by_role("button", name=T["orders.confirm"]).click()
    for dialog in (here, there):
        expect(dialog.locator("details.order")).to_have_count(0)
    here.get_by_role("button", name=T["orders.undo"]).click()
    for dialog in (here, there):
        expect(dialog.locator("details.order[data-status=draft]")).to_have_count(1)
    asking.page.keyboard.press("Escape")
    expect(asking.page.locator("article[data-type=order_changed]")).to_have_count(4)


def test_what_is_typed_is_not_lost_without_a_word(desk: Desk, api: Api) -> None:
    tab = desk.tab().go("/agents")
    dialog = open_orders(tab)
    dialog.locator("details.order summary").first.click()
    field = dialog.locator("input.quantity")
    field.fill("700")
    (order,) = api.call("GET", "/api/orders").json()["orders"]
    body = {"step": "change", "revision": order["revision"], "quantities": {"1": 650}}
    assert api.call("POST", f"/api/orders/{order['number']}", json=body).status_code == 200
    expect(field).to_have_value("650")
    expect(dialog).to_contain_text(T["orders.changedElsewhere"])
    dialog.get_by_role("button", name=T["orders.text"]).click()
    expect(dialog.get_by_role("textbox", name=T["orders.text"])).to_have_value(re.compile(re.escape(order["number"])))
    with tab.page.expect_download() as downloading:
        dialog.get_by_role("link", name=T["list.csv"]).click()
    assert order["number"] in downloading.value.path().read_text("utf-8")
