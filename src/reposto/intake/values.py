"""One cell -> one value, or BadValue with a reason a buyer understands. Brazilian spellings first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from reposto.intake.cnpj import BadCnpj, is_cpf, parse_cnpj
from reposto.intake.numbers import BadNumber, NumberReader
from reposto.intake.words import fold
from reposto.model.text import clean


@dataclass(frozen=True, slots=True)
class Broken:
    """A spreadsheet's cell that has no value: a formula never calculated, an error."""

    shown: str
    reason: str


Cell: TypeAlias = str | Decimal | date  # a CSV only has text; a spreadsheet also has numbers and dates
RawCell: TypeAlias = Cell | Broken
Value: TypeAlias = str | Decimal | date | bool | int | float | None

MAX_AMOUNT = Decimal(10) ** 9  # units or R$; a million such rows still add up within 64 bits of thousandths
MAX_TERMS = 60  # characters of payment terms that are kept
FIRST_YEAR = 1990  # before the Real no price compares, and no shop exports such sales
LAST_YEARS_AHEAD = 10  # an offer or a delivery further away is a typing error


_ZERO = Decimal(0)
UNIT_STEP = Decimal("0.001")  # 1 g of 1 kg: what is kept of a quantity
PRICE_STEP = Decimal("0.0001")  # R$ per unit


class BadValue(ValueError):
    """The reason, in Portuguese."""


@dataclass(slots=True)
class Reading:
    """What the cells of one file are read with, and what was noticed on the way."""

    today: date
    numbers: NumberReader = field(default_factory=NumberReader)
    below_zero: str = ""  # the first stock that was


Parser: TypeAlias = Callable[[Cell, Reading], Value]


def is_blank(cell: Cell) -> bool:
    """Nothing was written there."""
    return isinstance(cell, str) and not cell.strip()


def text(limit: int) -> Parser:
    """Text of at most `limit` characters."""

    def parse(cell: Cell, reading: Reading) -> str:
        found = clean(_as_text(cell))
        if len(found) > limit:
            raise BadValue(f"texto com {len(found)} caracteres; o máximo é {limit}")
        return unescape(found)

    return parse


def unwrap(cell: str) -> str:
    """The text of ="00123", by which programs keep Excel from taking the zeros of a code in a CSV."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 2 else cell


def unescape(found: str) -> str:
    """Take back the apostrophe that our own export puts before what a spreadsheet would run as a formula."""
    return found[1:] if found[:1] == "'" and found[1:2] in ESCAPED else found


ESCAPED = frozenset("=+-@\t\0\r\n'＝＋－＠")  # also the full-width forms, which some spreadsheets run as well

_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE | re.ASCII)


def code(limit: int) -> Parser:
    """An identifier: text whose leading zeros matter."""
    parse_text = text(limit)

    def parse(cell: Cell, reading: Reading) -> Value:
        if isinstance(cell, date):
            raise BadValue("o Excel trocou o código por uma data; formate a coluna como texto e digite de novo")
        if isinstance(cell, str) and _SCIENTIFIC.fullmatch(cell.strip()) and ("+" in cell or "," in cell):
            raise BadValue("o Excel trocou o código por um número; formate a coluna como texto e exporte de novo")
        return parse_text(cell, reading)

    return parse


def amount(*, least: Decimal = _ZERO) -> Parser:
    """A number >= 0, or one that does not become zero when it is kept in steps of `least`; exact."""

    def parse(cell: Cell, reading: Reading) -> Decimal:
        if isinstance(cell, date):
            raise BadValue("é uma data; aqui vai um número")
        try:
            value = reading.numbers.read(cell)
        except BadNumber as error:
            raise BadValue(str(error)) from None
        if value < 0:
            raise BadValue("não pode ser negativo")
        if least and value == 0:
            raise BadValue("precisa ser maior que zero")
        if value < least / 2:
            raise BadValue(f"é pequeno demais: guardamos até {format(least, 'f').replace('.', ',')}")
        if value > MAX_AMOUNT:
            raise BadValue("é grande demais para ser verdade (máximo 1.000.000.000)")
        return value

    return parse


def paid(cell: Cell, reading: Reading) -> Decimal | None:
    """R$ that a customer paid; returns, gifts and what isn't a number say no price: sales are loaded all the same."""
    try:
        value = reading.numbers.read(cell) if not isinstance(cell, date) else Decimal(0)
    except BadNumber:
        return None
    return value if 0 < value <= MAX_AMOUNT else None


