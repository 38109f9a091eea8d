"""Incoming NF-e into the company's data: suppliers, prices paid, offers where there were none; deliveries if asked.

A note speaks of the supplier's codes. A line belongs to the product with its bar code, else to the one whose "código no
fornecedor" it is, if the NCM agrees or the supplier is known to sell it. Lines that lead to no product are left out and
named: the same note can be loaded again once the catalogue knows them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from reposto.conversation import load_kinds, load_orders
from reposto.conversation.load_kinds import Batch
from reposto.intake.messages import NoteRead, NoteRefused
from reposto.intake.nfe import Note, NoteItem
from reposto.intake.notes import stream_notes
from reposto.intake.references import Known
from reposto.intake.rows import Kind, ReceiptRow
from reposto.intake.sniff import Source
from reposto.intake.words import supplier_key
from reposto.model.errors import FileRefused
from reposto.storage import load_notes as stored
from reposto.storage.catalogue import read_meta, write_meta
from reposto.storage.load import Changes
from reposto.storage.load_purchasing import upsert_prices
from reposto.storage.load_references import list_order_skus, list_supplier_names

OWN_CNPJ = "own_cnpj"  # note in `meta`: whose notes these are, learnt from the first ones
_SHOWN = 20  # lines left out that are named


class AboutNotes(NamedTuple):
    """What notes don't say."""

    own_cnpj: str = ""  # who is not a supplier; asked for when it can't be seen
    received_on: date | None = None  # when the goods came; without it, notes are no deliveries


@dataclass(slots=True)
class ReadNotes:
    """Notes that were read, in order of issue, and what is wrong with the others."""

    notes: list[Note]
    refused: list[NoteRefused]
    sha256: str
    file_name: str


class _Line(NamedTuple):
    note: Note
    item: NoteItem
    supplier_id: int
    sku: str
    quantity: Decimal  # in the product's unit of stock
    unit_price: Decimal


@dataclass(slots=True)
class _Said:
    """What is told about the load."""

    warnings: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def lines(self) -> tuple[str, ...]:
        more = len(self.left_out) - _SHOWN
        shown = [f"ficou de fora: {what}" for what in self.left_out[:_SHOWN]]
        return (*self.warnings, *shown, *([f"… e mais {more} linhas de notas ficaram de fora"] if more > 0 else ()))


@dataclass(slots=True)
class NotesLoaded:
    """What a load of notes did."""

    lines: int
    changes: dict[Kind, Changes]
    warnings: tuple[str, ...]


def read(sources: Sequence[Source], today: date) -> ReadNotes:
    """All notes of these files; FileRefused when there is none among them."""
    notes: list[Note] = []
    refused: list[NoteRefused] = []
    for message in stream_notes(sources, today=today):
        if isinstance(message, NoteRead):
            notes.append(message.note)
        else:
            refused.append(message)
    notes, void = _without_void(notes, {r.cancels for r in refused} - {""})
    refused += void
    if not notes:
        why = "; ".join(f"{r.file_name}: {r.why}" for r in refused[:5]) or f"{sources[0].path.name}: nenhum XML dentro"
        raise FileRefused(f"{why}. Nada foi gravado.", "None of these is an NF-e that can be loaded.")
    notes.sort(key=lambda note: (note.issued_on, note.number))
    name = sources[0].path.name if len(sources) == 1 else f"{len(sources)} arquivos"
    return ReadNotes(notes, refused, _hash([source.path for source in sources]), name)


def _without_void(notes: Sequence[Note], cancelled: AbstractSet[str]) -> tuple[list[Note], list[NoteRefused]]:
    """Each note once, and none that a document beside it cancels: accountants send copies and events along."""
    kept: dict[str, Note] = {}
    void = []
    for note in notes:
        first = kept.setdefault(note.key or note.file_name, note)
        if note.key in cancelled:
            void.append(NoteRefused(note.file_name, "a nota foi cancelada"))
        elif first is not note:
            void.append(NoteRefused(note.file_name, f"é a mesma nota que {first.file_name}"))
    return [note for note in kept.values() if note.key not in cancelled], void


def apply(connection: Connection, read: ReadNotes, now: datetime, about: AboutNotes) -> NotesLoaded:
    """Write what the notes say, in the caller's transaction."""
    said = _Said([f"{r.file_name}: {r.why}" for r in read.refused])
    notes = _without_own(connection, read.notes, about.own_cnpj, said)
    done: dict[Kind, Changes] = {"suppliers": _add_suppliers(connection, notes, now)}
    lines = list(_resolve(connection, notes, said))
    if not lines:
        reasons = "; ".join(said.lines()[:5])
        raise FileRefused(
            f"Nenhuma linha das notas leva a um produto do cadastro; nada foi gravado. {reasons}",
            "No line of these notes leads to a product of the catalogue; nothing was stored.",
        )
    done["prices"] = upsert_prices(connection, _paid(lines))
    done["offers"] = stored.renew_offers(connection, _offers(lines))
    if about.received_on is not None:
        done["receipts"] = _receive(connection, lines, about.received_on, now, said)
    return NotesLoaded(len(lines), done, said.lines())


