"""The recommendation in words: headline, reasons that name the data, next steps. Portuguese."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from reposto.analysts import words
from reposto.analysts.landed import billed
from reposto.analysts.leadtime import LeadTime
from reposto.analysts.lot_reasons import about_lot
from reposto.analysts.plan import Plan
from reposto.analysts.rounding import orderable
from reposto.analysts.situation import Situation
from reposto.model.findings import DemandFinding, LogisticsFinding, Missing, PriceFinding, Verdict
from reposto.model.quantities import to_cents

NEAR_EXPIRY_DAYS = 7  # an offer that ends within a week is worth a word


def headline(situation: Situation, verdict: Verdict, plan: Plan | None, decisive: tuple[Missing, ...]) -> str:
    """The decision in one sentence."""
    unit = situation.facts.product.unit
    if verdict == "manual_review" or plan is None:
        why = decisive[0].text.split(";")[0].rstrip(".") if decisive else "faltam dados"
        return f"Revisão manual: {why[0].lower()}{why[1:]}."
    name = situation.supplier_name(plan.offer.supplier_id)
    if verdict == "wait":
        if _may_run_short(situation, plan):
            return "Não compre agora: o que já está pedido basta, mas pode faltar até chegar; cobre a entrega."
        if plan.order_by is None:
            return "Não compre agora: o estoque dura mais que o prazo de qualquer entrega no próximo ano."
        return f"Não compre agora: dá para esperar até {words.weekday_day(plan.order_by)}."
    amount = f"{words.quantity(plan.lot, unit)} de {name} por {words.reais(plan.cost.payable)}"
    drafts = [line for line in situation.facts.drafts if line.outstanding > 0]
    if sum(line.outstanding for line in drafts) >= plan.needed and drafts:
        named = words.listed([f"{d.order_number} ({words.quantity(d.outstanding, unit)})" for d in drafts[-3:]])
        needed = words.quantity(orderable(plan.needed, None, unit), unit)
        return f"Envie o rascunho {named} em vez de criar outro: já cobre o que a conta pede, {needed}."
    if drafts:
        return f"{_drafted(situation)[0]} A conta de hoje pede {amount}."
    if plan.overdue:
        chance = words.share(plan.stockout)
        return f"Compre o quanto antes: {amount}; mesmo pedindo hoje, a chance de faltar até a entrega é de {chance}."
    return f"Compre {amount}, até {words.weekday_day(plan.order_by)}." if plan.order_by else f"Compre {amount}."


def _may_run_short(situation: Situation, plan: Plan) -> bool:
    """Whether the open orders, though enough, may come too late."""
    return situation.on_order > 0 and plan.stockout > 1 - situation.facts.company.service_level


def reasons(
    situation: Situation,
    verdict: Verdict,
    found: tuple[Plan, ...],
    demand: DemandFinding,
    prices: PriceFinding,
    logistics: LogisticsFinding,
    decisive: tuple[Missing, ...],
) -> tuple[str, ...]:
    """Why, most decisive first; each sentence names the data it stands on."""
    texts = [m.text for m in decisive]
    texts += _drafted(situation)
    texts += _about_demand(situation, demand)
    texts += _about_stock(situation, demand)
    if found:
        texts += _about_plan(situation, found[0], logistics, verdict)
        texts += _about_choice(situation, found, prices)
    texts += _about_price(situation, prices)
    return tuple(dict.fromkeys(texts))


def _about_demand(situation: Situation, demand: DemandFinding) -> list[str]:
    unit, total = situation.facts.product.unit, demand.total
    if total is None:
        return []
    text = (
        f"Demanda esperada nos próximos {words.days(demand.horizon_days)}: {_whole(situation, total.expected)}, "
        f"entre {words.quantity(total.low, unit)} e {words.quantity(total.high, unit)} em quatro de cada cinco casos"
    )
    if demand.last_period_total is not None:
        text += f"; no período anterior saíram {words.quantity(demand.last_period_total, unit)}"
    texts = [text + "."]
    if demand.trend in ("rising", "falling") and demand.trend_percent_month is not None:
        verb = "sobem" if demand.trend == "rising" else "caem"
        texts.append(f"As vendas {verb} {words.percent(abs(demand.trend_percent_month), 1)} ao mês no último semestre.")
    if demand.out_of_stock_days:
        texts.append(f"{words.days(demand.out_of_stock_days)} sem estoque ficaram fora do cálculo da demanda.")
    if demand.pattern in _PATTERNS:
        texts.append(_PATTERNS[demand.pattern])
    return texts


_PATTERNS = {
    "lumpy": "A venda é esporádica e em quantidades muito diferentes; a faixa é larga por isso.",
    "intermittent": "A venda é esporádica; a média esconde semanas sem nenhuma saída.",
    "new": "O produto é novo: a previsão ainda se apoia em poucas semanas.",
    "dying": "As vendas quase pararam no último trimestre; não compre além do necessário.",
}


def _about_stock(situation: Situation, demand: DemandFinding) -> list[str]:
    unit = situation.facts.product.unit
    if demand.on_hand is None or demand.available is None:
        return []
    text = f"Estoque: {words.quantity(demand.on_hand, unit)}"
    if demand.reserved:
        text += f", {words.quantity(demand.reserved, unit)} reservados, {words.quantity(demand.available, unit)} livres"
    if demand.available <= 0:
        text += "; nada livre para vender" if demand.reserved else ""
    elif demand.coverage_days is not None:
        text += f"; dura {words.days(demand.coverage_days)}" if demand.coverage_days >= 1 else "; não dura um dia"
        if demand.stockout_date is not None and demand.coverage_days >= 1:
            text += f", até {words.day(demand.stockout_date)}"
    texts = [text + "."]
    if situation.used_since_count >= 0.5 and situation.facts.stock is not None:
        texts.append(
            f"O estoque foi contado em {words.day(situation.facts.stock.as_of)}; desde então saíram cerca de "
            f"{words.quantity(round(situation.used_since_count), unit)}, que já descontei."
        )
    if demand.on_order > 0:
        text = f"A caminho: {words.quantity(demand.on_order, unit)}"
        if demand.stockout_date_with_orders is not None:
            text += f"; com isso o estoque vai até {words.day(demand.stockout_date_with_orders)}"
        texts.append(text + ".")
    return texts


def _about_plan(situation: Situation, plan: Plan, logistics: LogisticsFinding, verdict: Verdict) -> list[str]:
    unit, company = situation.facts.product.unit, situation.facts.company
    name, lead = situation.supplier_name(plan.offer.supplier_id), plan.lead
    texts = []
    median = words.days(lead.quantile(0.5), business=True)
    if lead.measured:
        promised = f" (prometido: {lead.promised})" if lead.promised is not None else ""
        base = _receipts(lead)
        texts.append(f"{name} entrega em {median}{promised}, segundo {base}.")
    else:
        texts.append(
            f"{name} promete {words.days(lead.promised or 0, business=True)}; ainda não há recebimentos que confirmem."
        )
    if verdict == "approve" and plan.needed > 0:
        level = words.percent(100 * company.service_level, 1)
        span = f"prazo de entrega mais {words.days(company.review_days)} de revisão"
        lacking = orderable(plan.needed, None, unit)
        amount = words.quantity(lacking if situation.counted else plan.needed, unit)
        verb = "Faltaria" if lacking == 1 else "Faltariam"
        texts.append(f"{verb} {amount} para atender {level} dos casos até a próxima compra chegar ({span}).")
    if verdict == "approve":
        texts += _about_money(situation, plan)
        texts += about_lot(situation, plan)
        texts += _about_bridge(situation, plan, logistics)
    today = situation.facts.today
    late = [a for a in logistics.arriving if a.expected_on is not None and a.expected_on < today]
    if late:
        named = words.listed(
            [f"{a.order_number} (previsto para {words.day(a.expected_on or today)})" for a in late[:3]]
        )
        texts.append(f"{'Pedido atrasado' if len(late) == 1 else 'Pedidos atrasados'}: {named}.")
    return texts


def _drafted(situation: Situation) -> list[str]:
    """Orders that exist as drafts: not on their way, but not to be written twice either."""
    unit = situation.facts.product.unit
    texts = []
    for line in situation.facts.drafts:
        if line.outstanding > 0:
            of = situation.supplier_name(line.supplier_id)
            texts.append(
                f"Já existe o rascunho {line.order_number} de {words.quantity(line.outstanding, unit)} de {of}, feito "
                f"em {words.day(line.ordered_on)}; não foi enviado e não conta como a caminho."
            )
    return texts


def _about_money(situation: Situation, plan: Plan) -> list[str]:
    """What the supplier will bill, part by part, and what is left of it as cost."""
    unit, lot = situation.facts.product.unit, plan.lot
    bill, cost = billed(plan.offer, lot), plan.cost
    parts = [f"{words.quantity(lot, unit)} a {words.exact_reais(cost.goods)} são {words.reais(bill.goods)}"]
    parts += [
        f"{name} {words.reais(amount)}"
        for name, amount in (("IPI", bill.ipi), ("ICMS-ST", bill.icms_st), ("frete", bill.freight))
        if amount > 0
    ]
    texts = [f"Valor do pedido: {words.reais(bill.total)} ({', '.join(parts)})."]
    credits = to_cents(cost.credits * Decimal(str(lot)))
    terms = bill.total - credits - cost.total
    less = [f"{words.reais(credits)} de créditos de impostos"] if credits > 0 else []
    less += [f"{words.reais(terms)} que vale o prazo de pagamento"] if terms >= Decimal("0.01") else []
    if less:
        texts.append(f"Custo líquido posto: {words.reais(cost.total)}, descontados {words.listed(less)}.")
    return texts


def _about_bridge(situation: Situation, plan: Plan, logistics: LogisticsFinding) -> list[str]:
    """An order of today comes late, but somebody else can fill the gap."""
    if plan.bridge is None or logistics.probable_arrival is None:
        return []
    name, other = (situation.supplier_name(o.supplier_id) for o in (plan.offer, plan.bridge))
    takes = words.days(situation.leads[plan.bridge.supplier_id].quantile(0.5), business=True)
    return [
        f"O pedido de hoje a {name} só chega por volta de {words.day(logistics.probable_arrival)}, e a chance de "
        f"faltar até lá é de {words.share(plan.stockout)}; se o estoque baixar antes, {other} entrega em {takes}."
    ]


def _receipts(lead: LeadTime) -> str:
    """Which deliveries the lead time stands on."""
    if lead.receipts == 0:
        return "os recebimentos de outros produtos dele"
    own = "1 recebimento" if lead.receipts == 1 else f"{lead.receipts} recebimentos"
    return f"{own} deste produto e os dos outros" if lead.pooled else f"{own} deste produto"


def _whole(situation: Situation, value: float) -> str:
    """A demand as the rest of the answer shows it: counted units whole, but for less than one."""
    unit = situation.facts.product.unit
    return words.quantity(float(round(value)) if situation.counted and value >= 0.95 else value, unit)


def _about_choice(situation: Situation, found: tuple[Plan, ...], prices: PriceFinding) -> list[str]:
    """Why this supplier, when there is another or when it isn't the cheapest."""
    plan = found[0]
    if len(found) < 2:
        return []
    name, unit = situation.supplier_name(plan.offer.supplier_id), situation.facts.product.unit
    cheapest = min(found, key=lambda p: p.cost.unit)
    if cheapest.offer.id == plan.offer.id:
        other = min((p for p in found[1:]), key=lambda p: p.cost.unit)
        if other.cost.unit <= plan.cost.unit:
            return []
        rival = situation.supplier_name(other.offer.supplier_id)
        return [
            f"Menor custo posto: {name}, {words.unit_reais(plan.cost.unit)} por {unit or 'unidade'}, contra "
            f"{words.unit_reais(other.cost.unit)} de {rival}."
        ]
    rival = situation.supplier_name(cheapest.offer.supplier_id)
    apart = words.difference(plan.cost.unit - cheapest.cost.unit, plan.cost.unit)
    dearer = f"{name} custa {apart} a mais por {unit or 'unidade'} que {rival}"
    fewer = cheapest.short - plan.short
    if fewer >= 0.5:
        sooner = words.quantity(round(fewer), unit)
        return [f"{dearer}, mas chega antes: cerca de {sooner} a menos em falta até a entrega."]
    return [f"{dearer} neste pedido, mas sai mais barato no ano com o lote que costuma ser comprado."]


