"""Prints each benchmark with the first line of its docstring: what `make bench` shows."""

import ast
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"


def main() -> None:
    for path in sorted(BENCHMARKS.glob("[a-z]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if not any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body):
            continue  # shared by several benchmarks, not one itself
        summary = (ast.get_docstring(tree) or "").partition("\n")[0]
        print(f"  make bench-{path.stem.replace('_', '-'):<18} {summary}")


if __name__ == "__main__":
    main()
