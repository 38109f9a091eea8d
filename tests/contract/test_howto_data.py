"""docs/howto/your-own-data.md: its examples are files that load, and say what the text says."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from reposto.conversation.load import load_files
from reposto.intake.headers import recognise
from reposto.intake.rows import KINDS
from reposto.intake.template import make_template
from reposto.storage.engine import Store
from reposto.storage.facts import load_facts

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "your-own-data.md"
EXAMPLE = re.compile(r"<!-- file: (\S+) -->\n```csv\n(.*?)```", re.DOTALL)
# The examples end on 20 November 2026; dates in the future are refused, so they are moved into the past.
YEARS_BACK = 2


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = []
    for name, content in EXAMPLE.findall(HOWTO.read_text("utf-8")):
        path = tmp_path / name
        path.write_text(content.replace("/2026", f"/{2026 - YEARS_BACK}"), "utf-8")
        paths.append(path)
    return paths


def test_every_kind_has_an_example_that_loads_and_a_second_time_changes_nothing(
    store: Store, files: list[Path]
) -> None:
    results = list(load_files(store, files))
    assert sorted(result.kind for result in results) == sorted(KINDS)
    assert all(result.changed for result in results)
    assert all(not result.ignored for result in results)
    assert not any(result.changed for result in load_files(store, files))


def test_the_examples_mean_what_the_text_says(store: Store, files: list[Path]) -> None:
    assert len(list(load_files(store, files))) == len(files)
    today = date(2026 - YEARS_BACK, 11, 21)
    with store.read() as connection:
        facts = load_facts(connection, "00123", today=today, loaded_at=datetime(2026, 11, 21, tzinfo=UTC))
        fabric = load_facts(connection, "TEC-9", today=today, loaded_at=datetime(2026, 11, 21, tzinfo=UTC))
    assert facts.sales is not None
    assert facts.sales.quantity.tolist() == [5.0, 0.0, 11.0, 0.0]
    assert facts.sales.out_of_stock.tolist() == [False, True, False, False]
    assert facts.sales.promotion.tolist() == [False, False, True, False]
    assert len(facts.sales.planned_promotions) == 6
    assert facts.sales.price is not None
    assert facts.sales.price[[0, 2]].tolist() == [295.0, 239.2]
    assert [span.unit_price for span in facts.sales.calendar if not span.promotion] == [299.0, 312.0]
    assert facts.stock is not None
    assert facts.stock.available == 38
    (offer,) = facts.offers
    assert [tier.unit_price for tier in offer.tiers] == [Decimal("189"), Decimal("185.2")]
    assert (offer.payment_terms, offer.ipi_percent) == ((28, 42, 56), 3.25)
    assert [line.outstanding for line in facts.open_orders] == [30]
    assert [receipt.quantity for receipt in facts.receipts] == [30, 20]
    assert {price.source for price in facts.prices} >= {"order", "market"}
    assert facts.suppliers[0].minimum_order == Decimal("1500")
    assert fabric.stock is not None
    assert fabric.stock.on_hand == 118.75
    assert fabric.offers[0].payment_terms == (28,)


def test_templates_say_by_themselves_what_they_are() -> None:
    for kind in KINDS:
        header = recognise(make_template(kind).lstrip("\ufeff").splitlines()[0].split(";"), None, "modelo.csv")
        assert header is not None, kind
        assert (header.kind, header.ignored) == (kind, ())
