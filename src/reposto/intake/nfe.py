"""One NF-e (layout 4.00, model 55): who sold what, in which unit, at what price and tax.

Read with expat, as workbooks are; a DTD is refused. Only the tags named here are looked at: what later layouts add
(IBS/CBS, more groups) is passed over. Sources: the layout of the Manual de Orientação do Contribuinte 7.0, annex I.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple
from xml.parsers import expat

from reposto.intake import values as v
from reposto.intake.cnpj import BadCnpj, parse_cnpj
from reposto.intake.rows import SupplierRow
from reposto.model.text import clean

MAX_NOTE_BYTES = 8 * 2**20  # 990 items of some 3 KiB, and room
_MAX_DEPTH = 40
_HUNDRED = Decimal(100)
_CANCELLATIONS = frozenset({"110111", "110112"})  # by the issuer; by another note that takes its place
_REGISTERED = frozenset({"135", "136", "155"})  # 155: cancelled after the time allowed
_AUTHORISED = frozenset({"100", "150"})  # 150: authorised after the time allowed


class BadNote(ValueError):
    """The reason why the note can't be used, in Portuguese."""

    def __init__(self, why: str, cancels: str = "") -> None:
        super().__init__(why)
        self.cancels = cancels  # the access key of a note that this document makes void


class NoteItem(NamedTuple):
    """One line. Prices are net of the discount, without freight, IPI and ICMS-ST, per unit of the quantity beside."""

    line: int
    code: str  # the supplier's
    ean: str  # of `unit`; empty when there is none
    tax_ean: str  # of `tax_unit`
    name: str
    ncm: str
    cfop: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    tax_unit: str
    tax_quantity: Decimal
    tax_unit_price: Decimal
    ipi_percent: Decimal  # of the goods, as the other percentages
    icms_percent: Decimal
    icms_st_percent: Decimal
    freight_percent: Decimal
    order_number: str  # the buyer's, where the supplier repeats it

    @property
    def is_sale(self) -> bool:
        """Whether the price is one that a buyer paid: not a gift, a return, a transfer or a consignment."""
        group = self.cfop[1:]
        return self.cfop[:1] in ("5", "6", "7") and (
            ("101" <= group <= "149") or ("401" <= group <= "407") or ("651" <= group <= "656")
        )


class Note(NamedTuple):
    """A note that was authorised (or carries no protocol)."""

    file_name: str
    key: str  # of access, 44 digits; empty when it has none
    number: str
    issued_on: date
    supplier: SupplierRow
    buyer: str  # CNPJ or CPF; empty abroad
    items: tuple[NoteItem, ...]
    payment_terms: str | None
    has_protocol: bool


@dataclass(slots=True)
class _Node:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[_Node] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def find(self, path: str) -> _Node | None:
        node: _Node | None = self
        for tag in path.split("/"):
            node = next((c for c in node.children if c.tag == tag), None) if node else None
        return node

    def text(self, path: str) -> str:
        node = self.find(path)
        return clean("".join(node.pieces)) if node else ""

    def all(self, tag: str) -> Iterator[_Node]:
        return (c for c in self.children if c.tag == tag)


def read_note(data: bytes, file_name: str, today: date) -> Note:
    """The note in these bytes; BadNote says why it can't be used."""
    root = _parse(data)
    inner = root if root.tag == "NFe" else root.find("NFe")
    info = inner.find("infNFe") if inner else None
    if info is None:
        raise BadNote(_explain_root(root), _cancelled_by(root))
    _refuse_kind(root, info)
    reading = v.Reading(today)
    try:
        issued_on = v.day()(info.text("ide/dhEmi") or info.text("ide/dEmi"), reading)
        assert isinstance(issued_on, date)
        supplier = _read_supplier(info)
    except v.BadValue as error:
        raise BadNote(str(error)) from None
    items = tuple(_read_item(node) for node in info.all("det"))
    if not items:
        raise BadNote("a nota não tem itens")
    return Note(
        file_name,
        _access_key(info.attributes.get("Id", "")),
        info.text("ide/nNF")[:20],
        issued_on,
        supplier,
        info.text("dest/CNPJ") or info.text("dest/CPF"),
        items,
        _read_terms(info, issued_on, reading),
        root.find("protNFe") is not None,
    )


def _parse(data: bytes) -> _Node:
    top = _Node("")
    stack = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(stack) > _MAX_DEPTH:
            raise BadNote("o XML tem níveis demais para uma NF-e")
        node = _Node(name.rpartition("}")[2], attributes)
        stack[-1].children.append(node)
        stack.append(node)

    def keep(text: str) -> None:
        stack[-1].pieces.append(text)

    def refuse_dtd(*_: object) -> None:
        raise BadNote("o XML traz uma DTD, que nenhuma NF-e tem; pode ser um ataque")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: stack.pop()
    parser.CharacterDataHandler = keep
    parser.StartDoctypeDeclHandler = refuse_dtd
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        raise BadNote("o XML está danificado ou incompleto") from None
    return top.children[0]


def _explain_root(root: _Node) -> str:
    if root.tag in ("procEventoNFe", "evento"):
        return "é um evento (cancelamento ou carta de correção), não a nota"
    if root.tag in ("cteProc", "CTe"):
        return "é um CT-e, o frete, não uma NF-e"
    if root.tag in ("CompNfse", "NFSe", "Nfse", "ConsultarNfseResposta"):
        return "é uma nota de serviço (NFS-e), não uma NF-e"
    if root.tag in ("resNFe", "retConsSitNFe"):
        return "é só o resumo; baixe o XML completo da nota"
    return "o XML não é uma NF-e"


