"""English: what makes a decision doubtful, and what else could be done."""

TEXTS: dict[str, str] = {
    "card.other": "**Another way:** {text}",
    "card.calls": "**Call:** {text}",
    "card.taxes": "**Taxes:** {text}",
    "stated": "{price} a unit, the price you named, is {compared}. The sum above uses the offers that are loaded.",
    "stated.offer": "today's best offer",
    "stated.average": "the twelve-month average paid",
    "stated.above": "{percent} above {what} ({other})",
    "stated.below": "{percent} below {what} ({other})",
    "stated.same": "level with {what} ({other})",
    "wait.short.call": "Even so, there is a {chance} of running out before an order of today would come",
    "call.renew": "ask {supplier} for a new quote: that of {price} ended on {date}",
    "call.renew.cheaper": "it was {percent} cheaper than this purchase",
    "call.renew.order": "at that price it would be {quantity} for {total}",
    "call.hurry": (
        "ask {supplier} to deliver order {order} ({quantity}) by {wanted} instead of about {due}: "
        "the chance of running out falls from {before} to {after}"
    ),
    "call.confirm": (
        "make sure with {supplier} of order {order} ({quantity}), due about {due}: if it is there by {wanted}, "
        "the chance of running out falls from {before} to {after}"
    ),
    "call.express": (
        "about {quantity} will probably be lacking until {due}; to have them before {wanted}, by express or from "
        "elsewhere, is worth up to {amount}, the margin that would be lost"
    ),
    "call.express.now": (
        "about {quantity} will probably be lacking until {due}; to have them earlier, by express or from elsewhere, is "
        "worth up to {amount}, the margin that would be lost"
    ),
    "caution.taxes_change": (
        "the delivery falls into next year, when CBS replaces PIS and COFINS; the net cost follows today's rules, "
        "ask for the price of that invoice"
    ),
    "caution.cbs_estimate": (
        "CBS credit at the Ministry of Finance's estimate of {percent}; enter the rate that the Senate has fixed "
        "(`reposto company --cbs`)"
    ),
    "caution.difal_unknown": (
        "{supplier} sells from {state}: the difference of ICMS that many states ask of companies in Simples isn't in "
        "the cost (`reposto company --internal-icms`)"
    ),
    "caution.difal_decides": "{unknown}; with it {rival} may be cheaper",
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
    "climbing": (
        "The last weeks sold more than the forecast already ({sold}): if the season goes on so, {quantity} for {total}"
    ),
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
    "other.spares": "and some {amount} less of idle stock if sales stay at the low end",
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
