"""An order in words: what happened to it, the text for its supplier, and its lines as a table."""

from __future__ import annotations

from decimal import Decimal

from reposto.language.formats import inert, literal, quantity
from reposto.language.list_table import Table
from reposto.language.voice import Voice, locale_of, sentences
from reposto.model.order_book import OrderSheet, OrderStep, SheetLine

_COLUMNS = ("order", "line", "sku", "product", "quantity", "unit", "price", "total")


def write_order_moved(before: OrderSheet, sheet: OrderSheet, step: OrderStep, locale: str) -> str:
    """One sentence or two for the conversation in which the order was made."""
    voice = Voice(locale_of(locale), sheet.ordered_on)
    values = {"order": inert(sheet.number, 40), "supplier": voice.plain(sheet.supplier)}
    if step == "change":
        total = voice.say("sheet.total", total=voice.money(sheet.total)) if sheet.total is not None else ""
        changes = "; ".join(_changes(voice, before, sheet))
        return voice.say("sheet.change", changes=changes, total=sentences((total,)), **values).strip()
    if step == "send":
        expected = ""
        if sheet.expected_on is not None:
            expected = voice.say("sheet.send.expected", date=voice.day(sheet.expected_on))
        first = voice.say("sheet.send", date=voice.full(sheet.ordered_on), **values)
        return sentences((first, expected, voice.say("sheet.send.note")))
    if step == "discard":
        note = voice.say("sheet.discard.sent" if before.status == "sent" else "sheet.discard.draft")
        return sentences((voice.say("sheet.discard", **values), note))
    return sentences((voice.say("sheet.reopen", **values),))


def _changes(voice: Voice, before: OrderSheet, sheet: OrderSheet) -> list[str]:
    after = {line.line: line for line in sheet.lines}
    return [_change(voice, line, after.get(line.line)) for line in before.lines if line != after.get(line.line)]


def _change(voice: Voice, line: SheetLine, after: SheetLine | None) -> str:
    product = voice.plain(line.name)
    if after is None:
        return voice.say("sheet.change.gone", product=product)
    values = {
        "before": quantity(line.quantity, line.unit, voice.locale),
        "after": quantity(after.quantity, line.unit, voice.locale),
    }
    if after.unit_price is None or after.unit_price == line.unit_price:
        return voice.say("sheet.change.quantity", product=product, **values)
    price = voice.unit_price(after.unit_price)
    return voice.say("sheet.change.price", product=product, price=price, unit=inert(line.unit, 12), **values)


def write_order_text(sheet: OrderSheet, locale: str) -> str:
    """Plain text to paste into a mail or a messenger; nothing in it is markup."""
    voice = Voice(locale_of(locale), sheet.ordered_on)
    rows = [voice.say("sheet.text.hello", supplier=_bare(sheet.supplier))]
    rows += ["", voice.say("sheet.text.please", order=_bare(sheet.number)), ""]
    rows += [_row(voice, line) for line in sheet.lines]
    rows.append("")
    if sheet.total is not None:
        rows.append(voice.say("sheet.text.total", total=_plain(voice.money(sheet.total))))
    if sheet.expected_on is not None:
        rows.append(voice.say("sheet.text.expected", date=voice.full(sheet.expected_on)))
    rows += [voice.say("sheet.text.confirm"), voice.say("sheet.text.thanks")]
    return "\n".join(rows) + "\n"


def _row(voice: Voice, line: SheetLine) -> str:
    values = {
        "quantity": _plain(quantity(line.quantity, line.unit, voice.locale)),
        "product": _bare(line.name),
        "sku": _bare(line.sku),
    }
    if line.unit_price is None or line.total is None:
        return voice.say("sheet.text.row", **values)
    price = _plain(voice.unit_price(line.unit_price))
    total = _plain(voice.money(line.total))
    return voice.say("sheet.text.row.price", price=price, unit=_bare(line.unit), total=total, **values)


def order_table(sheet: OrderSheet, locale: str) -> Table:
    """The lines, one row each, for a spreadsheet."""
    voice = Voice(locale_of(locale), sheet.ordered_on)
    header = tuple(voice.say(f"sheet.file.{name}") for name in _COLUMNS)
    rows: list[tuple[object, ...]] = [
        (sheet.number, line.line, line.sku, line.name, _exact(line.quantity), line.unit, line.unit_price, line.total)
        for line in sheet.lines
    ]
    return Table(f"{voice.say('sheet.file.title')} {sheet.number}", header, rows)


def _exact(value: float) -> object:
    return int(value) if value == int(value) else Decimal(str(value))


def _bare(text: str) -> str:
    """Foreign text as one plain line."""
    return literal(text).strip("`")


def _plain(text: str) -> str:
    """Without the joints that keep Markdown from seeing markup, and with ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u2060", "").replace("\\", "")
