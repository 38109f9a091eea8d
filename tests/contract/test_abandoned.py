"""W2, D9: a machine that is gone in the middle of a transaction, without a word."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from reposto.model.errors import StorageBusy
from reposto.storage import chat, engine
from reposto.storage.engine import Store
from reposto.storage.schema import migrate
from tests.support.office import Office


@pytest.fixture
def hurried(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A second of patience; twenty in earnest."""
    monkeypatch.setattr(engine, "ABANDONED_AFTER_S", 1)
    store = Store(postgres_url)
    migrate(store)
    return store


def test_a_conversation_does_not_stay_locked_for_a_machine_that_is_gone(hurried: Store) -> None:
    office = Office(hurried)
    with pytest.raises(StorageBusy), hurried.write() as gone:
        chat.lock_session(gone, office.session)
        began = time.monotonic()
        office.ask()  # waits for the row; without the limit it would be refused after five seconds, for two hours
        assert time.monotonic() - began < 4.5
        gone.execute(text("SELECT 1"))  # whoever comes back after all is told to try again
    assert [message.sender for message in office.history()] == ["human", "agent"]
    hurried.close()
