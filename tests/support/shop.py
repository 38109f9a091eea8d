"""The demo company with its first products only, a buyer, and workers that do one job when told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select, update

from reposto.app import access
from reposto.app.analysis import run_job
from reposto.conversation import sessions, work
from reposto.conversation.actions import act
from reposto.conversation.ask import Asked, Asker, ask
from reposto.conversation.catalogue import Catalogue
from reposto.conversation.demo import load_demo
from reposto.conversation.list_results import read_list, rows_of
from reposto.model.message import PART, Job, Message
from reposto.storage import catalogue
from reposto.storage import tables as t
from reposto.storage.engine import Store
from reposto.storage.schema import migrate

NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)
TODAY = NOW.date()
PRODUCTS = 18
QUESTION = "o que devo comprar hoje?"


def load_shop(url: str) -> None:
    """The demo company with its first products only: enough for three parts."""
    store = Store(url)
    migrate(store)
    load_demo(store, TODAY, NOW)
    with store.write() as connection:
        skus = [product.sku for product in catalogue.list_products(connection)]
        late = t.products.c.sku.in_(skus[PRODUCTS:])
        connection.execute(update(t.products).where(late).values(active=False))
        catalogue.bump_version(connection, catalogue=True)
    Shop(store, "rita").result()  # so that a list is a look-up, unless a test forgets what is kept
    store.close()


class Shop:
    """A buyer, and workers that do one job when told."""

    def __init__(self, store: Store, name: str = "ana") -> None:
        self.store = store
        self.index = Catalogue(store)
        self.buyer = Asker(access.add_user(store, name, None, role="buyer", locale="pt-BR").id)
        self.session = sessions.open_session(store, self.buyer.user_id, now=NOW).id

    def ask(self, text: str = QUESTION) -> Asked:
        return ask(
            self.store,
            self.index,
            session_id=self.session,
            asker=self.buyer,
            content=text,
            client_id=None,
            now=NOW,
        )

    def claim(self, worker: str = "w") -> Job | None:
        claimed = work.claim(self.store, worker=worker, now=NOW)
        return None if claimed is None else claimed[0]

    def work(self, job: Job) -> None:
        run_job(self.store, job, tell=lambda _wake: None, stopped=lambda: False)

    def drain(self) -> int:
        """Work until nothing is left; how many jobs that took."""
        done = 0
        while (job := self.claim()) is not None:
            self.work(job)
            done += 1
        return done

    def result(self, text: str = QUESTION) -> Message:
        self.ask(text)
        self.drain()
        return self.history()[-1]

    def forget(self) -> None:
        """Nothing that was analysed is kept."""
        with self.store.write() as connection:
            connection.execute(delete(t.product_results))

    def history(self) -> list[Message]:
        return sessions.read_history(self.store, self.session, self.buyer.user_id, after=0, limit=500)

    def press(self, action_type: str, data: dict[str, Any], asker: Asker | None = None) -> Message:
        return act(
            self.store,
            self.index,
            session_id=self.session,
            asker=asker or self.buyer,
            action_type=action_type,
            action_data=data,
            now=NOW,
        )[0]

    def parts(self) -> list[Any]:
        with self.store.read() as connection:
            return list(connection.execute(select(t.jobs).where(t.jobs.c.kind == PART).order_by(t.jobs.c.id)))

    def lines(self, message: Message) -> list[dict[str, Any]]:
        job_id = (message.metadata or {})["job_id"]
        return rows_of(read_list(self.store, self.session, self.buyer.user_id, job_id), "lines")
