"""Numbers, dates, codes and CNPJs, one cell at a time."""

from datetime import date
from decimal import Decimal

import pytest

from reposto.intake import values as v
from reposto.intake.cnpj import BadCnpj, check_digits, parse_cnpj
from reposto.intake.numbers import BadNumber, NumberReader
from tests.support.intake import TODAY


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12", "12"),
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("R$ 1.234,56", "1234.56"),
        ("R$\u00a01.234.567,89", "1234567.89"),
        ("1.234.567", "1234567"),
        ("0.123", "0.123"),
        ("1,000", "1"),
        ("1234.567", "1234.567"),
        (" 7 ", "7"),
        (",5", "0.5"),
        ("-3,2", "-3.2"),
        ("3,20-", "-3.2"),
    ],
)
def test_a_number_that_says_what_it_is(written: str, meant: str) -> None:
    assert NumberReader().read(written) == Decimal(meant)


@pytest.mark.parametrize(
    "written",
    ["", "-", ",", ".", "abc", "1e308", "NaN", "inf", "1.23.4", "1,2,3", "1.23,4,5", "1,23.4", "12 dias", "٣"],
)
def test_what_is_no_number(written: str) -> None:
    with pytest.raises(BadNumber):
        NumberReader().read(written)


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        (["1.234", "12,5"], None),  # a person's file: 1234, as read
        (["1.234", "12.5"], "dot"),  # a program's: 1.234, read again
        (["1.234"], "refuse"),
        (["1.234", "12,5", "12.5"], "refuse"),
        (["1,234"], None),
        (["1,234", "12.5"], "refuse"),
        (["1.234", "1,234"], "refuse"),
        (["12", "12,5", "12.5"], None),
    ],
)
def test_the_rest_of_the_file_says_what_a_dot_means(cells: list[str], style: str | None) -> None:
    reader = NumberReader()
    for cell in cells:
        reader.read(cell)
    assert reader.better_style() == style


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("01/02/2026", date(2026, 2, 1)),
        ("1/2/26", date(2026, 2, 1)),
        ("01-02-2026", date(2026, 2, 1)),
        ("01.02.2026", date(2026, 2, 1)),
        ("2026-02-01", date(2026, 2, 1)),
        ("20260201", date(2026, 2, 1)),
        ("01/02/2026 13:45", date(2026, 2, 1)),
        ("2026-02-01T13:45:00-03:00", date(2026, 2, 1)),
        ("29/02/2024", date(2024, 2, 29)),
    ],
)
def test_dates(written: str, meant: date) -> None:
    assert v.day()(written, v.Reading(TODAY)) == meant


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("02/25/2026", "o mês 25 não existe"),
        ("31/02/2026", "não existe no calendário"),
        ("29/02/2025", "não existe no calendário"),
        ("31/12/9999", "está no futuro"),
        ("23/11/2026", "está no futuro"),
        ("01/01/1900", "antigo demais"),
        ("ontem", "não é uma data"),
        ("45231", "não é uma data"),
        ("", "não é uma data"),
    ],
)
def test_dates_that_make_no_sense(written: str, reason: str) -> None:
    with pytest.raises(v.BadValue, match=reason):
        v.day()(written, v.Reading(TODAY))


def test_a_date_may_be_in_the_future_where_that_makes_sense_but_not_in_the_year_9999() -> None:
    assert v.day("any")("31/12/2027", v.Reading(TODAY)) == date(2027, 12, 31)
    with pytest.raises(v.BadValue, match="longe demais"):
        v.day("any")("31/12/9999", v.Reading(TODAY))


def test_check_digits_of_both_kinds_of_cnpj() -> None:
    assert check_digits("12ABC34501DE") == "35"  # the example of IN RFB 2.229/2024
    assert parse_cnpj("12.abc.345/01DE-35") == "12ABC34501DE35"
    assert check_digits("112224030001") == "00"  # both remainders are 1, which would be a digit 10
    assert parse_cnpj("11.222.333/0001-81") == "11222333000181"
    assert parse_cnpj("00.000.000/0001-91") == "00000000000191"
    assert parse_cnpj("1234567000195") == "01234567000195"  # a spreadsheet ate the zero


@pytest.mark.parametrize(
    "written", ["11.222.333/0001-82", "12.ABC.345/01DE-36", "11111111111111", "00000000000000", "123", "12ABC34501DEXX"]
)
def test_a_cnpj_with_a_typing_error(written: str) -> None:
    with pytest.raises(BadCnpj):
        parse_cnpj(written)


def test_codes_keep_their_zeros_and_refuse_what_excel_broke() -> None:
    read = v.code(120)
    reading = v.Reading(TODAY)
    assert read("00123", reading) == "00123"
    assert read("1E5", reading) == "1E5"  # a real code: Excel would have written 1E+05
    assert read(Decimal("123"), reading) == "123"
    for broken in ("7,89123E+12", "7.89E+12", date(2026, 10, 12)):
        with pytest.raises(v.BadValue, match="Excel"):
            read(broken, reading)


@pytest.mark.parametrize(
    ("written", "meant"), [("28/42/56", "28/42/56"), ("28 DDL", "28"), ("à vista", "0"), ("30, 60 dias", "30/60")]
)
def test_payment_terms(written: str, meant: str) -> None:
    assert v.payment_terms(written, v.Reading(TODAY)) == meant


@pytest.mark.parametrize("value", [Decimal("1E+308"), Decimal(10) ** 9 + 1, "9" * 39])
def test_amounts_have_a_limit(value: Decimal | str) -> None:
    with pytest.raises(v.BadValue):
        v.amount()(value, v.Reading(TODAY))


@pytest.mark.parametrize("written", ["-1", "-0,5", "-0.001", Decimal("-0.001")])
def test_amounts_are_never_negative(written: str | Decimal) -> None:
    with pytest.raises(v.BadValue, match="negativo"):
        v.amount()(written, v.Reading(TODAY))
