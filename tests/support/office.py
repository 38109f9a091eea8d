"""A company with a few products and one buyer, at the level of the use cases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, update

from reposto.conversation import sessions, work
from reposto.conversation.actions import act
from reposto.conversation.ask import Asked, Asker, ask
from reposto.conversation.catalogue import Catalogue
from reposto.model.message import Job
from reposto.storage import tables, users
from reposto.storage.engine import Store

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
QUESTION = "Qual a demanda do produto A vantagem de ganhar sem preocupação?"
SKU = "84903501"


class Office:
    """A company with a few products and one buyer."""

    def __init__(self, store: Store) -> None:
        self.store = store
        with store.write() as connection:
            user = users.create_user(connection, "ana", password_hash=None, role="buyer", locale="pt-BR", now=NOW)
            other = users.create_user(connection, "rui", password_hash=None, role="buyer", locale="pt-BR", now=NOW)
            names = {
                SKU: "A vantagem de ganhar sem preocupação",
                "001": "Cadeira Lua",
                "M8X20": "Parafuso sextavado M8 x 20",
                "M8X30": "Parafuso sextavado M8 x 30",
            }
            connection.execute(insert(tables.products), [{"sku": sku, "name": name} for sku, name in names.items()])
            connection.execute(update(tables.meta).where(tables.meta.c.key == "catalogue_version").values(value="1"))
            connection.execute(insert(tables.suppliers).values(id=1, key="f", name="Ferragens"))
        self.catalogue = Catalogue(store)
        self.ana, self.rui = Asker(user.id), Asker(other.id)
        self.session = sessions.open_session(store, self.ana.user_id, now=NOW).id

    def ask(self, content: str = QUESTION, client_id: str | None = None, **changes: Any) -> Asked:
        given: dict[str, Any] = {
            "session_id": self.session,
            "asker": self.ana,
            "content": content,
            "client_id": client_id,
            "now": NOW,
        }
        return ask(self.store, self.catalogue, **(given | changes))

    def claim(self, worker: str = "w1", now: datetime = NOW) -> Job:
        claimed = work.claim(self.store, worker=worker, now=now)
        assert claimed is not None
        return claimed[0]

    def history(self) -> list[Any]:
        return sessions.read_history(self.store, self.session, self.ana.user_id, after=0, limit=500)

    def press(self, action_type: str, action_data: dict[str, Any], asker: Asker | None = None) -> Any:
        return act(
            self.store,
            self.catalogue,
            session_id=self.session,
            asker=asker or self.ana,
            action_type=action_type,
            action_data=action_data,
            now=NOW,
        )


def at_once(number: int, call: Callable[[int], Any]) -> list[Any]:
    """Run a call in so many threads at the same moment."""
    barrier = threading.Barrier(number)

    def run(index: int) -> Any:
        barrier.wait()
        return call(index)

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(run, range(number)))
