"""Routes under /api/orders: the drafts that buttons made, changed, marked as sent, discarded, taken along as files."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from reposto.app.http.common import RuntimeDep, UserDep
from reposto.app.http.lists import CSV_TYPE, XLSX_TYPE
from reposto.conversation import order_book
from reposto.intake.export import write_csv
from reposto.intake.xlsx_writer import write_xlsx
from reposto.language.order_sheet import order_table, write_order_text
from reposto.model.clock import utc_now
from reposto.model.encode import to_data
from reposto.model.order_book import OrderSheet, OrderStep
from reposto.storage.users import User

router = APIRouter(prefix="/api/orders")
TEXT_TYPE = "text/plain; charset=utf-8"


class NewStep(BaseModel):
    """What to do with an order: `revision` is that of the sheet that was looked at, `quantities` by line."""

    step: OrderStep
    revision: int = Field(ge=0)
    quantities: dict[int, float] = Field(default_factory=dict, max_length=500)


@router.get("")
async def list_orders(runtime: RuntimeDep, user: UserDep) -> dict[str, Any]:
    """Drafts and sent orders, and the session whose messages say when one changes."""
    book = await runtime.in_thread(order_book.list_orders, runtime.store)
    if book.log is None:
        book = await runtime.in_writer(order_book.open_book, runtime.store, user.id, now=utc_now())
    return {"log": book.log, "last_seq": book.last_seq, "orders": [_data(sheet, user) for sheet in book.orders]}


@router.get("/{number}")
async def get_order(runtime: RuntimeDep, user: UserDep, number: str) -> dict[str, Any]:
    """One order."""
    return _data(await runtime.in_thread(order_book.get_order, runtime.store, _number(number)), user)


@router.post("/{number}")
async def move_order(runtime: RuntimeDep, user: UserDep, number: str, new: NewStep) -> dict[str, Any]:
    """Change its quantities, mark it as sent, discard it, make it a draft again."""
    moved: OrderSheet
    moved, change = await runtime.in_writer(
        order_book.move_order,
        runtime.store,
        _number(number),
        new.step,
        revision=new.revision,
        quantities=new.quantities,
        user_id=user.id,
        locale=user.locale,
        now=utc_now(),
    )
    if change is not None:
        runtime.publish(change)
    return _data(moved, user)


@router.get("/{number}/export")
async def export(
    runtime: RuntimeDep, user: UserDep, number: str, kind: Literal["csv", "xlsx", "txt"] = "csv"
) -> Response:
    """The order as a spreadsheet, or as a text for its supplier."""

    def make() -> bytes:
        sheet = order_book.get_order(runtime.store, _number(number))
        if kind == "txt":
            return write_order_text(sheet, user.locale).encode()
        table = order_table(sheet, user.locale)
        if kind == "csv":
            return write_csv(table.header, table.rows).encode()
        return write_xlsx(table.title, table.header, table.rows)

    body = await runtime.in_thread(make)
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in number)[:60]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"', "Cache-Control": "no-store"}
    return Response(body, media_type={"csv": CSV_TYPE, "xlsx": XLSX_TYPE, "txt": TEXT_TYPE}[kind], headers=headers)


def _data(sheet: OrderSheet, user: User) -> dict[str, Any]:
    data: dict[str, Any] = to_data(sheet)
    data["total"] = to_data(sheet.total)
    data["lines"] = [{**to_data(line), "total": to_data(line.total)} for line in sheet.lines]
    data["mine"] = sheet.created_by == user.name  # whose conversation it was made in: only he can open it
    return data


def _number(text: str) -> str:
    """What no database takes is as absent as any other."""
    return text if text.isprintable() else ""