def sold(cell: Cell, reading: Reading) -> Decimal:
    """A quantity sold; a negative one is a return, which is not a sale."""
    try:
        return _SOLD(cell, reading)  # type: ignore[return-value]
    except BadValue as error:
        if "negativo" in str(error):
            raise BadValue("é negativa: devolução não é venda; retire a linha ou desconte da venda do dia") from None
        raise


_SOLD = amount()


def on_hand(cell: Cell, reading: Reading) -> Decimal:
    """Stock; below zero it is none: sold before its delivery was booked. Said in a warning."""
    try:
        below = not isinstance(cell, date) and reading.numbers.read(cell) < 0
    except BadNumber:
        below = False  # and is refused below, with the reason
    if below:
        reading.below_zero = reading.below_zero or _as_text(cell).strip()
        return Decimal(0)
    return _SOLD(cell, reading)  # type: ignore[return-value]


def freight(cell: Cell, reading: Reading) -> Value:
    """R$ of a line; CIF is none."""
    word = fold(cell) if isinstance(cell, str) else ""
    if word in ("cif", "gratis", "incluso", "pago", "isento"):
        return Decimal(0)
    if word == "fob":
        raise BadValue("FOB não diz quanto custa; escreva o frete em R$")
    return _SOLD(cell, reading)


def percent(limit: float = 100.0) -> Parser:
    """5, 5,5 or 5,5 %, as a number of hundredths."""
    parse_amount = amount()

    def parse(cell: Cell, reading: Reading) -> float:
        if isinstance(cell, str):
            cell = cell.strip().removesuffix("%")
        value = parse_amount(cell, reading)
        assert isinstance(value, Decimal)
        if value > Decimal(limit):
            raise BadValue(f"percentual acima de {limit:g} %")
        return float(value)

    return parse


def whole(limit: int) -> Parser:
    """A whole number from 0 to `limit`; "15 dias" is 15."""
    parse_amount = amount()

    def parse(cell: Cell, reading: Reading) -> int:
        if isinstance(cell, str):
            cell = re.sub(r"\s*(dias?( úteis| uteis)?|d)\.?$", "", cell.strip(), flags=re.IGNORECASE)
        value = parse_amount(cell, reading)
        assert isinstance(value, Decimal)
        if value != value.to_integral_value():
            raise BadValue("precisa ser um número inteiro")
        if value > limit:
            raise BadValue(f"passa de {limit}")
        return int(value)

    return parse


_DATE = re.compile(
    r"(?:(?P<d>\d{1,2})[/.\-](?P<m>\d{1,2})[/.\-](?P<y>\d{4}|\d{2})|(?P<iy>\d{4})[/\-](?P<im>\d{1,2})[/\-](?P<id>\d{1,2})"
    r"|(?P<cy>\d{4})(?P<cm>\d{2})(?P<cd>\d{2}))"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2}|[AaPp][Mm])?)?",
    re.ASCII,
)

When: TypeAlias = Literal["past", "any"]


def day(when: When = "past") -> Parser:
    """dd/mm/aaaa, aaaa-mm-dd or aaaammdd, with or without a time of day."""

    def parse(cell: Cell, reading: Reading) -> date:
        found = cell if isinstance(cell, date) else _parse_date(_as_text(cell).strip())
        if found.year < FIRST_YEAR:
            raise BadValue(f"o ano {found.year} é antigo demais (antes de {FIRST_YEAR})")
        if when == "past" and found > reading.today:
            raise BadValue("está no futuro")
        if found.year > reading.today.year + LAST_YEARS_AHEAD:
            raise BadValue(f"o ano {found.year} está longe demais")
        return found

    return parse


def _parse_date(found: str) -> date:
    match = _DATE.fullmatch(found)
    if match is None:
        raise BadValue(f"não é uma data; {_as_serial(found) or 'use dd/mm/aaaa'}")
    year, month, day_of_month = (
        match[a] or match[b] or match[c] for a, b, c in (("y", "iy", "cy"), ("m", "im", "cm"), ("d", "id", "cd"))
    )
    if int(month) > 12:
        raise BadValue(f"o mês {int(month)} não existe; use dd/mm/aaaa")
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day_of_month))
    except ValueError:
        raise BadValue("essa data não existe no calendário") from None


_SERIAL = re.compile(r"[345]\d{4}([.,]\d+)?", re.ASCII)  # of 1982 to 2064


def _as_serial(found: str) -> str:
    """What Excel shows for a date whose cell lost its format; never taken for one without asking."""
    if not _SERIAL.fullmatch(found):
        return ""
    meant = date(1899, 12, 30) + timedelta(days=int(found[:5]))
    return f"o Excel guarda {meant:%d/%m/%Y} como {found[:5]}: formate a coluna como data e exporte de novo"


