"""Routes under /api/aliases: the company's own words for its products."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from reposto.app.http.common import KnownId, RuntimeDep, UserDep
from reposto.conversation import aliases
from reposto.delivery import wire
from reposto.model.clock import utc_now
from reposto.storage.aliases import Alias

router = APIRouter(prefix="/api/aliases")


class GivenAlias(BaseModel):
    """Words, and the code of the product that they shall mean."""

    text: str = Field(min_length=1, max_length=200)
    sku: str = Field(min_length=1, max_length=120)


@router.get("")
async def list_aliases(runtime: RuntimeDep, _user: UserDep) -> list[dict[str, Any]]:
    """All of the company's, by their words."""
    return [_data(alias) for alias in await runtime.in_thread(aliases.list_aliases, runtime.store)]


@router.post("", status_code=204)
async def add_alias(runtime: RuntimeDep, user: UserDep, given: GivenAlias) -> Response:
    """Teach one; repeated, nothing changes."""
    await runtime.in_writer(
        aliases.add_alias,
        runtime.store,
        runtime.catalogue,
        text=given.text,
        sku=given.sku,
        user_id=user.id,
        now=utc_now(),
    )
    return Response(status_code=204)


@router.delete("/{alias_id}", status_code=204)
async def remove_alias(runtime: RuntimeDep, _user: UserDep, alias_id: KnownId) -> Response:
    """Forget one."""
    await runtime.in_writer(aliases.remove_alias, runtime.store, alias_id)
    return Response(status_code=204)


def _data(alias: Alias) -> dict[str, Any]:
    return {
        "id": alias.id,
        "text": alias.text,
        "sku": alias.sku,
        "name": alias.name,
        "source": alias.source,
        "user": alias.user,
        "criado_em": wire.local_time(alias.created_at),
        "shared": alias.shared,
    }
