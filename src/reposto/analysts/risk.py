"""What may go wrong, as probability and R$, and why."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import numpy as np

from reposto.analysts import words
from reposto.analysts.paths import StockPaths
from reposto.analysts.plan import Plan
from reposto.analysts.situation import Situation
from reposto.model.findings import PriceFinding, RiskCause, RiskFinding
from reposto.model.quantities import to_cents

HIGH_PROBABILITY = 0.30  # one order in three or four running short is no longer an accident
OLD_DATA_DAYS = 7  # a week without new sales: the forecast no longer sees the last week
EXCESS_DAYS = 180  # stock beyond half a year of demand counts as excess


def estimate_risk(
    situation: Situation,
    plan: Plan | None,
    prices: PriceFinding,
    *,
    buying: bool,
    quantity: float,
    suppliers: int,
    age_days: int,
    missing: tuple[str, ...] = (),
) -> RiskFinding:
    """Probability of running out before the order arrives and expected lost margin, R$, split by cause.

    Acting as advised: `buying` means an order of today, else one review period later. Amount = expected units short x
    margin (percent of the landed cost). Split: the same expectation with only demand uncertain (lead time and open
    orders at their medians), with only delivery uncertain (mean demand), and with neither (late_order: the stock ends
    before any order of today can come, even if all goes as expected); the parts share the whole in proportion. price:
    what is paid above the 12-month average; excess: cost of a half-year's holding of stock beyond 180 days of demand.
    Level: low up to 1 - service level, high from 30 %; at least medium while data are missing.
    """
    if plan is None or situation.paths is None:
        return _without_plan(situation, prices, suppliers, age_days, missing)
    margin = situation.facts.company.margin_percent / 100 * float(plan.cost.unit)
    probability = plan.stockout if buying else plan.stockout_if_waiting
    short = plan.short if buying else plan.short_if_waiting
    amount = _reais(short * margin)
    causes = [*_shortage_causes(situation, situation.paths, plan, amount, buying=buying)]
    causes += _other_causes(situation, plan, prices, quantity=quantity, suppliers=suppliers, age_days=age_days)
    level = _level(probability, 1 - situation.facts.company.service_level, unsure=bool(missing))
    return RiskFinding(
        level=level,
        stockout_probability=round(plan.stockout, 4),
        stockout_probability_if_waiting=round(plan.stockout_if_waiting, 4),
        amount_at_risk=amount,
        causes=tuple(sorted(causes, key=lambda c: (-c.share, -(c.amount or Decimal(0))))),
        text=_text(situation, plan, amount, margin, buying=buying),
        amount_if_waiting=_reais(plan.short_if_waiting * margin),
    )


def _level(probability: float, allowed: float, *, unsure: bool) -> Literal["low", "medium", "high"]:
    if probability >= HIGH_PROBABILITY:
        return "high"
    return "medium" if probability > allowed + 1e-9 or unsure else "low"


def _text(situation: Situation, plan: Plan, amount: Decimal, margin: float, *, buying: bool) -> str:
    days = words.days(situation.facts.company.review_days)
    now, later = words.share(plan.stockout), words.share(plan.stockout_if_waiting)
    at_risk = f"({words.reais(amount)} de margem em risco)"
    if not buying and plan.stockout_if_waiting < 0.005:
        return f"Esperando {days} para pedir, a chance de faltar antes da chegada é desprezível."
    if not buying:
        return f"Esperando {days} para pedir, a chance de faltar antes da chegada é de {later} {at_risk}."
    text = f"Pedindo hoje, a chance de faltar antes da chegada é de {now} {at_risk}"
    if plan.stockout_if_waiting <= plan.stockout + 0.005:
        return f"{text}."
    waiting = words.reais(_reais(plan.short_if_waiting * margin))
    return f"{text}; esperando {days}, sobe para {later} ({waiting})."


def _shortage_causes(
    situation: Situation, paths: StockPaths, plan: Plan, amount: Decimal, *, buying: bool
) -> list[RiskCause]:
    """Demand and delay, sharing the R$ at risk; empty when nothing is at risk."""
    if amount <= 0:
        return []
    arrive = plan.arrive if buying else plan.arrive_if_waiting
    day = paths.day(arrive)
    middle = int(np.searchsorted(np.cumsum(plan.lead.probability), 0.5))
    half = paths.short.shape[1] // 2
    certain = float(_mean_short(paths, half)[day[half, middle]])
    by_demand = float(paths.short[:, half, day[half, middle]].mean())
    levels = range(paths.short.shape[1])
    by_delay = float(np.mean([_mean_short(paths, k)[day[k]] @ plan.lead.probability for k in levels]))
    parts = {
        "late_order": certain,
        "demand": max(by_demand - certain, 0.0),
        "delay": max(by_delay - certain, 0.0),
    }
    total = sum(parts.values())
    shares = {code: part / total for code, part in parts.items()} if total > 0 else {"demand": 1.0}
    return [
        RiskCause(code, _cause_text(situation, plan, code), round(share, 3), _reais(float(amount) * share))
        for code, share in shares.items()
        if share >= 0.005
    ]


def _mean_short(paths: StockPaths, level: int) -> np.ndarray:
    """Shortage by day if demand were its mean, at one level of lateness; (T+1,)."""
    free = paths.demand.mean(axis=0) - paths.available - paths.supply[level]
    owed = max(-paths.available, 0.0)
    return np.maximum.accumulate(np.maximum(free, owed)) - owed


def _cause_text(situation: Situation, plan: Plan, code: str) -> str:
    if code == "late_order":
        return "O estoque acaba antes de um pedido de hoje chegar, mesmo que tudo corra como esperado."
    if code == "demand":
        return "A venda pode passar do esperado até a entrega."
    name = situation.supplier_name(plan.offer.supplier_id)
    high = words.days(plan.lead.quantile(0.9), business=True)
    return f"A entrega de {name} pode levar {high} ou mais (uma em cada dez)."


def _other_causes(
    situation: Situation, plan: Plan, prices: PriceFinding, *, quantity: float, suppliers: int, age_days: int
) -> list[RiskCause]:
    """Causes outside the shortage: their share of the R$ at risk is 0, their amount their own."""
    found = []
    if suppliers == 1:
        name = situation.supplier_name(plan.offer.supplier_id)
        found.append(
            RiskCause("single_supplier", f"Só {name} tem oferta válida; se falhar, não há alternativa.", 0.0, None)
        )
    if prices.dearness == "dear" and prices.average_12m is not None and quantity > 0:
        over = max((plan.cost.goods - prices.average_12m) * Decimal(str(quantity)), Decimal(0))
        apart = prices.best_vs_average_percent or 0.0
        text = f"O preço está {words.percent(apart, 1)} acima da média de 12 meses."
        if apart <= 0:
            text = "O preço está acima do que a queda dos últimos meses faria esperar."
        found.append(RiskCause("price", text, 0.0, to_cents(over)))
    if age_days > OLD_DATA_DAYS:
        found.append(RiskCause("data_age", f"As vendas importadas têm {words.days(age_days)} de atraso.", 0.0, None))
    excess = _excess(situation, plan, quantity)
    if excess is not None:
        found.append(excess)
    return found


def _excess(situation: Situation, plan: Plan | None, quantity: float) -> RiskCause | None:
    """Stock, orders and purchase beyond 180 days of expected demand: R$ of half a year's holding cost."""
    if situation.far is None or situation.available is None:
        return None
    half_year = situation.far.mean(EXCESS_DAYS)
    beyond = situation.available + situation.on_order + quantity - half_year
    if beyond <= max(1.0, 0.05 * half_year):
        return None
    unit = situation.facts.product.unit
    cost = unit_cost(situation, plan)
    rate = situation.facts.company.holding_cost_percent_year / 100
    amount = _reais(float(cost) * beyond * rate * EXCESS_DAYS / 365) if cost is not None else None
    text = f"Sobram {words.quantity(round(beyond), unit)} além de {EXCESS_DAYS} dias de venda esperada"
    text += f"; estocá-las por meio ano custa {words.reais(amount)}." if amount is not None else "."
    return RiskCause("excess", text, 0.0, amount)