def _about_price(situation: Situation, prices: PriceFinding) -> list[str]:
    texts = []
    paid = "pago" if prices.paid_source == "order" else "cotado"
    if prices.best_vs_average_percent is not None and prices.average_12m is not None:
        apart = prices.best_vs_average_percent
        average = words.unit_reais(prices.average_12m)
        where = "acima" if apart > 0 else "abaixo"
        text = (
            f"O melhor preço está {words.percent(abs(apart), 1)} {where} da média {paid[:-1]}a em 12 meses ({average})"
        )
        if abs(apart) < 0.05:
            text = f"O melhor preço é igual à média {paid[:-1]}a em 12 meses ({average})"
        texts.append(text + _dearness(prices, apart) + ".")
    if prices.trend_percent_year is not None and abs(prices.trend_percent_year) >= 3 and prices.last_paid is not None:
        rising = prices.trend_percent_year > 0
        change = abs(prices.trend_percent_year)
        month = prices.last_paid * Decimal(str(change)) / 1200
        unit = situation.facts.product.unit or "unidade"
        text = f"Os preços {paid}s {'sobem' if rising else 'caem'} {words.percent(change, 1)} ao ano"
        if month >= Decimal("0.005") or prices.last_paid < 1:
            costs = f"{'custa' if rising else 'poupa'} {words.difference(month, prices.last_paid)} por {unit}"
            text += f"; se continuar, um mês de espera {costs}"
        texts.append(text + ".")
    return texts


