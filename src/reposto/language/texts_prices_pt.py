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
    "planned.with": "com promoção{depth} {when}",
    "planned.button.keep": "Guardar esta promoção no calendário",
    "planned.button.drop": "Tirar a promoção do calendário",
    "planned.kept": "Pronto: a promoção de {product} de {start} a {end} está no calendário. "
    "As próximas previsões já contam com ela.",
    "planned.dropped": "Pronto: a promoção de {product} de {start} a {end} saiu do calendário.",
    "planned.only_looks": "Seu acesso é só para consulta; peça a quem compra que guarde a promoção.",
}
