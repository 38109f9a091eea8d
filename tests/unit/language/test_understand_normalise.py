"""Folding and tokens: one spelling for the same measure, and no text that breaks the reader."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reposto.language.normalise import fold, tokenise, tokenise_name
from reposto.language.numbers import read_amount
from reposto.language.products import phrase_key
from reposto.language.vocabulary import sound, stem
from tests.unit.language.shop import TODAY, shop


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2,5mm", "2.5 mm"),
        ('1/2"', "1/2 pol"),
        ('1 1/2"', "1.1/2 polegada"),
        ("M12x50", "m 12 x 50"),
        ("10mm²", "10 MM2"),
        ("½ polegada", '1/2"'),
        ("18 por 30", "18x30"),
        ("1.000g", "1kg"),
        ("ÁGUA", "agua"),
        ("ｌａｔａ", "lata"),
    ],
)
def test_spellings_of_the_same_thing(one: str, other: str) -> None:
    assert phrase_key(tokenise(fold(one))).split()[:1] == phrase_key(tokenise(fold(other))).split()[:1] or (
        tokenise(fold(one))[0].values[0][1:] == tokenise(fold(other))[0].values[0][1:]
    )


def test_six_eighths_of_a_panel_are_not_three_quarters_of_an_inch() -> None:
    assert tokenise("quadro 6/8")[1].values != tokenise("quadro 12/16")[1].values
    assert tokenise("quadro 6/8")[1].values != tokenise("quadro 3/4")[1].values


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.500", 1500),
        ("12k", 12000),
        ("20 mil", 20000),
        ("tres mil e quinhentos", 3500),
        ("8.500,00", 8500),
        ("1,5 mil", 1500),
    ],
)
def test_amounts(text: str, amount: float) -> None:
    assert read_amount(text) == amount


def test_words_that_sound_or_inflect_alike() -> None:
    assert sound("dobradissa") == sound("dobradisa")
    assert stem("zincadas") == stem("zincado")
    assert stem("flores") == stem("flor")


_NAMES = st.lists(
    st.sampled_from(
        (
            "Cabo FLEX 2,5mm 750V 1/2\" x 10m (rolo 100m) M8X25 c/30 cp s/açúcar d'água AC-III WD-40 "
            "5 kg 15W40 nº 3 m 12 X 30 09.086.000"
        ).split()
    ),
    max_size=9,
).map(" ".join)


@given(_NAMES)
@settings(max_examples=300, deadline=None)
def test_the_remembered_reading_of_names_equals_the_plain_one(name: str) -> None:
    folded = fold(name)
    plain = [(t.kind, t.text, t.values, t.unit) for t in tokenise(folded)]
    assert [(t.kind, t.text, t.values, t.unit) for t in tokenise_name(folded)] == plain


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    request = shop().understand(text, today=TODAY)
    assert set(request.skus) <= set(shop().catalogue.ids)


@pytest.mark.parametrize(
    "text", ["9" * 400, "1/0", "0/2 0/0", "(" * 500, "x" * 3000, "1.2.3.4.5", "\x00\x07", "R$ " * 300]
)
def test_hostile_texts_are_only_text(text: str) -> None:
    assert shop().understand(text, today=TODAY).skus == ()
