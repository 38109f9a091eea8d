"""Debian's Chromium, and how it has to be started here."""

import os
from pathlib import Path

from tests.support.daemons import find_program


def find_chromium() -> Path:
    return find_program("chromium", "chromium-browser", "google-chrome")


def chromium_args() -> list[str]:
    """Root can't use the sandbox, and containers have little /dev/shm."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [*sandbox, "--disable-dev-shm-usage", "--disable-gpu"]
