"""Options taken by size, or all at once."""

from __future__ import annotations

import pytest

from reposto.language.picks import picked_all, picked_by_size
from reposto.model.request import Expect, Intent
from tests.unit.language.shop import ask

SCREWS = ("Parafuso M8 x 40 zincado", "Parafuso M8 x 80 zincado", "Parafuso M8 x 60 zincado")


@pytest.mark.parametrize(
    ("text", "place"),
    [("o maior", 1), ("o menor", 0), ("quero o mais comprido", 1), ("o do meio", 2), ("a mais curta por favor", 0)],
)
def test_the_one_measure_that_differs_decides(text: str, place: int) -> None:
    assert picked_by_size(text, SCREWS) == place


def test_names_that_differ_otherwise_decide_nothing() -> None:
    assert picked_by_size("o maior", ("Caixa 60 x 60 x 90", "Caixa 55 x 55 x 60")) == -1
    assert picked_by_size("o maior", ("Cadeira linho", "Cadeira suede")) == -1
    assert picked_by_size("o maior", ("M8 x 40 zincado", "M8 x 60 zincado", "M8 x 60 inox")) == -1
    assert picked_by_size("o do meio", SCREWS[:2]) == -1
    assert picked_by_size("o maior fornecedor", SCREWS) is None


def test_both_are_two_and_all_are_any_number() -> None:
    assert picked_all("os dois", 2) and picked_all("todos", 3) and picked_all("ambas", 2)
    assert not picked_all("os dois", 3) and not picked_all("todos os fornecedores", 3)


def test_in_a_conversation() -> None:
    turns = (
        ("human", "estoque da espuma d28 firme"),
        ("agent", "Qual deles?\n1. Espuma D28 Firme 5cm\n2. Espuma D28 Firme 10cm"),
    )
    assert ask("a maior", *turns).skus == ("ESP-009",)
    both = ask("as duas", *turns)
    assert both.skus == ("ESP-007", "ESP-009") and both.intent is Intent.STOCK_STATUS
    assert ask("a menor", ("human", "preço do parafuso m8x30"), ("agent", "Qual? 1) PAR-011 2) PAR-012")).expect is (
        Expect.CLARIFY
    )


def test_a_pronoun_beside_a_product_means_both() -> None:
    first = ("human", "preço da sarja leve")
    assert ask("estoque dela e da sarja pesada", first).skus == ("TEC-015", "TEC-008")
    assert ask("e o estoque da sarja pesada?", first).skus == ("TEC-008",)
