"""Stretches of time at the edges of months and years."""

from datetime import date

import pytest

from reposto.language.dates import TimeFinder


@pytest.mark.parametrize(
    ("text", "today", "days"),
    [
        ("demanda para 10 dias uteis", date(2026, 11, 22), 14),
        ("demanda para 10 dias corridos", date(2026, 11, 22), 10),
        ("demanda para 5 dias", date(2026, 11, 22), 5),
        ("tenho ate o fim do mes", date(2026, 11, 22), 8),
        ("tenho ate o fim do mes", date(2026, 11, 30), 1),
        ("tenho ate o final do ano", date(2026, 12, 31), 1),
        ("tenho ate o fim do mes", date(2028, 2, 1), 28),
        ("preciso ate 29/02", date(2028, 2, 1), 28),
        ("aguenta ate o carnaval", date(2026, 11, 30), 71),
    ],
)
def test_how_many_days_are_meant(text: str, today: date, days: int) -> None:
    assert TimeFinder(text, today).horizon == days
