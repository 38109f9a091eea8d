"""What is known about each kind of file beyond its columns."""

from __future__ import annotations

from reposto.intake.rows import Kind

# Columns that a kind does not load but that belong in such a file: they speak for the kind.
FAMILIAR: dict[Kind, frozenset[str]] = {
    "suppliers": frozenset("codigo id cep endereco bairro contato inscricaoestadual ie site a2cod a2loja".split()),
    "products": frozenset(
        "id origem preco valoripifixo observacoes localizacao estoquemaximo estoqueminimo pesoliquidokg pesobrutokg"
        " fornecedor precodecusto precodecompra cest volumes produtovariacao tipoproducao estoque itenspcaixa"
        " gtineandaembalagem b1emin b1emax b1pe b1le b1lm b1estseg bzqe b1uprc b1locpad b1tipo".split()
    ),
    "stock": frozenset("descricao nome produto unidade deposito local localizacao custo b2local b2cm1".split()),
    "sales": frozenset(
        "descricao nome produto unidade valor cliente vendedor pedido nf notafiscal canal loja nomedoproduto"
        " d2doc".split()
    ),
    "promotions": frozenset("descricao nome produto campanha".split()),
    "selling_prices": frozenset("descricao nome produto tabela precoanterior".split()),
    "offers": frozenset("descricao nome produto unidade".split()),
    "orders": frozenset(
        "descricao nome produto unidade total valortotal comprador condicaodepagamento c7total".split()
    ),
    "receipts": frozenset("descricao nome produto unidade fornecedor total valortotal serie d1total d1fornece".split()),
    "prices": frozenset("descricao nome produto unidade".split()),
}

# What else a file of one kind may carry: Bling's product export has the stock in it.
ALSO: dict[Kind, tuple[Kind, ...]] = {"products": ("stock",)}

KIND_LABELS: dict[Kind, str] = {
    "suppliers": "fornecedores",
    "products": "produtos",
    "stock": "estoque",
    "sales": "vendas",
    "promotions": "promoções",
    "selling_prices": "preços de venda",
    "offers": "ofertas",
    "orders": "pedidos",
    "receipts": "recebimentos",
    "prices": "preços",
}
