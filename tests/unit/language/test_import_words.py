"""What is said of files that were loaded."""

from __future__ import annotations

import pytest

from reposto.intake.rows import KINDS
from reposto.language.import_words import write_imported, write_sent
from reposto.model.imports import FileReport, KindChanges


def report(kind: str, *counts: int, name: str = "arquivo.csv") -> FileReport:
    return FileReport(("u",), name, kind, lines=sum(counts), changes=(KindChanges(kind, *counts),))


@pytest.mark.parametrize("locale", ["pt-BR", "en"])
def test_each_kind_has_its_words(locale: str) -> None:
    told = [write_imported([report(kind, 1, 0, 0, 0)], locale) for kind in (*KINDS, "notes")]
    assert len(set(told)) == len(KINDS) + 1


def test_what_did_not_change_is_not_called_imported() -> None:
    told = write_imported([report("sales", 0, 0, 1234, 0)], "pt-BR")
    assert "nada mudou" in told
    assert "Importei" not in told


def test_counts_are_named_in_order_and_written_as_here() -> None:
    told = write_imported([report("sales", 1234, 2, 3, 4), report("stock", 1, 0, 0, 0)], "pt-BR")
    assert "arquivo.csv (vendas): 1.234 novos, 2 alterados, 4 retirados, 3 iguais" in told
    assert "**2 arquivos**" in told


def test_a_name_is_no_markup() -> None:
    name = "![x](https://evil.example/a.png) <b>.csv"
    told = write_imported([report("sales", 1, 0, 0, 0, name=name)], "pt-BR")
    assert "![x](" not in told
    assert "<b>" not in told.replace("\\<", "")
    assert write_sent([name] * 9, "en").count("evil") == 1


def test_many_names_are_cut_short() -> None:
    assert write_sent([f"{n}.xml" for n in range(9)], "pt-BR") == "Importar 0.xml, 1.xml, 2.xml, 3.xml, 4.xml … (+4)"
