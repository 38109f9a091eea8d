"""One NF-e: what is read of it, and what is refused with which sentence."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reposto.intake.messages import NoteRead, NoteRefused
from reposto.intake.nfe import MAX_NOTE_BYTES, BadNote, read_note
from reposto.intake.notes import stream_notes
from reposto.intake.sniff import sniff
from reposto.model.errors import FileRefused
from tests.support.notes import OWN, VALE, Item, make_note

D = Decimal
TODAY = date(2026, 11, 22)


def read(data: bytes) -> tuple[object, ...]:
    return read_note(data, "nota.xml", TODAY)


def test_what_a_note_says() -> None:
    item = Item(
        quantity="4.0000", goods="130.00", discount="5.00", tax_unit="KG", tax_quantity="50", freight="6.25", st="25",
        ipi="12.5", ean="7891234567895", order="1042",
    )  # fmt: skip
    note = read_note(make_note(item, due=("2026-11-25", "2026-11-11", "2026-12-09")), "nota.xml", TODAY)
    assert (note.number, note.issued_on, note.buyer, note.has_protocol) == ("871", date(2026, 10, 14), OWN, True)
    assert note.supplier[:5] == ("VALE VERDE LTDA", VALE, "Vale", "CURITIBA", "PR")
    assert note.payment_terms == "28/42/56"
    (found,) = note.items
    assert (found.quantity, found.unit_price) == (D(4), D("31.25"))  # (130 - 5) / 4
    assert (found.tax_quantity, found.tax_unit_price) == (D(50), D("2.5"))
    percents = (found.ipi_percent, found.icms_percent, found.icms_st_percent, found.freight_percent)
    assert percents == (D(10), D(12), D(20), D(5))
    assert (found.ean, found.tax_ean, found.order_number, found.is_sale) == ("7891234567895", "", "1042", True)


@pytest.mark.parametrize(
    ("cfop", "sale"),
    [("5102", True), ("6405", True), ("7101", True), ("5656", True), ("5152", False), ("5409", False), ("5910", False),
     ("6202", False), ("1102", False), ("", False)],
)  # fmt: skip
def test_only_sales_show_a_price_paid(cfop: str, sale: bool) -> None:
    assert read_note(make_note(Item(cfop=cfop)), "x", TODAY).items[0].is_sale is sale


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (make_note(status="110"), "não foi autorizada"),
        (make_note(model="65"), "NFC-e"),
        (make_note(purpose="4"), "devolução"),
        (make_note(direction="0"), "entrada"),
        (make_note(issued="2027-01-01T10:00:00-03:00"), "futuro"),
        (make_note(seller="11222333000182"), "dígito verificador"),
        (make_note(Item(quantity="1e99")), "item 1: qCom"),
        (make_note(Item(goods="-3")), "item 1: vProd"),
        (make_note(Item(discount="999")), "desconto é maior"),
        (make_note()[:900], "danificado"),
        (b"", "danificado"),
        (b"<procEventoNFe xmlns='http://www.portalfiscal.inf.br/nfe'/>", "evento"),
        (b"<cteProc xmlns='http://www.portalfiscal.inf.br/cte'/>", "CT-e"),
        (b"<a>" * 100, "níveis"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><nfeProc>&b;</nfeProc>", "DTD"),
    ],
)
def test_what_is_refused_and_why(data: bytes, why: str) -> None:
    with pytest.raises(BadNote, match=why):
        read(data)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_note_that_was_cut_or_bent_is_read_or_refused(data: st.DataObject) -> None:
    whole = make_note(Item(order="7"))
    at = data.draw(st.integers(0, len(whole)))
    bent = whole[:at] + data.draw(st.binary(max_size=4)) + whole[data.draw(st.integers(at, len(whole))) :]
    try:
        note = read_note(bent, "x", TODAY)
    except BadNote as error:
        assert str(error)
    else:
        assert all(item.unit_price >= 0 and item.unit_price.is_finite() for item in note.items)


def test_files_and_archives_are_read_together(tmp_path: Path) -> None:
    (tmp_path / "uma.xml").write_bytes(b"\xef\xbb\xbf" + make_note(number="1"))
    with zipfile.ZipFile(tmp_path / "mes.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/2.xml", make_note(number="2"))
        archive.writestr("a/evento.xml", b"<procEventoNFe/>")
        archive.writestr("leia-me.txt", b"nada")
        archive.writestr("a/grande.xml", b" " * (MAX_NOTE_BYTES + 1), zipfile.ZIP_STORED)
    sources = [sniff(tmp_path / name) for name in ("uma.xml", "mes.zip")]
    assert [source.format for source in sources] == ["nfe", "nfe"]
    found = list(stream_notes(sources, today=TODAY))
    assert [m.note.number for m in found if isinstance(m, NoteRead)] == ["1", "2"]
    refused = {m.file_name: m.why for m in found if isinstance(m, NoteRefused)}
    assert "evento" in refused["mes.zip/a/evento.xml"]
    assert "MiB" in refused["mes.zip/a/grande.xml"]


def test_a_damaged_archive_is_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "mes.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2.xml", make_note())
    data = bytearray(path.read_bytes())
    data[60:90] = b"\0" * 30
    path.write_bytes(data)
    with pytest.raises(FileRefused, match="archive is damaged"):
        list(stream_notes([sniff(path)], today=TODAY))
