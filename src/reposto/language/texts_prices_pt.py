"""Portuguese: what planned promotions and prices do to the forecast."""

TEXTS: dict[str, str] = {
    "planned.promotion": "promoção{depth} {when}: a previsão {move}",
    "planned.depth": " de {percent}",
    "planned.price.up": "preço {percent} maior {when}: a previsão {move}",
    "planned.price.down": "preço {percent} menor {when}: a previsão {move}",
    "planned.from": "a partir de {date}",
    "planned.up": "sobe {percent} nesses dias ({learned})",
    "planned.down": "cai {percent} nesses dias ({learned})",
    "planned.flat": "não muda, porque não há efeito medido ({learned})",
    "planned.learned.one": "aprendido de {n} promoção passada",
    "planned.learned.many": "aprendido de {n} promoções passadas",
    "planned.unlearned": "este produto ainda não teve nenhuma parecida: é o efeito médio do catálogo, com reserva",
    "planned.unknown": "não houve nenhuma parecida no passado",
}
