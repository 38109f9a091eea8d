"""Short replies: kind, brief, honest about what isn't possible yet."""

from __future__ import annotations

from datetime import date

import pytest

from reposto.language.order_words import write_never, write_unknown_order
from reposto.language.replies import write_reply, write_too_long
from reposto.model.request import Expect, Intent, Request

TODAY = date(2026, 11, 22)


def request(intent: Intent, text: str = "x", expect: Expect = Expect.ANSWER, **params: object) -> Request:
    return Request(text=text, intent=intent, expect=expect, params=params)


@pytest.mark.parametrize("intent", list(Intent))
@pytest.mark.parametrize("locale", ["pt-BR", "en"])
@pytest.mark.parametrize("expect", list(Expect))
def test_everything_gets_a_short_reply(intent: Intent, locale: str, expect: Expect) -> None:
    text = write_reply(request(intent, expect=expect), locale)
    assert 10 < len(text) <= 700
    assert "{" not in text


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("bom dia!", "Olá!"),
        ("vlw tmj", "De nada!"),
        ("Muito obrigada", "De nada!"),
        ("quem é você?", "Sou o reposto"),
        ("sistema lixo", "Entendo a irritação"),
    ],
)
def test_small_talk_answers_what_was_said(text: str, reply: str) -> None:
    assert write_reply(request(Intent.SMALLTALK, text), "pt-BR").startswith(reply)


def test_what_is_running() -> None:
    assert write_reply(request(Intent.RUN_STATUS), "pt-BR", running=0) == "Não há análise em andamento."
    assert "Há 1 análise em andamento" in write_reply(request(Intent.RUN_STATUS), "pt-BR", running=1)
    assert "2 analyses are running" in write_reply(request(Intent.RUN_STATUS), "en", running=2)


def test_without_products_everything_begins_with_loading_them() -> None:
    assert "reposto import produtos.csv" in write_reply(request(Intent.BUY_LIST), "pt-BR", has_catalogue=False)
    assert "reposto import produtos.csv" in write_reply(request(Intent.HELP), "pt-BR", has_catalogue=False)
    assert "Olá" in write_reply(request(Intent.SMALLTALK, "oi"), "pt-BR", has_catalogue=False)


def test_text_approves_nothing_and_says_so() -> None:
    assert "Por texto eu não aprovo nada" in write_never(Intent.ORDER_APPROVE, None, "pt-BR", TODAY)
    assert "I cancel no order by text" in write_never(Intent.ORDER_CANCEL, None, "en", TODAY)


def test_an_order_number_from_the_buyer_is_inert() -> None:
    text = write_unknown_order("[1](javascript:x)", "pt-BR")
    assert "\\[1\\]" in text and "javascript:" not in text


def test_a_quote_without_its_product_is_no_refusal() -> None:
    text = write_reply(request(Intent.QUOTE_REQUEST), "pt-BR")
    assert "escrevo o texto" in text and "diga o produto" in text


def test_a_question_without_its_product_is_asked_back() -> None:
    assert "qual produto" in write_reply(request(Intent.UNCLEAR, "e aquele?", Expect.CLARIFY), "pt-BR").lower()
    assert "preciso saber o produto" in write_reply(request(Intent.PRICE_CURRENT), "pt-BR")


def test_noise_gets_an_example_from_the_catalogue() -> None:
    text = write_reply(request(Intent.UNCLEAR, "asdfgh", Expect.IGNORE), "pt-BR", example="Espuma D33")
    assert "quanto comprar do Espuma D33?" in text or "Espuma D33" in text
    assert "vazia" in write_reply(request(Intent.UNCLEAR, "  ", Expect.IGNORE), "pt-BR")


def test_too_long_names_the_limit() -> None:
    assert "4.000" in write_too_long("pt-BR")
    assert "4,000" in write_too_long("en")