def _without_own(connection: Connection, notes: Sequence[Note], own: str, said: _Said) -> list[Note]:
    """The notes by which we bought. Our own sales would pass for purchases at selling prices."""
    own = own or read_meta(connection).get(OWN_CNPJ, "") or _guess_own(notes)
    write_meta(connection, OWN_CNPJ, own)
    bought = [note for note in notes if not _same_company(note.supplier.cnpj or "", own)]
    if not bought:
        raise FileRefused(
            "As notas foram emitidas pela própria empresa: são vendas, e vendas entram por um relatório de vendas."
            " Nada foi gravado.",
            "These notes were issued by the company itself; sales are loaded from a sales report.",
        )
    if len(bought) < len(notes):
        said.warnings.append(f"notas da própria empresa (vendas) que ficaram de fora: {len(notes) - len(bought)}")
    foreign = sum(1 for note in bought if not _same_company(note.buyer, own))
    if foreign:
        said.warnings.append(f"notas de outro destinatário, confira se são suas: {foreign}")
    unproven = sum(1 for note in bought if not note.has_protocol)
    if unproven:
        said.warnings.append(f"notas sem o protocolo de autorização: {unproven}")
    return bought


def _guess_own(notes: Sequence[Note]) -> str:
    """Who is on every one of several notes; of a single supplier's notes to a single buyer nobody can tell."""
    sellers, buyers = {n.supplier.cnpj or "" for n in notes}, {n.buyer for n in notes}
    if len(buyers) == 1 and len(sellers) > 1:
        return buyers.pop()
    if len(sellers) == 1 and len(buyers) > 1:
        return sellers.pop()
    raise FileRefused(
        "Estas notas não mostram qual é a sua empresa, e uma venda sua não pode passar por compra. Diga uma vez o"
        f" seu CNPJ: {', '.join(sorted(buyers - {''}))} comprou de {', '.join(sorted(sellers - {''}))}.",
        "These notes don't show which company is yours; name its CNPJ once.",
        ask="own_cnpj",
    )


def _same_company(cnpj: str, other: str) -> bool:
    """A branch has the same first eight characters."""
    return bool(cnpj) and cnpj[:8] == other[:8]


def _add_suppliers(connection: Connection, notes: Iterable[Note], now: datetime) -> Changes:
    """Only who isn't there yet: what the company wrote about a supplier stays."""
    known = {s.cnpj for s in list_supplier_names(connection)}
    new = {note.supplier.cnpj or supplier_key(note.supplier.name): note.supplier for note in notes}
    rows = [supplier for key, supplier in new.items() if key not in known]
    return load_kinds.load_suppliers(connection, rows, Batch(Known(), now, now.date()))


def _resolve(connection: Connection, notes: Iterable[Note], said: _Said) -> Iterator[_Line]:
    suppliers = stored.suppliers_by_key(connection)
    find = _Finder(connection)
    for note in notes:
        supplier_id = suppliers[note.supplier.cnpj or supplier_key(note.supplier.name)]
        for item in note.items:
            name = f"NF {note.number}, item {item.line}, {item.code} {item.name[:60]}"
            if not item.is_sale:
                said.left_out.append(f"{name}: CFOP {item.cfop} não é venda")
                continue
            product = find.product(item, supplier_id)
            if product is None:
                said.left_out.append(f"{name}: nenhum produto tem esse EAN ou esse código no fornecedor")
                continue
            measured = _in_stock_unit(item, product)
            if measured is None:
                units = item.unit if item.unit == item.tax_unit else f"{item.unit} (ou {item.tax_unit})"
                said.left_out.append(f"{name}: vendido em {units}, estocado em {product.unit}")
                continue
            if measured[1] <= 0:  # a gift under the sale's CFOP is no offer
                said.left_out.append(f"{name}: sem preço por {product.unit}")
                continue
            yield _Line(note, item, supplier_id, product.sku, *measured)


