"""Short replies and quick facts in Portuguese. Same keys and placeholders as texts_replies_en; a test compares them."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # talk
    "reply.hello": "Olá! Diga um produto e o que quer saber: demanda, estoque, quando pedir, quanto comprar, de quem.",
    "reply.thanks": "De nada! Quando precisar de outro produto, é só perguntar.",
    "reply.who": (
        "Sou o reposto, assistente de compras. Faço contas com os dados que a sua empresa carregou: vendas, "
        "estoque, ofertas e entregas."
    ),
    "reply.insult": "Entendo a irritação. Diga o produto e o que saiu errado, que eu refaço a conta.",
    "reply.off_topic": "Disso eu não cuido: só de compras e estoque. Se tiver um produto para ver, é só dizer qual.",
    "reply.injection": (
        "Isso eu não faço. Respondo sobre os produtos, o estoque e as compras da sua empresa, e nenhum texto muda "
        "essa regra."
    ),
    "reply.which": "De qual produto você está falando? Pode ser o nome, o código ou o EAN.",
    "reply.noise": "Não entendi essa mensagem. Escreva um produto e o que quer saber, por exemplo “{example}”.",
    "reply.empty": "A mensagem veio vazia. Escreva um produto e o que quer saber, por exemplo “{example}”.",
    "reply.too_long": "A mensagem passou de {limit} caracteres. Resuma a pergunta ou divida em partes.",
    "reply.example": "quanto comprar do {name}?",
    "reply.example.bare": "quanto comprar do produto tal?",
    "reply.help": "Pergunte sobre um produto do seu jeito, pelo nome ou pelo código. Eu respondo:",
    "reply.help.demand": "quanto deve vender e até quando dura o estoque;",
    "reply.help.buy": "se é hora de comprar, quanto, até que dia e de qual fornecedor;",
    "reply.help.price": "preços, custo posto com frete e impostos, e prazos de entrega medidos;",
    "reply.help.why": "de onde veio cada número e quanto a previsão costuma errar.",
    "reply.help.order": "Pedido de compra só nasce como rascunho, quando você confirma no botão da resposta.",
    "reply.load": "Para começar, carregue seus produtos: `reposto import produtos.csv`.",
    "reply.running.none": "Não há análise em andamento.",
    "reply.running.one": "Há {n} análise em andamento; a resposta aparece aqui sozinha.",
    "reply.running.many": "Há {n} análises em andamento; as respostas aparecem aqui sozinhas.",
    "reply.nothing_runs": "Não há nada em andamento para cancelar.",
    "reply.tax": (
        "Sobre a regra fiscal em si, confirme com a contabilidade. O que eu faço é a conta: comparo fornecedores "
        "pelo custo posto, com frete, IPI, ICMS-ST e os créditos do regime da empresa. Diga o produto."
    ),
    "reply.need_product": "Para isso preciso saber o produto. Qual é?",
    # what takes more than was said
    "cannot.quote": "Cotações eu não envio, mas escrevo o texto para você copiar: diga o produto e a quantidade.",
    "cannot.compare": "Para comparar, diga os produtos na mesma pergunta: “compara X com Y”.",
    # a note under an analysis that was asked for something more
    "note.compare_products": "Para comparar, diga os produtos na mesma pergunta",
    # quick facts
    "quick.as_of": "Saldo de {date}",
    "quick.as_of.old": "O saldo é de {date} e pode ter mudado; carregue `estoque.csv` para atualizar",
    "quick.load_stock": "Carregue o saldo com `reposto import estoque.csv`",
    "quick.order": "Pedido {order}, de {supplier}: {quantity} a receber{of}, {when}",
    "quick.order.of": " de {quantity} pedidos",
    "quick.when.late": "prometido para {date} e ainda não chegou",
    "quick.when.due": "prometido para {date}",
    "quick.when.none": "sem data prometida",
    "quick.no_orders": "{product}: não há pedido em aberto",
    "quick.orders.one": "{product}: {quantity} a caminho em {n} pedido",
    "quick.orders.many": "{product}: {quantity} a caminho em {n} pedidos",
    "quick.last_receipt": "A última entrega foi em {date}: {quantity} do pedido {order}",
    "quick.card": "{product}",
    "quick.card.inactive": "{product}, **inativo no cadastro**",
    "quick.field.unit": "Unidade: {value}",
    "quick.field.category": "Categoria: {value}",
    "quick.field.brand": "Marca: {value}",
    "quick.field.ean": "EAN: {value}",
    "quick.field.ncm": "NCM: {value}",
    "quick.field.supplier_code": "Código no fornecedor: {value}",
    "quick.field.stock": "Estoque: {value}",
    "quick.field.price": "Menor preço: {value}",
    "quick.unfilled": "Sem cadastro: {fields}",
    "quick.name.category": "categoria",
    "quick.name.brand": "marca",
    "quick.name.ean": "EAN",
    "quick.name.ncm": "NCM",
    "quick.name.supplier_code": "código no fornecedor",
    "quick.price": "{product}: o menor preço é **{price}**, de {supplier}{from_quantity}",
    "quick.price.from": ", a partir de {quantity}",
    "quick.price.expired": "{product}: os preços cadastrados estão vencidos; o último menor era {price}, de {supplier}",
    "quick.price.none": "{product}: nenhum fornecedor tem preço cadastrado",
    "quick.price.row": "{supplier}: {tiers}{terms}",
    "quick.price.tier": "{price} a partir de {quantity}",
    "quick.price.valid": "; oferta válida até {date}",
    "quick.price.invalid": "; oferta vencida em {date}",
    "quick.price.note": "Preço de tabela, antes de frete e impostos; o custo posto sai na análise",
    "quick.paid": "Última compra: {price}, em {date}",
    "quick.load_offers": "Carregue as ofertas com `reposto import ofertas.csv`",
    "quick.supplier.name": "{trade} ({name})",
    "quick.supplier.field.cnpj": "CNPJ: {value}",
    "quick.supplier.field.place": "Local: {value}",
    "quick.supplier.field.phone": "Telefone: {value}",
    "quick.supplier.field.email": "E-mail: {value}",
    "quick.supplier.field.minimum": "Pedido mínimo: {value}",
    "quick.supplier.none": "{product}: não há fornecedor cadastrado",
    "quick.supplier.inactive": "inativo no cadastro",
    "quick.supplier.unknown": "fornecedor sem cadastro",
    "quick.supplier.bare": "{supplier}: só o nome está cadastrado",
    "quick.suppliers": "{product}, por fornecedor:",
}
