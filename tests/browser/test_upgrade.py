"""R5: a page that was open, or kept by the browser, while the server got another build of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import MUTANTS, ROOT
from tests.support.browser import QUESTION, STATIC, Desk, Tab, expect_same
from tests.support.processes import ServerProcess

QUIET_MS = 3_000  # in which a page that loops would load itself many times
FORGETFUL = "addEventListener('error', () => location.reload(), true);"
Build = Callable[[str], None]


@pytest.fixture(scope="module")
def server(home: Path, switches: Path) -> Iterator[ServerProcess]:
    """Serves the page from a folder of the test."""
    shutil.copytree(STATIC, switches / "static")
    changes = {"TEST_CHANGES": "page_of_the_test", "TEST_SWITCHES": str(switches), "PYTHONPATH": f"{MUTANTS}:{ROOT}"}
    with ServerProcess(home, env=changes) as server:
        yield server


@pytest.fixture
def build(server: ServerProcess, switches: Path) -> Build:
    """build("new") puts a page with other file names in the place of the one that is served, as an update does."""

    def replace(mark: str) -> None:
        server.terminate()
        server.wait()
        static = switches / "static"
        shutil.rmtree(static)
        shutil.copytree(STATIC, static)
        index = (static / "index.html").read_text("utf-8")
        for file in (static / "assets").iterdir():
            assert file.name in index
            file.rename(file.with_stem(f"{file.stem}-{mark}"))
            index = index.replace(file.name, f"{file.stem}-{mark}{file.suffix}")
        (static / "index.html").write_text(index, "utf-8")
        server.start()

    return replace


def test_an_open_tab_goes_on_over_an_update_with_what_was_typed(desk: Desk, build: Build) -> None:
    tab = desk.tab()
    tab.begin()
    tab.composer.fill("Quanto custa a\nespuma")
    build("one")
    tab.expect_link("connected")
    expect(tab.composer).to_have_value("Quanto custa a\nespuma")
    assert tab.documents == 1, "nothing of the old page is asked for again"
    tab.ask(QUESTION)
    expect(tab.answers).to_have_count(1)
    fresh = desk.tab(tab.session_id)  # the new page
    expect(fresh.answers).to_have_count(1)
    expect_same([tab, fresh])


def kept_page(tab: Tab, old: str, times: int) -> list[str]:
    """The browser, or something between, hands out the page that it kept, so often; which one it was each time."""
    served: list[str] = []

    def serve(route: Route) -> None:
        served.append("old" if len(served) < times else "new")
        if served[-1] == "old":
            route.fulfill(body=old, content_type="text/html")
        else:
            route.continue_()

    tab.page.route("**/agents", serve)
    tab.page.goto(f"{tab.desk.base}/agents", wait_until="commit")  # it may never be loaded
    return served


def forgive_missing_files(tab: Tab) -> None:
    """What the browser says of them."""
    tab.problems[:] = [problem for problem in tab.problems if "/agents/assets/" not in problem]


def test_a_kept_page_whose_files_are_gone_loads_itself_once(desk: Desk, build: Build, switches: Path) -> None:
    old = (switches / "static" / "index.html").read_text("utf-8")
    build("two")
    tab = desk.tab()
    served = kept_page(tab, old, times=1)
    expect(tab.composer).to_be_visible()
    assert served == ["old", "new"]
    forgive_missing_files(tab)


def test_a_page_whose_files_stay_away_does_not_load_itself_for_ever(desk: Desk, build: Build, switches: Path) -> None:
    old = (switches / "static" / "index.html").read_text("utf-8")
    build("three")
    tab = desk.tab()
    served = kept_page(tab, old, times=1_000)
    while len(served) < 2:
        tab.page.wait_for_timeout(50)
    tab.page.wait_for_timeout(QUIET_MS)
    assert served == ["old", "old"]
    forgive_missing_files(tab)


def test_a_page_that_forgets_that_it_did_is_found_out(
    browser: Browser, login: Any, server: ServerProcess, build: Build, switches: Path
) -> None:
    old = (switches / "static" / "index.html").read_text("utf-8")
    build("four")
    desk = Desk(browser, server.url, login)
    tab = desk.tab()
    tab.page.route("**/boot.js", lambda route: route.fulfill(body=FORGETFUL, content_type="text/javascript"))
    served = kept_page(tab, old, times=1_000)
    while len(served) < 4:
        tab.page.wait_for_timeout(50)
    desk.context.close()
