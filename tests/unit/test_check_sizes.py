"""The size rule of `make lint`."""

from pathlib import Path

import pytest

from scripts.check_sizes import MAX_FILE_LINES, MAX_FUNCTION_LINES, find_faults, read_exceptions


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    source = tmp_path / "src"
    source.mkdir()
    body = "    x = 1\n" * MAX_FUNCTION_LINES
    (source / "long_function.py").write_text(f"def fine() -> None: ...\n\n\nasync def long() -> None:\n{body}")
    (source / "long_file.ts").write_text("//\n" * (MAX_FILE_LINES + 1))
    (source / "at_the_limit.py").write_text("#\n" * MAX_FILE_LINES)
    (source / "migrations").mkdir()
    (source / "migrations" / "first.py").write_text("#\n" * (MAX_FILE_LINES + 1))
    return tmp_path


def test_long_files_and_functions_are_named(tree: Path) -> None:
    assert find_faults(tree, {}) == [
        f"src/long_file.ts: {MAX_FILE_LINES + 1} lines, {MAX_FILE_LINES} allowed",
        f"src/long_function.py::long: {MAX_FUNCTION_LINES + 1} lines, {MAX_FUNCTION_LINES} allowed",
    ]


def test_an_exception_allows_its_length_and_no_more(tree: Path, tmp_path: Path) -> None:
    listed = tmp_path / "exceptions.txt"
    listed.write_text("# path lines reason\n\nsrc/long_file.ts 401 one table\nsrc/long_function.py::long 60 too few\n")
    assert find_faults(tree, read_exceptions(listed)) == ["src/long_function.py::long: 61 lines, 60 allowed"]


def test_an_exception_that_is_not_needed_is_a_fault(tree: Path) -> None:
    allowed = {"src/long_file.ts": 500, "src/long_function.py::long": 70, "src/gone.py": 500}
    assert find_faults(tree, allowed) == ["src/gone.py: its exception is no longer needed"]
