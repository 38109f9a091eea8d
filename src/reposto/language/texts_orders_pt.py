"""Orders on the page, in Portuguese. Same keys and placeholders as texts_orders_en; a test compares them."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # what happened to an order
    "sheet.change": "Rascunho **{order}**, de {supplier}, mudado: {changes}. {total}",
    "sheet.change.quantity": "{product}, de {before} para **{after}**",
    "sheet.change.price": "{product}, de {before} para **{after}** (a {price} por {unit})",
    "sheet.change.gone": "{product} saiu do pedido",
    "sheet.total": "Mercadoria agora: {total}",
    "sheet.send": "**{order}** está marcado como **enviado** a {supplier} em {date} e entra na conta como a caminho",
    "sheet.send.expected": "Chegada prevista: {date}",
    "sheet.send.note": (
        "Eu não envio nada ao fornecedor. Quando o pedido vier na importação do ERP com outro número, descarte este, "
        "para não contar duas vezes"
    ),
    "sheet.discard": "O pedido **{order}**, de {supplier}, foi **descartado**",
    "sheet.discard.draft": "Nada tinha sido enviado",
    "sheet.discard.sent": "Ele já não conta como a caminho",
    "sheet.reopen": "**{order}**, de {supplier}, voltou a ser **rascunho** e não conta como a caminho",
    # the sheet for the supplier
    "sheet.file.title": "Pedido",
    "sheet.file.line": "Item",
    "sheet.file.order": "Pedido",
    "sheet.file.supplier": "Fornecedor",
    "sheet.file.sku": "SKU",
    "sheet.file.product": "Produto",
    "sheet.file.quantity": "Quantidade",
    "sheet.file.unit": "Unidade",
    "sheet.file.price": "Preço unitário",
    "sheet.file.total": "Total",
    "sheet.text.hello": "Olá, {supplier}.",
    "sheet.text.please": "Segue nosso pedido {order}:",
    "sheet.text.row": "- {quantity} de {product} (nosso código {sku})",
    "sheet.text.row.price": "- {quantity} de {product} (nosso código {sku}), a {price} por {unit}: {total}",
    "sheet.text.total": "Total da mercadoria: {total}, antes de frete e impostos.",
    "sheet.text.expected": "Precisamos da entrega até {date}.",
    "sheet.text.confirm": "Por favor, confirme preço, prazo e condição de pagamento.",
    "sheet.text.thanks": "Obrigado.",
}
