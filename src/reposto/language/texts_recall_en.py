"""The conversation's own past, texts to copy and where files are, in English; a test compares it with the Portuguese.

Texts for suppliers stay in Portuguese: it is they who read them.
"""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # what was said
    "recall.again": "Repeating the answer of {when}:",
    "recall.none": "There is no answer in this conversation yet to repeat. Name a product and what you want to know",
    "recall.about.one": "About {product}, I found {n} answer:",
    "recall.about.many": "About {product}, these are the last {n} answers:",
    "recall.about.none": "I found no conversation about {product}{days}",
    "recall.asked.one": "You asked {n} question {days}:",
    "recall.asked.many": "These are your last {n} questions {days}:",
    "recall.asked.none": "I found no questions of yours {days}",
    "recall.row": "**{when}**, “{question}”: {answer}",
    "recall.row.bare": "**{when}**: {answer}",
    "recall.today": "today at {time}",
    "recall.yesterday": "yesterday at {time}",
    "recall.day": "{date} at {time}",
    "recall.on.today": "today",
    "recall.fresh": "The numbers may have changed since; ask again to work them out anew",
    "reply.confirm": "A yes in words makes no order, so that nothing is bought by accident. Use the button {buttons}",
    "reply.bye": "See you! When you are back, just name the product.",
    "reply.help.supply": "suppliers' details and punctuality, open and overdue orders;",
    "reply.help.what_if": "simulations (“e se a demanda subir 20%?”) and comparisons (“X ou Y, qual vende mais?”);",
    "reply.help.list": "what to buy today, within a budget, and lists of the stock;",
    # a text for suppliers
    "quote.head.one": "A text to ask **{supplier}** for a quote; I send nothing, just copy it:",
    "quote.head.many": "One text per supplier; I send nothing, just copy them:",
    "quote.for": "**{supplier}**{mail}",
    "quote.hello": "Olá, {supplier}.",
    "quote.please": "Peço cotação dos itens abaixo:",
    "quote.item": "- {product}{code}: {quantity}",
    "quote.code": " (seu código {code})",
    "quote.amount.open": "informar preço por faixa de quantidade",
    "quote.terms": (
        "Por favor, informe preço unitário por faixa de quantidade, IPI e ICMS-ST, frete, prazo de entrega "
        "em dias úteis, condição de pagamento e validade da proposta."
    ),
    "quote.thanks": "Obrigado.",
    "quote.nobody": "No supplier has an offer on file for {products}; the text does for any:",
    "quote.missing": "No supplier on file: {products}",
    "quote.somebody": "fornecedor",
    "quote.last": "The last purchase of {product} was {quantity}",
    # files
    "export.answer": "I make no PDF: to keep this conversation, print it from the browser and save it as PDF",
    "export.list": "Lists (“o que devo comprar hoje?”) carry buttons to download CSV and Excel in the result itself",
    "export.text": "The last recommendation as text, to copy:",
    "export.order": "Pedido: {quantity} de {product}{code}",
    "export.price": "Preço: {price} por {unit}, total de {total}",
    "export.arrival": "Entrega esperada até {date}",
    "export.none": "There is no purchase recommendation in this conversation yet to turn into text",
    # explanations from what was said
    "explain.point": "Until then demand may reach {reorder}, the reorder point",
    "explain.lost": "What would go unsold before the delivery is left out: no purchase brings it back",
    "explain.number.less": "{other} would fall short: the sum asks for {needed} at least",
    "explain.number.enough": (
        "{other} would cover what is lacking ({needed}); the difference to {quantity} comes from lot, pack or price"
    ),
    "explain.number.more": "{other} exceed what the sum asks for ({needed}) and the lot that pays, {quantity}",
    "explain.number.unneeded": "{other} aren't needed now either: {quantity} are enough",
    "explain.demand": (
        "For comparison, expected sales: {demand}. The sum above is over the time until the next purchase arrives, "
        "not these days"
    ),
    "explain.accuracy.weeks.one": "Errors are measured in whole weeks, the one that covers the forecast of {days}",
    "explain.accuracy.weeks.many": "Errors are measured in whole weeks, those that cover the forecast of {days}",
    "what_if.behind.less": "What is lacking falls from {now} to {then}, but the lot that pays is the same",
    "what_if.behind.more": "What is lacking rises from {now} to {then}, and the lot still covers it",
    "what_if.row.needed": "Lacking, before lots and packs",
    "what_if.lead_time.days": "I counted business days, as with suppliers' lead times",
    "compare.common": "{common}: {names}",
    "recall.state.answered": "{answer}",
    "recall.state.running": "still under way",
    "recall.state.failed": "the analysis failed",
    "recall.state.cancelled": "cancelled",
    "recall.question.state": "**{time}** “{question}”: {state}",
    "recall.earlier.one": "There is {n} more before them",
    "recall.earlier.many": "There are {n} more before them",
    "change.heard": "I understood: {product} has {quantity}; the system says {known}",
    "change.heard.unknown": "I understood: {product} has {quantity}; the system has no stock of it",
    "change.heard.product": "I understood that this is about {product}",
    "lead.carried": "This is about {product}; for all of them ask “which supplier is the fastest of all?”",
    "lead.carried.supplier": (
        "This is about all that {supplier} delivered; for one product ask “lead time of {supplier} for {product}”"
    ),
}
