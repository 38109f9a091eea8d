"""A small invented shop for the tests of the language layer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from reposto.language.understand import Understander
from reposto.model.request import NamedProduct, NamedSupplier, Request, Turn

TODAY = date(2026, 5, 18)  # a Monday

PRODUCTS = (
    NamedProduct("84903501", "A vantagem de ganhar sem preocupação", category="Diversos"),
    NamedProduct("84903502", "A vantagem de evoluir sem preocupação", category="Diversos"),
    NamedProduct("MAR-001", "Martelo Unha 25mm Forja", category="Ferramentas", brand="Forja", ean="7890000000017"),
    NamedProduct("MAR-002", "Martelo Unha 29mm Forja", category="Ferramentas", brand="Forja", ean="7890000000024"),
    NamedProduct("PAR-010", "PARAF SEXT M8X25 ZINC ROSCATEC", category="Parafusos", brand="Roscatec"),
    NamedProduct("PAR-011", "PARAF SEXT M8X30 ZINC ROSCATEC", category="Parafusos", brand="Roscatec"),
    NamedProduct("PAR-012", "Parafuso Sextavado M8x30 Inox Roscatec", category="Parafusos", brand="Roscatec"),
    NamedProduct("TUB-100", "Tubo PVC Esgoto 100mm 6m Canol", unit="BR", category="Material Hidráulico", brand="Canol"),
    NamedProduct("TUB-050", "Tubo PVC Esgoto 50mm 6m Canol", unit="BR", category="Material Hidráulico", brand="Canol"),
    NamedProduct("REG-012", 'Registro Pressão 1/2" Canol', category="Material Hidráulico", brand="Canol"),
    NamedProduct("REG-034", 'Registro Pressão 3/4" Canol', category="Material Hidráulico", brand="Canol"),
    NamedProduct("DIP-001", "DIPIRONA 1000MG 10CP LABOR", unit="CX", category="Medicamentos", brand="Labor"),
    NamedProduct("DIP-002", "Dipirona 500mg c/10 cp Labor", unit="CX", category="Medicamentos", brand="Labor"),
    NamedProduct("ESP-007", "Espuma D28 Firme 5cm", category="Espumas"),
    NamedProduct("ESP-009", "Espuma D28 Firme 10cm", category="Espumas"),
    NamedProduct("04067", "LIMPA VIDROS 500ML BRILHUX", category="Limpeza", brand="Brilhux", supplier_code="LV-4471-B"),
    NamedProduct("04070", "Cera Líquida Incolor 750ml Brilhux", category="Limpeza", brand="Brilhux"),
    NamedProduct("TEC-008", "Sarja Pesada 1.8m", unit="M", category="Tecidos"),
    NamedProduct("TEC-015", "Sarja Leve 1.8m", unit="M", category="Tecidos"),
    NamedProduct("VEL-025", "Fita de Velcro 25mm (rolo 25m)", unit="RL", category="Tecidos"),
    NamedProduct("VEL-050", "Fita de Velcro 50mm (rolo 25m)", unit="RL", category="Tecidos"),
    NamedProduct("LED-012", "LAMP LED BULBO 12W 3000K LUMIA", category="Iluminação", brand="Lumia"),
    NamedProduct("LED-013", "LAMP LED BULBO 12W 6500K LUMIA", category="Iluminação", brand="Lumia"),
    NamedProduct("OLE-001", "OLEO MOTOR 15W40 MINERAL 1L PETROX", category="Lubrificantes", brand="Petrox"),
)
SUPPLIERS = (
    NamedSupplier("Ferragens Alto da Serra Comércio Ltda", "Alto da Serra", "Caxias do Sul", "RS"),
    NamedSupplier("Hidrovale Tubos Ltda", "Hidrovale", "Campinas", "SP"),
)


@cache
def shop() -> Understander:
    return Understander(PRODUCTS, SUPPLIERS)


def ask(text: str, *turns: tuple[str, str], today: date = TODAY) -> Request:
    return shop().understand(text, turns=as_turns(turns), today=today)


def as_turns(turns: Sequence[tuple[str, str]]) -> list[Turn]:
    return [Turn(role, text) for role, text in turns]
