"""An answer says what else of the supplier is due, where that lifts the order to free freight or to his minimum."""

from decimal import Decimal

from sqlalchemy import update

from reposto.storage import catalogue, results
from reposto.storage import tables as t
from tests.support.shop import TODAY, Shop


def test_an_answer_names_what_to_join(shop: Shop) -> None:
    shop.result()
    with shop.store.read() as connection:
        lines = [x for x in results.list_lines(connection, day=TODAY) if x["verdict"] == "approve"]
    suppliers = [x["supplier_id"] for x in lines]
    supplier = next(s for s in suppliers if suppliers.count(s) > 1)
    first, second = [x for x in lines if x["supplier_id"] == supplier][:2]
    minimum = Decimal(first["goods"]) + Decimal(second["goods"]) / 2
    with shop.store.write() as connection:
        rule = update(t.suppliers).where(t.suppliers.c.id == supplier).values(minimum_order=minimum)
        connection.execute(rule)
        catalogue.bump_version(connection, catalogue=True)
    shop.result("o que devo comprar hoje?")  # the list anew: the data have changed
    answer = shop.result(f"devo comprar {first['sku']}?")
    assert "para o pedido mínimo de" in answer.content and "junte " in answer.content, answer.content
    filling = (answer.metadata or {})["asked"]["filling"]
    assert filling["target"] == "minimum" and filling["lines"]
    assert all(line["supplier_id"] == supplier and line["sku"] != first["sku"] for line in filling["lines"])