class _Finder:
    """Which product a line of a note is."""

    def __init__(self, connection: Connection) -> None:
        self.by_ean: dict[str, list[stored.Product]] = defaultdict(list)
        self.by_code: dict[str, list[stored.Product]] = defaultdict(list)
        self.sold = stored.list_pairs(connection)
        for product in stored.list_products(connection):
            if product.ean.strip("0"):
                self.by_ean[product.ean.lstrip("0")].append(product)
            if product.supplier_code:
                self.by_code[product.supplier_code.casefold()].append(product)

    def product(self, item: NoteItem, supplier_id: int) -> stored.Product | None:
        for ean in (item.ean, item.tax_ean):
            found = self.by_ean.get(ean.lstrip("0"), ()) if ean else ()
            if len(found) == 1:
                return found[0]
        same_code = self.by_code.get(item.code.casefold(), [])
        sold = [p for p in same_code if (supplier_id, p.sku) in self.sold]
        alike = [p for p in same_code if p.ncm[:4] and p.ncm[:4] == item.ncm[:4]]
        return next((found[0] for found in (sold, alike) if len(found) == 1), None)


def _in_stock_unit(item: NoteItem, product: stored.Product) -> tuple[Decimal, Decimal] | None:
    """(quantity, price of one) in the product's unit; nothing when the note gives neither."""
    by_tax_unit = (item.tax_quantity, item.tax_unit_price)
    own = product.ean.lstrip("0")
    if own and own == item.tax_ean.lstrip("0") != item.ean.lstrip("0"):  # the bar code of the single piece
        return by_tax_unit if item.tax_quantity > 0 else None
    unit = _unit(product.unit)
    if _unit(item.unit) == unit and item.quantity > 0:
        return item.quantity, item.unit_price
    return by_tax_unit if _unit(item.tax_unit) == unit and item.tax_quantity > 0 else None


_SAME_UNIT = {
    "UND": "UN", "UNID": "UN", "UNI": "UN", "UNIDADE": "UN", "PC": "UN", "PÇ": "UN", "PCA": "UN", "PEC": "UN",
    "PECA": "UN", "PEÇA": "UN", "KGS": "KG", "QUILO": "KG", "MT": "M", "MTS": "M", "MTR": "M", "METRO": "M",
    "LT": "L", "LTS": "L", "LITRO": "L", "CHAPA": "CH", "PAR": "PR", "MT2": "M2", "MT3": "M3",
}  # fmt: skip


def _unit(written: str) -> str:
    found = written.upper().rstrip(". ").replace("²", "2").replace("³", "3")
    return _SAME_UNIT.get(found, found)


def _paid(lines: Iterable[_Line]) -> list[dict[str, Any]]:
    """One price per product, supplier and day: the average by quantity."""
    sums: dict[tuple[str, int, date], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for line in lines:
        total = sums[(line.sku, line.supplier_id, line.note.issued_on)]
        total[0] += line.quantity
        total[1] += line.quantity * line.unit_price
    return [
        {
            "sku": sku,
            "supplier_id": supplier,
            "seen_on": day,
            "source": "invoice",
            "unit_price": (paid / quantity).quantize(Decimal("0.0001")),
            "quantity": quantity,
        }
        for (sku, supplier, day), (quantity, paid) in sums.items()
    ]


def _offers(lines: Iterable[_Line]) -> dict[tuple[int, str], dict[str, Any]]:
    """The newest purchase of each supplier and product, as an offer at that price."""
    newest = {(line.supplier_id, line.sku): line for line in lines}  # in order of issue
    return {
        pair: {
            "supplier_id": pair[0],
            "sku": pair[1],
            "quoted_on": line.note.issued_on,
            "unit_price": line.unit_price,
            "ipi_percent": float(line.item.ipi_percent),
            "icms_percent": float(line.item.icms_percent),
            "icms_st_percent": float(line.item.icms_st_percent),
            # no freight on a note may be the carrier's own bill: it says nothing
            **(_freight(line.item) if line.item.freight_percent else {}),
            **({"payment_terms": line.note.payment_terms} if line.note.payment_terms else {}),
        }
        for pair, line in newest.items()
    }


def _freight(item: NoteItem) -> dict[str, Any]:
    return {"freight_percent": float(item.freight_percent), "freight_fixed": Decimal(0)}


def _receive(connection: Connection, lines: Iterable[_Line], day: date, now: datetime, said: _Said) -> Changes:
    """Deliveries of the orders that the notes name; the others are left, and said to be."""
    known = list_order_skus(connection)
    rows = []
    for line in lines:
        number = line.item.order_number
        if line.sku in known.get(number, ()):
            rows.append(ReceiptRow(number, line.sku, day, line.quantity, line.note.number, line.unit_price))
        else:
            about = f"pedido {number!r}" if number else "sem o número do pedido"
            said.left_out.append(f"NF {line.note.number}, {line.sku}: recebimento, {about} não leva a um pedido seu")
    batch = Batch(Known(orders=known), now, now.date())
    changes = load_orders.load_receipts(connection, rows, batch)
    if batch.problems:
        raise FileRefused(
            "; ".join(f"{bad.value}: {bad.reason}" for bad in batch.problems.rows[:5]) + ". Nada foi gravado.",
            "These deliveries can't be: nothing was stored.",
        )
    return changes


def _hash(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
