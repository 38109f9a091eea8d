"""The demo company's suppliers. Invented: no such company, address or CNPJ is meant."""

from __future__ import annotations

from typing import NamedTuple


class DemoSupplier(NamedTuple):
    """A supplier and how it behaves.

    promised: business days it quotes. slowness: measured / promised. scatter: spread of the measured time (cv).
    freight_percent 0 with freight_fixed 0 is CIF. month: in which it raises its prices. weekday: orders are sent then.
    """

    key: str
    name: str
    trade_name: str
    city: str
    state: str
    root: str  # the CNPJ's first eight characters
    promised: int
    slowness: float
    scatter: float
    minimum_order: int
    freight_percent: float
    freight_fixed: str
    icms_percent: float
    payment_terms: str
    month: int
    weekday: int


# Roots begin with 99, which the tax office hasn't given out; three are of the alphanumeric kind given since July 2026.
# fmt: off
SUPPLIERS: tuple[DemoSupplier, ...] = (
    DemoSupplier("araucaria", "Madeireira Araucária do Sul Ltda", "Araucária Painéis", "Curitiba", "PR",
                 "99410227", 7, 1.05, 0.15, 1500, 0.0, "0", 12.0, "28/42/56", 3, 0),
    DemoSupplier("campolargo", "Painéis Campo Largo Indústria S.A.", "Campo Largo Painéis", "Campo Largo", "PR",
                 "99382640", 10, 1.40, 0.25, 3000, 4.0, "0", 12.0, "28/56", 7, 1),
    DemoSupplier("itajai", "Têxtil Vale do Itajaí Ltda", "Vale Têxtil", "Brusque", "SC",
                 "99507118", 8, 1.10, 0.20, 800, 0.0, "0", 12.0, "28/42/56", 4, 2),
    DemoSupplier("americana", "Tecidos Americana Comércio e Indústria Ltda", "Tecidos Americana", "Americana", "SP",
                 "99643095", 12, 1.00, 0.05, 1200, 3.0, "0", 12.0, "28/42", 9, 3),
    DemoSupplier("espumasul", "Espumas Gaúchas Indústria Ltda", "Espuma Sul", "Caxias do Sul", "RS",
                 "99271884", 4, 1.05, 0.20, 600, 0.0, "0", 17.0, "28", 5, 0),
    DemoSupplier("poliespuma", "Poliuretanos Paulista S.A.", "PoliEspuma", "Guarulhos", "SP",
                 "99815530", 7, 1.55, 0.40, 2000, 5.5, "0", 12.0, "28/42/56", 8, 2),
    DemoSupplier("bento", "Ferragens Bento Distribuidora Ltda", "Bento Ferragens", "Bento Gonçalves", "RS",
                 "99126403", 2, 1.10, 0.30, 150, 0.0, "0", 17.0, "28", 2, 4),
    DemoSupplier("joinville", "Parafusos e Fixadores Joinville S.A.", "Fixa Joinville", "Joinville", "SC",
                 "99734561", 9, 1.00, 0.15, 900, 0.0, "0", 12.0, "28/42/56", 6, 1),
    DemoSupplier("tresrios", "Metalúrgica Três Rios Ltda", "Três Rios Metais", "Contagem", "MG",
                 "99058872", 15, 1.20, 0.30, 1500, 6.0, "0", 12.0, "28/42/56", 10, 3),
    DemoSupplier("reconcavo", "Tintas e Vernizes Recôncavo Ltda", "Recôncavo Tintas", "Camaçari", "BA",
                 "99690347", 18, 1.35, 0.25, 2500, 0.0, "280.00", 7.0, "42/56", 1, 0),
    DemoSupplier("quimimovel", "Química Moveleira do Norte Catarinense Ltda", "QuimiMóvel", "São Bento do Sul", "SC",
                 "99K4RT7X", 6, 1.00, 0.15, 500, 0.0, "0", 12.0, "28/42", 11, 2),
    DemoSupplier("serrapack", "Embalagens Serra Gaúcha Ltda", "SerraPack", "Farroupilha", "RS",
                 "99345216", 5, 1.15, 0.25, 400, 0.0, "0", 17.0, "28", 4, 1),
    DemoSupplier("itapoa", "Importadora Porto Itapoá Ltda", "Itapoá Import", "Itapoá", "SC",
                 "99B20M8Q", 35, 1.20, 0.25, 5000, 2.0, "190.00", 4.0, "0", 3, 4),
    DemoSupplier("parceiros", "Móveis Parceiros do Vale Ltda", "Parceiros do Vale", "Lagoa Vermelha", "RS",
                 "99562739", 12, 1.05, 0.20, 1000, 0.0, "0", 17.0, "28/42/56", 8, 3),
    DemoSupplier("altouruguai", "Estofados Alto Uruguai Ltda", "Alto Uruguai Estofados", "Erechim", "RS",
                 "99W7D31P", 15, 1.15, 0.25, 2000, 2.5, "0", 17.0, "28/56", 9, 1),
)
# fmt: on
