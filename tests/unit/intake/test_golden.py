"""Files as Brazilian ERPs, spreadsheets and scripts write them, read exactly (RELIABILITY I5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest

from reposto.intake.rows import (
    Kind,
    OfferRow,
    OrderRow,
    PriceRow,
    ProductRow,
    PromotionRow,
    ReceiptRow,
    Row,
    SaleRow,
    StockRow,
    SupplierRow,
)
from tests.support.intake import read_bytes

D = Decimal


class Golden(NamedTuple):
    name: str
    content: bytes
    rows: Sequence[Row]
    kind: Kind | None = None


def sale(sku: str, day: tuple[int, int], quantity: str, row: int) -> SaleRow:
    return SaleRow(sku, date(2026, *day), D(quantity), row=row)


GOLDEN = [
    Golden(
        "bling-latin1.csv",
        (
            "ID;Código;Descrição;Unidade;NCM;Situação;Estoque;Cód. no fornecedor;GTIN/EAN;Marca;Unidade de Medida\r\n"
            '9;00123;"Chapa MDF; 15 mm";UN;4411.13.90;Ativo;1.234,50;A1;SEM GTIN;Duratex;Centímetros\r\n'
            "8;0124-B;Cola de contato;kg;35061090;Inativo;;;7891234567895;;\r\n"
        ).encode("iso-8859-1"),
        [
            ProductRow("00123", "Chapa MDF; 15 mm", "UN", None, "Duratex", "", "44111390", "A1", True, row=2),
            ProductRow("0124-B", "Cola de contato", "KG", None, None, "7891234567895", "35061090", None, False, row=3),
            StockRow("00123", D("1234.50"), row=2),
        ],
    ),
    Golden(
        "produtos-utf8-bom.csv",
        'sku;descrição;unidade\n007;Parafuso 1/2" sextavado;PÇ\n'.encode("utf-8-sig"),
        [ProductRow("007", 'Parafuso 1/2" sextavado', "PÇ", row=2)],
    ),
    Golden(
        "produtos-nfd.csv",  # accents as letter + mark, as macOS writes them: kept as one letter
        "sku;descric\u0327a\u0303o\n1;Pa\u0301tina ac\u0327o\n".encode(),
        [ProductRow("1", "P\u00e1tina a\u00e7o", row=2)],
    ),
    Golden(
        "protheus-sb1.csv",
        b"B1_COD,B1_DESC,B1_UM,B1_POSIPI\n000000000000123,CHAPA MDF,CH,44111390\n",
        [ProductRow("000000000000123", "CHAPA MDF", "CH", ncm="44111390", row=2)],
    ),
    Golden(
        "protheus-sb2.csv",  # a line for each warehouse
        b"B2_COD;B2_LOCAL;B2_QATU;B2_RESERVA\n0001;01;10,5;1\n0001;02;3;0\n",
        [StockRow("0001", D("10.5"), D(1), row=2), StockRow("0001", D(3), D(0), row=3)],
    ),
    Golden(
        "protheus-sd2.csv",
        b"D2_COD;D2_EMISSAO;D2_QUANT\n0001;20260218;3\n",
        [sale("0001", (2, 18), "3", 2)],
    ),
    Golden(
        "vendas-excel-br.csv",
        "sep=;\r\nSKU;Data da venda;Quantidade\r\n00123;18/02/2026;1.500\r\n00123;19/02/2026;2,5\r\n".encode("cp1252"),
        [sale("00123", (2, 18), "1500", 3), sale("00123", (2, 19), "2.5", 4)],
    ),
    Golden(
        "vendas-pandas.csv",  # the same cell, 1.500, from a program: read again when the 2.5 shows whose file it is
        b"sku,data_venda,quantidade\n00123,2026-02-18,1.500\n00123,2026-02-19,2.5\n",
        [sale("00123", (2, 18), "1.500", 2), sale("00123", (2, 19), "2.5", 3)],
    ),
    Golden(
        "vendas-tab.txt",
        b"sku\tdata da venda\tqtd\n1\t01/02/2026 09:15:00\t2\n\n1\t2026-02-01T18:00:00\t1\n",
        [sale("1", (2, 1), "2", 2), sale("1", (2, 1), "1", 4)],
    ),
    Golden(
        "vendas-unicode-do-excel.txt",
        "SKU\tData da venda\tQuantidade\n00123\t18/02/2026\t2\n".encode("utf-16"),
        [sale("00123", (2, 18), "2", 2)],
    ),
    Golden(
        "vendas-aspas.csv",
        b'"SKU","Data da venda","Quantidade"\n"1","01/02/2026","2,5"\n',
        [sale("1", (2, 1), "2.5", 2)],
    ),
    Golden(
        "vendas-marcadas.csv",
        "sku;data da venda;quantidade;promoção;ruptura\n1;01/02/2026;2;S;\n1;02/02/2026;0;não;x\n".encode(),
        [
            SaleRow("1", date(2026, 2, 1), D(2), False, True, row=2),
            SaleRow("1", date(2026, 2, 2), D(0), True, False, row=3),
        ],
    ),
    Golden(
        "original.csv",  # of the project that this one replaces
        b"sku,nome,data_venda,quantidade,receita\n84903501,A vantagem,2026-02-01,3,29.70\n",
        [sale("84903501", (2, 1), "3", 2)._replace(total=D("29.70"))],
    ),
    Golden(
        "fornecedores.csv",
        (
            "Razão Social;Nome Fantasia;CNPJ;Cidade;UF;Pedido mínimo\n"
            "Ferragens Serra Azul Ltda;FerroSerra;11.222.333/0001-81;Caxias do Sul;rs;R$ 500,00\n"
            "Nova Era S.A.;;12.ABC.345/01DE-35;São Paulo;SP;\n"
        ).encode(),
        [
            SupplierRow(
                "Ferragens Serra Azul Ltda",
                "11222333000181",
                "FerroSerra",
                "Caxias do Sul",
                "RS",
                minimum_order=D("500.00"),
                row=2,
            ),
            SupplierRow("Nova Era S.A.", "12ABC34501DE35", None, "São Paulo", "SP", row=3),
        ],
    ),
    Golden(
        "ofertas.csv",
        (
            "Fornecedor;SKU;Preço unitário;A partir de;Múltiplo;Prazo de entrega;IPI (%);Frete;Condição de pagamento;"
            "Validade\n"
            "12.ABC.345/01DE-35;1;R$ 12,3456;10;5;7 dias úteis;5%;80,00;28/42/56 DDL;31/12/2026\n"
        ).encode(),
        [
            OfferRow(
                "12ABC34501DE35",
                "1",
                D("12.3456"),
                D(10),
                None,
                D(5),
                7,
                date(2026, 12, 31),
                None,
                D("80.00"),
                ipi_percent=5.0,
                payment_terms="28/42/56",
                row=2,
            )
        ],
    ),
    Golden(
        "pedidos.csv",
        (
            "Nº do pedido;Fornecedor;SKU;Quantidade;Valor unitário;Data do pedido;Previsão de entrega;Situação\n"
            "0042;FerroSerra;1;1.000;9,90;03/11/2026;17/11/2026;Em aberto\n"
        ).encode("iso-8859-1"),
        [
            OrderRow(
                "0042",
                "FerroSerra",
                "1",
                D(1000),
                date(2026, 11, 3),
                D("9.90"),
                date(2026, 11, 17),
                "sent",
                row=2,
            )
        ],
    ),
    Golden(
        "recebimentos.csv",
        b"Pedido;SKU;Data de entrada;Qtd recebida;Nota fiscal\n0042;1;18/11/2026;400;000123\n",
        [ReceiptRow("0042", "1", date(2026, 11, 18), D(400), "000123", row=2)],
    ),
    Golden(
        "promocoes.csv",
        "sku;início;fim;desconto %\n1;23/11/2026;30/11/2026;15,5\n".encode(),
        [PromotionRow("1", date(2026, 11, 23), date(2026, 11, 30), 15.5, row=2)],
    ),
    Golden(
        "precos.csv",
        "sku;data do preço;preço;fornecedor\n1;10/11/2026;1.234,56;\n".encode(),
        [PriceRow("1", date(2026, 11, 10), D("1234.56"), row=2)],
    ),
    Golden(
        "estoque-so-quantidade.csv",
        b"sku|quantidade\n00001|5\n",
        [StockRow("00001", D(5), row=2)],
    ),
    Golden(
        "nosso-csv-de-volta.csv",  # what `safe_cell` wrote
        "\ufeffsku;descrição\r\n'-1;'=HYPERLINK(1)\r\n".encode(),
        [ProductRow("-1", "=HYPERLINK(1)", row=2)],
    ),
    Golden(
        "linhas-repetidas.csv",  # word for word the same: read once
        b"sku;descricao\n1;A\n1;A\n",
        [ProductRow("1", "A", row=2)],
    ),
]


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: str(golden.name))
def test_golden(golden: Golden) -> None:
    read = read_bytes(golden.content, golden.kind, golden.name)
    assert read.bad == ()
    assert sorted(read.rows, key=lambda row: type(row).__name__) == list(golden.rows)
    assert all(
        type(a) is type(b) for a, b in zip(sorted(map(repr, read.rows)), sorted(map(repr, golden.rows)), strict=True)
    )
