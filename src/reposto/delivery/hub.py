"""Every open connection of this process, by session. Lives on the event loop; nothing here waits for a socket."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
import structlog

from reposto.delivery.bus import Bus, Wake
from reposto.delivery.counters import Counters
from reposto.delivery.outbox import Outbox
from reposto.delivery.session import Cancel, Close, Fetch, Output, Phase, Question, Send, SessionProtocol
from reposto.delivery.wire import CloseCode, Prepared, in_rows
from reposto.model.clock import monotonic, utc_now, wall_seconds

log = structlog.get_logger(__name__)

Read = Callable[[int, int], Awaitable[Sequence[tuple[int, bytes]]]]  # (session_id, after) -> (seq, plain bytes)
Positions = Callable[[list[int]], Awaitable[dict[int, int]]]  # session ids -> newest seq of those that exist
SWEEP_EVERY_S = 1.0  # G7 allows 2 s from a lost wake-up to its healing
RETURNS_PER_S, LONGEST_SPREAD_S = 60, 60  # RELIABILITY G4: connections a second after a restart, and the last one
SLICE = 250  # sessions that one query asks about
TENDED = 50  # sessions whose tabs are looked at in one go: a third of a millisecond, for which wakes wait
MAX_TABS = 20  # of one person in browsers; the 21st socket is refused
MAX_TOKEN_SOCKETS = 20_000  # of one person's programs: a gateway between us and many people opens one for each


@dataclass(slots=True, eq=False)
class Connection:
    """A socket that was admitted: its protocol, its way out, and what to do with what its client wants."""

    user_id: int
    protocol: SessionProtocol
    outbox: Outbox
    on_request: Callable[[Question | Cancel], None]
    credential: str = ""  # hash of the cookie or token by which it came in
    by_token: bool = False
    tasks: set[asyncio.Task[None]] | None = None  # reads under way


class Hub:
    """session -> connections. Delivers to all of them; a broken or slow one never disturbs another."""

    def __init__(self, bus: Bus, read: Read, positions: Positions) -> None:
        self._bus = bus
        self._read = read
        self._positions = positions
        self._by_session: dict[int, set[Connection]] = {}
        self._per_user: dict[tuple[int, bool], int] = {}
        self._reads: dict[tuple[int, int, int], asyncio.Task[Sequence[tuple[int, bytes]]]] = {}
        self.counters = Counters()
        self.on_sent: Callable[[Wake], None] | None = None  # told of what was handed to tabs; for traces

    def admit(self, connection: Connection) -> None:
        """Subscribe a connection: from here on wakes reach its protocol, which keeps them until it is opened."""
        session_id = connection.protocol.session_id
        if session_id not in self._by_session:
            self._by_session[session_id] = set()
            self._bus.subscribe(session_id)
        self._by_session[session_id].add(connection)
        owner = (connection.user_id, connection.by_token)
        self._per_user[owner] = self._per_user.get(owner, 0) + 1
        self.counters.opened += 1

    def has_room(self, user_id: int, *, by_token: bool) -> bool:
        """Whether this user may open one more socket; people's tabs and their programs are counted apart."""
        return self._per_user.get((user_id, by_token), 0) < (MAX_TOKEN_SOCKETS if by_token else MAX_TABS)

    def dismiss(self, connection: Connection) -> None:
        """Forget a connection, at once and for good; harmless when repeated."""
        session_id = connection.protocol.session_id
        members = self._by_session.get(session_id)
        if members is None or connection not in members:
            return
        members.discard(connection)
        connection.protocol.close()
        if not members:
            del self._by_session[session_id]
            self._bus.unsubscribe(session_id)
        owner = (connection.user_id, connection.by_token)
        self._per_user[owner] -= 1
        if not self._per_user[owner]:
            del self._per_user[owner]
        for task in connection.tasks or ():
            task.cancel()
        self.counters.closed += 1

    def count(self) -> tuple[int, int]:
        """Open sessions and open sockets."""
        return len(self._by_session), sum(map(len, self._by_session.values()))  # at once: a scrape's thread asks too

    # ---------------------------------------------------------------- towards the tabs

    def on_wake(self, wake: Wake) -> None:
        """The bus says that something happened."""
        members = self._by_session.get(wake.session_id)
        if members is None:
            return
        if wake.deleted:
            for connection in tuple(members):
                self.cut(connection, CloseCode.NO_SESSION)
            return
        is_news = False  # a repeated wake must not count as a late one
        if wake.messages:
            listeners = tuple(members)
            for messages in in_rows(wake.messages):
                is_news = self._deliver(listeners, messages) or is_news
        for job, frame in wake.progress:
            for connection in tuple(members):
                self.perform(connection, connection.protocol.progress(job, frame))
        if is_news and wake.at > 0:
            self._note_sent(wake)
        for sku, job_id in wake.results:
            log.info(
                "agents.task.websocket_sent",
                sku=sku,
                session_id=wake.session_id,
                job_id=job_id,
                sockets=len(members),
            )

    def _deliver(self, members: Sequence[Connection], messages: Prepared) -> bool:
        """The hot path: most tabs want exactly these next, and share their bytes. Whether any tab got news just now."""
        first, last = messages.first, messages.last
        late = False
        sent = 0
        for connection in members:
            protocol = connection.protocol
            if protocol.take(first, last):
                sent += 1
                if not connection.outbox.send_prepared(messages, protocol.speaks_v1):
                    self._give_up(connection)
            elif protocol.sent < last:
                for seq, plain in messages.messages:
                    self.perform(connection, protocol.wake(seq, plain))
                late = late or protocol.sent >= last
        self.counters.deliveries += sent * len(messages.messages)
        return late or sent > 0

    def perform(self, connection: Connection, outputs: Sequence[Output]) -> None:
        """Do what a protocol asked for. Never raises, never waits."""
        for output in outputs:
            if isinstance(output, Send):
                self.counters.deliveries += 1
                if not connection.outbox.send(output.payload):
                    self._give_up(connection)
                    return
            elif isinstance(output, Fetch):
                self._start(connection, self._fetch(connection, output))
            elif isinstance(output, Close):
                self.cut(connection, output.code)
                return
            else:
                connection.on_request(output)

    def _give_up(self, connection: Connection) -> None:
        """Its way out took no more."""
        if connection.outbox.too_slow:
            self.counters.too_slow += 1
            self.counters.count_cut(CloseCode.TOO_SLOW)
        self.dismiss(connection)

    def cut(self, connection: Connection, code: CloseCode, reason: str = "") -> None:
        """Close a connection with a code and forget it."""
        self.counters.count_cut(code)
        connection.outbox.close(code, reason)
        self.dismiss(connection)

    def credentials(self) -> list[str]:
        """By which the open connections came in."""
        return list({connection.credential for members in self._by_session.values() for connection in members})

    def cut_credential(self, credential: str) -> None:
        """Close what came in by a credential that is void now."""
        for members in list(self._by_session.values()):
            for connection in list(members):
                if connection.credential == credential:
                    self.cut(connection, CloseCode.NOT_AUTHENTICATED)

    def send_away(self) -> None:
        """The server is going: close every connection, and say over how long they should spread their return."""
        everybody = [connection for members in self._by_session.values() for connection in members]
        spread = min(math.ceil(len(everybody) / RETURNS_PER_S), LONGEST_SPREAD_S)
        for connection in everybody:
            self.cut(connection, CloseCode.RESTARTING, f"spread={spread}")

    def _start(self, connection: Connection, work: Awaitable[None]) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        if connection.tasks is None:
            connection.tasks = set()
        connection.tasks.add(task)
        task.add_done_callback(connection.tasks.discard)

    async def _fetch(self, connection: Connection, wanted: Fetch) -> None:
        session_id = connection.protocol.session_id
        await connection.outbox.drained()  # a long history goes out as fast as the tab reads, not faster
        while True:
            try:
                messages = await self._shared_read(session_id, wanted, live=connection.protocol.phase is Phase.LIVE)
                break
            except Exception as error:  # the database is away: the tab stays, and is served when it is back
                log.warning("delivery.read_failed", session_id=session_id, error=type(error).__name__)
                await asyncio.sleep(SWEEP_EVERY_S)
        self.perform(connection, connection.protocol.history(messages))

    async def _shared_read(self, session_id: int, wanted: Fetch, *, live: bool) -> Sequence[tuple[int, bytes]]:
        """Tabs of one session that need the same rows at the same time share one read.

        Only those that were told of the same newest message: a read that began before a commit must not serve a tab
        that already heard of it.
        """
        key = (session_id, wanted.after, wanted.known)
        task = self._reads.get(key)
        if task is None:
            task = asyncio.ensure_future(self._read(session_id, wanted.after))
            self._reads[key] = task
            task.add_done_callback(lambda _done: self._reads.pop(key, None))
            if live:
                task.add_done_callback(self._note_read)
        return await asyncio.shield(task)

    def _note_sent(self, wake: Wake) -> None:
        """How long the commit is ago, once its messages were handed to the tabs of its session."""
        self.counters.by_wake.observe(max(wall_seconds() - wake.at, 0.0))
        if self.on_sent is not None:
            self.on_sent(wake)

    def _note_read(self, read: asyncio.Task[Sequence[tuple[int, bytes]]]) -> None:
        """The same where a tab that was up to date had to read: a copy was lost, late or too much."""
        if read.cancelled() or read.exception() is not None:
            return
        for _seq, plain in read.result():
            stored = datetime.fromisoformat(orjson.loads(plain)["criado_em"])
            self.counters.by_table.observe(max((utc_now() - stored).total_seconds(), 0.0))

    # ---------------------------------------------------------------- safety net

    async def sweep_forever(self) -> None:
        """Find what lost wake-ups left behind, and tabs that have stopped reading; a slow database delays only one."""
        await asyncio.gather(self._go_round(self.catch_up, SLICE), self._go_round(self._tend, TENDED))

    async def _go_round(self, look: Callable[[Sequence[int]], Awaitable[None]], at_once: int) -> None:
        """All sessions that have an open tab, in slices over SWEEP_EVERY_S: a message never waits for them all."""
        while True:
            sessions = list(self._by_session)
            slices = [sessions[start : start + at_once] for start in range(0, len(sessions), at_once)]
            for some in slices:
                try:
                    await look(some)
                except Exception as error:  # the next round tries again
                    log.warning("delivery.sweep_failed", error=type(error).__name__)
                await asyncio.sleep(SWEEP_EVERY_S / len(slices))
            if not slices:
                await asyncio.sleep(SWEEP_EVERY_S)

    async def _tend(self, session_ids: Sequence[int]) -> None:
        """Ping, and cut who has stopped reading."""
        now = monotonic()
        for session_id in session_ids:
            for connection in tuple(self._by_session.get(session_id, ())):
                if not connection.outbox.check(now):
                    self.counters.too_slow += 1
                    self.cut(connection, CloseCode.TOO_SLOW)

    async def catch_up(self, session_ids: Sequence[int]) -> None:
        """A single query: has the table more than was sent?"""
        before = {sid: self._furthest(sid) for sid in session_ids if sid in self._by_session}
        newest = await self._positions(list(before))
        for session_id, sent_before in before.items():
            seq = newest.get(session_id)
            for connection in tuple(self._by_session.get(session_id, ())):
                if seq is None:
                    self.cut(connection, CloseCode.NO_SESSION)
                elif seq > connection.protocol.sent:
                    if seq > sent_before:
                        self.counters.gaps_healed += 1
                    self.perform(connection, connection.protocol.wake(seq))

    def _furthest(self, session_id: int) -> int:
        return max((connection.protocol.sent for connection in self._by_session[session_id]), default=0)
