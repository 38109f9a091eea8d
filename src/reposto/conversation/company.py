"""Change the company's rules: what a wrong one could mean is refused with a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reposto.analysts.calendar import local_holidays
from reposto.model.errors import InvalidInput
from reposto.model.facts import Company
from reposto.storage import company
from reposto.storage.catalogue import bump_version
from reposto.storage.engine import Store

STATES = frozenset("AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO".split())
LONGEST_HOLIDAYS = 600
CHOICES = {
    "unmet_demand": ("lost", "backorder"),
    "tax_regime": ("simples", "presumido", "real"),
    "activity": ("commerce", "industry"),
    "state": STATES,
}
# Least, most, and the same for a buyer: beyond these a typing error is likelier than a company.
RANGES = {
    "holding_cost_percent_year": (0, 200, "custo de estocar, de 0% a 200% ao ano"),
    "order_cost": (0, 100_000, "custo de um pedido, de R$ 0 a R$ 100.000"),
    "service_level": (0.5, 0.999, "nível de serviço, de 50% a 99,9%"),
    "margin_percent": (0, 1000, "margem, de 0% a 1.000%"),
    "review_days": (1, 180, "revisão das compras, de 1 a 180 dias"),
    "money_cost_percent_month": (0, 30, "custo do dinheiro, de 0% a 30% ao mês"),
    "dead_stock_days": (30, 400, "estoque encalhado, a partir de 30 a 400 dias"),
    "dead_stock_loss_percent": (0, 100, "perda do encalhado, de 0% a 100% do custo"),
    "internal_icms_percent": (0, 40, "ICMS interno, de 0% a 40%"),
    "cbs_percent": (0, 40, "CBS, de 0% a 40%"),
}


def read_rules(store: Store) -> tuple[Company, str]:
    """The rules and the time zone."""
    with store.read() as connection:
        return company.load_company(connection), company.zone(connection).key


def change_rules(store: Store, changes: Mapping[str, Any]) -> Company:
    """Change the rules named (and `timezone`); InvalidInput names the one that can't be so."""
    given = dict(changes)
    timezone = given.pop("timezone", None)
    for name, value in given.items():
        _check(name, value)
    if "local_holidays" in given:
        _check_holidays(given["local_holidays"])
    if timezone is not None:
        _check_zone(timezone)
    with store.write() as connection:
        rules = replace(company.load_company(connection), **given)
        company.save_company(connection, rules, timezone=timezone)
        bump_version(connection)
    return rules


def _check(name: str, value: Any) -> None:
    if name in CHOICES and value not in CHOICES[name]:
        allowed = ", ".join(sorted(CHOICES[name]))
        raise InvalidInput(f"Não conheço {value!r}; use: {allowed}.", f"{name} must be one of: {allowed}.")
    if name in RANGES:
        least, most, words = RANGES[name]
        if not least <= float(value) <= most:  # NaN isn't either
            raise InvalidInput(f"Regra fora do que vale: {words}.", f"{name} must be from {least} to {most}.")


def _check_holidays(text: str) -> None:
    try:
        local_holidays(text, ())
    except ValueError as wrong:
        raise InvalidInput(
            f"Feriado que não é um dia: {wrong}; escreva 25/01, 08/12, 20/04/2027.", f"This is no holiday: {wrong}."
        ) from None
    if len(text) > LONGEST_HOLIDAYS:
        raise InvalidInput(f"Feriados demais: até {LONGEST_HOLIDAYS} letras.", "Too many holidays.")


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput(
            f"Não existe o fuso horário {name!r}; por exemplo: America/Sao_Paulo.", f"There is no time zone {name!r}."
        ) from None
