"""The page in a real browser, through the handles that its buyer has: roles, labels, and what messages say they are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "src" / "reposto" / "app" / "static"
PATIENCE_MS = 20_000  # a second alone; many times that on a machine that builds and tests beside us
LAPTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
QUESTION = "Qual a demanda do produto A vantagem de ganhar sem preocupação?"
NETWORK_NOISE = ("Failed to load resource", "WebSocket connection to")  # the browser's own words on a cut line

# Runs in each document before the page does. Scripts from outside the page aren't subject to its policy.
WATCH = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.__violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


def texts(locale: str = "pt-BR") -> dict[str, str]:
    """The page's own words, by key."""
    found: dict[str, str] = json.loads((ROOT / "frontend" / "src" / "i18n" / f"{locale}.json").read_text("utf-8"))
    return found


T = texts()


class Tab:
    """One tab."""

    def __init__(self, desk: Desk, page: Page) -> None:
        self.desk = desk
        self.page = page
        self.documents = 0  # loaded so far: an answer that arrives by itself loads none
        self.problems: list[str] = []
        page.on("domcontentloaded", self._count)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("console", self._listen)
        page.on("dialog", self._dismiss)
        page.on("request", lambda request: self._check_address(request.url))
        page.on("websocket", lambda socket: self._check_address(socket.url.replace("ws", "http", 1)))
        self.composer = page.get_by_role("textbox", name=T["composer.label"])
        self.link = page.locator("[data-link]")
        self.column = page.locator(".thread .column")
        self.questions = page.locator("article[data-sender=human] .own-text")
        self.pending = page.locator("article.pending")
        self.started = page.locator("article[data-type=analysis_started]")
        self.job = page.locator("[data-job]")
        self.answers = page.locator("article[data-type=analysis_result]")
        self.cancelled = page.locator("article[data-type=analysis_cancelled]")
        self.orders = page.locator("article[data-type=order_created]")
        self.announcer = page.get_by_test_id("announcer")

    def _count(self, _page: Page) -> None:
        self.documents += 1

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(NETWORK_NOISE):
            self.problems.append(f"console: {message.text}")

    def _dismiss(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _check_address(self, url: str) -> None:
        if not url.startswith((f"{self.desk.base}/", "data:")):
            self.problems.append(f"outside: {url}")

    def go(self, path: str) -> Tab:
        """Open an address of the server."""
        self.page.goto(f"{self.desk.base}{path}")
        return self

    def ask(self, text: str) -> None:
        """Type and press Enter."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def begin(self) -> int:
        """A new conversation, opened by a greeting; its id."""
        self.go("/agents").ask("oi")
        self.page.wait_for_url(re.compile(r"/agents/\d+$"))
        expect(self.page.locator("article[data-sender=agent]")).to_have_count(1)
        self.expect_link("connected")
        return self.session_id

    @property
    def session_id(self) -> int:
        """Of the address."""
        return int(self.page.url.rsplit("/", 1)[1])

    def step(self, name: str) -> Locator:
        """A step of the running analysis."""
        return self.job.locator(f"[data-step={name}]")

    def expect_running(self) -> None:
        """The acknowledgement, and an analysis in its second step."""
        expect(self.started).to_contain_text("84903501")
        expect(self.step("demand")).to_have_class("done")
        expect(self.step("prices")).to_have_class("running")
        expect(self.step("recommendation")).to_have_class("waiting")
        expect(self.answers).to_have_count(0)

    def expect_link(self, kind: str) -> None:
        """The connection state that is shown."""
        expect(self.link).to_have_attribute("data-link", kind)

    def content(self) -> str:
        """Every word of the thread, the folded ones too."""
        return str(self.column.evaluate("element => element.textContent"))

    def all_problems(self) -> list[str]:
        """What must never happen, whatever is tested."""
        violations: list[str] = [] if self.page.is_closed() else self.page.evaluate("() => window.__violations ?? []")
        return self.problems + [f"policy: {violation}" for violation in violations]


class Desk:
    """One browser profile of one user: tabs that share a login and a storage."""

    def __init__(self, browser: Browser, base: str, login: Any, **options: Any) -> None:
        settings = {
            "viewport": LAPTOP,
            "locale": "pt-BR",
            "timezone_id": "America/Sao_Paulo",
            "color_scheme": "light",
        } | options
        self.base = base
        self.context: BrowserContext = browser.new_context(storage_state=login, **settings)
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(WATCH)
        self.tabs: list[Tab] = []

    def tab(self, session_id: int | None = None) -> Tab:
        """A new tab, at a conversation if one is named."""
        tab = Tab(self, self.context.new_page())
        self.tabs.append(tab)
        return tab if session_id is None else tab.go(f"/agents/{session_id}")

    def close(self) -> list[str]:
        """Close everything; returns what went wrong in any tab."""
        problems = [problem for tab in self.tabs for problem in tab.all_problems()]
        self.context.close()
        return problems


def expect_same(tabs: list[Tab]) -> None:
    """Tabs of one conversation are identical, word by word."""
    for tab in tabs[1:]:
        expect(tab.column).to_have_text(tabs[0].content())


NewDesk = Callable[..., Desk]


@dataclass
class Switch:
    """On while its file exists (see `switchable` in mutants/changes.py)."""

    file: Path

    def on(self) -> None:
        self.file.touch()

    def off(self) -> None:
        self.file.unlink(missing_ok=True)
