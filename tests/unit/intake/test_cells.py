"""Cells as Brazilian offices fill them in: what they mean, and what is asked back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reposto.intake.cnpj import is_cpf
from reposto.intake.rows import OfferRow, ProductRow, StockRow, SupplierRow
from reposto.model.quantities import is_counted
from tests.support.intake import read_text


def terms(written: str) -> str | None:
    found = read_text(f"Fornecedor;SKU;Preço unitário;Condição de pagamento\nVale;A;1;{written}\n", "offers")
    return next((r.payment_terms for r in found.rows if isinstance(r, OfferRow)), None) if not found.bad else None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("28/42/56", "28/42/56"),
        ("3x 30/60/90", "30/60/90"),
        ("2 x de 28 e 56 dias", "28/56"),
        ("3x", None),  # three days it is not
        ("3x 30/60", None),
        ("30/60/90 dias", "30/60/90"),
        ("28 DDL", "28"),
        ("à vista", "0"),
        ("entrada + 30", None),
        ("/".join(str(30 * n) for n in range(1, 21)), None),  # more than the table holds
    ],
)
def test_payment_terms_are_days_not_counts(written: str, meant: str | None) -> None:
    assert terms(written) == meant


def test_a_person_who_sells_goes_by_his_name() -> None:
    found = read_text(
        "Razão Social;CNPJ/CPF\nJoão Produtor;529.982.247-25\nVale Verde;11.222.333/0001-81\nErrado;529.982.247-26\n"
    )
    assert [(r.name, r.cnpj) for r in found.rows if isinstance(r, SupplierRow)] == [
        ("João Produtor", None),
        ("Vale Verde", "11222333000181"),
    ]
    assert [(bad.row, bad.column) for bad in found.bad] == [(4, "CNPJ/CPF")]


def test_cpf_check_digits() -> None:
    assert is_cpf("52998224725")
    assert not is_cpf("11111111111")
    assert not is_cpf("52998224726")
    assert not is_cpf("11222333000181")


def test_stock_by_lot_is_several_lines_of_one_product() -> None:
    found = read_text("SKU;Lote;Saldo atual\nA;L1;3\nA;L2;4\n", "stock")
    assert found.bad == ()
    assert [(r.sku, r.on_hand) for r in found.rows if isinstance(r, StockRow)] == [
        ("A", Decimal(3)),
        ("A", Decimal(4)),
    ]


@pytest.mark.parametrize("cell", ["46344", "46344,5"])
def test_the_number_behind_an_excel_date_is_named_and_asked_back(cell: str) -> None:
    found = read_text(f"Data da venda;SKU;Quantidade\n{cell};A;1\n", "sales")
    assert len(found.bad) == 1
    assert "18/11/2026" in found.bad[0].reason


def test_stock_below_zero_is_none_and_said_to_be() -> None:
    found = read_text("SKU;Saldo atual\nA;-3\nB;4\nC;-3\nD;-1.250,5\n", "stock")
    assert found.bad == ()
    assert [r.on_hand for r in found.rows if isinstance(r, StockRow)] == [Decimal(n) for n in (0, 4, 0, 0)]
    assert len(found.warnings) == 1
    assert "-3" in found.warnings[0]
    assert read_text("SKU;Saldo atual\nA;4\n", "stock").warnings == ()
    (bad,) = read_text("SKU;Saldo atual\nA;três\n", "stock").bad
    assert "não é um número" in bad.reason


def test_freight_may_be_a_word() -> None:
    found = read_text(
        "Fornecedor;SKU;Preço unitário;Frete\nVale;A;1;CIF\nVale;B;1;R$ 80,00\nVale;C;1;grátis\nVale;D;1;FOB\n",
        "offers",
    )
    assert [r.freight_fixed for r in found.rows if isinstance(r, OfferRow)] == [Decimal(0), Decimal(80), Decimal(0)]
    assert [(bad.row, "R$" in bad.reason) for bad in found.bad] == [(5, True)]


@pytest.mark.parametrize(
    ("quantity", "price", "bad"),
    [
        ("0,001", "0,0001", ()),
        ("0,0004", "1", ("Quantidade",)),
        ("1", "0,00004", ("Preço unitário",)),
        ("0", "0", ("Quantidade", "Preço unitário")),
    ],
)
def test_what_would_be_kept_as_zero_is_refused(quantity: str, price: str, bad: tuple[str, ...]) -> None:
    found = read_text(
        "Nº do pedido;Fornecedor;SKU;Quantidade;Preço unitário;Data do pedido\n"
        f"1;Vale;A;{quantity};{price};01/11/2026\n",
        "orders",
    )
    assert tuple(error.column for error in found.bad) == bad


def sales(lines: str) -> tuple[list[tuple[object, ...]], tuple[int, ...]]:
    found = read_text(f"SKU;Data da venda;Quantidade\n{lines}", "sales")
    return [row[:3] for row in found.rows], tuple(error.row for error in found.bad)


def test_codes_guarded_against_excel_are_read_without_the_guard() -> None:
    assert sales('="00123";="18/11/2026";"=""3"""\n') == ([("00123", date(2026, 11, 18), Decimal(3))], ())
    assert sales('="";18/11/2026;3\n') == ([], (2,))


def test_a_header_on_each_page_and_the_end_of_a_dos_text_are_no_rows() -> None:
    page = "A;18/11/2026;3\n"
    assert sales(f"{page}SKU;Data da venda;Quantidade\n{page}\x1a") == ([("A", date(2026, 11, 18), Decimal(3))] * 2, ())


def test_a_time_of_day_may_have_twelve_hours() -> None:
    assert sales("A;18/11/2026 02:15 PM;3\n") == ([("A", date(2026, 11, 18), Decimal(3))], ())


@pytest.mark.parametrize("written", ["un.", "Unidade", "PÇ", "Caixa", "ch", "par", "Milheiro"])
def test_what_is_counted_is_counted_however_it_is_spelt(written: str) -> None:
    found = read_text(f"SKU;Descrição;Unidade\n1;Mesa;{written}\n", "products")
    (product,) = (row for row in found.rows if isinstance(row, ProductRow))
    assert product.unit is not None
    assert is_counted(product.unit)
    assert not is_counted("KG") and not is_counted("m2")
