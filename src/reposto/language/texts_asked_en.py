"""Answers to the very question, in English. Same keys and placeholders as texts_asked_pt; a test compares them."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "reply.change": "I change no data by text, so that no sentence read wrongly can change a number",
    "reply.change.file": (
        "Correct it in `{file}` and load it with `reposto import {file}`: the next answer uses the right number"
    ),
    # the days asked about
    "when.month": "in {month}",
    "when.month.year": "in {month} {year}",
    "when.year": "in {year}",
    "when.day": "on {date}",
    "when.yesterday": "yesterday ({date})",
    "when.dates": "from {start} to {end}",
    # demand of those days
    "asked.sold": "{product}: **{sold}** were sold {when}",
    "asked.sold.until": "{product}: **{sold}** were sold {when}, with data up to {until}",
    "asked.sold.zero": "{product}: **nothing was sold** {when}",
    "asked.sold.none": "{product}: there are no sales on record {when}",
    "asked.sold.starts": "Sales of this product only begin on {date}",
    "asked.future": "{product}: the expected demand {when} is **{total}**, {range}",
    "asked.future.zero": "{product}: I expect no sales {when}",
    "asked.future.far": "{product}: {when} is too far ahead; the forecast ends on {until}",
    "asked.future.cut": "The forecast only reaches {until}",
    "asked.mixed": (
        "{product}: {when}, **{sold}** have been sold (up to {until}) and {rest} more are expected: about **{total}**"
    ),
    "asked.year_before": "At the same time a year before, {sold} were sold",
    "asked.year_before.up": "At the same time a year before, {sold} were sold: {percent} more now",
    "asked.year_before.down": "At the same time a year before, {sold} were sold: {percent} less now",
    "asked.out_of_stock.one": "On {n} of those days there was no stock",
    "asked.out_of_stock.many": "On {n} of those days there was no stock",
    # prices of those days
    "asked.paid": "{product}: you paid **{price} per {unit}** {when}",
    "asked.paid.mean": "{product}: you paid **{price} per {unit}** on average {when}, from {low} to {high}",
    "asked.quoted": "{product}: nothing was bought {when}; the quote was **{price} per {unit}**",
    "asked.paid.none": "{product}: no price was paid or quoted {when}",
    "asked.paid.now.up": "The last purchase was at {price}, {percent} above",
    "asked.paid.now.down": "The last purchase was at {price}, {percent} below",
    "asked.paid.now.same": "The last purchase was at the same price, {price}",
    # enough for so long?
    "cover.lacking": "{product}: for {span} **{lacking} are lacking**",
    "cover.lacking.safely": "{product}: for {span} **{lacking} are lacking**, or {safely} to take no risk",
    "cover.safely": "{product}: for {span} what there is should do, safely only with **{safely} more**",
    "cover.enough": "{product}: for {span} **nothing is lacking**",
    "cover.span.one": "{n} day (until {until})",
    "cover.span.many": "{n} days (until {until})",
    "cover.sum": "The demand expected until then is {demand}; there are {have}",
    "cover.yes": "{product}: **yes, it should run out** by {until}: {chance} with no new purchase",
    "cover.maybe": "{product}: **it may run out** by {until}: {chance} with no new purchase",
    "cover.no": "{product}: **it should not run out** by {until}: {chance} with no new purchase",
    "cover.lasts": "The stock lasts {days}, until {date}",
    # simulations
    "what_if.demand.up": "with demand {percent} higher",
    "what_if.demand.down": "with demand {percent} lower",
    "what_if.price.up": "with the price {percent} higher",
    "what_if.price.down": "with the price {percent} lower",
    "what_if.price.supplier": "{change} at {supplier}",
    "what_if.lead_time": "with delivery in {days}",
    "what_if.lead_time.supplier": "with {supplier} delivering in {days}",
    "what_if.quantity": "buying {quantity}",
    "what_if.same.buy": "{product}: {change}, **the purchase stays the same**: {quantity}",
    "what_if.more": "{product}: {change}, **buy {then} instead of {now}**",
    "what_if.begin": "{product}: {change}, **{then} would have to be bought**",
    "what_if.stop": "{product}: {change}, **there is no need to buy now**; today's advice is {now}",
    "what_if.same.wait": "{product}: {change}, **there is still no need to buy now**",
    "what_if.review": "{product}: {change}, the data still carry no decision",
    "what_if.supplier": "The supplier would be {supplier}",
    "what_if.earlier": "The last day to order comes forward to {then} (today it is {now})",
    "what_if.later": "The last day to order moves to {then} (today it is {now})",
    "what_if.now_late": "Then there is no time to wait: order as soon as possible",
    "what_if.bought": "{product}: {change}, the order costs **{total}** ({price} per {unit}) from {supplier}",
    "what_if.bought.covers": "With what there is, it lasts {days}",
    "what_if.bought.plan": "Today's advice is {quantity}, for {total}, which lasts {days}",
    "what_if.bought.wait": "Today's advice is not to buy now",
    "what_if.bought.tier": "From {quantity} on the price falls to {price}",
    "what_if.bought.rounded": "Lot and pack make {quantity} of {asked}",
    "what_if.only": "This is only a simulation: nothing was changed or ordered",
    "what_if.unclear": (
        "Say what changes and by how much, such as “e se a demanda subir 20%?”, “e se o prazo for de 15 "
        "dias?”, “e se o preço cair 5%?” or “e se eu comprar 500?”"
    ),
    "what_if.head": "| | today | simulated |",
    "what_if.rule": "| --- | ---: | ---: |",
    "what_if.row.demand.one": "Demand in {n} day",
    "what_if.row.demand.many": "Demand in {n} days",
    "what_if.row.coverage": "Stock lasts",
    "what_if.row.order_by": "Order by",
    "what_if.row.quantity": "Buy",
    "what_if.row.supplier": "Supplier",
    "what_if.row.total": "Order value",
    "what_if.row.risk": "Chance of running out before delivery",
    "what_if.none": "nothing",
    "what_if.now": "as soon as possible",
    # products beside each other
    "compare.sells": "**{first}** sells more: {much} in the next {n} days, against {less} of {second}",
    "compare.same": "Both sell about the same: {much} of {first} and {less} of {second} in the next {n} days",
    "compare.most": "**{first}** sells most: {much} in the next {n} days",
    "compare.units": "The units differ, so the quantities don't compare directly",
    "compare.lasts": "The stock that runs out first is that of {first}: {days}",
    "compare.none": "There are no sales to compare",
    "compare.head": "| | {names} |",
    "compare.row.demand.one": "Expected demand, {n} day",
    "compare.row.demand.many": "Expected demand, {n} days",
    "compare.row.sold.one": "Sold the day before",
    "compare.row.sold.many": "Sold in the {n} days before",
    "compare.row.growth": "Against a year before",
    "compare.row.stock": "Free stock",
    "compare.row.coverage": "Stock lasts",
    "compare.row.price": "Best price",
    "compare.row.supplier": "Supplier",
    "compare.row.advice": "Advice",
    "compare.row.error": "Forecast error",
    "compare.buy": "buy {quantity}",
    "compare.wait": "wait",
    "compare.review": "review",
    "compare.ask": "Ask about one of them to see the whole sum",
    "ack.compare": "I will compare {products}",
    # explanations
    "explain.accuracy": (
        "{product}: in the past, the forecast of {days} was off by **{error} on average**, measured at "
        "{origins} moments"
    ),
    "explain.accuracy.better": "Repeating the period before would have been off by {naive}: the forecast does better",
    "explain.accuracy.worse": (
        "Repeating the period before would have been off by less, {naive}: on this product the forecast "
        "doesn't beat that yet"
    ),
    "explain.accuracy.same": "Repeating the period before would have been off by the same, {naive}",
    "explain.accuracy.range": "The 80% range held what happened {share} of the time",
    "explain.accuracy.none": "{product}: the sales history is too short to measure the forecast's error",
    "explain.said": "It is from the answer of {when}",
    "explain.why_not": "And why not {quantity}? {why}",
    "explain.why_not.needed": "Below {needed} the sum already expects a stock-out",
    "explain.why_not.less": "It would do for what is lacking, {needed}; the rest is {reasons}",
    "explain.why_not.rounding": "lot, pack or price",
    "explain.why_not.more": "It would exceed what the sum asks for, {needed}, and the lot that pays",
    "explain.price": "{product}: {price} per {unit} is {supplier}'s list price from {quantity} on",
    "explain.sources": "Where the numbers came from",
}
