"""What else is due of the supplier that an answer advises: known from the newest list, joined where it pays."""

from __future__ import annotations

from datetime import date

from reposto.analysts.catalogue.filling import fill_order
from reposto.model.decode import from_data
from reposto.model.findings import Analysis
from reposto.model.lists import ListLine, OrderFilling
from reposto.storage import results
from reposto.storage.engine import Store


def find_filling(store: Store, analysis: Analysis, today: date) -> OrderFilling | None:
    """None where the order reaches the supplier's minimum and free freight, or he asks for neither."""
    advice, freight = analysis.recommendation, analysis.logistics.freight
    if advice.goods is None or advice.supplier_id is None or freight is None:
        return None
    asked = [sum_ for sum_ in (advice.minimum_order, advice.free_freight_from) if sum_ is not None]
    if not asked or advice.goods >= max(asked):
        return None
    with store.read() as connection:
        rows = results.list_lines_of(connection, advice.supplier_id, day=today, except_sku=analysis.sku)
    others = [from_data(ListLine, row) for row in rows]
    return fill_order(advice.goods, freight, advice.minimum_order, advice.free_freight_from, others, today)
