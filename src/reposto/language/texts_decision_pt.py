"""Portuguese: what makes a decision doubtful, and what else could be done."""

TEXTS: dict[str, str] = {
    "card.other": "**Outra saída:** {text}",
    "card.calls": "**Ligue:** {text}",
    "card.taxes": "**Impostos:** {text}",
    "stated": "O preço que você citou, {price} por unidade, fica {compared}. A conta acima usa as ofertas carregadas.",
    "stated.offer": "a melhor oferta de hoje",
    "stated.average": "a média paga em doze meses",
    "stated.above": "{percent} acima d{what} ({other})",
    "stated.below": "{percent} abaixo d{what} ({other})",
    "stated.same": "no nível d{what} ({other})",
    "wait.short.call": "Mesmo assim, há {chance} de faltar antes que um pedido de hoje chegasse",
    "call.renew": "peça nova cotação a {supplier}: a de {price} venceu em {date}",
    "call.renew.cheaper": "saía {percent} mais barata que esta compra",
    "call.renew.order": "a esse preço seriam {quantity} por {total}",
    "call.hurry": (
        "peça a {supplier} que entregue o pedido {order} ({quantity}) até {wanted}, em vez de por volta de {due}: "
        "a chance de faltar cai de {before} para {after}"
    ),
    "call.confirm": (
        "confirme com {supplier} o pedido {order} ({quantity}), que deve chegar por volta de {due}: se chegar até "
        "{wanted}, a chance de faltar cai de {before} para {after}"
    ),
    "call.express": (
        "cerca de {quantity} devem faltar até {due}; tê-las antes de {wanted}, por frete expresso ou de outra fonte, "
        "vale até {amount}, a margem que se perderia"
    ),
    "call.express.now": (
        "cerca de {quantity} devem faltar até {due}; tê-las antes, por frete expresso ou de outra fonte, "
        "vale até {amount}, a margem que se perderia"
    ),
    "caution.taxes_change": (
        "a entrega cai no ano que vem, quando a CBS substitui PIS e COFINS; o custo líquido segue as regras de hoje, "
        "confirme o preço da nota"
    ),
    "caution.cbs_estimate": (
        "crédito de CBS pela estimativa de {percent} do Ministério da Fazenda; informe a alíquota que o Senado fixou "
        "(`reposto company --cbs`)"
    ),
    "caution.difal_unknown": (
        "{supplier} vende de {state}: a diferença de ICMS que muitos estados cobram do Simples não está no custo "
        "(`reposto company --internal-icms`)"
    ),
    "caution.difal_decides": "{unknown}; com ela {rival} pode sair mais barato",
    "card.keeps": "**Validade:** {text}",
    "doubt.because": "{grade}, porque {why}",
    "doubt.no_receipts": "não há nenhum recebimento de {supplier}: o prazo é o prometido",
    "doubt.few_receipts": "há poucos recebimentos deste produto de {supplier}",
    "doubt.old_count": "o estoque foi contado há mais de uma semana",
    "doubt.old_sales": "as vendas importadas estão atrasadas",
    "doubt.worse_forecast": "repetir o que houve teria errado menos que a previsão",
    "doubt.poor_forecast": "a previsão deste produto costuma errar muito",
    "doubt.unseen_year": "conhecemos menos de um ano e meio deste produto",
    "doubt.short_history": "a história é curta demais para medir a previsão",
    "doubt.few_sales": "há poucas vendas em que a previsão se apoie",
    "no_december": "Atenção: este produto ainda não passou por um dezembro conosco; a previsão não conhece a temporada",
    "one_december": "Atenção: deste produto só conhecemos um dezembro; a previsão não sabe o que nele é temporada",
    "climbing": (
        "As últimas semanas já venderam mais que a previsão ({sold}): se a temporada seguir assim, são {quantity} "
        "por {total}"
    ),
    "keeps": "{days} a partir da chegada, até {last}; {chance} de sobrar algo deste pedido",
    "keeps.cost": "perda esperada de {amount}",
    "keeps.limits": "por isso menos do que a conta pede",
    "budget.part": (
        "Com {budget}: **{quantity}** de {supplier} por {total}; {chance} de faltar até o pedido seguinte chegar"
    ),
    "budget.enough": "Os {budget} dão para tudo e sobram {left}",
    "budget.none": "{budget} não chegam nem ao menor pedido",
    "other.repeat": "se os próximos {days} venderem como os últimos ({sold}), {quantity} por {total}",
    "other.little": (
        "pouco agora e nova conta em {days}: {quantity} por {total}; {chance} de faltar até o pedido seguinte chegar"
    ),
    "other.spares": "e uns {amount} a menos de estoque parado se a venda ficar no piso da faixa",
    # orders that fall short of the supplier's minimum or free freight
    "fill.minimum": "faltam {short} para o pedido mínimo de {supplier} ({amount})",
    "fill.free_freight": "faltam {short} para o frete grátis de {supplier} ({amount})",
    "fill.with": "junte {lines}, que vence em breve",
    "fill.with.many": "junte {lines}, que vencem em breve",
    "fill.line": "{product}: {quantity} por {total}",
    "fill.saves": "poupa {amount} de frete",
    "fill.nothing": "nada mais dele vence nas próximas semanas",
    "fill.spared": "frete grátis, {amount} a menos",
}
