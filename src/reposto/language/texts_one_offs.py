"""What is said about exceptional sales."""

TEXTS: dict[str, dict[str, str]] = {
    "pt-BR": {
        "propose": "Em {day} saíram **{quantity}** de {product}; num dia comum de venda saem {usual}. Deixo esse dia "
        "fora da previsão? Responda *sim* ou use o botão.",
        "propose.unmark": "O dia {day}, com {quantity} de {product}, está fora da previsão. Volto a contá-lo? Responda "
        "*sim* ou use o botão.",
        "marked": "Pronto: as {quantity} de {day} não contam mais na previsão de {product}. A próxima resposta já sai "
        "sem elas. Para voltar atrás: *desfazer*.",
        "unmarked": "Pronto: as {quantity} de {day} voltam a contar na previsão de {product}. A próxima resposta já as "
        "considera.",
        "unchanged": "Já estava assim; nada mudou.",
        "which": "De qual produto é essa venda? Diga o nome ou o código junto com o dia ou a quantidade.",
        "none": "Não encontrei essa venda de {product}. A maior do período foi de {quantity}, em {day}.",
        "none.empty": "Não há nenhuma venda de {product} nesses dias.",
        "none.marked": "Nenhuma venda de {product} desses dias está fora da previsão.",
        "only_looks": "Seu acesso é só de consulta: quem compra pode marcar vendas atípicas.",
        "button.mark": "Deixar fora da previsão",
        "button.unmark": "Contar de novo",
        "button.undo": "Desfazer",
    },
    "en": {
        "propose": "On {day} **{quantity}** of {product} were sold; on an ordinary day of sales it is {usual}. Leave "
        "that day out of the forecast? Answer *yes* or use the button.",
        "propose.unmark": "{day}, with {quantity} of {product}, is left out of the forecast. Count it again? Answer "
        "*yes* or use the button.",
        "marked": "Done: the {quantity} of {day} no longer count in the forecast of {product}. The next answer is "
        "made without them. To take it back: *undo*.",
        "unmarked": "Done: the {quantity} of {day} count again in the forecast of {product}. The next answer is made "
        "with them.",
        "unchanged": "It was so already; nothing has changed.",
        "which": "Of which product is that sale? Say its name or code with the day or the quantity.",
        "none": "I found no such sale of {product}. The largest of these days was {quantity}, on {day}.",
        "none.empty": "Nothing of {product} was sold on these days.",
        "none.marked": "No sale of {product} on these days is left out of the forecast.",
        "only_looks": "You may look only: buyers can mark exceptional sales.",
        "button.mark": "Leave out of the forecast",
        "button.unmark": "Count again",
        "button.undo": "Undo",
    },
}
