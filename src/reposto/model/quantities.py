"""Money, quantities and identifiers, exact where exactness is owed."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
UNIT_PRICE_STEP = Decimal("0.0001")  # Brazilian invoices carry up to four decimals of unit price that matter here


def to_cents(amount: Decimal) -> Decimal:
    """Round R$ half up to the cent, as invoices do."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def to_unit_price(amount: Decimal) -> Decimal:
    """Round R$ per unit half up to four decimals."""
    return amount.quantize(UNIT_PRICE_STEP, rounding=ROUND_HALF_UP)


# Units that are counted, not measured: their quantities are whole numbers.
COUNTED_UNITS = frozenset(
    "UN UND UNI UNID UNIDADE UNIDADES PC PÇ PCA PEC PECA PEÇA PECAS PEÇAS CX CXA CAIXA CAIXAS PCT PACOTE PACOTES PAR PR"
    " PARES JG JOGO KIT DZ DUZIA DÚZIA RL ROLO ROLOS FD FARDO SC SACO SACOS BD CJ CONJ CONJUNTO CT CART CARTELA CH"
    " CHAPA CHAPAS TB TUBO GL LT LATA LATAS FR FRASCO BR BARRA BARRAS FL FOLHA MIL MILHEIRO CENTO RS RESMA BL BLOCO"
    " EMB".split()
)


def is_counted(unit: str) -> bool:
    """Whether a unit of stock is counted in whole numbers (UN, CX, …) rather than measured (KG, M, L)."""
    return unit.strip().rstrip(".").upper() in COUNTED_UNITS
