"""Portuguese: what makes a decision doubtful, and what else could be done."""

TEXTS: dict[str, str] = {
    "card.other": "**Outra saída:** {text}",
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
