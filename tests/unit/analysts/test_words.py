"""Numbers as a Brazilian reads them."""

from datetime import date
from decimal import Decimal

import pytest

from reposto.analysts import words


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (words.reais(Decimal("1234.5")), "R$ 1.234,50"),
        (words.reais(Decimal("-3")), "-R$ 3,00"),
        (words.unit_reais(Decimal("12.4")), "R$ 12,40"),
        (words.unit_reais(Decimal("0.0375")), "R$ 0,0375"),
        (words.unit_reais(Decimal("23.3130")), "R$ 23,31"),
        (words.number(1234.56, 1), "1.234,6"),
        (words.number(5.0, 2), "5"),
        (words.quantity(1234, "UN"), "1.234 UN"),
        (words.quantity(12.5, "KG"), "12,5 KG"),
        (words.quantity(0.38, "L"), "0,38 L"),
        (words.percent(8), "8%"),
        (words.percent(7.45, 1), "7,5%"),
        (words.number(2.5), "3"),
        (words.number(-0.2), "0"),
        (words.share(0.001), "menos de 1%"),
        (words.share(0.9999), "mais de 99%"),
        (words.share(0), "0%"),
        (words.share(0.153), "15%"),
        (words.days(1), "1 dia"),
        (words.days(1, business=True), "1 dia útil"),
        (words.days(12.4), "12 dias"),
        (words.days(2.5, business=True), "2,5 dias úteis"),
        (words.day(date(2026, 3, 5)), "05/03/2026"),
        (words.weekday_day(date(2026, 11, 26)), "quinta, 26/11/2026"),
        (words.listed(["a", "b", "c"]), "a, b e c"),
        (words.listed(["a"]), "a"),
        (words.listed([]), ""),
    ],
)
def test_words(said: str, text: str) -> None:
    assert said == text
