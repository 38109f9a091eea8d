"""A sale marked as exceptional in words: proposed, confirmed, left out of the forecast, taken back."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from reposto.model.clock import utc_now
from reposto.model.errors import InvalidInput
from reposto.model.message import Message
from reposto.storage import catalogue, facts
from reposto.storage import tables as t
from tests.support.copies import open_copy
from tests.support.demo_talk import TODAY, Talk, kind, load_demo_at

SKU = "84903501"
DAY = date(2026, 10, 14)


@pytest.fixture(scope="session")
def sqlite_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("one-offs") / "reposto.sqlite"
    load_demo_at(path)
    return path


@pytest.fixture(params=["sqlite"])
def talk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Talk]:
    for store in open_copy(request, tmp_path, "sqlite_demo", "sqlite_demo"):
        with store.write() as connection:  # somebody bought for his whole chain
            sale = t.daily_sales.c
            there = update(t.daily_sales).where(sale.sku == SKU, sale.day == DAY)
            assert connection.execute(there.values(quantity=900.0)).rowcount == 1
            catalogue.bump_version(connection)
        yield Talk(store)


def marked(talk: Talk) -> list[date]:
    sale = t.daily_sales.c
    with talk.store.read() as connection:
        return list(
            connection.scalars(select(sale.day).where(sale.sku == SKU, sale.one_off.is_(True), sale.day >= DAY))
        )


def expected(talk: Talk) -> float:
    """Units forecast for the next 30 days, by a new answer."""
    answer = talk.last(f"qual a demanda do {SKU}?")
    return float((answer.metadata or {})["analysis"]["demand"]["total"]["expected"])


def version(talk: Talk) -> int:
    with talk.store.read() as connection:
        return catalogue.versions(connection)[0]


def propose(talk: Talk) -> Message:
    talk.last(f"qual a demanda do {SKU}?")
    return talk.last("desconsidera aquele pedido de 880 em outubro")


def test_a_marked_sale_is_left_out_once_confirmed_and_counts_again_when_undone(talk: Talk) -> None:
    before = expected(talk)
    proposal = propose(talk)
    assert "900 UN" in proposal.content and "14/10" in proposal.content and "sim" in proposal.content
    assert marked(talk) == []  # nothing is done unasked
    data = version(talk)
    done = talk.last("sim")
    assert done.content.startswith("Pronto") and marked(talk) == [DAY] and version(talk) > data
    with talk.store.read() as connection:
        sales = facts.load_facts(connection, SKU, today=TODAY, loaded_at=utc_now()).sales
    assert sales is not None and sales.one_off[(DAY - sales.start).days]
    assert expected(talk) < before - 5
    talk.press("mark_one_off", **(done.metadata or {})["actions"][0]["action_data"])
    assert marked(talk) == [] and expected(talk) == before


def test_the_button_marks_once_and_again_after_an_undo(talk: Talk) -> None:
    proposal = propose(talk)
    (button,) = (proposal.metadata or {})["actions"]
    first = talk.press(button["action_type"], **button["action_data"])
    again = talk.press(button["action_type"], **button["action_data"])
    assert again.id == first.id and marked(talk) == [DAY]
    assert talk.last("desfazer").content.startswith("Pronto") and marked(talk) == []
    (button,) = (propose(talk).metadata or {})["actions"]
    assert talk.press(button["action_type"], **button["action_data"]).id != first.id and marked(talk) == [DAY]


def test_a_sale_that_is_not_there_is_not_marked(talk: Talk) -> None:
    talk.last(f"qual a demanda do {SKU}?")
    answer = talk.last("desconsidera o pedido de 5.000 em outubro")
    assert "Não encontrei" in answer.content and "900 UN" in answer.content and kind(answer) == "answer"
    assert "nenhuma venda" in talk.last("a venda de 3 em janeiro de 2019 foi atípica").content
    assert "sim" not in talk.last("sim").content.lower()[:4] and marked(talk) == []


def test_words_may_name_the_product_and_a_mark_can_be_taken_back_later(talk: Talk) -> None:
    proposal = talk.last(f"a venda de 900 do {SKU} em 14/10 foi atípica")
    assert kind(proposal) == "one_off_proposed"
    talk.last("sim")
    talk.last("oi")
    assert talk.last("desfazer").metadata is None or marked(talk) == [DAY]  # too late for the short word
    back = talk.last(f"volta a contar a venda de outubro do {SKU}")
    assert "está fora da previsão" in back.content
    talk.last("sim")
    assert marked(talk) == []


def test_who_only_looks_marks_nothing_and_a_wrong_day_is_refused(talk: Talk) -> None:
    propose(talk)
    with talk.store.write() as connection:
        connection.execute(update(t.users).where(t.users.c.id == talk.asker.user_id).values(role="viewer"))
    assert "só de consulta" in talk.last("sim").content and marked(talk) == []
    with pytest.raises(InvalidInput):
        talk.press("mark_one_off", sku=SKU, day="ontem", one_off=True, version=1)
    late = talk.press("mark_one_off", sku=SKU, day=str(TODAY + timedelta(days=1)), one_off=True, version=1)
    assert marked(talk) == [] and kind(late) == "answer"
