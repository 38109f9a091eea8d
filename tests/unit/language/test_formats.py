"""Numbers, dates and foreign text as buyers read them."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reposto.language import formats
from reposto.language.formats import Locale, inert

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("value", "portuguese", "english"),
    [
        ("1234.56", "R$ 1.234,56", "R$ 1,234.56"),
        ("0.005", "R$ 0,01", "R$ 0.01"),
        ("-12.3", "-R$ 12,30", "-R$ 12.30"),
        ("-0.001", "R$ 0,00", "R$ 0.00"),
    ],
)
def test_money(value: str, portuguese: str, english: str) -> None:
    assert formats.money(Decimal(value), "pt-BR") == portuguese
    assert formats.money(Decimal(value), "en") == english


def test_a_unit_price_below_one_real_keeps_its_decimals() -> None:
    assert formats.unit_price(Decimal("0.0375"), "pt-BR") == "R$ 0,0375"
    assert formats.unit_price(Decimal("0.5"), "pt-BR") == "R$ 0,50"
    assert formats.unit_price(Decimal("23.8990"), "pt-BR") == "R$ 23,90"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1234.0, "UN", "1.234 UN"),
        (418.5, "UN", "419 UN"),
        (0.4, "UN", "0,4 UN"),
        (3.456, "KG", "3,46 KG"),
        (84.35, "KG", "84,4 KG"),
        (12345.6, "M", "12.346 M"),
        (-0.2, "KG", "-0,2 KG"),
        (0.0, "UN", "0 UN"),
    ],
)
def test_quantities(value: float, unit: str, text: str) -> None:
    assert formats.quantity(value, unit, "pt-BR") == text


def test_percentages_use_a_comma() -> None:
    assert formats.percent(6.34, "pt-BR") == "6,3%"
    assert formats.percent(-12.6, "pt-BR") == "13%"
    assert formats.share(0.783, "pt-BR") == "78%"
    assert formats.percent(6.34, "en") == "6.3%"


@pytest.mark.parametrize(
    ("day", "by", "on"),
    [
        (date(2026, 11, 27), "até sexta-feira, 27/11", "na sexta-feira, 27/11"),
        (date(2026, 11, 28), "até sábado, 28/11", "no sábado, 28/11"),
        (date(2026, 11, 22), "até hoje", "hoje"),
        (date(2026, 11, 23), "até amanhã (23/11)", "amanhã (23/11)"),
        (date(2026, 11, 21), "até ontem (21/11)", "ontem (21/11)"),
        (date(2027, 1, 4), "até segunda-feira, 04/01/2027", "na segunda-feira, 04/01/2027"),
        (date(2027, 3, 2), "até 02/03/2027", "em 02/03/2027"),
    ],
)
def test_days_near_have_a_weekday_and_days_far_a_year(day: date, by: str, on: str) -> None:
    assert formats.by_day(day, TODAY, "pt-BR") == by
    assert formats.on_day(day, TODAY, "pt-BR") == on


def test_english_days() -> None:
    assert formats.by_day(date(2026, 11, 27), TODAY, "en") == "by Friday, 27 Nov"
    assert formats.by_day(TODAY, TODAY, "en") == "today"
    assert formats.on_day(date(2026, 11, 27), TODAY, "en") == "on Friday, 27 Nov"
    assert formats.full_date(TODAY, "en") == "22 Nov 2026"


def test_joining_and_sentences() -> None:
    assert formats.join(["a", "b", "c"], "pt-BR") == "a, b e c"
    assert formats.join(["a"], "en") == "a"
    assert formats.sentence("**compre** já") == "**Compre** já."
    assert formats.sentence("pronto?") == "Pronto?"


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("[clique](javascript:alert(1))", "\\[clique\\](javascript⁠:alert(1))"),
        ("<img src=x onerror=alert(1)>", "\\<img src=x onerror=alert(1)\\>"),
        ("`rm -rf`", "\\`rm -rf\\`"),
        ("@everyone", "@⁠everyone"),
        ("https://mal.example.com/x", "https⁠://mal.example⁠.com/x"),
        ("www.mal.net", "www⁠.mal⁠.net"),
        ("![i](http://x.io/a.png)", "!\\[i\\](http⁠://x⁠.io/a.png)"),
        ("par\u200bafu\u2060so", "parafuso"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("linha\n\n# título", "linha # título"),
        ("# título", "\\# título"),
        ("1. item", "1\\. item"),
        ("- item", "\\- item"),
        ("a | b", "a \\| b"),
        ("**negrito** _itálico_ ~~risco~~", "\\*\\*negrito\\*\\* \\_itálico\\_ \\~\\~risco\\~\\~"),
        ("&lt;b&gt;", "\\&lt;b\\&gt;"),
        ("a\x00b\x1b[31mc", "ab\\[31mc"),
        ("\ufeffnome", "nome"),
    ],
)
def test_hostile_names_become_text(hostile: str, shown: str) -> None:
    assert inert(hostile) == shown


@pytest.mark.parametrize(
    "name",
    [
        "Rodízio 50mm c/ trava",
        'Tubo 1/2" PVC (barra 6m)',
        "Cola 2,8 kg",
        "FER_099",
        "Espuma D33 2,00x1,40m",
        "Óleo 5W-30",
    ],
)
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert inert(name) == name


def test_long_names_are_cut() -> None:
    assert len(inert("x" * 500)) == formats.MAX_NAME
    assert inert("x" * 500).endswith("…")


def test_stacked_marks_are_limited() -> None:
    assert len(inert("a" + "\u0301" * 60)) <= 1 + formats.MAX_MARKS


@given(st.text(max_size=300))
def test_nothing_foreign_opens_markup(text: str) -> None:
    line = inert(text)
    assert "\n" not in line
    for i, char in enumerate(line):
        if char in "`*[]<>&~|{}":
            assert line[i - 1] == "\\"
        assert unicodedata.category(char) not in ("Cc", "Cs", "Co") and (
            char == "\u2060" or unicodedata.category(char) != "Cf"
        )


@given(st.floats(min_value=-1e9, max_value=1e9), st.sampled_from(["UN", "KG"]), st.sampled_from(["pt-BR", "en"]))
def test_any_quantity_can_be_written(value: float, unit: str, locale: Locale) -> None:
    assert formats.quantity(value, unit, locale).endswith(f" {unit}")
