"""A buyer tells of a promotion to come."""

from __future__ import annotations

from datetime import date

import pytest

from reposto.language.promotions import TOPIC, as_simulation, read_promotion
from reposto.model.request import Expect, Intent, Request, Window

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "start", "end", "discount"),
    [
        ("vou fazer promoção de 20% no SOF-660 de 1 a 7 de dezembro, quanto preciso?", "2026-12-01", "2026-12-07", 20),
        ("Vamos colocar o sofá em promoção de 28/12 a 3/1 com 15,5 % off", "2026-12-28", "2027-01-03", 15.5),
        ("e se eu der 30% de desconto no SOF-660 semana que vem?", "2026-11-30", "2026-12-06", 30),
        ("quero fazer uma liquidação entre os dias 5/12 e 9/12, quanto compro?", "2026-12-05", "2026-12-09", None),
        ("vai ter promoção no dia 10/12, 10 por cento", "2026-12-10", "2026-12-10", 10),
        ("se fizermos promoção de 10% de 2/1/2027 a 8/1/2027", "2027-01-02", "2027-01-08", 10),
        ("we will run a promotion of 20% from 1 to 7 december, how much do I need?", "2026-12-01", "2026-12-07", 20),
    ],
)
def test_days_and_discount_are_read(text: str, start: str, end: str, discount: float | None) -> None:
    found = read_promotion(text.replace("os dias ", ""), TODAY)
    assert found is not None
    assert (found.window.start.isoformat(), found.window.end.isoformat()) == (start, end)
    assert found.discount == discount


@pytest.mark.parametrize(
    "text",
    [
        "quanto vendeu na promoção de 1 a 7 de outubro?",
        "e se o fornecedor der 15% de desconto de 1 a 7/12?",
        "vou comprar 100 do SOF-660 de 1 a 7 de dezembro",
        "qual o desconto para 500 unidades?",
        "vou fazer promoção de 20% no SOF-660",
        "vou fazer promoção de 31/2 a 35/2",
        "a promoção passada de 1 a 7 de dezembro vai se repetir?",
        "promoção de 1/1/2020 a 7/1/2020, se fosse",
    ],
)
def test_other_messages_are_left_alone(text: str) -> None:
    assert read_promotion(text, TODAY) is None


def test_only_a_question_about_one_product_becomes_a_simulation() -> None:
    text = "vou fazer promoção de 20% de 1 a 7 de dezembro, quanto preciso?"
    asked = Request(text, Intent.REORDER_QUANTITY, Expect.ANSWER, ("A",), params={"period": "2026-12"}, today=TODAY)
    found = as_simulation(text, asked)
    assert (found.intent, found.topic, found.params) == (Intent.WHAT_IF, TOPIC, {"percent_change": -20.0})
    assert found.window == Window(date(2026, 12, 1), date(2026, 12, 7))
    two = Request(text, Intent.REORDER_QUANTITY, Expect.ANSWER, ("A", "B"), today=TODAY)
    assert as_simulation(text, two) is two
