"""English: what makes a decision doubtful, and what else could be done."""

TEXTS: dict[str, str] = {
    "card.other": "**Another way:** {text}",
    "card.keeps": "**Shelf life:** {text}",
    "doubt.because": "{grade}, because {why}",
    "doubt.no_receipts": "no delivery of {supplier} is known: the lead time is the promised one",
    "doubt.few_receipts": "few deliveries of this product by {supplier} are known",
    "doubt.old_count": "the stock was counted more than a week ago",
    "doubt.old_sales": "the imported sales are out of date",
    "doubt.worse_forecast": "repeating what happened would have been off by less than the forecast",
    "doubt.poor_forecast": "the forecast of this product tends to be far off",
    "doubt.unseen_year": "we know less than a year and a half of this product",
    "doubt.short_history": "its history is too short to measure the forecast",
    "doubt.few_sales": "there are few sales for the forecast to stand on",
    "no_december": "Mind: this product hasn't been through a December with us; the forecast doesn't know the season",
    "one_december": "Mind: we know a single December of this product; the forecast can't tell what of it is season",
    "keeps": "{days} from arrival, until {last}; {chance} of having some of this order left",
    "keeps.cost": "expected loss {amount}",
    "keeps.limits": "so less than the sum asks for",
    "budget.part": (
        "With {budget}: **{quantity}** from {supplier} for {total}; "
        "{chance} of running short before the next order arrives"
    ),
    "budget.enough": "{budget} pay for all of it and {left} are left",
    "budget.none": "{budget} don't even pay for the smallest order",
    "other.repeat": "if the coming {days} sell like the last ({sold}), {quantity} for {total}",
    "other.little": (
        "little now and a new sum in {days}: {quantity} for {total}; "
        "{chance} of running short before the next order arrives"
    ),
    # orders that fall short of the supplier's minimum or free freight
    "fill.minimum": "{short} short of {supplier}'s minimum order ({amount})",
    "fill.free_freight": "{short} short of {supplier}'s free freight ({amount})",
    "fill.with": "join {lines}, which is due soon",
    "fill.with.many": "join {lines}, which are due soon",
    "fill.line": "{product}: {quantity} for {total}",
    "fill.saves": "saves {amount} of freight",
    "fill.nothing": "nothing else of theirs is due in the coming weeks",
    "fill.spared": "free freight, {amount} less",
}
