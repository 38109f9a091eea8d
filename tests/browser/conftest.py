"""A server with the demo company for each file, and desks: browsers that are logged in to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.support import logins
from tests.support.api import Api, make_token
from tests.support.browser import PATIENCE_MS, STATIC, Desk, NewDesk, Switch
from tests.support.chromium import chromium_args, find_chromium
from tests.support.processes import ServerProcess

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MUTANTS = ROOT / "tests" / "support" / "mutants"

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")


def run(home: Path, *arguments: str, stdin: str = "") -> str:
    """What a command of ours prints."""
    done = logins.run(home, *arguments, stdin=stdin)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo company, to be copied."""
    home = tmp_path_factory.mktemp("demo") / "home"
    run(home, "demo")
    return home


@pytest.fixture(scope="module")
def home(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This file's own copy of it."""
    return Path(shutil.copytree(demo, tmp_path_factory.mktemp("browser") / "home"))


@pytest.fixture(scope="module")
def switches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """See `switchable` in tests/support/mutants/changes.py."""
    return tmp_path_factory.mktemp("switches")


@pytest.fixture(scope="module")
def server(home: Path, switches: Path) -> Iterator[ServerProcess]:
    assert (STATIC / "index.html").is_file(), "the page isn't built: run `make page` (`make test` does)"
    changes = {"TEST_CHANGES": "switchable", "TEST_SWITCHES": str(switches), "PYTHONPATH": f"{MUTANTS}:{ROOT}"}
    with ServerProcess(home, env=changes) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the whole run: while it lives, its event loop keeps other tests from having one.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=chromium_args())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def login(browser: Browser, server: ServerProcess) -> Any:
    """The cookie that the printed link brings, as a buyer gets it."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(run(server.home, "link"))
    assert page.url == f"{server.url}/agents"
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def new_desk(browser: Browser, server: ServerProcess, login: Any) -> Iterator[NewDesk]:
    """new_desk(**context_options) is another device of the same user; `login=None` one that isn't logged in."""
    desks: list[Desk] = []

    def make(*, login: Any = login, **options: Any) -> Desk:
        desks.append(Desk(browser, server.url, login, **options))
        return desks[-1]

    yield make
    problems = [problem for desk in desks for problem in desk.close()]
    assert not problems, problems


@pytest.fixture
def desk(new_desk: NewDesk) -> Desk:
    return new_desk()


@pytest.fixture
def hold(switches: Path) -> Iterator[Switch]:
    """While it is on, analyses stand still in their second step."""
    switch = Switch(switches / "hold")
    yield switch
    switch.off()


@pytest.fixture
def no_sockets(switches: Path) -> Iterator[Switch]:
    """While it is on, WebSockets are refused."""
    switch = Switch(switches / "no-sockets")
    yield switch
    switch.off()


@pytest.fixture(scope="module")
def api(server: ServerProcess) -> Iterator[Api]:
    """The same user, without a browser."""
    with Api(server.url, make_token(server.home)) as api:
        yield api
