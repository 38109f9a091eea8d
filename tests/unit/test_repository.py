"""Rules about the repository itself: what may be in it, and where some calls may stand."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
OURS = Path(__file__).relative_to(ROOT).as_posix()  # names what it forbids
SOURCES = ROOT / "src" / "reposto"

REGISTRY = re.compile(
    r"//(?:pypi\.org/simple|files\.pythonhosted\.org|registry\.\w+\.(?:org|com))"  # the public ones
    r"|//[^\s\"'<>]+/simple(?:/|\b)"  # a mirror of PyPI
    r"|--(?:extra-)?index-url[ =]|--find-links[ =]|\"resolved\": \""
    r"|^\s*(?:index-url|extra-index-url|find-links|registry)\s*=",
    re.MULTILINE,
)
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:work|root)(?:/|\b)(?!-)")
LOCKED = re.compile(r"[a-z0-9._-]+==[0-9][\w.!+]*(?: ; [\w .'=<>!()-]+)? \\")
LOCKED_HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")

DATA_SUFFIXES = {".csv", ".jsonl", ".parquet", ".tsv", ".xlsx", ".xml", ".zip", ".gz", ".sqlite", ".db"}
MAX_DATA_BYTES = 64 * 1024  # a hand-made example fits; somebody's data set does not
MAX_FILE_BYTES = 1024 * 1024  # screenshots are the largest things here


def list_files() -> list[Path]:
    """What is in the repository or would be with the next `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def iterate_texts() -> Iterator[tuple[str, str]]:
    for path in list_files():
        name = path.relative_to(ROOT).as_posix()
        content = path.read_bytes()
        if name != OURS and b"\0" not in content:
            yield name, content.decode("utf-8", errors="replace")


def find_in_texts(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{text.count(chr(10), 0, found.start()) + 1}: {found.group().strip()}"
        for name, text in iterate_texts()
        for found in pattern.finditer(text)
    ]


def iterate_trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCES.rglob("*.py")):
        yield path.relative_to(SOURCES).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def dotted(node: ast.expr) -> str:
    """`datetime.datetime.now` of such an expression; what isn't a name or an attribute is left out."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".removeprefix(".")
    return node.id if isinstance(node, ast.Name) else ""


def test_no_registry_address() -> None:
    assert find_in_texts(REGISTRY) == []


@pytest.mark.parametrize(
    "text",
    [
        '"resolved": "https://registry.npmjs.org/react/-/react-19.tgz"',
        "--index-url https://mirror.example/pypi",
        "https://mirror.example/pypi/simple/numpy/",
        "numpy @ https://files.pythonhosted.org/packages/x.whl",
        "registry=https://npm.example/",
    ],
)
def test_registry_rule_sees(text: str) -> None:
    assert REGISTRY.search(text)


def test_no_path_of_one_machine() -> None:
    assert find_in_texts(MACHINE_PATH) == []


@pytest.mark.parametrize("text", ["/root/.cache", "open('/work/main/x')", "cd /work"])
def test_machine_path_rule_sees(text: str) -> None:
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize("text", ["a/work/b", "https://x.example/root/y", "src/root", "~/work/"])
def test_machine_path_rule_lets_pass(text: str) -> None:
    assert not MACHINE_PATH.search(text)


def test_no_data_sets_and_nothing_large() -> None:
    too_large = []
    for path in list_files():
        size = path.stat().st_size
        if path.suffix == ".parquet" or size > (MAX_DATA_BYTES if path.suffix in DATA_SUFFIXES else MAX_FILE_BYTES):
            too_large.append(f"{path.relative_to(ROOT)}: {size} bytes")
    assert too_large == []


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_lock_holds_names_versions_and_hashes_only(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if line and not line.startswith("#")]
    assert pinned
    assert [line for line in pinned if not LOCKED.fullmatch(line) and not LOCKED_HASH.fullmatch(line)] == []


@pytest.mark.parametrize(
    ("lock", "groups"),
    [
        ("requirements.lock", ["build"]),
        ("requirements-dev.lock", ["build", "dev"]),
        ("requirements-uv.lock", ["installer"]),
        ("requirements-node.lock", ["node"]),
    ],
)
def test_lock_follows_pyproject(lock: str, groups: list[str]) -> None:
    """`make lock` was run after the last change of the requirements."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [text for group in groups for text in project["dependency-groups"][group] if isinstance(text, str)]
    if "build" in groups:
        wanted += project["project"]["dependencies"] + project["project"]["optional-dependencies"]["scaled"]
    pins = dict(re.findall(r"^([a-z0-9._-]+)==([^ ]+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
    missing = []
    for requirement in map(Requirement, wanted):
        pin = pins.get(requirement.name.lower())
        if pin is None or Version(pin) not in requirement.specifier:
            missing.append(f"{requirement}, locked {pin}")
    assert missing == []


def test_one_version_per_package_over_the_locks() -> None:
    pin = re.compile(r"^([a-z0-9._-]+)==.*\\$", re.MULTILINE)
    run = {found.group() for found in pin.finditer((ROOT / "requirements.lock").read_text(encoding="utf-8"))}
    dev = {found.group() for found in pin.finditer((ROOT / "requirements-dev.lock").read_text(encoding="utf-8"))}
    without_markers = {line.partition(" ")[0] for line in dev}
    assert {line for line in run if line.partition(" ")[0] not in without_markers} == set()


def test_only_settings_reads_the_environment() -> None:
    readers = {
        name
        for name, tree in iterate_trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and dotted(node) in {"os.environ", "os.environb", "os.getenv", "environ", "getenv"}
    }
    assert readers <= {"app/settings.py"}


def test_only_the_clock_knows_the_time() -> None:
    tellers = re.compile(
        r"(?:^|\.)(?:datetime\.(?:now|utcnow|today)|date\.today)$|^time\.(?:time|time_ns|localtime|gmtime)$"
    )
    users = {
        f"{name}:{node.lineno}"
        for name, tree in iterate_trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and tellers.search(dotted(node)) and name != "model/clock.py"
    }
    assert users == set()


def test_only_storage_commits() -> None:
    committers = {
        f"{name}:{node.lineno}"
        for name, tree in iterate_trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
        and not name.startswith("storage/")
    }
    assert committers == set()


def test_what_is_built_is_not_in_the_repository() -> None:
    built = ("src/reposto/app/static/", "frontend/node_modules/", ".venv/", "dist/", "reposto-data/")
    names = (path.relative_to(ROOT).as_posix() for path in list_files())
    assert [name for name in names if name.startswith(built)] == []
