"""NF-e made up for tests: the tags of layout 4.00 that matter, for companies that don't exist."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

OWN = "99410227000172"
VALE = "11222333000181"

_ITEM = """<det nItem="{line}"><prod><cProd>{code}</cProd><cEAN>{ean}</cEAN><xProd>{name}</xProd><NCM>{ncm}</NCM>
<CFOP>{cfop}</CFOP><uCom>{unit}</uCom><qCom>{quantity}</qCom><vUnCom>1</vUnCom><vProd>{goods}</vProd>
<cEANTrib>{tax_ean}</cEANTrib><uTrib>{tax_unit}</uTrib><qTrib>{tax_quantity}</qTrib><vUnTrib>1</vUnTrib>
<vFrete>{freight}</vFrete><vDesc>{discount}</vDesc><indTot>1</indTot><xPed>{order}</xPed></prod>
<imposto><ICMS><ICMS10><orig>0</orig><CST>10</CST><pICMS>{icms}</pICMS><vICMS>{icms_value}</vICMS><vICMSST>{st}</vICMSST></ICMS10></ICMS>
<IPI><IPITrib><CST>50</CST><pIPI>0</pIPI><vIPI>{ipi}</vIPI></IPITrib></IPI></imposto></det>"""

_CANCELLED = """<?xml version="1.0" encoding="UTF-8"?>
<procEventoNFe xmlns="http://www.portalfiscal.inf.br/nfe" versao="1.00"><evento versao="1.00"><infEvento>
<chNFe>{key}</chNFe><tpEvento>{event}</tpEvento></infEvento></evento><retEvento versao="1.00"><infEvento>
<cStat>{status}</cStat></infEvento></retEvento></procEventoNFe>"""

_NOTE = """<?xml version="1.0" encoding="UTF-8"?>
<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00"><NFe><infNFe Id="NFe{key}" versao="4.00">
<ide><cUF>41</cUF><natOp>VENDA</natOp><mod>{model}</mod><serie>1</serie><nNF>{number}</nNF><dhEmi>{issued}</dhEmi>
<tpNF>{direction}</tpNF><tpAmb>1</tpAmb><finNFe>{purpose}</finNFe></ide>
<emit><CNPJ>{seller}</CNPJ><xNome>{name}</xNome><xFant>Vale</xFant><enderEmit><xMun>CURITIBA</xMun><UF>PR</UF>
<fone>4133330000</fone></enderEmit></emit>
<dest><CNPJ>{buyer}</CNPJ><xNome>LOJA</xNome></dest>{items}
<cobr>{instalments}</cobr></infNFe></NFe><protNFe><infProt><cStat>{status}</cStat></infProt></protNFe></nfeProc>"""


@dataclass(frozen=True)
class Item:
    """A line; by default ten boards at R$ 12,50."""

    line: int = 1
    code: str = "VV-15B"
    ean: str = "SEM GTIN"
    tax_ean: str = "SEM GTIN"
    name: str = "CHAPA MDF 15MM"
    ncm: str = "44111390"
    cfop: str = "6101"
    unit: str = "UN"
    quantity: str = "10.0000"
    goods: str = "125.00"
    tax_unit: str = "UN"
    tax_quantity: str = "10.0000"
    freight: str = "0"
    discount: str = "0"
    order: str = ""
    icms: str = "12.00"
    icms_value: str = ""  # of the goods at that rate, where it isn't stated
    st: str = "0"
    ipi: str = "0"

    def xml(self) -> str:
        net = Decimal(self.goods) - Decimal(self.discount)
        return _ITEM.format(**{**vars(self), "icms_value": self.icms_value or f"{net * Decimal(self.icms) / 100:.2f}"})


def make_note(
    *items: Item,
    number: str = "871",
    issued: str = "2026-10-14T10:00:00-03:00",
    seller: str = VALE,
    buyer: str = OWN,
    name: str = "VALE VERDE LTDA",
    due: tuple[str, ...] = (),
    status: str = "100",
    model: str = "55",
    purpose: str = "1",
    direction: str = "1",
    key: str = "0",
) -> bytes:
    """A note with these lines."""
    lines = [replace(item, line=n) for n, item in enumerate(items or (Item(),), start=1)]
    return _NOTE.format(
        key=key, model=model, number=number, issued=issued, direction=direction, purpose=purpose, seller=seller,
        name=name, buyer=buyer, status=status, items="".join(item.xml() for item in lines),
        instalments="".join(f"<dup><nDup>1</nDup><dVenc>{day}</dVenc><vDup>1</vDup></dup>" for day in due),
    ).encode()  # fmt: skip


def make_event(key: str, *, event: str = "110111", status: str = "135") -> bytes:
    """What the tax office answers to a cancellation (110111) or a letter of correction (110110) of that note."""
    return _CANCELLED.format(key=key, event=event, status=status).encode()