def _dearness(prices: PriceFinding, apart: float) -> str:
    """The judgement; with a trend it may run against the plain comparison, and then says so."""
    if prices.dearness == "dear":
        return ": caro" if apart > 0 else ": ainda assim caro, porque os preços vêm caindo"
    if prices.dearness == "cheap":
        return ": barato" if apart < 0 else ": ainda assim barato, porque os preços vêm subindo"
    return ": dentro do normal" if prices.dearness == "fair" else ""


def next_steps(
    situation: Situation, verdict: Verdict, plan: Plan | None, prices: PriceFinding, decisive: tuple[Missing, ...]
) -> tuple[str, ...]:
    """What to do now, in order."""
    if verdict == "manual_review" or plan is None:
        return (*[_mend(m) for m in decisive], "Perguntar de novo depois da importação.")
    name = situation.supplier_name(plan.offer.supplier_id)
    today = situation.facts.today
    if verdict == "wait":
        steps: list[str] = []
        steps += _chase(situation)
        if not steps and _may_run_short(situation, plan):
            steps.append("Cobrar a entrega dos pedidos em aberto: até lá pode faltar.")
        again = plan.order_by if plan.order_by and plan.order_by > today else None
        review = today + timedelta(days=max(situation.facts.company.review_days, 1))
        again = min(again, review) if again else review
        steps.append(f"Rever em {words.day(situation.calendar.add(again, 0))}.")
        return tuple(steps)
    drafts = [line.order_number for line in situation.facts.drafts if line.outstanding > 0]
    steps = [f"Criar o rascunho do pedido para {name}."]
    if drafts:
        steps = [f"Revisar e enviar {words.listed(drafts[:3])} antes de criar outro rascunho."]
    minimum = _below_minimum(situation, plan)
    if minimum:
        steps.append(minimum)
    until = plan.offer.valid_until
    if until is not None and (until - today).days <= NEAR_EXPIRY_DAYS:
        steps.append(f"Fechar até {words.day(until)}: a oferta vence nesse dia.")
    if prices.dearness == "dear" and _overpaid(plan, prices) >= situation.facts.company.order_cost:
        steps.append("Pedir nova cotação: o preço está acima do normal.")
    steps += _chase(situation)
    return tuple(steps)


