"""Which kind of file a header announces."""

import pytest

from reposto.intake.fields import FIELDS
from reposto.intake.headers import explain_missing, match_columns, recognise
from reposto.intake.rows import KINDS, ROW_TYPES, Kind
from reposto.model.errors import FileRefused
from tests.support.intake import read_text

BLING = (
    "ID;Código;Descrição;Unidade;NCM;Origem;Preço;Valor IPI fixo;Observações;Situação;Estoque;Preço de custo;"
    "Cód. no fornecedor;Fornecedor;Localização;Estoque máximo;Estoque mínimo;Peso líquido (Kg);Peso bruto (Kg);"
    "GTIN/EAN;GTIN/EAN da Embalagem;Itens p/ caixa;Marca;CEST;Volumes;Unidade de Medida;Preço de Compra;"
    "Categoria do produto;Informações Adicionais"
)


@pytest.mark.parametrize(
    ("header", "kinds"),
    [
        (BLING, ["products", "stock"]),
        ("Código (SKU);Descrição;Unidade;Estoque;Preço de custo;Situação;Marca", ["products", "stock"]),
        ("B1_COD;B1_DESC;B1_UM;B1_EMIN;B1_PE;B1_UPRC", ["products"]),
        ("B2_COD;B2_LOCAL;B2_QATU;B2_CM1", ["stock"]),
        ("sku;nome;unidade;categoria;marca;ean;ncm;cod_fornecedor", ["products"]),
        ("nome;fantasia;cnpj;cidade;uf", ["suppliers"]),
        ("A2_COD;A2_NOME;A2_NREDUZ;A2_CGC;A2_MUN;A2_EST", ["suppliers"]),
        ("sku;nome;data_venda;quantidade;receita", ["sales"]),
        ("D2_COD;D2_QUANT;D2_EMISSAO", ["sales"]),
        ("unique_id;ds;y", ["sales"]),
        ("CODIGO;ESTOQUE", ["stock"]),
        ("Fornecedor;SKU;Preço unitário;A partir de;MOQ;Prazo de entrega;Frete (R$);IPI (%);ICMS", ["offers"]),
        ("Nº do pedido;Fornecedor;SKU;Quantidade;Preço unitário;Data do pedido;Previsão de entrega", ["orders"]),
        ("C7_NUM;C7_ITEM;C7_PRODUTO;C7_QUANT;C7_PRECO;C7_EMISSAO;C7_DATPRF;C7_FORNECE", ["orders"]),
        ("Pedido;SKU;Data de entrada;Quantidade recebida;Nota fiscal", ["receipts"]),
        ("D1_PEDIDO;D1_COD;D1_QUANT;D1_DTDIGIT;D1_DOC;D1_VUNIT", ["receipts"]),
        ("sku;início;fim;desconto %", ["promotions"]),
        ("sku;data;preço", ["prices"]),
    ],
)
def test_a_header_says_its_kind(header: str, kinds: list[Kind]) -> None:
    found = recognise(header.split(";"), None, "arquivo.csv")
    assert found is not None
    assert [layout.kind for layout in found.layouts] == kinds


def test_bling_columns_go_where_they_belong() -> None:
    found = recognise(BLING.split(";"), None, "produtos.csv")
    assert found is not None
    names = {name: found.cells[index] for name, index in found.layouts[0].columns.items()}
    assert names == {
        "sku": "Código",
        "name": "Descrição",
        "unit": "Unidade",  # not "Unidade de Medida", in which Bling keeps centimetres
        "category": "Categoria do produto",
        "brand": "Marca",
        "ean": "GTIN/EAN",
        "ncm": "NCM",
        "supplier_code": "Cód. no fornecedor",
        "active": "Situação",
    }
    assert "Preço de custo" in found.ignored


@pytest.mark.parametrize(
    "header", ["sku;data;quantidade", "Código;Descrição;Saldo", "Código;Descrição;Data;Quantidade"]
)
def test_a_header_of_two_kinds_is_asked_about(header: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        recognise(header.split(";"), None, "arquivo.csv")
    assert (refusal.value.ask, len(refusal.value.kinds) > 1) == ("kind", True)


def test_the_file_name_decides_between_two_kinds() -> None:
    for name, kind in (("Vendas 2026.csv", "sales"), ("estoque.csv", "stock")):
        found = recognise(["sku", "data", "quantidade"], None, name)
        assert found is not None
        assert found.kind == kind


def test_a_missing_column_is_named() -> None:
    with pytest.raises(FileRefused) as refusal:
        raise explain_missing([["SKU", "Data da venda", "Cliente"]], None)
    assert "vendas" in refusal.value.message_pt
    assert "quantidade vendida" in refusal.value.message_pt


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_is_known_by_the_name_we_give_it(kind: Kind) -> None:
    labels = [field.label for field in FIELDS[kind]]
    assert match_columns(labels, kind).columns == {field.name: i for i, field in enumerate(FIELDS[kind])}


@pytest.mark.parametrize("kind", KINDS)
def test_columns_are_attributes_of_the_row(kind: Kind) -> None:
    attributes = ROW_TYPES[kind]._fields
    assert {field.name for field in FIELDS[kind]} <= set(attributes)
    assert attributes[-1] == "row"
    required = {name for name in attributes if name not in ROW_TYPES[kind]._field_defaults}
    assert required == {field.name for field in FIELDS[kind] if field.required}


def test_a_title_above_the_header_is_skipped() -> None:
    read = read_text("Relatório de vendas;;\n;;\nSKU;Data da venda;Quantidade\n1;01/02/2026;3\n")
    assert [row.row for row in read.rows] == [4]
