"""The contest's demand as somebody else may write it down: invented files, every spelling, every fault."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks import vn2_actuals
from benchmarks.vn2_actuals import Actuals
from benchmarks.vn2_files import BadInput

KEYS = ((0, 1), (0, 2), (7, 1))
FIRST = date(2024, 4, 15)
WEEKS = 8
HEADER = ["Store", "Product", "week", "actual_demand"]
EXPECTED = [[10.0 * i + k for k in range(WEEKS)] for i in range(len(KEYS))]
ROWS = [[*KEYS[i], k + 1, 10 * i + k] for k in range(WEEKS) for i in range(len(KEYS))]


def read(path: Path) -> Actuals:
    return vn2_actuals.read_actuals(path, KEYS, FIRST, WEEKS)


def written(
    folder: Path, rows: Sequence[Sequence[object]], header: Sequence[str] = HEADER, delimiter: str = ","
) -> Path:
    path = folder / "actuals.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file, delimiter=delimiter)
        out.writerow(header)
        out.writerows(rows)
    return path


def monday(k: int) -> date:
    return FIRST + timedelta(weeks=k - 1)


@pytest.mark.parametrize(
    "spelt",
    [
        str,
        lambda k: str(k - 1),
        lambda k: f"{k}.0",
        lambda k: f"Week {k}",
        lambda k: f"W{k}",
        lambda k: f" week_{k} ",
        lambda k: str(monday(k)),
        lambda k: str(monday(k) + timedelta(days=6)),  # weeks named by their Sunday
        lambda k: f"{monday(k)} 00:00:00",
        lambda k: f"{monday(k)}T00:00:00Z",
    ],
)
def test_weeks_in_any_spelling(tmp_path: Path, spelt: object) -> None:
    assert callable(spelt)
    found = read(written(tmp_path, [[s, p, spelt(k), v] for s, p, k, v in ROWS]))
    assert found.demand.tolist() == EXPECTED
    assert found.notes == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_and_rows_in_any_order_beside_others(tmp_path: Path, delimiter: str) -> None:
    rows = [[f"{v:.1f}", "x", k, float(p), s] for s, p, k, v in reversed(ROWS)]
    header = ["Actual_Demand", "remark", "WEEK ", "product", "Store"]
    assert read(written(tmp_path, rows, header, delimiter)).demand.tolist() == EXPECTED


def test_decimal_commas(tmp_path: Path) -> None:
    rows = [[s, p, k, f"{v},5"] for s, p, k, v in ROWS]
    assert read(written(tmp_path, rows, delimiter=";")).demand[1, 2] == 12.5


@pytest.mark.parametrize("kind", ["int", "date", "datetime", "text"])
def test_parquet_of_any_type(tmp_path: Path, kind: str) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    weeks: dict[str, list[object]] = {
        "int": [k for _, _, k, _ in ROWS],
        "date": [monday(k) for _, _, k, _ in ROWS],
        "datetime": [datetime.combine(monday(k), datetime.min.time()) for _, _, k, _ in ROWS],
        "text": [f"Week {k}" for _, _, k, _ in ROWS],
    }
    columns = {"actual_demand": [float(r[3]) for r in ROWS], "week": weeks[kind]}
    columns |= {"Product": [str(r[1]) for r in ROWS], "Store": [r[0] for r in ROWS]}
    path = tmp_path / "actuals.parquet"
    pq.write_table(pa.table(columns), path)
    assert read(path).demand.tolist() == EXPECTED


def test_what_is_not_there_is_no_demand_and_is_said(tmp_path: Path) -> None:
    """One product lacks altogether, another has an empty cell and one that is not known."""
    rows: list[list[object]] = [list(r) for r in ROWS if r[0] != 7]
    rows[0][3], rows[2][3] = "", "NaN"
    found = read(written(tmp_path, rows))
    assert found.demand.tolist() == [[0.0, 0.0, *EXPECTED[0][2:]], EXPECTED[1], [0.0] * WEEKS]
    assert found.notes == ("actuals.csv: 10 of 24 figures are missing and count as no demand (1 products)",)


@pytest.mark.parametrize("spelt", [str, lambda k: str(monday(k))])
def test_further_weeks_and_products_are_left_out_and_said(tmp_path: Path, spelt: object) -> None:
    assert callable(spelt)
    rows = [[s, p, spelt(k), v] for s, p, k, v in ROWS]
    rows += [[0, 1, spelt(9), 99], [7, 1, spelt(9), 99], [5, 5, spelt(1), 99]]
    rows += [[0, 1, spelt(0), 99]] if spelt is str else [[0, 1, str(monday(-3)), 99]]
    found = read(written(tmp_path, rows))
    assert found.demand.tolist() == EXPECTED
    assert found.notes == (
        "actuals.csv: 1 products that are not in the data are ignored (5-5)",
        "actuals.csv: 3 rows of other weeks are ignored",
    )


def test_the_same_row_twice_is_one(tmp_path: Path) -> None:
    assert read(written(tmp_path, ROWS + ROWS)).demand.tolist() == EXPECTED


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ([0, 1, 1, 5], "line 26: store 0, product 1 has two figures for one week"),
        ([0, 1, 1, -1], "line 26: actual_demand is not a demand: '-1'"),
        ([0, 1, 1, "many"], "line 26: actual_demand is not a number: 'many'"),
        ([0, 1, 1, "inf"], "line 26: actual_demand is not a demand"),
        (["A", 1, 1, 1], "line 26: Store is not a number: 'A'"),
        ([0, 1.5, 1, 1], "line 26: Product is not a whole number: '1.5'"),
        ([0, 1, "Monday", 1], "week is neither 1..8 nor a date such as 2024-04-15"),
        ([0, 1, "", 1], "week is neither 1..8 nor a date"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, change: list[object], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read(written(tmp_path, [*ROWS, change]))


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        ([r for r in ROWS if r[2] < 5], "weeks 1, 2, 3, 4 are not 8 weeks from 1"),
        ([r for r in ROWS if r[2] != 3], "weeks 1, 2, 4, 5, 6, 7, 8 are not 8 weeks"),
        ([[s, p, monday(k + 8), v] for s, p, k, v in ROWS], "don't hold all 8 weeks from 2024-04-15 on"),
        (
            [r for r in ROWS if r[0] == 0 and r[1] == 1],
            "16 of 24 figures are missing \\(2 products have none at all\\)",
        ),
        ([], "no rows"),
    ],
)
def test_a_file_that_is_not_the_contests_is_refused(tmp_path: Path, keep: list[list[object]], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read(written(tmp_path, keep))


def test_missing_columns_and_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"columns missing: actual_demand \(found store, product, week, demand\)"):
        read(written(tmp_path, ROWS, ["Store", "Product", "week", "demand"]))
    with pytest.raises(BadInput, match="does not exist"):
        read(tmp_path / "nowhere.csv")
    (tmp_path / "broken.parquet").write_bytes(b"no")
    with pytest.raises(BadInput, match="is not a Parquet file"):
        read(tmp_path / "broken.parquet")
    (tmp_path / "latin.csv").write_bytes("Pre\xe7o".encode("latin-1"))
    with pytest.raises(BadInput, match="is not text in UTF-8"):
        read(tmp_path / "latin.csv")
