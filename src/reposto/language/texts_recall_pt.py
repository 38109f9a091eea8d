"""The conversation's own past, texts to copy, where files are, in Portuguese; a test compares it with the English."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # what was said
    "recall.again": "Repetindo a resposta de {when}:",
    "recall.none": "Nesta conversa ainda não há resposta para repetir. Diga um produto e o que quer saber",
    "recall.about.one": "Sobre {product}, achei {n} resposta:",
    "recall.about.many": "Sobre {product}, estas são as {n} últimas respostas:",
    "recall.about.none": "Não achei conversa sobre {product}{days}",
    "recall.asked.one": "Você fez {n} pergunta {days}:",
    "recall.asked.many": "Estas são as suas {n} últimas perguntas {days}:",
    "recall.asked.none": "Não achei perguntas suas {days}",
    "recall.row": "**{when}**, “{question}”: {answer}",
    "recall.row.bare": "**{when}**: {answer}",
    "recall.today": "hoje às {time}",
    "recall.yesterday": "ontem às {time}",
    "recall.day": "{date} às {time}",
    "recall.on.today": "de hoje",
    "recall.fresh": "Os números podem ter mudado desde então; pergunte de novo para refazer a conta",
    "reply.confirm": "Por texto um sim não cria pedido, para que nada seja comprado sem querer. Use o botão {buttons}",
    "reply.bye": "Até mais! Quando voltar, é só dizer o produto.",
    "reply.help.supply": "dados e pontualidade de fornecedores, pedidos em aberto e atrasados;",
    "reply.help.what_if": "simulações (“e se a demanda subir 20%?”) e comparações (“X ou Y, qual vende mais?”);",
    "reply.help.list": "o que comprar hoje, com orçamento, e as listas de estoque;",
    # a text for suppliers
    "quote.head.one": "Texto para pedir cotação a **{supplier}**; eu não envio nada, é só copiar:",
    "quote.head.many": "Um texto por fornecedor; eu não envio nada, é só copiar:",
    "quote.for": "**{supplier}**{mail}",
    "quote.hello": "Olá, {supplier}.",
    "quote.please": "Peço cotação dos itens abaixo:",
    "quote.item": "- {product}{code}: {quantity}",
    "quote.code": " (seu código {code})",
    "quote.amount.open": "informar preço por faixa de quantidade",
    "quote.terms": (
        "Por favor, informe preço unitário por faixa de quantidade, IPI e ICMS-ST, frete, prazo de entrega em dias "
        "úteis, condição de pagamento e validade da proposta."
    ),
    "quote.thanks": "Obrigado.",
    "quote.nobody": "Nenhum fornecedor tem oferta cadastrada de {products}; o texto serve para qualquer um:",
    "quote.missing": "Sem fornecedor cadastrado: {products}",
    "quote.somebody": "fornecedor",
    "quote.last": "A última compra de {product} foi de {quantity}",
    # files
    "export.answer": "PDF eu não gero: para guardar esta conversa, use a impressão do navegador e salve em PDF",
    "export.list": "As listas (“o que devo comprar hoje?”) têm no próprio resultado os botões para baixar CSV e Excel",
    "export.text": "Texto da última recomendação, para copiar:",
    "export.order": "Pedido: {quantity} de {product}{code}",
    "export.price": "Preço: {price} por {unit}, total de {total}",
    "export.arrival": "Entrega esperada até {date}",
    "export.none": "Ainda não há nesta conversa uma recomendação de compra para virar texto",
    # explanations from what was said
    "explain.point": "Até lá a demanda pode chegar a {reorder}, que é o ponto de pedido",
    "explain.lost": "Fica fora da conta o que se deixaria de vender antes da entrega: isso a compra já não recupera",
    "explain.number.less": "Com {other} faltaria: a conta pede ao menos {needed}",
    "explain.number.enough": (
        "{other} já cobrem o que falta ({needed}); a diferença até {quantity} vem do lote, da embalagem ou do preço"
    ),
    "explain.number.more": "{other} passam do que a conta pede ({needed}) e do lote que compensa, {quantity}",
    "explain.number.unneeded": "{other} também não são precisos agora: {quantity} já bastam",
    "explain.demand": (
        "Para comparar, a venda prevista: {demand}. A conta acima é do tempo até a compra seguinte chegar, "
        "não destes dias"
    ),
    "explain.accuracy.weeks.one": "O erro se mede em semanas inteiras: a que cobre a previsão de {days}",
    "explain.accuracy.weeks.many": "O erro se mede em semanas inteiras, as que cobrem a previsão de {days}",
    "what_if.behind.less": "O que falta cai de {now} para {then}, mas o lote que compensa é o mesmo",
    "what_if.behind.more": "O que falta sobe de {now} para {then}, e o lote ainda o cobre",
    "what_if.row.needed": "Falta, antes de lote e embalagem",
    "what_if.lead_time.days": "Contei dias úteis, como nos prazos dos fornecedores",
    "compare.common": "{common}: {names}",
    "recall.state.answered": "{answer}",
    "recall.state.running": "ainda em andamento",
    "recall.state.failed": "a análise falhou",
    "recall.state.cancelled": "cancelada",
    "recall.question.state": "**{time}** “{question}”: {state}",
    "recall.earlier.one": "Antes delas há mais {n}",
    "recall.earlier.many": "Antes delas há mais {n}",
    "change.heard": "Entendi: {product} tem {quantity}, e no sistema há {known}",
    "change.heard.unknown": "Entendi: {product} tem {quantity}; no sistema não há saldo dele",
    "change.heard.product": "Entendi que é sobre {product}",
    "lead.carried": "Isto é de {product}; para todos, pergunte “qual fornecedor entrega mais rápido de todos?”",
    "lead.carried.supplier": (
        "Isto é de tudo o que {supplier} entregou; para um produto, pergunte “prazo de {supplier} para {product}”"
    ),
}
