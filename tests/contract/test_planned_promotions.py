"""A promotion talked of: what it would take, kept in the calendar by a button, and out of it again."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from reposto.model.errors import InvalidInput
from reposto.storage import tables as t
from tests.support.copies import open_copy
from tests.support.demo_talk import Talk, kind, load_demo_at

SKU = "MES-640"
WORDS = f"vou fazer promoção de 30% no {SKU} de 7 a 13 de dezembro, quanto preciso?"


@pytest.fixture(scope="session")
def sqlite_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("promotions") / "reposto.sqlite"
    load_demo_at(path)
    return path


@pytest.fixture(params=["sqlite"])
def talk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Talk]:
    for store in open_copy(request, tmp_path, "sqlite_demo", "sqlite_demo"):
        yield Talk(store)


def planned(talk: Talk) -> list[tuple[date, date, float | None]]:
    promotion = t.promotions.c
    wanted = select(promotion.starts_on, promotion.ends_on, promotion.discount_percent).where(promotion.sku == SKU)
    with talk.store.read() as connection:
        return [tuple(row) for row in connection.execute(wanted.where(promotion.starts_on == date(2026, 12, 7)))]


def expected(talk: Talk) -> float:
    answer = talk.last(f"qual a demanda do {SKU}?")
    return float((answer.metadata or {})["analysis"]["demand"]["total"]["expected"])


def test_a_promotion_is_tried_out_kept_and_dropped(talk: Talk) -> None:
    before = expected(talk)
    answer = talk.last(WORDS)
    assert kind(answer) == "analysis_result"
    assert "com promoção de 30% de 07/12 a 13/12" in answer.content
    assert "sobe" in answer.content and "aprendido de" in answer.content and "só uma simulação" in answer.content
    assert planned(talk) == []  # nothing is kept unasked
    simulation = (answer.metadata or {})["asked"]["simulation"]
    assert simulation["then"]["demand"] > simulation["now"]["demand"] + 5
    (button, *_) = (answer.metadata or {})["actions"]
    kept = talk.press(button["action_type"], **button["action_data"])
    assert kept.content.startswith("Pronto") and planned(talk) == [(date(2026, 12, 7), date(2026, 12, 13), 30.0)]
    assert talk.press(button["action_type"], **button["action_data"]).id == kept.id
    assert expected(talk) > before + 5
    (undo,) = (kept.metadata or {})["actions"]
    dropped = talk.press(undo["action_type"], **undo["action_data"])
    assert "saiu do calendário" in dropped.content and planned(talk) == []
    assert expected(talk) == before
    (again,) = (dropped.metadata or {})["actions"]
    assert talk.press(again["action_type"], **again["action_data"]).id != kept.id and len(planned(talk)) == 1


def test_a_button_with_other_data_is_refused(talk: Talk) -> None:
    good = {"sku": SKU, "start": "2026-12-07", "end": "2026-12-13", "discount": 30.0}
    for bad in ({"sku": "NADA"}, {"end": "2026-12-01"}, {"start": "x"}, {"discount": 99.0}, {"end": "2029-01-01"}):
        with pytest.raises(InvalidInput):
            talk.press("plan_promotion", **{**good, **bad})
    assert planned(talk) == []
