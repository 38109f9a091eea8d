"""Which days a question names, and what a simulation changes."""

from __future__ import annotations

from datetime import date

import pytest

from reposto.language.voice import Voice
from reposto.language.window_words import write_sold
from reposto.language.windows import looking_back, topic_of, window_of
from reposto.model.asked import WindowDemand
from reposto.model.request import Intent, Window
from tests.unit.language.shop import ask

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("text", "params", "start", "end"),
    [
        ("quanto vendi mês passado", {"period": "2026-10"}, "2026-10-01", "2026-10-31"),
        ("vendas de outubro a dezembro do ano passado", {"period": "2025-12"}, "2025-10-01", "2025-12-31"),
        ("vendas de novembro a fevereiro", {"period": "2026-02"}, "2025-11-01", "2026-02-28"),
        ("vendas no 1º trimestre", {}, "2027-01-01", "2027-03-31"),
        ("quanto vendi no primeiro trimestre", {}, "2026-01-01", "2026-03-31"),
        ("quanto vendemos no 2º semestre de 2025", {}, "2025-07-01", "2025-12-31"),
        ("demanda no 4º trimestre", {}, "2026-10-01", "2026-12-31"),
        ("quanto vendi no terceiro trimestre do ano passado", {}, "2025-07-01", "2025-09-30"),
        ("quanto vendi em 2025", {}, "2025-01-01", "2025-12-31"),
        ("quanto vendi ano passado", {}, "2025-01-01", "2025-12-31"),
        ("semana passada vendeu quanto", {"horizon_days": 7}, "2026-11-09", "2026-11-15"),
        ("demanda da semana que vem", {"horizon_days": 7}, "2026-11-23", "2026-11-29"),
        ("quanto vendi nos últimos 90 dias", {"horizon_days": 90}, "2026-08-24", "2026-11-21"),
        ("quanto vendi ontem", {}, "2026-11-21", "2026-11-21"),
        ("vendas em fevereiro de 2024", {"period": "2024-02"}, "2024-02-01", "2024-02-29"),
    ],
)
def test_the_days_that_words_name(text: str, params: dict[str, object], start: str, end: str) -> None:
    assert window_of(text, params, TODAY) == Window(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("demanda para 60 dias", {"horizon_days": 60}),
        ("quanto comprar para aguentar o natal", {"horizon_days": 33}),
        ("consumo mensal", {}),
        ("estoque da cadeira", {}),
        ("demanda no 5º trimestre", {}),
        ("quanto comprar no 3º semestre", {}),
        ("vendas", {"period": "bobagem"}),
    ],
)
def test_a_length_from_today_names_no_days(text: str, params: dict[str, object]) -> None:
    assert window_of(text, params, TODAY) is None


@pytest.mark.parametrize(
    ("text", "params", "before", "topic"),
    [
        ("e se a demanda subir 20%", {"percent_change": 20.0}, "", "demand"),
        ("e se subir 20%", {"percent_change": 20.0}, "", "demand"),
        ("e se subir 30%", {"percent_change": 30.0}, "price", "price"),
        ("e se o preço cair 5%", {"percent_change": -5.0}, "", "price"),
        ("e se o fornecedor der 5% de desconto", {"percent_change": -5.0}, "", "price"),
        ("e se demorar 20 dias", {"lead_time_days": 20}, "", "lead_time"),
        ("e se eu comprar 500", {"quantity": 500}, "", "quantity"),
        ("e se mudar", {}, "", ""),
    ],
)
def test_what_a_simulation_changes(text: str, params: dict[str, object], before: str, topic: str) -> None:
    assert topic_of(text, Intent.WHAT_IF, params, before) == topic


def test_what_an_explanation_is_about() -> None:
    assert topic_of("quanto a previsão costuma errar?", Intent.EXPLAIN, {}) == "accuracy"
    assert topic_of("por que 480?", Intent.EXPLAIN, {}) == "sum"


def test_a_season_is_asked_for() -> None:
    assert topic_of("qual o melhor mês de venda?", Intent.DEMAND_FORECAST, {}) == "season"
    assert topic_of("vende mais em que mês?", Intent.DEMAND_FORECAST, {}) == "season"
    assert topic_of("quanto vende por mês?", Intent.DEMAND_FORECAST, {}) == ""


def test_a_month_named_in_a_talk_about_the_past_is_a_past_one() -> None:
    october, september = Window(date(2026, 10, 1), date(2026, 10, 31)), Window(date(2027, 9, 1), date(2027, 9, 30))
    back = looking_back(september, "e em setembro?", october, TODAY)
    assert back == Window(date(2026, 9, 1), date(2026, 9, 30))
    assert looking_back(september, "e em setembro do ano que vem?", october, TODAY) == september
    assert looking_back(september, "e em setembro?", None, TODAY) == september
    february = Window(date(2028, 2, 1), date(2028, 2, 29))
    assert looking_back(february, "e em fevereiro?", october, date(2027, 11, 1)).end == date(2027, 2, 28)


def test_the_days_travel_with_the_conversation() -> None:
    first = ("human", "quanto vendi de sarja leve mês passado?")
    assert ask(first[1]).window == Window(date(2026, 4, 1), date(2026, 4, 30))
    assert ask("e a sarja pesada?", first).window == Window(date(2026, 4, 1), date(2026, 4, 30))
    march = ask("e em março?", first)
    assert march.window == Window(date(2026, 3, 1), date(2026, 3, 31)) and march.params == {"period": "2026-03"}
    assert ask("qual o estoque?", first).window is None
    assert ask("faz o mesmo pra sarja pesada", ("human", "e se o preço da sarja leve subir 5%?")).topic == "price"


def test_a_noun_of_the_past_names_a_month_that_has_passed() -> None:
    assert ask("consumo da sarja leve em março").params == {"period": "2026-03"}
    assert ask("demanda da sarja leve em março").params == {"period": "2027-03"}
    assert ask("consumo previsto da sarja leve em março").params == {"period": "2027-03"}


def test_two_months_spoken_of_become_one_stretch() -> None:
    turns = (("human", "demanda da sarja leve em junho"), ("agent", "…"), ("human", "e em julho?"), ("agent", "…"))
    both = ask("e os dois meses juntos?", *turns)
    assert both.window == Window(date(2026, 6, 1), date(2026, 7, 31)) and both.skus == ("TEC-015",)
    apart = (("human", "demanda da sarja leve em junho"), ("human", "e em setembro?"))
    assert ask("e os dois meses juntos?", *apart).window is None


def test_a_window_that_begins_before_the_data_says_where_they_begin() -> None:
    """Else the sales of a quarter would pass for those of the year."""
    year = Window(date(2025, 1, 1), date(2025, 12, 31))
    found = WindowDemand(year, 90.0, year.end, 0, None, None, year.end, starts=date(2025, 10, 2), total=90.0)
    text = write_sold(Voice("pt-BR", TODAY), "Chapa", found)
    assert text == "Chapa: em 2025 a venda foi de **90 UN**. As vendas deste produto só começam em 02/10/2025."
