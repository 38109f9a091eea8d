"""Buyers at work: a few conversations with several tabs each, asked at random, and the final check."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.support import checker
from tests.support.api import Api, make_token
from tests.support.company import QUESTION
from tests.support.processes import ServerProcess
from tests.support.tabs import ENDINGS, Tab

MOST_OPEN = 3  # analyses of one conversation; buyers wait, and the queue stays short enough to drain
OTHER_QUESTIONS = ("quanto devo comprar da cadeira lua?", "oi", "previsão da cadeira lua para 60 dias")


@dataclass(slots=True)
class Buyers:
    """`tabs[session]` are the tabs of one conversation; `sent[session]` the client ids of what was asked in it."""

    server: ServerProcess
    token: str
    tabs: dict[int, list[Tab]] = field(default_factory=dict)
    sent: dict[int, list[str]] = field(default_factory=dict)
    running: list[asyncio.Task[None]] = field(default_factory=list)
    through: str = ""

    @classmethod
    async def arrive(
        cls,
        server: ServerProcess,
        *,
        sessions: int = 3,
        tabs: int = 2,
        also: Sequence[ServerProcess] = (),
        through: str = "",
    ) -> Buyers:
        """Open the conversations and their tabs, and wait until all are connected.

        A conversation's tabs hang on `server` and, in turn, on those that serve the same database; or all of them on
        the address of a load balancer.
        """
        buyers = cls(server, make_token(server.home), through=through)
        with Api(server.url, buyers.token) as api:
            ids = [api.open_session() for _ in range(sessions)]
        for session_id in ids:
            buyers.sent[session_id] = []
            ways = itertools.cycle([through] if through else [way.url for way in (server, *also)])
            buyers.tabs[session_id] = [Tab(next(ways), buyers.token, session_id) for _ in range(tabs)]
        for tab in buyers.all_tabs():
            buyers.running.append(asyncio.create_task(tab.run()))
        for tab in buyers.all_tabs():
            await asyncio.wait_for(tab.ready.wait(), 30)
        return buyers

    def all_tabs(self) -> list[Tab]:
        """Every tab of every conversation."""
        return [tab for tabs in self.tabs.values() for tab in tabs]

    async def ask_until(self, stop: asyncio.Event, *, every_s: float, chance: random.Random) -> None:
        """Ask in random tabs until told to stop. Nobody asks while his question is not stored yet."""
        while not stop.is_set():
            session_id = chance.choice(list(self.tabs))
            tab = chance.choice(self.tabs[session_id])
            if not tab.has_unanswered and tab.open_analyses < MOST_OPEN:
                content = QUESTION if chance.random() < 0.7 else chance.choice(OTHER_QUESTIONS)
                self.sent[session_id].append(await tab.ask(content))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every_s * chance.uniform(0.5, 1.5))

    async def drain(self, within: float = 60.0) -> None:
        """Wait until every question is stored, every analysis has ended, and every tab has seen it all."""
        async with asyncio.timeout(within):
            while True:
                if not any(tab.has_unanswered for tab in self.all_tabs()) and self._all_ended() and self._all_equal():
                    return
                await asyncio.sleep(0.1)

    def _all_ended(self) -> bool:
        for tabs in self.tabs.values():
            history = [tabs[0].messages[seq] for seq in sorted(tabs[0].messages)]
            started = {m["metadata"]["job_id"] for m in history if checker.kind(m) == "analysis_started"}
            ended = {m["metadata"]["job_id"] for m in history if checker.kind(m) in ENDINGS}
            if started != ended:
                return False
        return True

    def _all_equal(self) -> bool:
        return all(len({tab.cursor for tab in tabs}) == 1 for tabs in self.tabs.values())

    def check(self) -> None:
        """Nothing lost, doubled, invented or out of order, in the table and in every tab."""
        with Api(self.through or self.server.url, self.token) as api:
            for session_id, tabs in self.tabs.items():
                history = api.history(session_id)
                checker.check_history(history)
                checker.check_questions(history, self.sent[session_id])
                for tab in tabs:
                    assert tab.resets == 0, "a tab was told to forget messages that it had seen"
                    checker.check_tab(tab, history)

    async def leave(self) -> None:
        """Close all tabs."""
        for tab in self.all_tabs():
            await tab.leave()
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
