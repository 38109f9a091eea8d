"""The real reading process: its limits hold, and what goes wrong there becomes a sentence here."""

from __future__ import annotations

import io
import os
import resource
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from reposto.intake import parse
from reposto.intake.limits import MIB, cpu_seconds
from reposto.intake.parse import parse_file, stream_file
from reposto.intake.references import Known
from reposto.intake.rows import SaleRow
from reposto.model.errors import FileRefused
from tests.support.intake import TODAY

HEADER = "sku;data da venda;quantidade\n"


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    path = tmp_path / "vendas.csv"
    path.write_text(HEADER + "".join(f"{n % 50:04};01/02/2026;1,5\n" for n in range(12_000)), "utf-8")
    return path


def children() -> set[str]:
    task = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return set(task.read_text().split())


def test_rows_come_back_typed_and_in_order(sales: Path) -> None:
    parsed = parse_file(sales, today=TODAY)
    assert (parsed.kind, parsed.lines, len(parsed.rows["sales"])) == ("sales", 12_000, 12_000)
    assert parsed.rows["sales"][0] == SaleRow("0000", date(2026, 2, 1), Decimal("1.5"), row=2)
    assert [row.row for row in parsed.rows["sales"]] == list(range(2, 12_002))


def test_bad_rows_and_unknown_names_are_in_one_list_in_the_order_of_the_file(sales: Path) -> None:
    sales.write_text(HEADER + "0001;ontem;1\n9999;01/02/2026;1\n0001;01/02/2026;-1\n", "utf-8")
    with pytest.raises(FileRefused) as refusal:
        parse_file(sales, today=TODAY, known=Known(skus={"0001"}))
    assert [(bad.row, bad.column) for bad in refusal.value.rows] == [
        (2, "data da venda"),
        (3, "sku"),
        (4, "quantidade"),
    ]


def test_whoever_stops_listening_leaves_no_process_behind(sales: Path) -> None:
    before = children()
    messages = stream_file(sales, today=TODAY)
    next(messages)
    messages.close()  # type: ignore[attr-defined]
    assert children() == before


def crowded_workbook() -> bytes:
    """A million short shared strings: 20 MB unpacked, and some 100 as Python objects."""
    strings = "<si><t>😀a</t></si>".encode() * 1_000_000
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns:r="{relations}"><sheets><sheet name="V" r:id="a"/></sheets></workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<R><Relationship Id="a" Type="{relations}/worksheet" Target="s.xml"/>'
            f'<Relationship Id="b" Type="{relations}/sharedStrings" Target="t.xml"/></R>',
        )
        archive.writestr("xl/s.xml", "<worksheet/>")
        archive.writestr("xl/t.xml", b"<sst>" + strings + b"</sst>")
        archive.writestr("xl/noise.bin", os.urandom(MIB))  # an honest ratio
    return out.getvalue()


def test_a_workbook_that_eats_memory_is_stopped_in_its_own_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cheia.xlsx"
    path.write_bytes(crowded_workbook())
    assert parse.CHILD.count("main()") == 1
    limited = parse.CHILD.replace("main()", f"confined.CHILD_MEMORY = {96 * MIB}; main()")
    monkeypatch.setattr(parse, "CHILD", f"from reposto.intake import limits as confined; {limited}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FileRefused) as refusal:
        parse_file(path, "sales", today=TODAY)
    assert "memória" in refusal.value.message_pt
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024  # KiB: I1, server RSS <= +20 MiB


def test_a_parser_that_has_lost_its_way_is_stopped_by_its_cpu_limit(
    sales: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass"
    monkeypatch.setattr(parse, "CHILD", code)
    with pytest.raises(FileRefused) as refusal:
        parse_file(sales, today=TODAY)
    assert "demorou demais" in refusal.value.message_pt


def test_a_parser_that_gives_no_sign_of_life_is_stopped(sales: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "CHILD", "import time; time.sleep(600)")
    monkeypatch.setattr(parse, "STALL_S", 0.5)
    with pytest.raises(FileRefused) as refusal:
        parse_file(sales, today=TODAY)
    assert "demorou demais" in refusal.value.message_pt


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "import os; os.abort()"])
def test_a_parser_that_dies_is_our_mistake_and_says_so(sales: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(parse, "CHILD", code)
    with pytest.raises(RuntimeError, match="ended with code"):
        parse_file(sales, today=TODAY)


def test_the_child_can_write_no_file(tmp_path: Path) -> None:
    code = (
        "import sys; from reposto.intake.limits import confine; confine(1)\n"
        "try:\n  with open(sys.argv[1], 'w') as file: file.write('x')\nexcept OSError: raise SystemExit(7)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "x")], check=False, timeout=60)
    assert done.returncode in (7, -signal.SIGXFSZ)


def test_honest_files_have_room(sales: Path) -> None:
    assert cpu_seconds(30 * MIB) == 60  # a million sales lines take about 4 s of it


@pytest.fixture(autouse=True)
def no_child_is_left() -> Iterator[None]:
    before = children()
    yield
    assert children() == before
