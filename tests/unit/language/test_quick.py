"""Facts that need no analysis."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reposto.language import quick
from reposto.model.facts import Offer, OpenOrderLine, PriceTier, Product, ProductFacts, Receipt, StockLevel, Supplier
from reposto.model.request import Expect, Request
from tests.support import facts as builders

TODAY = date(2026, 11, 22)
PRODUCT = Product("00412", "Espuma D33", "UN", "Espumas", ean="7891234567895")
ALFA = Supplier(
    1, "Alfa Tecidos Ltda", "Alfa", "12ABC34501DE35", "Caxias do Sul", "RS", "vendas@alfa.com.br", "54 3333-1111"
)
BETA = Supplier(2, "Beta SA", "", minimum_order=Decimal(800))


def order(number: str, quantity: float, received: float, expected: date | None) -> OpenOrderLine:
    return OpenOrderLine(number, 1, date(2026, 11, 1), expected, quantity, received)


def test_stock_says_what_is_free_of_which_day_and_what_is_coming() -> None:
    orders = [
        order("1203", 300, 120, date(2026, 11, 27)),
        order("1190", 50, 0, date(2026, 11, 3)),
        order("1", 5, 5, None),
    ]
    text = quick.write_stock(PRODUCT, StockLevel(200, 20, date(2026, 11, 21)), orders, [ALFA], TODAY, "pt-BR")
    assert text == (
        "**Espuma D33** (SKU 00412): há **180 UN livres** (200 em estoque, 20 em reserva). Saldo de ontem (21/11).\n\n"
        "- Pedido 1190, de Alfa: 50 UN a receber, prometido para 03/11 e ainda não chegou.\n"
        "- Pedido 1203, de Alfa: 180 UN a receber de 300 UN pedidos, prometido para sexta-feira, 27/11."
    )


def test_old_stock_is_called_old_and_no_stock_is_no_zero() -> None:
    old = quick.write_stock(PRODUCT, StockLevel(200, 0, date(2026, 9, 2)), [], [], TODAY, "pt-BR")
    assert "O saldo é de 02/09/2026 e pode ter mudado" in old
    none = quick.write_stock(PRODUCT, None, [], [], TODAY, "pt-BR")
    assert "não sei quanto há em estoque" in none and "`reposto import estoque.csv`" in none and " 0 UN" not in none


def test_orders_and_the_last_delivery() -> None:
    receipt = Receipt("1180", 1, "00412", date(2026, 10, 20), None, date(2026, 11, 6), 120, 120)
    text = quick.write_orders(PRODUCT, [order("1203", 300, 0, None)], [ALFA], [receipt], TODAY, "pt-BR")
    assert "300 UN a caminho em 1 pedido" in text and "sem data prometida" in text
    assert "A última entrega foi em 06/11/2026: 120 UN do pedido 1180." in text
    assert "não há pedido em aberto" in quick.write_orders(PRODUCT, [], [], [], TODAY, "pt-BR")


def test_the_card_keeps_leading_zeros_and_names_what_is_not_on_file() -> None:
    text = quick.write_product(PRODUCT, None, [], [], TODAY, "pt-BR")
    assert "(SKU 00412)" in text and "EAN: 7891234567895" in text
    assert "Sem cadastro: marca, NCM e código no fornecedor" in text
    assert "inativo" in quick.write_product(replace(PRODUCT, active=False), None, [], [], TODAY, "pt-BR")


def offer(
    offer_id: int, supplier_id: int, *tiers: tuple[float, str], valid: date | None = None, moq: float = 1
) -> Offer:
    priced = tuple(PriceTier(q, Decimal(p)) for q, p in tiers)
    return Offer(offer_id, supplier_id, "00412", priced, moq=moq, valid_until=valid)


def test_prices_by_quantity_the_lowest_first() -> None:
    offers = [
        offer(1, 1, (1, "24.50"), (600, "22.40"), moq=60, valid=date(2026, 12, 31)),
        offer(2, 2, (1, "21.00"), valid=date(2026, 11, 1)),
    ]
    text = quick.write_prices(PRODUCT, offers, [ALFA, BETA], [], TODAY, "pt-BR")
    assert "o menor preço é **R$ 22,40 por UN**, de Alfa, a partir de 600 UN" in text
    assert "- Alfa: R$ 24,50 a partir de 60 UN; R$ 22,40 a partir de 600 UN; oferta válida até 31/12/2026." in text
    assert "- Beta SA: R$ 21,00; oferta vencida em 01/11/2026." in text


def test_expired_prices_are_not_sold_as_todays() -> None:
    text = quick.write_prices(PRODUCT, [offer(2, 2, (1, "21"), valid=date(2026, 11, 1))], [BETA], [], TODAY, "pt-BR")
    assert "estão vencidos; o último menor era R$ 21,00, de Beta SA" in text
    assert "nenhum fornecedor tem preço" in quick.write_prices(PRODUCT, [], [], [], TODAY, "pt-BR")


def test_a_supplier_can_be_copied() -> None:
    text = quick.write_supplier(ALFA, "pt-BR")
    assert text.startswith("**Alfa** (Alfa Tecidos Ltda)")
    assert "CNPJ: `12.ABC.345/01DE-35`" in text and "E-mail: `vendas@alfa.com.br`" in text
    assert "Local: Caxias do Sul/RS" in text
    assert "R$ 800,00" in quick.write_supplier(BETA, "pt-BR")
    assert "só o nome está cadastrado" in quick.write_supplier(Supplier(3, "Gama", "Gama"), "pt-BR")


def test_contact_data_cannot_leave_their_code_span() -> None:
    bad = replace(ALFA, email="a`<img src=x>`b", phone="\u202e1\n2")
    text = quick.write_supplier(bad, "pt-BR")
    assert "`a'<img src=x>'b`" in text and "\u202e" not in text and "`1 2`" in text


@pytest.mark.parametrize("name", builders.every())
@pytest.mark.parametrize("locale", ["pt-BR", "en"])
def test_every_quick_fact_of_every_kind_of_product(name: str, locale: str) -> None:
    facts: ProductFacts = builders.every()[name]
    for intent in quick.QUICK_INTENTS:
        text = quick.write_quick(Request("x", intent, Expect.ANSWER, (facts.product.sku,)), facts, locale)
        assert facts.product.sku in text
        assert "None" not in text and "{" not in text and "nan" not in text
