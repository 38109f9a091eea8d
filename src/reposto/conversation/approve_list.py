"""The button of a buy list: a draft order for each supplier, all in one transaction, from the stored list alone."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from reposto.language.ordered import Ordered, write_orders_created
from reposto.model.errors import Conflict, NotFound
from reposto.model.message import CATALOGUE, Message
from reposto.model.orders import OrderLine
from reposto.storage import chat, jobs, purchasing, runs


def draft_list(
    connection: Connection,
    session_id: int,
    job_id: str,
    *,
    user_id: int,
    locale: str,
    key: str,
    now: datetime,
    today: date,
) -> Message:
    """Draft what the list of that run says, supplier by supplier; Conflict where it says to buy nothing."""
    run = jobs.get_job(connection, job_id)
    if run is None or run.session_id != session_id or run.kind != CATALOGUE:
        raise NotFound("Esta lista não existe.", "There is no such list.")
    stored = runs.load_run_result(connection, job_id)
    if stored is None or stored[0] != "buy_list" or not stored[1]["groups"]:
        raise Conflict("Esta lista não tem o que comprar.", "This list holds nothing to buy.")
    made = [_draft(connection, group, user_id, today, now) for group in stored[1]["groups"]]
    result = chat.find_message(connection, session_id, run.result_seq or 0)
    metadata = {
        "type": "order_created",
        "job_id": job_id,
        "order_number": made[0].number,
        "orders": [order.as_data() for order in made],
        "total": str(sum((order.total for order in made), Decimal(0))),
    }
    return chat.append_message(
        connection,
        session_id,
        "system",
        write_orders_created(made, locale),
        now=now,
        metadata=metadata,
        in_reply_to=run.question_seq if result is not None else None,
        client_id=key,
    )


def _draft(connection: Connection, group: dict[str, Any], user_id: int, today: date, now: datetime) -> Ordered:
    lines = [OrderLine(x["sku"], float(x["quantity"]), Decimal(x["unit_price"])) for x in group["lines"]]
    arrivals = [date.fromisoformat(x["arrival"]) for x in group["lines"] if x["arrival"]]
    number = purchasing.create_order(
        connection,
        supplier_id=group["supplier_id"],
        lines=lines,
        status="draft",
        created_by=user_id,
        ordered_on=today,
        expected_on=max(arrivals, default=None),
        now=now,
    )
    return Ordered(number, group["supplier"], len(lines), Decimal(group["payable"]))
