"""`reposto token list`: which tokens there are, without what it takes to use them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from reposto.app.access import SHOWN_CHARS, list_tokens
from reposto.model.clock import utc_now
from reposto.storage.engine import Store
from reposto.storage.users import Credential


def print_tokens(store: Store, user: str | None) -> Iterator[str]:
    """A line for each."""
    tokens = list_tokens(store, user)
    if not tokens:
        yield "nenhum token"
        return
    now = utc_now()
    yield f"{'token':<{SHOWN_CHARS}}  {'criado':<10}  {'vale até':<10}  {'estado':<8}  usuário"
    for token in tokens:
        days = f"{_day(token.created_at)}  {_day(token.expires_at)}"
        yield f"{token.token_hash[:SHOWN_CHARS]}  {days}  {_state(token, now):<8}  {token.user}"


def _state(token: Credential, now: datetime) -> str:
    if token.revoked_at is not None:
        return "anulado"
    return "vencido" if token.expires_at <= now else "vale"


def _day(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y}"
