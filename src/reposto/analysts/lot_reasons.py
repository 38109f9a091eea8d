"""Why the lot is as large as it is and no larger, in Portuguese."""

from __future__ import annotations

from reposto.analysts import words
from reposto.analysts.lot_limits import LONGEST_LOT_DAYS
from reposto.analysts.plan import Plan
from reposto.analysts.shelf import EXPIRY_CHANCE
from reposto.analysts.situation import Situation

_LIMITS = {
    "new": "o produto é novo ou quase parou de vender",
    "falling": "as vendas estão caindo",
    "year": "as vendas conhecidas ainda não mostram um ano inteiro",
    "poor": "no passado deste produto a previsão errou muito",
    "worse": "no passado deste produto repetir o que houve teria acertado mais que a previsão",
}


def about_lot(situation: Situation, plan: Plan) -> list[str]:
    """What an order costs this line, how far a lot may go, and what a shelf life allows."""
    if plan.rules is None:
        return []
    return [*_about_share(situation, plan), *_about_limit(plan), *_about_shelf_life(situation, plan)]


def _about_share(situation: Situation, plan: Plan) -> list[str]:
    share = plan.rules.share if plan.rules is not None else None
    if share is None or share.lines < 1.05 or situation.facts.company.order_cost <= 0:
        return []
    name = situation.supplier_name(plan.offer.supplier_id)
    lines = words.number(share.lines, 1)
    seen = (
        f"segundo {share.orders} pedidos recebidos" if share.orders else "supondo que os produtos dele girem como este"
    )
    return [
        f"O custo de um pedido, {words.reais(situation.facts.company.order_cost)}, é dividido pelos {lines} itens que "
        f"um pedido a {name} costuma ter ({seen}): {words.reais(share.cost)} por item."
    ]


def _about_limit(plan: Plan) -> list[str]:
    limit = plan.rules.limit if plan.rules is not None else None
    if limit is None or not limit.code or limit.days >= LONGEST_LOT_DAYS:
        return []
    far = f"mais que {words.days(limit.days)} de venda de uma vez" if limit.days > 0 else "mais que o necessário"
    return [f"Não proponho {far}, por mais que o preço caia: {_LIMITS[limit.code]}."]


def _about_shelf_life(situation: Situation, plan: Plan) -> list[str]:
    life, found = situation.facts.product.shelf_life_days, plan.expiry
    if not life or found is None or plan.lot <= 0:
        return []
    unit, most = situation.facts.product.unit, words.share(EXPIRY_CHANCE)
    text = (
        f"Validade de {words.days(life)} a partir da chegada: há {words.share(found.chance)} de chance de sobrar algo "
        f"deste pedido, em média {words.quantity(round(found.unsold, 2), unit)} (aceito até {most})"
    )
    if plan.lot < plan.needed - 1e-9:
        text += "; por isso menos do que a conta pede"
    return [f"{text}. Suponho que a mercadoria chegue com a validade inteira e que o estoque de hoje venda antes."]