def _access_key(written: str) -> str:
    found = written.removeprefix("NFe")
    return found if len(found) == 44 and found.isalnum() else ""


def _cancelled_by(root: _Node) -> str:
    """The note that a registered cancellation makes void, else empty. Its own file goes on saying "authorised"."""
    event = root.find("evento/infEvento")
    if event is None or root.text("retEvento/infEvento/cStat") not in _REGISTERED:
        return ""
    return _access_key(event.text("chNFe")) if event.text("tpEvento") in _CANCELLATIONS else ""


def _refuse_kind(root: _Node, info: _Node) -> None:
    status = root.text("protNFe/infProt/cStat")
    if status and status not in _AUTHORISED:
        raise BadNote(f"a nota não foi autorizada (situação {status})")
    if info.text("ide/mod") not in ("", "55"):
        raise BadNote("é um cupom (NFC-e), não uma NF-e de compra")
    if info.text("ide/finNFe") not in ("", "1"):
        raise BadNote("é nota de devolução, complementar ou de ajuste")
    if info.text("ide/tpNF") == "0":
        raise BadNote("é nota de entrada do próprio emitente (devolução ou importação)")
    if info.text("ide/tpAmb") == "2":
        raise BadNote("foi emitida em homologação, sem valor fiscal")


def _read_supplier(info: _Node) -> SupplierRow:
    emitter = info.find("emit")
    if emitter is None or not emitter.text("xNome"):
        raise BadNote("a nota não diz quem a emitiu")
    written = emitter.text("CNPJ")
    try:
        cnpj = parse_cnpj(written) if written else None
    except BadCnpj as error:
        raise BadNote(f"emitente: {error}") from None
    state = emitter.text("enderEmit/UF").upper()
    return SupplierRow(
        name=emitter.text("xNome")[:300],
        cnpj=cnpj,
        trade_name=emitter.text("xFant")[:300] or None,
        city=emitter.text("enderEmit/xMun")[:120] or None,
        state=state if state in v.STATES else None,
        phone=emitter.text("enderEmit/fone")[:40] or None,
    )


def _read_item(node: _Node) -> NoteItem:
    product = node.find("prod") or _Node("prod")
    line = int(found) if (found := node.attributes.get("nItem", "")).isdecimal() else 0

    def amount(tag: str) -> Decimal:
        return _number(product.text(tag), line, tag)

    goods = amount("vProd") - amount("vDesc")
    quantity, tax_quantity = amount("qCom"), amount("qTrib")
    if goods < 0:
        raise BadNote(f"item {line}: o desconto é maior que o valor")
    taxes = node.find("imposto") or _Node("imposto")

    def share(value: Decimal) -> Decimal:
        return (value / goods * _HUNDRED).quantize(Decimal("0.01")) if goods else Decimal(0)

    return NoteItem(
        line=line,
        code=product.text("cProd")[:120],
        ean=_gtin(product.text("cEAN")),
        tax_ean=_gtin(product.text("cEANTrib")),
        name=product.text("xProd")[:300],
        ncm=product.text("NCM"),
        cfop=product.text("CFOP"),
        unit=product.text("uCom").upper(),
        quantity=quantity,
        unit_price=_each(goods, quantity),
        tax_unit=product.text("uTrib").upper(),
        tax_quantity=tax_quantity,
        tax_unit_price=_each(goods, tax_quantity),
        ipi_percent=share(_number(taxes.text("IPI/IPITrib/vIPI"), line, "vIPI")),
        # what can be credited: the rate says more where the base is reduced or the tax deferred
        icms_percent=share(_icms(taxes, line, "vICMS") or _icms(taxes, line, "vCredICMSSN")),
        icms_st_percent=share(_icms(taxes, line, "vICMSST") + _icms(taxes, line, "vFCPST")),
        freight_percent=share(amount("vFrete") + amount("vSeg") + amount("vOutro")),
        order_number=product.text("xPed")[:60],
    )


def _each(goods: Decimal, quantity: Decimal) -> Decimal:
    return (goods / quantity).quantize(Decimal("0.0001")) if quantity > 0 else Decimal(0)


def _icms(taxes: _Node, line: int, tag: str) -> Decimal:
    group = taxes.find("ICMS")
    for case in group.children if group else ():  # ICMS00, ICMS10, ICMSSN101 …: one of them
        if case.find(tag):
            return _number(case.text(tag), line, tag)
    return Decimal(0)


def _number(written: str, line: int, tag: str) -> Decimal:
    try:
        value = Decimal(written or "0")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= v.MAX_AMOUNT:
        raise BadNote(f"item {line}: {tag} não é um número que possa ser usado: {written[:40]!r}")
    return value


def _gtin(written: str) -> str:
    return written if written.isascii() and written.isdecimal() and 8 <= len(written) <= 14 and int(written) else ""


def _read_terms(info: _Node, issued_on: date, reading: v.Reading) -> str | None:
    """Days from the issue to each instalment; nothing when the note names none."""
    billing = info.find("cobr")
    days: list[int] = []
    for instalment in billing.all("dup") if billing else ():
        try:
            due = v.day("any")(instalment.text("dVenc"), reading)
        except v.BadValue:
            return None
        assert isinstance(due, date)
        days.append((due - issued_on).days)
    if not days or not all(0 <= d <= 720 for d in days):
        return None
    written = "/".join(str(d) for d in sorted(set(days)))
    return written if len(written) <= v.MAX_TERMS else str(round(sum(days) / len(days)))  # worth about the same
