"""An order short of the supplier's minimum or free freight is filled with what is due soon, or not at all."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from reposto.analysts.catalogue.buy_list import Wanted, make_buy_list
from reposto.analysts.catalogue.filling import fill_order
from reposto.language.filling import filling_words, group_filling
from reposto.language.voice import Voice
from reposto.model.lists import ListLine
from tests.support.facts import TODAY

D = Decimal
OTHER = ListLine(
    "B", "Cola", "UN", "", "wait", "high", quantity=0.0, supplier_id=1, supplier="Alfa", unit_price=D("10.00"),
    freight=D("20.00"), order_by=TODAY + timedelta(days=9), later_quantity=30.0, later_payable=D("320.00"),
)  # fmt: skip
DUE = replace(OTHER, sku="C", verdict="approve", quantity=12.0, goods=D("120.00"), payable=D("140.00"))


def test_what_is_due_today_comes_before_what_is_due_later_and_no_more_than_needed() -> None:
    found = fill_order(D("900"), D("50"), None, D("1000"), [OTHER, DUE], TODAY)
    assert found is not None and [x.sku for x in found.lines] == ["C"]
    assert (found.target, found.short, found.goods, found.saves) == ("free_freight", D("100"), D("120.00"), D("50"))
    found = fill_order(D("880"), D("50"), None, D("1000"), [OTHER, DUE], TODAY)
    assert found is not None and [x.sku for x in found.lines] == ["C"]  # to the cent is enough
    found = fill_order(D("700"), D("50"), None, D("1000"), [OTHER, DUE], TODAY)
    assert found is not None and [x.sku for x in found.lines] == ["C", "B"]


def test_what_is_far_away_or_dear_is_not_joined() -> None:
    far = replace(OTHER, order_by=TODAY + timedelta(days=31))
    found = fill_order(D("900"), D("50"), None, D("1000"), [far], TODAY)
    assert found is not None and not found.lines and found.saves == 0
    assert fill_order(D("1000"), D("50"), D("800"), D("1000"), [OTHER], TODAY) is None  # reached
    assert fill_order(D("900"), D("0"), None, D("1000"), [OTHER], TODAY) is None  # no freight to save


def test_where_free_freight_is_out_of_reach_the_minimum_is_aimed_at() -> None:
    found = fill_order(D("100"), D("50"), D("200"), D("5000"), [OTHER, DUE], TODAY)
    assert found is not None and found.target == "minimum" and [x.sku for x in found.lines] == ["C"]


def test_the_sentence_names_what_to_join_and_what_it_saves() -> None:
    found = fill_order(D("900"), D("50"), None, D("1000"), [OTHER], TODAY)
    (text,) = filling_words(Voice("pt-BR", TODAY, "UN"), "Alfa", found)
    assert text == (
        "faltam R$ 100,00 para o frete grátis de Alfa (R$ 1.000,00); "
        "junte Cola (SKU B): 30 UN por R$ 320,00, que vence em breve; poupa R$ 50,00 de frete"
    )
    (text,) = filling_words(Voice("en", TODAY, "UN"), "Alfa", replace(found, lines=(), saves=D(0)) if found else None)
    assert "nothing else of theirs is due" in text


def test_a_list_pays_no_freight_for_a_supplier_whose_free_freight_it_reaches() -> None:
    one = replace(DUE, goods=D("600.00"), payable=D("620.00"), free_freight_from=D("1000"))
    two = replace(one, sku="D")
    whole = make_buy_list([one, two], Wanted(), today=TODAY)
    (group,) = whole.groups
    assert (group.freight_saved, group.freight, group.payable) == (D("40.00"), D("0.00"), D("1200.00"))
    assert (whole.payable, whole.freight, group.filling) == (D("1200.00"), D("0.00"), None)
    alone = make_buy_list([one, replace(OTHER, later_quantity=50.0)], Wanted(), today=TODAY)
    assert alone.groups[0].filling is not None and [x.sku for x in alone.groups[0].filling.lines] == ["B"]
    assert alone.payable == D("620.00")
    assert "junte Cola" in group_filling(Voice("pt-BR", TODAY, "UN"), alone.groups[0])[0]
