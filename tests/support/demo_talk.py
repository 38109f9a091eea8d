"""Conversations with the demo company, in this process: what a worker would do is done at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from reposto.app import analysis
from reposto.conversation import sessions, work
from reposto.conversation.actions import act
from reposto.conversation.ask import Asker, ask
from reposto.conversation.catalogue import Catalogue
from reposto.conversation.demo import load_demo
from reposto.delivery.bus import Wake
from reposto.model.message import Message
from reposto.storage import users
from reposto.storage.engine import Store, sqlite_url
from reposto.storage.schema import migrate

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)


def load_demo_at(path: Path) -> None:
    """A file with the demo company and two users, ana (Portuguese) and ann (English)."""
    store = Store(sqlite_url(path))
    migrate(store)
    load_demo(store, TODAY, NOW)
    with store.write() as connection:
        for name, locale in (("ana", "pt-BR"), ("ann", "en")):
            users.create_user(connection, name, password_hash=None, role="buyer", locale=locale, now=NOW)
    store.close()


@dataclass
class Talk:
    """One user's conversations; each question waits for its answers."""

    store: Store
    user: str = "ana"
    now: datetime = NOW
    session: int = 0
    catalogue: Catalogue = field(init=False)
    asker: Asker = field(init=False)

    def __post_init__(self) -> None:
        self.catalogue = Catalogue(self.store)
        with self.store.read() as connection:
            found = users.find_user(connection, self.user)
        assert found is not None
        self.asker = Asker(found.id, found.locale)
        self.begin()

    def begin(self) -> None:
        """Another conversation."""
        self.session = sessions.open_session(self.store, self.asker.user_id, now=self.now).id

    def ask(self, text: str) -> list[Message]:
        """Everything that was answered, acknowledgements included, in order."""
        self.now += timedelta(seconds=30)
        asked = ask(
            self.store,
            self.catalogue,
            session_id=self.session,
            asker=self.asker,
            content=text,
            client_id=None,
            now=self.now,
        )
        self.work()
        return self.after(asked.question.seq)

    def last(self, text: str) -> Message:
        """The final answer to a question."""
        return self.ask(text)[-1]

    def press(self, action_type: str, **data: Any) -> Message:
        """A button, and what follows from it."""
        message, _ = act(
            self.store,
            self.catalogue,
            session_id=self.session,
            asker=self.asker,
            action_type=action_type,
            action_data=data,
            now=self.now,
        )
        self.work()
        return self.after(message.seq - 1)[-1]

    def work(self) -> None:
        """Run every job there is."""
        wakes: list[Wake] = []
        while (claimed := work.claim(self.store, worker="w", now=self.now)) is not None:
            analysis.run_job(self.store, claimed[0], tell=wakes.append, stopped=lambda: False)

    def after(self, seq: int) -> list[Message]:
        """The messages of this conversation after a `seq`."""
        return sessions.read_history(self.store, self.session, self.asker.user_id, after=seq, limit=500)


def head(message: Message) -> str:
    """The part of an answer that is shown."""
    return message.content.partition("\n\n---\n\n")[0]


def kind(message: Message) -> str:
    return str((message.metadata or {}).get("type"))
