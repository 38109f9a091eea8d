"""Puts the built page into the wheel and the source archive, building it first where it is missing."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path("src/reposto/app/static/index.html")


class PageHook(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del build_data
        root = Path(self.root)
        if version == "editable" or (root / PAGE).is_file():
            return  # an editable install serves the page from the source tree, where `make page` puts it
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit(f"{PAGE} is not there and Node is missing: run `make page` first, or install Node 20.")
        if not (root / "frontend" / "node_modules").is_dir():
            subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=root / "frontend", check=True)
        subprocess.run([npm, "run", "build"], cwd=root / "frontend", check=True)
        if not (root / PAGE).is_file():
            raise SystemExit(f"npm run build in frontend/ did not write {PAGE}.")
