"""Short replies and quick facts in English. Same keys and placeholders as texts_replies_pt; a test compares them."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # talk
    "reply.hello": (
        "Hello! Name a product and what you want to know: demand, stock, when to order, how much, from whom."
    ),
    "reply.thanks": "You're welcome! Just ask when you need another product.",
    "reply.who": (
        "I'm reposto, a purchasing assistant. I do sums on the data your company has loaded: sales, stock, offers "
        "and deliveries."
    ),
    "reply.insult": "I see why that is annoying. Tell me the product and what went wrong, and I'll redo the sum.",
    "reply.off_topic": (
        "That is not my trade: I only do purchasing and stock. If there is a product to look at, name it."
    ),
    "reply.injection": (
        "I won't do that. I answer about your company's products, stock and purchases, and no text changes that rule."
    ),
    "reply.which": "Which product do you mean? A name, a code or an EAN will do.",
    "reply.noise": "I didn't understand that message. Write a product and what you want to know, such as “{example}”.",
    "reply.empty": "The message was empty. Write a product and what you want to know, such as “{example}”.",
    "reply.too_long": "The message is longer than {limit} characters. Shorten the question or split it.",
    "reply.example": "how much {name} should I buy?",
    "reply.example.bare": "how much of this product should I buy?",
    "reply.help": "Ask about a product in your own words, by name or code. I'll tell you:",
    "reply.help.demand": "how much should sell and how long the stock lasts;",
    "reply.help.buy": "whether it is time to buy, how much, by which day and from which supplier;",
    "reply.help.price": "prices, landed cost with freight and taxes, and measured delivery times;",
    "reply.help.why": "where each number came from and how far off the forecast usually is.",
    "reply.help.order": "A purchase order only ever starts as a draft, when you confirm it with the answer's button.",
    "reply.load": "To begin, load your products: `reposto import produtos.csv`.",
    "reply.running.none": "No analysis is running.",
    "reply.running.one": "{n} analysis is running; the answer will appear here by itself.",
    "reply.running.many": "{n} analyses are running; the answers will appear here by themselves.",
    "reply.nothing_runs": "There is nothing running to cancel.",
    "reply.tax": (
        "For the tax rule itself, ask your accountant. What I do is the sum: I compare suppliers by landed cost, with "
        "freight, IPI, ICMS-ST and the credits of the company's tax regime. Name the product."
    ),
    "reply.need_product": "For that I need to know the product. Which one is it?",
    # what takes more than was said
    "cannot.quote": "I don't send requests for quotation, but I write the text for you to copy: name the product.",
    "cannot.compare": "To compare, name the products in one question: “compara X com Y”.",
    # a note under an analysis that was asked for something more
    "note.compare_products": "To compare, name the products in one question",
    # quick facts
    "quick.as_of": "Stock level of {date}",
    "quick.as_of.old": "The stock level is of {date} and may have changed; load `estoque.csv` to update it",
    "quick.load_stock": "Load the stock level with `reposto import estoque.csv`",
    "quick.order": "Order {order}, from {supplier}: {quantity} to come{of}, {when}",
    "quick.order.of": " of {quantity} ordered",
    "quick.when.late": "promised for {date} and not here yet",
    "quick.when.due": "promised for {date}",
    "quick.when.none": "no date promised",
    "quick.no_orders": "{product}: there is no open order",
    "quick.orders.one": "{product}: {quantity} on order in {n} order",
    "quick.orders.many": "{product}: {quantity} on order in {n} orders",
    "quick.last_receipt": "The last delivery was on {date}: {quantity} of order {order}",
    "quick.card": "{product}",
    "quick.card.inactive": "{product}, **marked inactive**",
    "quick.field.unit": "Unit: {value}",
    "quick.field.category": "Category: {value}",
    "quick.field.brand": "Brand: {value}",
    "quick.field.ean": "EAN: {value}",
    "quick.field.ncm": "NCM: {value}",
    "quick.field.supplier_code": "Supplier's code: {value}",
    "quick.field.stock": "Stock: {value}",
    "quick.field.price": "Lowest price: {value}",
    "quick.unfilled": "Not on file: {fields}",
    "quick.name.category": "category",
    "quick.name.brand": "brand",
    "quick.name.ean": "EAN",
    "quick.name.ncm": "NCM",
    "quick.name.supplier_code": "supplier's code",
    "quick.price": "{product}: the lowest price is **{price}**, from {supplier}{from_quantity}",
    "quick.price.from": ", from {quantity} on",
    "quick.price.expired": "{product}: the prices on file have expired; the lowest was {price}, from {supplier}",
    "quick.price.none": "{product}: no supplier has a price on file",
    "quick.price.row": "{supplier}: {tiers}{terms}",
    "quick.price.tier": "{price} from {quantity} on",
    "quick.price.valid": "; offer valid until {date}",
    "quick.price.invalid": "; offer expired {date}",
    "quick.price.note": "List prices, before freight and taxes; the analysis gives the landed cost",
    "quick.paid": "Last purchase: {price}, on {date}",
    "quick.load_offers": "Load the offers with `reposto import ofertas.csv`",
    "quick.supplier.name": "{trade} ({name})",
    "quick.supplier.field.cnpj": "CNPJ: {value}",
    "quick.supplier.field.place": "Place: {value}",
    "quick.supplier.field.phone": "Phone: {value}",
    "quick.supplier.field.email": "E-mail: {value}",
    "quick.supplier.field.minimum": "Minimum order: {value}",
    "quick.supplier.none": "{product}: there is no supplier on file",
    "quick.supplier.inactive": "marked inactive",
    "quick.supplier.unknown": "a supplier not on file",
    "quick.supplier.bare": "{supplier}: only the name is on file",
    "quick.suppliers": "{product}, by supplier:",
}
