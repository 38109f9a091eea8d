"""Ids that no database takes are refused with a sentence; each of these was a stack trace on one database or both."""

from __future__ import annotations

from typing import Any

import pytest

from reposto.conversation import sessions
from reposto.model.errors import InvalidInput, NotFound
from reposto.storage.engine import Store
from tests.support.office import NOW, Office

UNSTORABLE = ["\x00", "a\x00b", "\ud800", "a\udfff"]


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


@pytest.mark.parametrize("text", UNSTORABLE)
def test_texts(office: Office, text: str) -> None:
    with pytest.raises(InvalidInput):
        office.ask(client_id=text)
    with pytest.raises(NotFound):
        sessions.cancel(office.store, office.session, office.ana.user_id, text, now=NOW)
    for action_type, name in (("retry", "job_id"), ("approve_purchase", "job_id"), ("choose_product", "sku")):
        with pytest.raises(InvalidInput):
            office.press(action_type, {name: text})
    assert office.history() == []


@pytest.mark.parametrize(
    ("number", "error"),
    [(-1, NotFound), (2**31, NotFound), (2**53, NotFound), (2**63, NotFound), (10**30, InvalidInput)],
)
def test_numbers(office: Office, number: int, error: type[Exception]) -> None:
    data: dict[str, Any] = {"sku": "001", "in_reply_to": number}
    with pytest.raises(error):
        office.press("choose_product", data)
    assert office.history() == []
