"""What a server process holds while it runs, and how it starts and stops."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import structlog

from reposto.app import telemetry
from reposto.app.access import Gate
from reposto.app.importing import Imports
from reposto.app.llm.make import make_reader
from reposto.app.log_keeper import LogKeeper
from reposto.app.pool import Pool
from reposto.app.settings import Settings, optional_packages, share_model, share_traces
from reposto.app.upkeep import Upkeep
from reposto.app.vitals import Vitals
from reposto.app.workers import Workers
from reposto.conversation import sessions, work
from reposto.conversation.catalogue import Catalogue
from reposto.conversation.change import Change
from reposto.conversation.demo import refresh_demo
from reposto.delivery.bus import Bus, MemoryBus, wake_for
from reposto.delivery.hub import Hub
from reposto.delivery.wire import encode_message
from reposto.model.clock import local_today, monotonic, utc_now
from reposto.model.errors import StorageBusy
from reposto.storage import chat, company
from reposto.storage.alone import Chore, alone
from reposto.storage.engine import Store

log = structlog.get_logger(__name__)

T = TypeVar("T")
# Apart, because a writer may wait for its turn for seconds, and reading must not wait with it. Their sum may exceed the
# database pool's ten connections: on SQLite one writer at a time has one, on PostgreSQL each for milliseconds.
READ_THREADS, WRITE_THREADS = 4, 8
TURN_WITHIN_S = 5.0  # for a thread, while all of them wait for a database that hangs; then 503
CREDENTIALS_EVERY_S = 1.0  # RELIABILITY A3 allows 2 s; one query by primary keys
DEMO_EVERY_S = 600.0  # a look at one row
PAGE_MESSAGES = 100  # of a replay
PAGE_BYTES = 256 * 1024  # of a replay: a page always fits into a tab's buffer, with room for live messages


class Runtime:
    """The wiring: storage below, use cases in threads, hub and sockets on the event loop, workers beside."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.catalogue = Catalogue(store)
        self.catalogue.reader = make_reader(settings.model)
        self.gate = Gate(store, settings)
        self.vitals = Vitals(store)
        self.log_keeper = LogKeeper(store)
        self.upkeep = Upkeep(settings, store, self.in_thread)
        self.imports = Imports(settings)
        self.started_at = monotonic()
        self.stopping = False
        self.last_reap = monotonic()
        self._readers = ThreadPoolExecutor(READ_THREADS, thread_name_prefix="read")
        self._writers = ThreadPoolExecutor(WRITE_THREADS, thread_name_prefix="write")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self.bus = self._make_bus()
        self.hub = Hub(self.bus, self._read_page, self._positions)
        self.pool = self._make_workers()
        self.bus.listen(self.hub.on_wake, self.pool.hear)

    def _make_bus(self) -> Bus:
        if not self.settings.bus_url:
            return MemoryBus(self._schedule)
        with optional_packages(), self.store.read() as connection:
            from reposto.delivery.bus_redis import RedisBus

            lineage = chat.get_epoch(connection)
        return RedisBus(self.settings.bus_url, lineage, schedule=self._schedule, on_gap=self._catch_up)

    def _make_workers(self) -> Workers:
        if self.settings.broker_url:
            with optional_packages():
                from reposto.app.nudge import CeleryWorkers
            return CeleryWorkers(self.settings.broker_url, tell=self.bus.tell)
        return Pool(
            self.store,
            self.settings.url,
            size=self.settings.workers,
            publish=self.bus.publish,
            publish_change=self.publish,
            in_thread=self.in_writer,
            tell=self.bus.tell,
            log_level=self.settings.log_level,
            log_format=self.settings.log_format,
        )

    def _catch_up(self, session_ids: set[int]) -> None:
        self.spawn(self._catch_up_with(session_ids))

    async def _catch_up_with(self, session_ids: set[int]) -> None:
        try:
            await self.hub.catch_up(list(session_ids))
        except Exception as error:  # the sweep comes by in a second
            log.warning("delivery.catch_up_failed", error=type(error).__name__)

    async def start(self) -> None:
        """Take up what a killed server left, start the workers and the safety nets."""
        self._loop = asyncio.get_running_loop()
        share_traces(self.settings)
        share_model(self.settings)
        telemetry.begin(self.settings.otlp_endpoint, self.settings.otlp_share, "server")
        self.hub.on_sent = telemetry.note_sent
        if self.store.dialect == "sqlite":  # we own it alone: whatever runs in it died with the server before us
            for change in await self.in_writer(work.hand_back_orphans, self.store, now=utc_now()):
                self.publish(change)
        await self.in_writer(self._refresh_demo_now)
        await self.in_thread(self.catalogue.warm)
        self.log_keeper.start()
        await self.bus.start()
        await self.pool.start()
        self.spawn(self._refresh_demo_forever())
        self.spawn(self.upkeep.run())
        self.spawn(self.hub.sweep_forever())
        self.spawn(self._reap_forever())
        self.spawn(self._check_credentials_forever())
        self.spawn(self.gate.counts.share_forever(self.in_thread))
        self.vitals.watch(self.spawn)

    async def stop(self) -> None:
        """Drain: sockets are closed by now; let workers finish or hand back, then let go of the database."""
        self.stopping = True
        await self.pool.close()
        await self.bus.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for threads in (self._readers, self._writers, self.vitals.threads):
            threads.shutdown(wait=True, cancel_futures=True)
        self.log_keeper.stop()
        telemetry.end()
        self.gate.close()
        self.store.close()

    def leave(self) -> None:
        """The first moment of a shutdown: no new sockets, and the open ones are told to come back."""
        self.stopping = True
        self.hub.send_away()

    async def in_thread(self, call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a synchronous use case that only reads beside the event loop."""
        return await self._run_in(self._readers, call, *args, **kwargs)

    async def in_writer(self, call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a synchronous use case that writes, and may wait for others that do."""
        return await self._run_in(self._writers, call, *args, **kwargs)

    async def _run_in(self, threads: ThreadPoolExecutor, call: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        running = threads.submit(lambda: call(*args, **kwargs))
        late = False

        def give_up() -> None:
            nonlocal late
            late = running.cancel()  # not once it has begun

        turn = asyncio.get_running_loop().call_later(TURN_WITHIN_S, give_up)
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            if late:
                raise StorageBusy(retry_after=1.0) from None
            raise
        finally:
            turn.cancel()

    def publish(self, change: Change) -> None:
        """After a commit: tell the tabs, the workers, and those that must stop. Call it on the event loop."""
        if change.messages or change.jobs or change.deleted:
            self.bus.publish(wake_for(change))
            self.vitals.note_published(change)
            telemetry.note_question(change)
        for job_id in change.cancelled:
            self.pool.stop_job(job_id)
        if change.queued:
            self.pool.nudge()
        for other in change.beside:
            self.publish(other)

    def spawn(self, work_to_do: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task that belongs to the server, not to a connection."""
        task = asyncio.create_task(work_to_do)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _schedule(self, listener: Callable[[Any], None], wake: Any) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is loop:
            listener(wake)
        else:
            with contextlib.suppress(RuntimeError):  # the loop is closing
                loop.call_soon_threadsafe(listener, wake)

    async def _read_page(self, session_id: int, after: int) -> Sequence[tuple[int, bytes]]:
        return await self.in_thread(self._read_page_now, session_id, after)

    def _read_page_now(self, session_id: int, after: int) -> list[tuple[int, bytes]]:
        page: list[tuple[int, bytes]] = []
        size = 0
        for message in sessions.read_after(self.store, session_id, after=after, limit=PAGE_MESSAGES):
            plain = encode_message(message)
            size += len(plain)
            if page and size > PAGE_BYTES:
                break
            page.append((message.seq, plain))
        return page

    async def _positions(self, session_ids: list[int]) -> dict[int, int]:
        return await self.in_thread(sessions.newest_seqs, self.store, session_ids)

    def _refresh_demo_now(self) -> bool:
        with self.store.read() as connection:
            zone = company.zone(connection)
        with alone(self.store, Chore.DEMO) as mine:  # two servers at midnight
            return mine and refresh_demo(self.store, local_today(zone), utc_now())

    async def _refresh_demo_forever(self) -> None:
        """A demo that runs over midnight gets its new day; a real company's data are never touched."""
        while True:
            await asyncio.sleep(DEMO_EVERY_S)
            try:
                await self.in_writer(self._refresh_demo_now)
            except Exception as error:  # the next round tries again
                log.warning("demo.refresh_failed", error=type(error).__name__)

    async def _check_credentials_forever(self) -> None:
        """Log out of open sockets too who expired, was disabled, or left by another process or while he came in."""
        while True:
            await asyncio.sleep(CREDENTIALS_EVERY_S)
            try:
                if known := self.hub.credentials():
                    for void in await self.in_thread(self.gate.find_void, known):
                        self.hub.cut_credential(void)
            except Exception as error:  # the next round tries again
                log.warning("credentials.check_failed", error=type(error).__name__)

    async def _reap_forever(self) -> None:
        watch = work.Watch()
        while True:
            await asyncio.sleep(work.REAP_EVERY_S)
            try:
                reaped = await self.in_writer(work.reap, self.store, watch, now=utc_now(), at=monotonic())
                for change in reaped:
                    self.publish(change)
                if await self.in_thread(work.has_queued, self.store):
                    self.pool.nudge_all()
                self.pool.kill_overdue()
                self.last_reap = monotonic()
            except Exception as error:  # the next round tries again
                log.warning("reaper.failed", error=type(error).__name__)