def _overpaid(plan: Plan, prices: PriceFinding) -> Decimal:
    """R$ of this order above the average paid: asking for another quote costs time too, as much as an order does."""
    if prices.average_12m is None:
        return Decimal(0)
    return (plan.cost.goods - prices.average_12m) * Decimal(str(plan.lot))


def _chase(situation: Situation) -> list[str]:
    """Open orders whose day has passed."""
    late = [c.line for c in situation.coming if c.line.expected_on and c.line.expected_on < situation.facts.today]
    if not late:
        return []
    if len(late) == 1:
        return [f"Cobrar o pedido {late[0].order_number}, que está atrasado."]
    return [f"Cobrar os pedidos atrasados: {words.listed([o.order_number for o in late[:3]])}."]


def _mend(missing: Missing) -> str:
    files = {
        "sales": "vendas",
        "stock": "estoque",
        "offers": "ofertas",
        "receipts": "recebimentos",
        "products": "produtos",
    }
    kind = files.get(missing.file_kind, missing.file_kind)
    return f"Importar o arquivo de {kind}." if kind else missing.text


def _below_minimum(situation: Situation, plan: Plan) -> str:
    """The supplier's minimum per order in R$, which other products may fill."""
    for supplier in situation.facts.suppliers:
        if supplier.id == plan.offer.supplier_id and supplier.minimum_order is not None:
            goods = billed(plan.offer, plan.lot or 1.0).goods
            if goods < supplier.minimum_order:
                lacking = words.reais(supplier.minimum_order - goods)
                return (
                    f"Juntar outros itens: o pedido mínimo é de {words.reais(supplier.minimum_order)} "
                    f"e faltam {lacking}."
                )
    return ""
