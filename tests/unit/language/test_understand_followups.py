"""Messages that only the conversation completes, derived from nothing but its stored turns."""

from __future__ import annotations

from typing import Any

import pytest

from reposto.language.params import SupplierBook
from reposto.model.request import Expect, Intent, NamedSupplier, Turn
from tests.unit.language.shop import TODAY, ask, shop

STOCK = (("human", "quanto tem de Cera Líquida Incolor 750ml Brilhux?"), ("agent", "42 UN."))
FORECAST = (
    ("human", "demanda da Cera Líquida Incolor 750ml Brilhux nos próximos 90 dias"),
    ("agent", "180 UN em 90 dias."),
)
CHOICE = (
    ("human", "demanda da sarja pros próximos 30 dias"),
    ("agent", "Qual delas? 1) Sarja Leve 1.8m 2) Sarja Pesada 1.8m"),
)
DRAFT = (("human", "faz pedido de 40 Cera Líquida Incolor 750ml Brilhux"), ("agent", "Confirma o rascunho de 40 UN?"))
RUNNING = (("human", "roda a análise do MAR-001"), ("agent", "Comecei a análise, aviso quando terminar."))
ORDER = (("human", "status do pedido do limpa vidros"), ("agent", "Pedido 1355, pendente de aprovação."))
SIZE = (("human", "preço do Tubo PVC Esgoto 50mm 6m Canol"), ("agent", "R$ 38,00."))
Talk = tuple[tuple[str, str], ...]


@pytest.mark.parametrize(
    ("talk", "text", "intent", "skus", "params"),
    [
        (STOCK, "e a demanda?", Intent.DEMAND_FORECAST, ("04070",), {}),
        (STOCK, "dura até quando?", Intent.STOCKOUT_DATE, ("04070",), {}),
        (STOCK, "e do limpa vidros?", Intent.STOCK_STATUS, ("04067",), {}),
        (STOCK, "não, o limpa vidros", Intent.STOCK_STATUS, ("04067",), {}),
        (STOCK, "faz o pedido de 30 então", Intent.ORDER_CREATE, ("04070",), {"quantity": 30}),
        (FORECAST, "e em 30 dias?", Intent.DEMAND_FORECAST, ("04070",), {"horizon_days": 30}),
        (FORECAST, "faz o mesmo pro limpa vidros", Intent.DEMAND_FORECAST, ("04067",), {"horizon_days": 90}),
        (FORECAST, "por que 180?", Intent.EXPLAIN, ("04070",), {}),
        (FORECAST, "repete", Intent.RECALL, (), {}),
        (CHOICE, "a segunda", Intent.DEMAND_FORECAST, ("TEC-008",), {"horizon_days": 30}),
        (CHOICE, "1", Intent.DEMAND_FORECAST, ("TEC-015",), {"horizon_days": 30}),
        (CHOICE, "a pesada", Intent.DEMAND_FORECAST, ("TEC-008",), {"horizon_days": 30}),
        (DRAFT, "isso, pode confirmar", Intent.CONFIRM, (), {}),
        (DRAFT, "👍", Intent.CONFIRM, (), {}),
        (DRAFT, "melhor não", Intent.CANCEL_CURRENT, (), {}),
        (DRAFT, "aumenta pra 60", Intent.ORDER_CREATE, ("04070",), {"quantity": 60}),
        (RUNNING, "já terminou?", Intent.RUN_STATUS, (), {}),
        (RUNNING, "para a análise", Intent.CANCEL_CURRENT, (), {}),
        (ORDER, "pode aprovar esse", Intent.ORDER_APPROVE, (), {"order_number": "1355"}),
        (SIZE, "não, o de 100", Intent.PRICE_CURRENT, ("TUB-100",), {}),
    ],
)
def test_followups(talk: Talk, text: str, intent: Intent, skus: tuple[str, ...], params: dict[str, Any]) -> None:
    request = ask(text, *talk)
    assert (request.expect, request.intent, request.skus, request.params) == (Expect.ANSWER, intent, skus, params)


def test_another_size_that_does_not_exist_is_not_answered_with_the_one_before() -> None:
    request = ask("e o de 75?", *SIZE)
    assert (request.expect, request.skus) == (Expect.NOT_FOUND, ())
    assert "TUB-100" in {option.sku for option in request.options}


def test_a_choice_offered_as_data_needs_no_reading_of_the_prose() -> None:
    turns = [Turn("human", "preço do martelo"), Turn("agent", "Qual?", options=("MAR-002", "MAR-001"))]
    assert shop().understand("o primeiro", turns=turns, today=TODAY).skus == ("MAR-002",)


@pytest.mark.parametrize("text", ["o segundo", "e aquele?", "quanto?", "e o preço dele?"])
def test_a_reference_to_nothing_is_asked_back(text: str) -> None:
    assert ask(text).expect is Expect.CLARIFY


def test_an_amount_at_a_price_is_weighed_for_the_product_spoken_of() -> None:
    before = (
        ("human", "devo comprar martelo unha 25mm?"),
        ("agent", "Martelo Unha 25mm Forja (SKU MAR-001): compre 40"),
    )
    found = ask("comprei 500 da Hidrovale a 17,50, compensa?", *before)
    assert (found.intent, found.skus) == (Intent.WHAT_IF, ("MAR-001",))
    assert found.params == {"quantity": 500, "unit_price": 17.5, "supplier": "Hidrovale"}
    assert ask("comprei 1.500 a 17,50, compensa?", *before).params == {"quantity": 1500, "unit_price": 17.5}
    assert ask("comprei 500 a 17,50, compensa?").expect is Expect.CLARIFY


def test_a_supplier_is_known_by_its_first_word_where_no_product_is_called_so() -> None:
    book = SupplierBook(
        (NamedSupplier("B Ltda", "Bento Ferragens"), NamedSupplier("E SA", "Espuma Sul")), {"espuma"}.__contains__
    )
    assert book.find("comprei 500 da bento") == ("bento", "Bento Ferragens")
    assert book.find("preco da espuma") is None
    assert book.find("sao bento") is None  # only after "da" and its like
    twice = SupplierBook((NamedSupplier("B", "Bento Ferragens"), NamedSupplier("C", "Bento Madeiras")))
    assert twice.find("comprei 500 da bento") is None


def test_words_that_fit_several_mean_the_one_just_spoken_of() -> None:
    before = (("human", "demanda da sarja leve"), ("agent", "Sarja Leve 1.8m (SKU TEC-015): 40 M"))
    found = ask("cade o pedido da sarja?", *before)
    assert found.skus == ("TEC-015",)
    assert found.confidence < 0.9  # so that the answer says how to correct it
    assert ask("e a outra sarja?", *before).skus != ("TEC-015",)
    assert ask("e a sarja pesada?", *before).skus == ("TEC-008",)
