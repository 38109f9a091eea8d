"""The wheel carries the page, and serves it where there is no Node and no source tree."""

import re
import shutil
import site
import subprocess
import sys
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.processes import ServerProcess, clean_environment

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path("src/reposto/app/static/index.html")

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("wheel")]  # one build serves all of them


def build_wheel(root: Path, into: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False, timeout=240)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = build_wheel(ROOT, folder)
    assert built.returncode == 0, built.stdout + built.stderr
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a new environment with the wheel in it.

    The wheel is installed for real; its dependencies are lent by the running environment through a .pth file, which
    saves a download of 100 MB. A .pth file named there isn't read, so the editable install stays out of sight.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=120)
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    return folder / "bin"


def test_wheel_holds_the_page_the_migrations_and_nothing_foreign(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "reposto/app/static/index.html" in names
    assert [name for name in names if name.startswith("reposto/app/static/assets/") and name.endswith(".js")]
    assert [name for name in names if "/storage/migrations/" in name and name.endswith(".py")]
    assert [name for name in names if name.endswith("licenses/LICENSE")]
    assert [name for name in names if not re.match(r"reposto(-[\d.]+\.dist-info)?/", name)] == []


def test_installed_wheel_serves_the_page_without_node(installed: Path, tmp_path: Path) -> None:
    path = str(installed)
    assert shutil.which("node", path=path) is None
    where = "import reposto; print(reposto.__file__)"
    shown = subprocess.run(
        [installed / "python", "-c", where], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith(str(installed.parent))

    with ServerProcess(tmp_path / "home", env={"PATH": path}, program=installed / "reposto") as server:
        page = fetch(server.url + "/agents")
        assets = re.findall(r'(?:src|href)="(/agents/assets/[^"]+)"', page)
        assert {Path(asset).suffix for asset in assets} >= {".js", ".css"}
        for asset in assets:
            assert fetch(server.url + asset)


def test_wheel_without_page_and_node_is_refused_with_a_sentence(tmp_path: Path) -> None:
    source = tmp_path / "source"
    left_out = shutil.ignore_patterns("static", "__pycache__")
    shutil.copytree(ROOT / "src", source / "src", ignore=left_out)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    refused = build_wheel(source, tmp_path / "dist", env=clean_environment() | {"PATH": "/nowhere"})
    assert refused.returncode != 0
    assert f"{PAGE} is not there and Node is missing" in refused.stderr


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as response:
        assert response.status == 200
        body: bytes = response.read()
        return body.decode("utf-8")
