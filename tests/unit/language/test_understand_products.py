"""Which product a sentence means: exactly one is answered, several are offered, none is said to be none."""

from __future__ import annotations

import random

import pytest

from reposto.language.understand import Understander
from reposto.model.request import Expect, Intent, NamedProduct
from tests.unit.language.shop import PRODUCTS, TODAY, ask, shop


@pytest.mark.parametrize(
    ("text", "sku"),
    [
        ("Qual a demanda do produto A vantagem de ganhar sem preocupação?", "84903501"),
        ("estoque da vantagem de evoluir sem preocupacao", "84903502"),
        ("qual a demanda do produto 84903501?", "84903501"),
        ("tem martelo unha de 29?", "MAR-002"),
        ("tem martleo de 29mm", "MAR-002"),
        ("preço do parafuso sextavado m8x25 zincado", "PAR-010"),
        ("preço do parafuso sextavado m 8 x 25", "PAR-010"),
        ("parafusos sextavados inox m8x30", "PAR-012"),
        ("quanto custa o registro de pressão de meia polegada", "REG-012"),
        ('registro pressao 1/2" estoque', "REG-012"),
        ("registro de pressão três quartos", "REG-034"),
        ("demanda da dipirona 1g", "DIP-001"),
        ("dipirona 500 mg com 10 comprimidos tem?", "DIP-002"),
        ("esp 7 quando acaba", "ESP-007"),
        ("ＥＳＰ－００７ estoque", "ESP-007"),
        ("es\u200bp-0\u200b09 demanda", "ESP-009"),
        ("código 4067 tá quanto?", "04067"),
        ("no fornecedor o código é LV-4471-B, quanto compro?", "04067"),
        ("saldo do 7 890000 000017", "MAR-001"),
        ("fita velcro 25", "VEL-025"),
        ("lampada led 12w 6500k", "LED-013"),
        ("óleo 15/40 1 litro estoque", "OLE-001"),
        ("oleo 15w40 petrox vai faltar?", "OLE-001"),
        ("espuma d28 de 5, digo, espuma d28 de 10cm", "ESP-009"),
    ],
)
def test_exactly_one_is_answered(text: str, sku: str) -> None:
    request = ask(text)
    assert (request.expect, request.skus) == (Expect.ANSWER, (sku,))


@pytest.mark.parametrize(
    ("text", "skus"),
    [
        ("tem martelo?", {"MAR-001", "MAR-002"}),
        ("demanda da sarja", {"TEC-008", "TEC-015"}),
        ("o produto sem preocupação tem?", {"84903501", "84903502"}),
        ("preço da lampada led bulbo", {"LED-012", "LED-013"}),
        ("parafuso sext m8x30 estoque", {"PAR-011", "PAR-012"}),
    ],
)
def test_several_are_offered(text: str, skus: set[str]) -> None:
    request = ask(text)
    assert request.expect is Expect.CHOOSE
    assert request.skus == ()
    assert {option.sku for option in request.options} == skus


@pytest.mark.parametrize(
    "text",
    [
        "tem martelo unha 40mm?",
        "demanda do martelo stonex",
        "preço do tubo de esgoto 75",
        "estoque do ESP-099",
        "tem o item 7891234567895?",
        "sarja furtacor tem?",
        "quanto comprar de oleo 20w50?",
        "qual a demanda do produto A vantagem de sonhar sem preocupação?",
        "furadeira de impacto",
    ],
)
def test_none_is_said_to_be_none(text: str) -> None:
    request = ask(text)
    assert (request.expect, request.skus) == (Expect.NOT_FOUND, ())


def test_a_choice_shows_at_most_six_best_first() -> None:
    many = Understander([NamedProduct(f"Z{i:03d}", f"Broca Aço {i}mm Forja") for i in range(1, 40)])
    request = many.understand("preço da broca aço", today=TODAY)
    assert (request.expect, len(request.options)) == (Expect.CHOOSE, 6)


def test_several_products_in_one_line() -> None:
    request = ask("preço do martelo 25, da sarja leve e da cera líquida")
    assert request.skus == ("MAR-001", "TEC-015", "04070")
    assert ask("sarja leve ou sarja pesada, qual vende mais?").skus == ("TEC-015", "TEC-008")


def test_the_second_borrows_the_head_of_the_first() -> None:
    assert ask("tubo de esgoto 50 ou 100, qual gira mais?").skus == ("TUB-050", "TUB-100")


def test_a_name_alone_is_a_look_up() -> None:
    request = ask("cera liquida incolor")
    assert (request.intent, request.skus) == (Intent.PRODUCT_LOOKUP, ("04070",))


def test_an_alias_is_a_name_of_its_own() -> None:
    taught = Understander(PRODUCTS, aliases={"marretinha azul": "MAR-001"})
    assert taught.understand("estoque da marretinha azul", today=TODAY).skus == ("MAR-001",)
    assert ask("estoque da marretinha azul").expect is Expect.NOT_FOUND


def test_nearest_names_are_offered_for_what_is_unknown() -> None:
    assert {o.sku for o in ask("tem martelo unha 40mm?").options} >= {"MAR-001", "MAR-002"}
    assert shop().nearest("sarja pesad")[0].sku == "TEC-008"


def test_an_empty_catalogue_answers_about_nothing() -> None:
    assert Understander(()).understand("demanda do martelo?", today=TODAY).expect is Expect.NOT_FOUND


def test_one_word_or_measure_too_many_is_never_answered() -> None:
    """Whatever is said beside a product's name that no product has, the answer is not about that product."""
    rng = random.Random(5)
    for product in PRODUCTS:
        words = product.name.split()
        for foreign in ("makitron", "turquesa", "9347"):
            said = [*words]
            said.insert(rng.randrange(1, len(words) + 1), foreign)
            request = ask("qual o estoque de " + " ".join(said).lower())
            assert request.skus == (), (" ".join(said), request)


def test_every_name_finds_its_product_whatever_the_case() -> None:
    for product in PRODUCTS:
        for name in (product.name, product.name.upper(), product.name.lower()):
            request = ask(f"qual a demanda do produto {name}?")
            assert (request.intent, request.skus) == (Intent.DEMAND_FORECAST, (product.sku,)), name
