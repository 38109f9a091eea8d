"""The columns of what a company sells: sales, promotions, selling prices; see intake/fields."""

from __future__ import annotations

from reposto.intake import values as v
from reposto.intake.field import QUANTITY, Field, field, mark, sku_field
from reposto.intake.rows import Kind

SELLING: dict[Kind, tuple[Field, ...]] = {
    "sales": (
        sku_field("d2cod"),
        field(
            "day",
            "data da venda",
            v.day(),
            "datadavenda datavenda diadavenda dtvenda d2emissao",
            "data dia emissao dataemissao datadeemissao datahora datadopedido ds date",
            required=True,
            example="18/11/2026",
        ),
        field(
            "quantity",
            "quantidade vendida",
            v.sold,
            "quantidadevendida qtdvendida qtdevendida qtdvenda quantvendida unidadesvendidas vendida d2quant",
            f"{QUANTITY} vendas",
            required=True,
            example="3",
        ),
        mark("out_of_stock", "ruptura", "ruptura emruptura semestoque"),
        mark("promotion", "promoção", "promocao empromocao promo"),
        mark("one_off", "venda atípica", "vendaatipica atipica excepcional vendapontual pontual"),
        # weak ones, since other kinds of file have prices too
        field(
            "unit_price",
            "preço de venda",
            v.paid,
            "",
            "precodevenda precovenda precounitariodevenda precounitario precounit valorunitario vlrunitario valorunit"
            " precomedio d2prcven unitprice preco",
            example="24,90",
        ),
        field(
            "total",
            "valor total",
            v.paid,
            "",
            "valortotal valordavenda valorvenda valorvendido totaldavenda totalvenda vlrtotal valorliquido receita"
            " faturamento total d2total revenue",
            example="74,70",
        ),
    ),
    "promotions": (
        sku_field(),
        field(
            "starts_on",
            "início",
            v.day("any"),
            "inicio datainicio datainicial iniciopromocao inicioem validadeinicio",
            "de",
            required=True,
            example="23/11/2026",
        ),
        field(
            "ends_on",
            "fim",
            v.day("any"),
            "fim datafim datafinal fimpromocao termino datatermino terminaem validadefim",
            "ate",
            required=True,
            example="30/11/2026",
        ),
        field(
            "discount_percent",
            "desconto %",
            v.percent(),
            "desconto descontopct pctdesconto pctdedesconto percentualdedesconto descontopercentual discountpercent"
            " discount",
            example="15",
        ),
        field(
            "unit_price",
            "preço promocional",
            v.amount(least=v.PRICE_STEP),
            "precopromocional precodapromocao precodeoferta precoporapenas promoprice",
            example="",
        ),
    ),
    "selling_prices": (
        sku_field(),
        field(
            "starts_on",
            "início",
            v.day("any"),
            "inicio datainicio datainicial vigencia iniciovigencia iniciodavigencia vigenciainicio vigenteapartirde"
            " validoapartirde validadeinicio inicioem",
            "de apartirde desde",
            required=True,
            example="01/12/2026",
        ),
        field(
            "unit_price",
            "preço de venda",
            v.amount(least=v.PRICE_STEP),
            "precodevenda precovenda novoprecodevenda novopreco precodetabela precotabela precosugerido da1prcven"
            " sellingprice",
            "preco valor",
            required=True,
            example="24,90",
        ),
        field(
            "ends_on",
            "fim",
            v.day("any"),
            "fim datafim datafinal fimvigencia fimdavigencia vigenciafim termino datatermino validadefim",
            "ate",
            example="",
        ),
    ),
}
