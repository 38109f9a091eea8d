"""Make the README's pictures again, from the demo company: docs/images/agents.png and agents-phone.png.

Run it in the repository after `make test` has set everything up: .venv/bin/python -m scripts.screenshots
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import LAPTOP, PHONE, QUESTION, Desk, T
from tests.support.chromium import chromium_args, find_chromium
from tests.support.processes import REPOSTO, ServerProcess, clean_environment

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
LARGEST = 250_000  # bytes of a picture; the README is read on phones too


def run(home: Path, command: str) -> str:
    """What a command of ours prints."""
    done = subprocess.run(  # noqa: S603 - our own program
        [str(REPOSTO), command, "--home", str(home)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def log_in(browser: Browser, server: ServerProcess) -> Any:
    """The cookie of the printed link."""
    context = browser.new_context()
    context.new_page().goto(run(server.home, "link"))
    state = context.storage_state()
    context.close()
    return state


def photograph(page: Page, name: str) -> None:
    """Save what is on the screen."""
    page.locator("article[data-type=analysis_result] figure svg").first.wait_for()
    page.mouse.move(0, 0)
    file = IMAGES / name
    page.screenshot(path=file, animations="disabled", caret="hide")
    if file.stat().st_size > LARGEST:
        raise SystemExit(f"{name} has {file.stat().st_size} bytes, more than {LARGEST}")


def main() -> None:
    """Ask the demo question, on a laptop and on a phone."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        run(home, "demo")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=chromium_args())
        with ServerProcess(home) as server:
            login = log_in(browser, server)
            laptop = Desk(browser, server.url, login, viewport=LAPTOP).tab().go("/agents")
            laptop.ask(QUESTION)
            photograph(laptop.page, "agents.png")
            mobile = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2}
            phone = Desk(browser, server.url, login, viewport=PHONE, **mobile).tab(laptop.session_id)
            phone.page.get_by_text(T["link.connected"]).wait_for()
            photograph(phone.page, "agents-phone.png")
            for desk in (laptop.desk, phone.desk):
                desk.close()
        browser.close()


if __name__ == "__main__":
    main()