_YES = frozenset("sim s x 1 true verdadeiro v yes y ativo a ativa".split())
_NO = frozenset("nao n 0 false falso f no inativo i inativa excluido excluida bloqueado".split())


def flag(cell: Cell, reading: Reading) -> bool:
    """sim/não, S/N, 1/0, x, ativo/inativo."""
    word = fold(_as_text(cell))
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadValue("não entendi; use sim ou não")


def cnpj(cell: Cell, reading: Reading) -> str | None:
    """Old or alphanumeric, with or without punctuation, its check digits right. None for a person's CPF.

    A farmer or craftsman who sells has none but his CPF: he goes by his name, and the number isn't kept.
    """
    try:
        return None if is_cpf(_as_text(cell)) else parse_cnpj(_as_text(cell))
    except BadCnpj as error:
        raise BadValue(str(error)) from None


def supplier(cell: Cell, reading: Reading) -> str:
    """A CNPJ (kept without punctuation) or a name."""
    found = text(300)(cell, reading)
    assert isinstance(found, str)
    try:
        return parse_cnpj(found)
    except BadCnpj:
        return found


STATES = frozenset("AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO EX".split())


def state(cell: Cell, reading: Reading) -> str:
    """Two letters; EX is abroad."""
    found = _as_text(cell).strip().upper()
    if found not in STATES:
        raise BadValue("não é uma UF; use duas letras, como SP")
    return found


def ean(cell: Cell, reading: Reading) -> str:
    """A bar code's digits; "SEM GTIN" is none."""
    found = code(20)(cell, reading)
    assert isinstance(found, str)
    return "" if fold(found).startswith("sem") else found


def digits(limit: int) -> Parser:
    """A classification code such as the NCM, without its dots."""
    parse_code = code(limit + 8)

    def parse(cell: Cell, reading: Reading) -> str:
        found = re.sub(r"[.\s\-]", "", str(parse_code(cell, reading)))
        if len(found) > limit or not found.isalnum():
            raise BadValue(f"não é um código de até {limit} dígitos")
        return found

    return parse


def unit(cell: Cell, reading: Reading) -> str:
    """UN, KG, M2 …"""
    found = text(12)(cell, reading)
    assert isinstance(found, str)
    return found.rstrip(". ").upper().replace("²", "2").replace("³", "3")


def payment_terms(cell: Cell, reading: Reading) -> str:
    """Days, as 28/42/56; "à vista" is 0; 28 DDL is 28; 3x 30/60/90 is 30/60/90."""
    found = fold(_as_text(cell)).replace("ddl", "").replace("dias", "")
    if "vista" in found or "antecipado" in found:
        return "0"
    parts = re.match(r"(\d+) ?x\b( de\b)?", found)  # how many, not after how many days
    days = re.findall(r"\d+", found[parts.end() :] if parts else found)
    if parts and len(days) != int(parts[1]):
        raise BadValue("não entendi o prazo: faltam os dias de cada parcela, como 30/60/90")
    if not days or re.search(r"[a-z]{3,}", found) or any(int(d) > 720 for d in days):
        raise BadValue("não entendi o prazo; use dias, como 28/42/56")
    written = "/".join(str(int(d)) for d in days)
    if len(written) > MAX_TERMS:
        raise BadValue("parcelas demais; escreva menos prazos, como o médio")
    return written


_STATUS_OF = {
    word: name
    for name, words in {
        "draft": ("rascunho", "draft", "em digitacao"),
        "approved": ("aprovado", "aprovada", "liberado", "liberada", "approved"),
        "sent": ("enviado", "enviada", "aberto", "aberta", "em aberto", "pendente", "em andamento", "sent"),
        "partial": ("parcial", "parcialmente recebido", "recebido parcialmente", "atendido parcialmente", "partial"),
        "received": (
            "recebido",
            "recebida",
            "atendido",
            "atendida",
            "concluido",
            "finalizado",
            "encerrado",
            "received",
        ),
        "cancelled": ("cancelado", "cancelada", "cancelled", "eliminado"),
    }.items()
    for word in words
}


def order_status(cell: Cell, reading: Reading) -> str:
    """The stage of a purchase order."""
    found = _STATUS_OF.get(fold(_as_text(cell)))
    if found is None:
        raise BadValue("situação desconhecida; use rascunho, aprovado, enviado, parcial, recebido ou cancelado")
    return found


def _as_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Decimal):
        return format(cell.quantize(Decimal(1)) if cell == cell.to_integral_value() else cell, "f")
    return cell.isoformat()
