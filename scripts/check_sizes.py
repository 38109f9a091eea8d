"""Fails when a source file or a Python function is longer than house style allows.

Exceptions stand in scripts/size_exceptions.txt, one a line: `path[::function] lines reason`. One that is no longer
needed fails too, so that the list stays honest.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src", "tests", "benchmarks", "scripts", "frontend")
SUFFIXES = {".py", ".ts", ".tsx", ".css", ".sh"}
LEFT_OUT = {"node_modules", "static", "dist", "migrations", "versions", ".artifacts", "coverage"}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60


def iterate_sources(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file() and not LEFT_OUT & set(path.relative_to(root).parts):
                yield path


def measure_file(path: Path, root: Path) -> Iterator[tuple[str, int, int]]:
    """Name, length and allowed length of the file and of each of its Python functions."""
    name = path.relative_to(root).as_posix()
    text = path.read_text(encoding="utf-8")
    yield name, len(text.splitlines()), MAX_FILE_LINES
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield f"{name}::{node.name}", node.end_lineno - node.lineno + 1, MAX_FUNCTION_LINES


def read_exceptions(file: Path) -> dict[str, int]:
    allowed: dict[str, int] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, lines, _reason = line.split(maxsplit=2)
            allowed[name] = int(lines)
    return allowed


def find_faults(root: Path, allowed: dict[str, int]) -> list[str]:
    faults: list[str] = []
    needed: set[str] = set()
    for path in iterate_sources(root):
        for name, length, limit in measure_file(path, root):
            if length <= limit:
                continue
            needed.add(name)
            if length > allowed.get(name, limit):
                faults.append(f"{name}: {length} lines, {allowed.get(name, limit)} allowed")
    faults += [f"{name}: its exception is no longer needed" for name in sorted(allowed.keys() - needed)]
    return faults


def main() -> int:
    faults = find_faults(ROOT, read_exceptions(ROOT / "scripts" / "size_exceptions.txt"))
    print("\n".join(faults) if faults else "every file and function is within its size")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
