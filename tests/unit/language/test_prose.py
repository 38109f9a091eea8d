"""What the buyer reads: the answer first, one screen, the twelve points, nothing invented, nothing executable."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from string import Formatter

import pytest

from reposto.language import prose
from reposto.language.figures import unsupported_numbers
from reposto.language.voice import TEXTS
from reposto.model.findings import Analysis, Missing, Range
from reposto.model.request import Expect, Intent, NamedProduct, Option, Request
from tests.support import analyses

PRODUCT = NamedProduct("84903501", "A vantagem de ganhar sem preocupação")
TODAY = analyses.TODAY
HOSTILE = "[clique](javascript:alert(1)) <img src=x onerror=alert(2)> `x` @everyone \u202efdp\u200b **já**"
SCREEN = 2200  # characters shown before the fold, the table's columns included: a laptop's screen without scrolling


def asked(intent: Intent = Intent.DEMAND_FORECAST, **params: object) -> Request:
    return Request(text="pergunta", intent=intent, expect=Expect.ANSWER, params=params, today=analyses.TODAY)


def answer(analysis: Analysis, intent: Intent = Intent.DEMAND_FORECAST, locale: str = "pt-BR", **params: object) -> str:
    return prose.write_analysis(analysis, asked(intent, **params), locale)


def test_both_languages_have_the_same_texts_with_the_same_holes() -> None:
    portuguese, english = TEXTS["pt-BR"], TEXTS["en"]
    assert set(portuguese) == set(english)
    for key, text in portuguese.items():
        holes = {name for _, name, _, _ in Formatter().parse(text) if name}
        assert holes == {name for _, name, _, _ in Formatter().parse(english[key]) if name}, key


def test_the_twelve_points_of_an_answer() -> None:
    text = answer(analyses.approve())
    for point in (
        "**A vantagem de ganhar sem preocupação** (SKU 84903501)",  # which product
        "a demanda prevista é de **419 UN** nos próximos 30 dias (de 23/11 a 22/12)",
        "com 80% de chance de ficar entre 352 e 490 UN",
        "em alta de 2,7% ao mês",
        "236 UN livres (260 em estoque, 24 em reserva), nada a caminho",
        "Dura 17 dias, até quarta-feira, 09/12",
        "até quinta-feira, 26/11",
        "a conta pede 464 UN",
        "464 vira 480: só vem em caixas de 24",
        "| Tecidos Alvorada Ltda | R$ 23,90 | R$ 25,11 | 5 dias úteis | 6 dias úteis | 78% | 120 UN | R$ 12.054,72 |",
        "7% acima da média de doze meses (R$ 22,34)",
        "R$ 684 de margem em jogo, sobretudo por atraso na entrega",
        "**Confiança:** alta",
        "Vendas conhecidas até 21/11/2026",
        "média com ritmo semanal e anual",
    ):
        assert point in text


@pytest.mark.parametrize("case", analyses.ALL)
@pytest.mark.parametrize("locale", ["pt-BR", "en"])
def test_every_answer_fits_a_screen_and_claims_nothing_it_lacks(case: str, locale: str) -> None:
    for intent in Intent:
        text = answer(analyses.ALL[case](), intent, locale)
        head, _ = prose.split_fold(text)
        assert 100 < len(head) <= SCREEN
        assert not re.search(r"N/A|None|nan|\binf\b|\{|\}|  |\.\.|;\.|,\.|\*\*\*\*", text), text
        assert head.startswith(f"**{analyses.ALL[case]().name}**")


@pytest.mark.parametrize(
    ("intent", "params", "first"),
    [
        (Intent.DEMAND_FORECAST, {}, "a demanda prevista é de **419 UN**"),
        (Intent.STOCK_STATUS, {}, "há **236 UN livres**"),
        (Intent.STOCKOUT_DATE, {}, "o estoque dura **17 dias**; acaba na quarta-feira, 09/12"),
        (Intent.EXCESS_STOCK, {}, "**não sobra estoque**"),
        (Intent.PURCHASE_RECOMMENDATION, {}, "**compre 480 UN de Tecidos Alvorada Ltda até quinta-feira, 26/11**"),
        (Intent.REORDER_QUANTITY, {}, "**compre 480 UN"),
        (Intent.ORDER_BY_DATE, {}, "faça o pedido **até quinta-feira, 26/11**; restam 4 dias úteis"),
        (Intent.STOCK_POLICY, {}, "o ponto de pedido é **214 UN**"),
        (Intent.PRICE_CURRENT, {}, "o melhor preço hoje é **R$ 23,90 por UN**"),
        (Intent.PRICE_HISTORY, {}, "a última compra saiu a **R$ 23,20 por UN**, em 19/10"),
        (Intent.PRICE_HISTORY, {"unit_price": 26.5}, "R$ 26,50 é **mais caro**"),
        (Intent.PRICE_HISTORY, {"unit_price": 20}, "R$ 20,00 é **mais barato**"),
        (Intent.PRICE_FORECAST, {}, "o preço vem **subindo 6,3% ao ano**"),
        (Intent.SUPPLIER_COMPARE, {}, "o mais barato posto aqui é **Tecidos Alvorada Ltda**, a **R$ 25,11 por UN**"),
        (
            Intent.SUPPLIER_COMPARE,
            {"criterion": "lead_time"},
            "o mais rápido é **Estofaria Central**, que leva 3 dias úteis",
        ),
        (Intent.SUPPLIER_COMPARE, {"criterion": "reliability"}, "o mais pontual é **Estofaria Central**, com 95%"),
        (Intent.SUPPLIER_COMPARE, {"criterion": "payment_term"}, "**Tecidos Alvorada Ltda**: 28/42/56 dias"),
        (Intent.SUPPLIER_LEAD_TIME, {}, "costuma entregar em **6 dias úteis**, entre 4 e 11"),
        (Intent.LANDED_COST, {}, "o custo líquido de 480 UN postos aqui é **R$ 12.054,72**, ou R$ 25,11 por UN"),
        (Intent.EXPLAIN, {}, "a recomendação é de **480 UN**"),
        (Intent.ORDER_STATUS, {}, "não há nada a caminho"),
    ],
)
def test_the_answer_leads_with_what_was_asked(intent: Intent, params: dict[str, object], first: str) -> None:
    text = prose.write_analysis(analyses.approve(), asked(intent, **params), "pt-BR")
    assert first in text.split("\n")[0], text.split("\n")[0]


def test_an_offered_price_is_compared_without_inventing_a_percentage() -> None:
    request = asked(Intent.PRICE_HISTORY, unit_price=26.5)
    text = prose.write_analysis(analyses.approve(), request, "pt-BR")
    assert unsupported_numbers(text, analyses.approve(), "pt-BR", request) == []


def test_waiting_says_until_when_and_asks_for_nothing() -> None:
    head, _ = prose.split_fold(answer(analyses.wait(), Intent.PURCHASE_RECOMMENDATION))
    assert "**não precisa comprar agora**: com o que está a caminho, o estoque vai até 20/04/2027" in head
    assert "O próximo pedido" not in head  # four months ahead: it will be worked out again long before
    assert "Compre" not in head and "|" not in head  # no table of offers when nothing is to be bought
    assert prose.suggest(analyses.wait(), "pt-BR")[0]["action_type"] == "recalculate"


def test_an_overdue_order_is_for_now_and_owns_up_to_the_gap() -> None:
    head, _ = prose.split_fold(answer(analyses.overdue()))
    assert "**Compre 110 KG de Tecidos Alvorada Ltda o quanto antes**, por R$ 2.762,54" in head
    assert "Mesmo pedindo hoje" in head and "17/11" not in head
    assert "o estoque acaba no sábado, 28/11 e a entrega chega na terça-feira, 01/12" in head


def test_an_overdue_order_never_names_a_date_that_is_still_to_come() -> None:
    late = analyses.overdue()
    late = replace(late, recommendation=replace(late.recommendation, order_by=analyses.day(1)))
    for intent in (Intent.DEMAND_FORECAST, Intent.ORDER_BY_DATE, Intent.PURCHASE_RECOMMENDATION):
        head, _ = prose.split_fold(answer(late, intent))
        assert "o quanto antes" in head and "Mesmo pedindo hoje" in head
        assert "23/11" not in head.replace("de 23/11 a", "") and "Pedir até" not in head


def test_manual_review_says_what_is_missing_and_which_file_mends_it() -> None:
    assert "não há vendas registradas. Para resolver, carregue `vendas.csv`" in answer(analyses.no_history())
    assert "não há preço de fornecedor. Para resolver, carregue `ofertas.csv`" in answer(analyses.no_supplier())
    text = answer(analyses.manual_review(), Intent.PURCHASE_RECOMMENDATION)
    assert "**revise antes de comprar**: o saldo de estoque é de 02/09/2026" in text
    assert "pelos dados de hoje seriam 480 UN" in text
    assert not any(a["action_type"] == "approve_purchase" for a in prose.suggest(analyses.manual_review(), "pt-BR"))


def test_gaps_that_only_cost_precision_do_not_stand_in_the_verdict() -> None:
    base = analyses.no_supplier()
    soft = Missing("no_receipts", "Não há recebimentos.", "receipts")
    both = replace(base, recommendation=replace(base.recommendation, missing=(*base.recommendation.missing, soft)))
    head, details = prose.split_fold(answer(both))
    assert "recebimentos" not in head
    assert "recebimentos para medir o prazo" in details


def test_two_questions_get_both_answers() -> None:
    request = replace(asked(Intent.STOCK_STATUS), also=(Intent.SUPPLIER_COMPARE,))
    first = prose.write_analysis(analyses.approve(), request, "pt-BR").split("\n")[0]
    assert "há **236 UN livres**" in first
    assert "O mais barato posto aqui é **Tecidos Alvorada Ltda**" in first
    assert first.count("84903501") == 1


def test_what_was_not_done_is_said() -> None:
    assert "sem a mudança que você descreveu" in answer(analyses.approve(), Intent.WHAT_IF, percent_change=20)
    assert "Nada foi pedido" in answer(analyses.approve(), Intent.ORDER_CREATE, quantity=30)
    assert "Para comparar" in answer(analyses.approve(), Intent.COMPARE_PRODUCTS)


def test_a_one_sided_range_promises_no_lower_end() -> None:
    text = answer(analyses.manual_review())
    assert "com 80% de chance de não passar de 61 UN" in text
    assert "entre 0 e" not in text


def test_no_sales_expected() -> None:
    dead = analyses.approve()
    dead = replace(dead, demand=replace(dead.demand, total=Range(0.0, 0.0, 0.0), per_day=0.0))
    assert "não espero vendas nos próximos 30 dias" in answer(dead)


@pytest.mark.parametrize("locale", ["pt-BR", "en"])
def test_hostile_names_stay_text_wherever_they_stand(locale: str) -> None:
    base = analyses.approve()
    bad = replace(
        base,
        name=HOSTILE,
        sku="<script>1</script>",
        recommendation=replace(base.recommendation, supplier=HOSTILE, reasons=(HOSTILE,), rounding=(HOSTILE,)),
        prices=replace(base.prices, offers=tuple(replace(o, supplier=HOSTILE) for o in base.prices.offers)),
        logistics=replace(
            base.logistics,
            suppliers=tuple(replace(s, supplier=HOSTILE) for s in base.logistics.suppliers),
            holidays_ahead=((analyses.day(1), HOSTILE),),
        ),
    )
    product = NamedProduct("<b>", HOSTILE)
    options = [Option("`1`", HOSTILE)]
    texts = [answer(bad, intent, locale) for intent in Intent]
    texts += [
        prose.write_acknowledgement(product, asked(), 2.0, locale),
        prose.write_choice(HOSTILE, options, locale),
        prose.write_not_found(HOSTILE, options, True, locale),
        prose.write_failure("timeout", product, 3, locale),
        prose.write_cancelled(product, locale),
        prose.write_order_created("1](x)", product, 2.0, HOSTILE, Decimal(1), locale),
    ]
    for text in texts:
        assert not re.search(r"(?<!\\)[\[\]<>]", text), text
        assert not re.search(r"(?<!\\)`(?!reposto import [a-z]+\.csv`|`|[a-z]+\.csv`)[^\s.,;)]*x", text), text
        assert "@everyone" not in text and "\u202e" not in text and "\u200b" not in text
        assert "javascript:" not in text


def test_acknowledgement_names_the_product_the_consultations_and_the_time() -> None:
    text = prose.write_acknowledgement(PRODUCT, asked(horizon_days=45), 12.4, "pt-BR")
    assert text == (
        "Vou prever a demanda de **A vantagem de ganhar sem preocupação** (SKU 84903501) para os próximos 45 dias. "
        "Estou consultando a previsão de demanda, os preços e fornecedores, os prazos e o frete e a recomendação de "
        "compra; a resposta aparece aqui sozinha em cerca de 12 segundos."
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "em cerca de um segundo."),
        (89.0, "em cerca de 89 segundos."),
        (100.0, "em cerca de 2 minutos."),
        (None, "a resposta aparece aqui sozinha."),
    ],
)
def test_the_expected_time(seconds: float | None, text: str) -> None:
    assert prose.write_acknowledgement(PRODUCT, asked(), seconds, "pt-BR").endswith(text)


def test_an_unsure_product_can_be_corrected() -> None:
    unsure = replace(asked(), confidence=0.7)
    assert "Se não é este o produto" in prose.write_acknowledgement(PRODUCT, unsure, 1.0, "pt-BR")
    assert "Se não é este o produto" not in prose.write_acknowledgement(PRODUCT, asked(), 1.0, "pt-BR")


def test_every_intent_has_an_acknowledgement_in_both_languages() -> None:
    for intent in Intent:
        for locale in ("pt-BR", "en"):
            assert "84903501" in prose.write_acknowledgement(PRODUCT, asked(intent), 1.0, locale)


def test_a_choice_is_numbered_for_who_has_no_buttons() -> None:
    text = prose.write_choice("parafuso m8", [Option("1", "Parafuso M8x20"), Option("2", "Parafuso M8x30")], "pt-BR")
    assert text == (
        "Mais de um produto serve para “parafuso m8”. Qual deles?\n\n"
        "1. Parafuso M8x20 (SKU 1)\n2. Parafuso M8x30 (SKU 2)"
    )
    many = prose.write_choice("x", [Option(str(i), "P") for i in range(9)], "pt-BR")
    assert "6. P" in many and "7. P" not in many


def test_not_found_offers_neighbours_or_the_import() -> None:
    near = prose.write_not_found("parafuzo m9", [Option("1", "Parafuso M8x20")], True, "pt-BR")
    assert "Nenhum produto do catálogo corresponde a “parafuzo m9”" in near and "1. Parafuso M8x20 (SKU 1)" in near
    assert "`reposto import produtos.csv`" in prose.write_not_found("x", [], True, "pt-BR")
    assert "catálogo ainda está vazio" in prose.write_not_found("x", [], False, "pt-BR")


def test_failures_say_why_and_that_nothing_changed() -> None:
    text = prose.write_failure("worker_died", PRODUCT, 3, "pt-BR")
    assert "caiu" in text and "Tentei 3 vezes" in text and "Nada foi comprado nem alterado" in text
    unknown = prose.write_failure("internal", None, 1, "en")
    assert unknown.startswith("The analysis failed.") and "tried" not in unknown


def test_an_order_is_a_draft() -> None:
    text = prose.write_order_created("1204", PRODUCT, 480.0, "Tecidos Alvorada", Decimal("12054.72"), "pt-BR")
    assert "Rascunho do pedido **1204** criado: 480 UN de" in text
    assert "R$ 12.054,72" in text and "Nada foi enviado ao fornecedor" in text


def test_buttons_carry_what_they_do() -> None:
    approve, again = prose.suggest(analyses.approve(), "pt-BR")
    assert approve["action_type"] == "approve_purchase"
    assert approve["label"] == "Criar rascunho do pedido de 480 UN"
    assert approve["action_data"]["total"] == "12054.72"  # money travels as text
    assert again["label"] == prose.label_recalculate("pt-BR")


def test_dates_of_another_year_show_it() -> None:
    base = analyses.approve()
    late = replace(base, today=date(2025, 12, 30))
    assert "22/12/2026" in answer(late)


def test_details_do_not_repeat_the_card() -> None:
    base = analyses.approve()
    again = ("Demanda esperada: 419 UN, entre 352 UN e 490 UN.", "O fornecedor fecha de 21/12 a 04/01.")
    text = answer(replace(base, recommendation=replace(base.recommendation, reasons=again)))
    assert "Demanda esperada" not in text
    assert "fecha de 21/12 a 04/01" in text
