"""What buyers say of sales that were like no other, and what only sounds like it."""

from datetime import date

import pytest

from reposto.language.one_offs import OneOffWish, Wish, is_undo, is_yes, read_wish

TODAY = date(2026, 11, 22)
MARCH = (date(2026, 3, 1), date(2026, 3, 31))
DAY = (date(2026, 3, 12), date(2026, 3, 12))
NONE = (None, None)


@pytest.mark.parametrize(
    ("text", "wish", "days", "quantity", "rest"),
    [
        ("desconsidera aquele pedido de 500 em março", Wish.MARK, MARCH, 500, ""),
        (
            "Desconsidere o pedido de 1.500 UN de março de 2025",
            Wish.MARK,
            (date(2025, 3, 1), date(2025, 3, 31)),
            1500,
            "",
        ),
        ("a venda de 120 do rolamento 6205 em 12/03 foi atípica", Wish.MARK, DAY, 120, "rolamento 6205"),
        ("ignora a venda do dia 12/03/26 do sofá aconchego", Wish.MARK, DAY, None, "sofa aconchego"),
        ("venda atípica em março do rolamento", Wish.MARK, MARCH, None, "rolamento"),
        ("não conte a venda de dezembro", Wish.MARK, (date(2025, 12, 1), date(2025, 12, 31)), None, ""),
        ("a venda de ontem foi pontual", Wish.MARK, (date(2026, 11, 21), date(2026, 11, 21)), None, ""),
        ("tira da conta a venda da semana passada", Wish.MARK, (date(2026, 11, 9), date(2026, 11, 15)), None, ""),
        ("leave out that order of 500 in March", Wish.MARK, MARCH, 500, ""),
        ("essa venda de 500 foi atípica", Wish.MARK, NONE, 500, ""),
        ("pode voltar a contar a venda de março", Wish.UNMARK, MARCH, None, ""),
    ],
)
def test_which_sale_is_meant(
    text: str, wish: Wish, days: tuple[date | None, date | None], quantity: float | None, rest: str
) -> None:
    assert read_wish(text, TODAY) == OneOffWish(wish, *days, quantity, rest)


@pytest.mark.parametrize(
    "text",
    [
        "cancela o pedido 1042",
        "quais vendas de março?",
        "quantos pedidos atípicos?",  # which ones?
        "ignore a previsão",
        "qual a venda de março do rolamento 6205?",
        "tira o pedido da lista",
        "31/02 foi um dia ruim",
        "desconsidera a venda " + "x" * 400,
    ],
)
def test_what_marks_nothing(text: str) -> None:
    assert read_wish(text, TODAY) is None


def test_agreeing_and_taking_back() -> None:
    assert is_yes("Sim!") and is_yes("pode") and not is_yes("sim, mas de março")
    assert is_undo("desfazer") and is_undo("Undo") and not is_undo("desfaz o pedido 12")
