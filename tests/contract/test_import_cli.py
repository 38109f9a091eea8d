"""`reposto import`: what it prints, and with what code it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from reposto.app.import_cli import EXIT_REFUSED, parse_kind, print_template, run_import
from reposto.intake.limits import MAX_ROW_ERRORS
from reposto.intake.rows import KINDS
from reposto.model.errors import InvalidInput
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate


@pytest.fixture
def company(tmp_path: Path) -> Store:
    store = Store(sqlite_url(tmp_path / "reposto.sqlite"))
    migrate(store)
    return store


@pytest.fixture
def products(tmp_path: Path) -> Path:
    path = tmp_path / "produtos.csv"
    path.write_text("sku;descrição;unidade;preço\n1;Chapa;UN;9\n2;Cola;KG;8\n", "utf-8")
    return path


def test_it_says_what_is_new_and_then_that_nothing_is(
    company: Store, products: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_import(company, [products], kind=None, dry_run=True) == 0
    assert "nada foi gravado" in capsys.readouterr().out
    assert run_import(company, [products], kind=None, dry_run=False) == 0
    out = capsys.readouterr().out
    assert "2 linhas" in out
    assert "2 novos" in out
    assert "preço" in out.splitlines()[1]  # the column that nobody reads
    assert run_import(company, [products], kind="produtos", dry_run=False) == 0
    out, err = capsys.readouterr()
    assert "nada mudou" in out
    assert err == ""  # no progress bar where there is no terminal


def test_a_refused_file_ends_with_2_and_a_list_of_rows(
    company: Store, products: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sales = tmp_path / "vendas.csv"
    lines = "".join(f"9{n};01/02/2026;1\n" for n in range(MAX_ROW_ERRORS + 5))
    sales.write_text(f"SKU;Data da venda;Quantidade\n{lines}", "utf-8")
    assert run_import(company, [sales, products], kind=None, dry_run=False) == EXIT_REFUSED == 2
    out, err = capsys.readouterr()
    assert "2 novos" in out  # the products came first, and are in
    assert "vendas.csv: 205 problemas; nada foi gravado." in err
    assert "  linha 2, SKU: '90': produto não cadastrado" in err
    assert "… e mais 5" in err
    assert len(err.splitlines()) == MAX_ROW_ERRORS + 2


def test_kinds_have_two_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse_kind("sales") == parse_kind("Vendas") == "sales"
    assert parse_kind("promocoes") == "promotions"
    assert [parse_kind(kind) for kind in KINDS] == list(KINDS)
    with pytest.raises(InvalidInput) as refusal:
        parse_kind("tudo")
    assert "vendas" in refusal.value.message_pt
    print_template("vendas")
    assert capsys.readouterr().out.startswith("\ufeffsku;data da venda;quantidade vendida")
