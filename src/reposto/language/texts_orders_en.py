"""Orders on the page, in English. Same keys and placeholders as texts_orders_pt; a test compares them."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # what happened to an order
    "sheet.change": "Draft **{order}**, from {supplier}, changed: {changes}. {total}",
    "sheet.change.quantity": "{product}, from {before} to **{after}**",
    "sheet.change.price": "{product}, from {before} to **{after}** (at {price} per {unit})",
    "sheet.change.gone": "{product} taken out",
    "sheet.total": "Goods now: {total}",
    "sheet.send": "**{order}** is marked as **sent** to {supplier} on {date} and counts as on its way",
    "sheet.send.expected": "Expected: {date}",
    "sheet.send.note": (
        "I send nothing to the supplier. When the order comes back from the ERP under another number, discard this "
        "one, so that it isn't counted twice"
    ),
    "sheet.discard": "Order **{order}**, from {supplier}, was **discarded**",
    "sheet.discard.draft": "Nothing had been sent",
    "sheet.discard.sent": "It no longer counts as on its way",
    "sheet.reopen": "**{order}**, from {supplier}, is a **draft** again and doesn't count as on its way",
    # the sheet for the supplier
    "sheet.file.title": "Order",
    "sheet.file.line": "Line",
    "sheet.file.order": "Order",
    "sheet.file.supplier": "Supplier",
    "sheet.file.sku": "SKU",
    "sheet.file.product": "Product",
    "sheet.file.quantity": "Quantity",
    "sheet.file.unit": "Unit",
    "sheet.file.price": "Unit price",
    "sheet.file.total": "Total",
    "sheet.text.hello": "Hello, {supplier}.",
    "sheet.text.please": "This is our order {order}:",
    "sheet.text.row": "- {quantity} of {product} (our code {sku})",
    "sheet.text.row.price": "- {quantity} of {product} (our code {sku}), at {price} per {unit}: {total}",
    "sheet.text.total": "Goods in total: {total}, before freight and taxes.",
    "sheet.text.expected": "We need it delivered by {date}.",
    "sheet.text.confirm": "Please confirm price, delivery and terms of payment.",
    "sheet.text.thanks": "Thank you.",
}