def unit_cost(situation: Situation, plan: Plan | None) -> Decimal | None:
    """R$ per unit: landed cost of the plan, else the last price paid."""
    if plan is not None:
        return plan.cost.unit
    paid = [p for p in situation.facts.prices if p.unit_price > 0]
    return max(paid, key=lambda p: p.on).unit_price if paid else None


def _without_plan(
    situation: Situation, prices: PriceFinding, suppliers: int, age_days: int, missing: tuple[str, ...]
) -> RiskFinding:
    """Risk where no order can be worked out: the chance of running out within 30 days, if that can be known."""
    paths = situation.paths
    causes: list[RiskCause] = []
    if age_days > OLD_DATA_DAYS:
        causes.append(RiskCause("data_age", f"As vendas importadas têm {words.days(age_days)} de atraso.", 0.0, None))
    excess = _excess(situation, None, 0.0)
    if excess is not None:
        causes.append(excess)
    nobody = RiskCause("no_supply", "Nenhum fornecedor pode ser acionado hoje.", 0.0, None)
    if paths is None:
        causes += [nobody] if suppliers == 0 else []
        lacking = missing[0].split(";")[0].rstrip(".") if missing else "Faltam dados"
        text = f"O risco não pode ser calculado: {lacking[0].lower()}{lacking[1:]}."
        return RiskFinding("medium", None, None, None, tuple(causes), text)
    month = min(30, paths.last)
    probability = float(paths.stockout_by_day()[month])
    cost = unit_cost(situation, None)
    amount = None
    if cost is not None:
        rate = situation.facts.company.margin_percent / 100
        amount = _reais(float(paths.short[:, :, month].mean()) * float(cost) * rate)
    if amount is not None and amount > 0:
        code = "no_supply" if suppliers == 0 else "demand"
        causes.append(RiskCause(code, "Sem reposição, a venda esperada passa do estoque.", 1.0, amount))
    elif suppliers == 0:
        causes.append(nobody)
    at_risk = f" ({words.reais(amount)} de margem em risco)" if amount else ""
    text = f"Sem nova compra, a chance de faltar nos próximos 30 dias é de {words.share(probability)}{at_risk}."
    level = _level(probability, 1 - situation.facts.company.service_level, unsure=True)
    return RiskFinding(level, round(probability, 4), round(probability, 4), amount, tuple(causes), text, amount)


def _reais(amount: float) -> Decimal:
    return to_cents(Decimal(str(round(max(amount, 0.0), 4))))
