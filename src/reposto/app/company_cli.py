"""`reposto company`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency, format_decimal

from reposto.conversation.company import change_rules, read_rules
from reposto.model.facts import Company
from reposto.storage.engine import Store

UNMET = {"lost": "a venda se perde", "backorder": "o cliente espera"}
ACTIVITIES = {"commerce": "comércio (o IPI é custo)", "industry": "indústria (o IPI vira crédito, fora do Simples)"}

RULES = {  # option -> rule, where they differ
    "margin": "margin_percent",
    "holding_cost": "holding_cost_percent_year",
    "money_cost": "money_cost_percent_month",
    "dead_stock_loss": "dead_stock_loss_percent",
    "internal_icms": "internal_icms_percent",
    "cbs": "cbs_percent",
    "holidays": "local_holidays",
}


def run_company(store: Store, given: Mapping[str, Any]) -> list[str]:
    """Change the rules given by their options, if any; returns the lines to print."""
    changes = {RULES.get(option, option): value for option, value in given.items()}
    if "service_level" in changes:
        changes["service_level"] = changes["service_level"] / 100
    if "order_cost" in changes:
        changes["order_cost"] = Decimal(str(changes["order_cost"]))
    if "state" in changes:
        changes["state"] = changes["state"].upper()
    if changes:
        change_rules(store, changes)
    return list(describe_rules(*read_rules(store)))


def describe_rules(rules: Company, timezone: str) -> Iterator[str]:
    """The rules as a buyer reads them, each with the option that changes it."""
    place = f"{rules.city} - {rules.state}" if rules.city else rules.state
    yield f"empresa (--name, --city, --state): {rules.name or '(sem nome)'}, {place}"
    yield f"fuso horário (--timezone): {timezone}"
    yield f"nível de serviço (--service-level): {_number(rules.service_level * 100)}% dos ciclos sem falta"
    yield f"margem (--margin): {_number(rules.margin_percent)}% sobre o custo de compra"
    yield f"custo de estocar (--holding-cost): {_number(rules.holding_cost_percent_year)}% ao ano"
    yield f"custo de um pedido (--order-cost): {format_currency(rules.order_cost, 'BRL', locale='pt_BR')}"
    yield f"custo do dinheiro (--money-cost): {_number(rules.money_cost_percent_month)}% ao mês"
    yield (
        f"encalhe (--dead-stock-days, --dead-stock-loss): o que não vende em {rules.dead_stock_days} dias perde "
        f"{_number(rules.dead_stock_loss_percent)}% do custo"
    )
    yield f"revisão das compras (--review-days): a cada {rules.review_days} dias"
    yield f"quando falta (--unmet-demand): {UNMET.get(rules.unmet_demand, rules.unmet_demand)}"
    yield f"regime tributário (--tax-regime): {rules.tax_regime}"
    yield f"atividade (--activity): {ACTIVITIES.get(rules.activity, rules.activity)}"
    yield f"ICMS interno nas compras de outros estados, no Simples (--internal-icms): {_difal(rules)}"
    cbs = "não informada" if rules.cbs_percent is None else f"{_number(rules.cbs_percent)}%"
    yield f"CBS a partir de 2027 (--cbs): {cbs}"
    yield f"feriados da cidade ou da empresa (--holidays): {rules.local_holidays or '(nenhum)'}"


def _difal(rules: Company) -> str:
    if rules.internal_icms_percent is None:
        return "não informado, a diferença não é contada"
    if rules.internal_icms_percent == 0:
        return "o estado não cobra a diferença"
    return f"{_number(rules.internal_icms_percent)}%, a diferença entra no custo"


def _number(value: float) -> str:
    return str(format_decimal(round(value, 3), locale="pt_BR"))
