"""English: what planned promotions and prices do to the forecast. Same keys and placeholders as texts_prices_pt."""

TEXTS: dict[str, str] = {
    "planned.promotion": "promotion{depth} {when}: the forecast {move}",
    "planned.depth": " of {percent}",
    "planned.price.up": "a price {percent} higher {when}: the forecast {move}",
    "planned.price.down": "a price {percent} lower {when}: the forecast {move}",
    "planned.from": "from {date} on",
    "planned.up": "rises by {percent} on these days ({learned})",
    "planned.down": "falls by {percent} on these days ({learned})",
    "planned.flat": "doesn't change, since no effect was measured ({learned})",
    "planned.learned.one": "learnt from {n} past promotion",
    "planned.learned.many": "learnt from {n} past promotions",
    "planned.unlearned": "this product has had none like it: the catalogue's average effect, with reserve",
    "planned.unknown": "there was none like it in the past",
    "planned.with": "with a promotion{depth} {when}",
    "planned.button.keep": "Keep this promotion in the calendar",
    "planned.button.drop": "Take the promotion out of the calendar",
    "planned.kept": "Done: the promotion of {product} from {start} to {end} is in the calendar. "
    "The next forecasts reckon with it.",
    "planned.dropped": "Done: the promotion of {product} from {start} to {end} is out of the calendar.",
    "planned.only_looks": "You may only look; ask whoever buys to keep the promotion.",
}
