"""Every intent about products, suppliers and orders, asked of the demo company as buyers ask."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from reposto.language.formats import money, percent, quantity
from reposto.model.errors import Conflict
from reposto.storage import purchasing, tables
from reposto.storage.engine import Store, sqlite_url
from tests.support.demo_talk import Talk, head, kind, load_demo_at


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("answers") / "reposto.sqlite"
    load_demo_at(path)
    return path


@pytest.fixture
def talk(demo_file: Path, tmp_path: Path) -> Iterator[Talk]:
    shutil.copy(demo_file, tmp_path / "reposto.sqlite")
    store = Store(sqlite_url(tmp_path / "reposto.sqlite"))
    yield Talk(store)
    store.close()


# -------------------------------------------------------------------- the days a question names


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("quanto vendi de suede bege mês passado?", "em outubro a venda foi de **"),
        ("vendas do suede bege em agosto", "em agosto a venda foi de **"),
        ("quanto saiu de thinner 2750 na semana passada?", "de 09/11 a 15/11 a venda foi de **"),
        ("quantas unidades de FER-303 vendi em dezembro do ano passado?", "em dezembro de 2025 a venda foi de **"),
        ("quanto vendi de cola pva ontem?", "ontem (21/11) a venda foi de **"),
        ("quanto vendi de cola pva em janeiro de 2020?", "não há vendas registradas em janeiro de 2020"),
    ],
)
def test_days_that_have_passed_are_answered_from_history_at_once(talk: Talk, question: str, days: str) -> None:
    (answer,) = talk.ask(question)
    assert kind(answer) == "answer" and days in answer.content


def test_what_was_sold_is_the_sum_of_those_days(talk: Talk) -> None:
    with talk.store.read() as connection:
        sales = tables.daily_sales.c
        sold = sum(
            row.quantity
            for row in connection.execute(
                tables.daily_sales.select().where(
                    sales.sku == "FER-303", sales.day >= "2026-10-01", sales.day <= "2026-10-31"
                )
            )
        )
    assert f"**{sold:,.0f} UN**".replace(",", ".") in talk.last("quanto vendi de FER-303 em outubro?").content


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("demanda do suede bege em dezembro", "em dezembro a demanda prevista é de **"),
        ("quanto vou vender de cola pva no 1º trimestre?", "de 01/01/2027 a 31/03/2027 a demanda prevista é de **"),
        ("demanda da cola pva semana que vem", "de 23/11 a 29/11 a demanda prevista é de **"),
        ("previsão do tnt preto este mês", "em novembro já saíram **"),
        ("demanda do thinner em 2029", "em 2029 está longe demais"),
    ],
)
def test_days_to_come_are_forecast(talk: Talk, question: str, days: str) -> None:
    started, answer = talk.ask(question)
    assert kind(started) == "analysis_started" and kind(answer) == "analysis_result"
    assert days in answer.content.split("\n\n")[0]


def test_follow_ups_keep_the_days(talk: Talk) -> None:
    talk.ask("quanto vendi de suede bege em outubro?")
    assert "**Tecido suede cinza 1,40 m** (SKU TEC-103): em outubro a venda" in talk.last("e o suede cinza?").content
    assert "em setembro a venda foi" in talk.last("e em setembro?").content
    assert "em dezembro a demanda prevista" in talk.last("e a previsão pro mês que vem?").content


def test_prices_of_named_days(talk: Talk) -> None:
    (answer,) = talk.ask("quanto paguei na cola pva no ano passado?")
    assert "em 2025 você pagou em média **R$ 10,10 por KG**, de R$ 10,01 a R$ 10,69" in answer.content


def test_enough_for_so_long(talk: Talk) -> None:
    assert "**deve faltar** antes de quinta-feira, 24/12" in talk.last("vai faltar thinner até o natal?").content
    assert "**não deve faltar** até quinta-feira, 24/12" in talk.last("vai faltar cola pva até o natal?").content
    lead = talk.last("quanto comprar de suede bege pra aguentar 60 dias?").content.split("\n\n")[0]
    assert "para 60 dias (até 20/01/2027) **faltam " in lead


# -------------------------------------------------------------------- what if


def test_a_simulation_stands_beside_the_plan_and_changes_nothing(talk: Talk) -> None:
    began = time.monotonic()
    answer = talk.last("e se a demanda do suede bege subir 20%?")
    assert time.monotonic() - began < 5.0  # "well under a second" on a machine that does nothing else
    text = head(answer)
    now, then = ((answer.metadata or {})["asked"]["simulation"][name]["demand"] for name in ("now", "then"))
    assert then == pytest.approx(1.2 * now, rel=0.01)
    assert "com a demanda 20% maior, **" in text and "| Demanda em 30 dias | " in text
    assert "nada foi mudado" in text
    actions = [action["action_type"] for action in (answer.metadata or {})["actions"]]
    assert actions == ["recalculate"]
    plain = talk.last("demanda do suede bege").metadata or {}
    assert plain["analysis"]["demand"]["total"]["expected"] == now


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("e se o prazo do suede bege passar pra 15 dias?", "com entrega em 15 dias úteis"),
        ("e se o preço do thinner cair 5%?", "com o preço 5% menor"),
        ("e se eu comprar 500 kg de cola pva?", "comprando 500 KG, o pedido sai por **R$ 5.518,71**"),
        ("e se a demanda da cola pva dobrar?", "com a demanda 100% maior"),
    ],
)
def test_other_simulations(talk: Talk, question: str, said: str) -> None:
    assert said in head(talk.last(question))


def test_a_simulation_of_the_next_product_changes_the_same(talk: Talk) -> None:
    talk.ask("e se o preço do thinner 2750 subir 10%?")
    answer = head(talk.last("faz o mesmo pra cola pva extra"))
    assert "Cola PVA extra" in answer and "com o preço 10% maior" in answer


def test_a_simulation_that_says_no_change_is_asked_back(talk: Talk) -> None:
    (answer,) = talk.ask("e se o suede bege mudar?")
    assert kind(answer) == "answer" and "“e se a demanda subir 20%?”" in answer.content


# -------------------------------------------------------------------- comparisons, explanations


def test_products_are_compared_in_one_answer(talk: Talk) -> None:
    started, answer = talk.ask("suede bege ou suede marrom, qual vende mais?")
    assert "Tecido suede bege" in started.content and "Tecido suede marrom" in started.content
    assert answer.content.startswith("Tecido suede 1,40 m: **bege** e **marrom**")
    assert "**bege** vende mais: " in answer.content.casefold()
    assert (answer.metadata or {})["skus"] == ["TEC-101", "TEC-102"]
    again = talk.last("e o suede cinza?")
    assert (again.metadata or {})["skus"] == ["TEC-101", "TEC-102", "TEC-103"]


def test_a_comparison_offers_no_order(talk: Talk) -> None:
    answer = talk.last("compara suede bege com suede marrom")
    with pytest.raises(Conflict):
        talk.press("approve_purchase", job_id=(answer.metadata or {})["job_id"])


def test_a_number_is_explained_from_the_answer_that_said_it(talk: Talk) -> None:
    said = talk.last("quanto comprar de suede bege?").metadata or {}
    needed = said["analysis"]["recommendation"]["needed_quantity"]
    with talk.store.write() as connection:  # the data change; what was said did not
        stock = tables.stock_levels
        connection.execute(stock.update().where(stock.c.sku == "TEC-101").values(on_hand=9999))
    (answer,) = talk.ask("por que 1000 e não 100?")
    assert answer.content.startswith(f"Com 100 M faltaria: a conta pede ao menos {quantity(needed, 'M', 'pt-BR')}")
    assert "Hoje: 450,8 M livres" in answer.content and "De onde vieram os números" in answer.content
    assert "Vendas importadas: 785 linhas" in answer.content


def test_recalculating_an_explanation_works_it_out_anew(talk: Talk) -> None:
    answer = talk.last("por que comprar tudo isso de suede bege?")
    assert kind(answer) == "analysis_result"
    again = talk.press("recalculate", job_id=(answer.metadata or {})["job_id"])
    assert kind(again) == "analysis_result" and again.seq > answer.seq


def test_past_accuracy_in_words(talk: Talk) -> None:
    answer = talk.last("quanto a previsão do suede bege costuma errar?")
    accuracy = (answer.metadata or {})["analysis"]["demand"]["accuracy"]
    assert f"errou **{percent(accuracy['error_percent'], 'pt-BR')} em média**" in head(answer)
    assert percent(accuracy["naive_error_percent"], "pt-BR") in head(answer)


# -------------------------------------------------------------------- suppliers and orders


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("cnpj da Bento Ferragens", "CNPJ: `99.126.403/0001-49`"),
        ("telefone da Bento Ferragens", "Não há telefone no cadastro."),
        ("prazo da Bento Ferragens", "**Bento Ferragens** entrega em **2 dias úteis** na mediana"),
        ("qual fornecedor atrasa mais?", "Quem mais atrasa é **"),
        ("qual o fornecedor mais rápido?", "O mais rápido é **Bento Ferragens**"),
        ("quais fornecedores eu tenho?", "Há **15 fornecedores** no cadastro"),
        ("quais pedidos pendentes?", "Há **24 pedidos em aberto**, no total de R$ "),
        ("tem pedido atrasado?", "Há **6 pedidos atrasados**"),
        ("status do pedido 1421", "**OC-01421** foi **enviado** a QuimiMóvel"),
        ("cadê a OC-01396?", "**chegou em parte**"),
        ("status do pedido 99999", "Não encontrei o pedido 99999"),
        ("o que está pra chegar da Bento Ferragens?", "de Bento Ferragens"),
        ("a partir de quantos sai mais barato a cola pva?", "a partir de 600 KG"),
    ],
)
def test_facts_without_a_product_come_at_once(talk: Talk, question: str, said: str) -> None:
    (answer,) = talk.ask(question)
    assert kind(answer) == "answer" and said in answer.content


def test_two_questions_and_three_products_all_get_answers(talk: Talk) -> None:
    (answer,) = talk.ask("estoque e preço do tnt preto, thinner 2750 e cola pva")
    for said in ("1.561 M livres", "R$ 1,91 por M", "165 L livres", "R$ 13,13 por L", "377,6 KG livres"):
        assert said in answer.content
    both = head(talk.last("qual o preço e o prazo de entrega da cola pva?"))
    assert re.search(r"R\$\s\d+,\d\d por KG", both) and "costuma entregar em" in both


def test_a_general_question_is_not_about_the_product_spoken_of_before(talk: Talk) -> None:
    talk.ask("estoque do suede bege")
    assert "Há **6 pedidos atrasados**" in talk.last("tem pedido atrasado?").content
    assert "**OC-01324** foi **enviado**" in talk.last("cadê a OC-01324?").content
    assert "suede bege" in talk.last("e o pedido dele, já saiu?").content


def test_a_variant_is_compared_not_taken_instead(talk: Talk) -> None:
    talk.ask("estoque da cadeira Serena em linho")
    answer = talk.last("compara com a de suede")
    assert (answer.metadata or {})["skus"] == ["CAD-601", "CAD-602"]


# -------------------------------------------------------------------- what no text does


@pytest.mark.parametrize(
    "question",
    [
        "aprova o pedido OC-01421",
        "pode aprovar a OC 1421",
        "cancela a OC 1421",
        "contei 12 no lugar de 20 no thinner 2750",
        "sobe essa nota fiscal",
        "faz um pedido de 50 kg de cola pva",
        "sim, pode comprar",
    ],
)
def test_no_text_orders_approves_cancels_or_changes(talk: Talk, question: str) -> None:
    def look() -> tuple[object, ...]:
        with talk.store.read() as connection:
            orders = connection.execute(tables.purchase_orders.select()).all()
            stock = connection.execute(tables.stock_levels.select()).all()
        return tuple(orders), tuple(stock)

    before = look()
    talk.ask(question)
    assert look() == before


def test_the_quantity_that_was_named_is_drafted_by_its_button(talk: Talk) -> None:
    answer = talk.last("faz um pedido de 50 kg de cola pva")
    assert "O lote e a embalagem levam 50 KG a 80 KG" in answer.content
    assert "“Criar rascunho do pedido de 80 KG”" in talk.last("sim, pode fazer").content
    button = (answer.metadata or {})["actions"][0]
    assert button["action_type"] == "approve_quantity" and button["label"] == "Criar rascunho do pedido de 80 KG"
    made = talk.press("approve_quantity", **button["action_data"])
    again = talk.press("approve_quantity", **button["action_data"])
    assert made.id == again.id and "R$ 882,99" in made.content
    with talk.store.read() as connection:
        order = purchasing.get_order(connection, (made.metadata or {})["order_number"])
    assert order.status == "draft" and [(line.sku, line.quantity) for line in order.lines] == [("QUI-401", 80.0)]
    with pytest.raises(Conflict):
        talk.press("approve_quantity", **(button["action_data"] | {"quantity": 81.0}))
    # the recommendation's own button, on the page of somebody who didn't see that: it made a second order
    other = talk.press("approve_purchase", job_id=button["action_data"]["job_id"])
    assert other.id == made.id


def test_a_quote_is_a_text_to_copy(talk: Talk) -> None:
    (answer,) = talk.ask("pede cotação de 200 m de suede bege")
    assert "- Tecido suede bege 1,40 m: 200 M" in answer.content and "eu não envio nada" in answer.content


# -------------------------------------------------------------------- the conversation's own past


def test_said_again_and_found_again(talk: Talk) -> None:
    first = talk.last("preço do thinner 2750")
    (again,) = talk.ask("repete")
    assert again.content.endswith(head(first)) and again.content.startswith("Repetindo a resposta de hoje às ")
    talk.begin()
    (nothing,) = talk.ask("repete")
    assert "ainda não há resposta para repetir" in nothing.content
    (found,) = talk.ask("o que falamos do thinner 2750?")
    assert "“preço do thinner 2750”: o menor preço é **R$ 13,13 por L**" in found.content
    talk.now += timedelta(days=1)
    (yesterday,) = talk.ask("o que você disse ontem do thinner 2750?")
    assert "**ontem às " in yesterday.content and "R$ 13,13" in yesterday.content
    (asked,) = talk.ask("o que eu perguntei ontem?")
    assert "preço do thinner 2750" in asked.content


def test_nobody_finds_what_another_user_was_told(talk: Talk) -> None:
    talk.ask("preço do thinner 2750")
    (found,) = Talk(talk.store, "ann").ask("o que falamos do thinner 2750?")
    assert "R$ 13,13" not in found.content and "I found no conversation" in found.content


def test_a_recommendation_as_a_text(talk: Talk) -> None:
    advice = (talk.last("quanto comprar de suede bege?").metadata or {})["analysis"]["recommendation"]
    (answer,) = talk.ask("manda em texto pro whatsapp")
    assert f"Pedido: {quantity(advice['quantity'], 'M', 'pt-BR')} de Tecido suede bege 1,40 m" in answer.content
    assert f"total de {money(Decimal(advice['payable_total']), 'pt-BR')}" in answer.content
