"""`reposto serve --processes N`: starts the API processes on one port, replaces those that die, reloads them in turn.

All accept from the same listening socket, so a connection that waits to be accepted outlives any one of them: a
rolling reload (SIGHUP) refuses nobody. SO_REUSEPORT would spread connections more evenly, but what waits in the queue
of a process that closes its own socket is reset.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import orjson
import structlog

from reposto.app.settings import Settings, environment
from reposto.model.clock import monotonic

log = structlog.get_logger(__name__)

READY_WITHIN_S = 60.0  # a process that isn't by then is no better than the one that it was to replace
LEAVE_WITHIN_S = 10.0  # from SIGTERM to SIGKILL (G10)
RESTART_PAUSE_S = (0.0, 0.1, 0.5, 1.0, 5.0)  # after 0, 1, … early deaths in a row
EARLY_S = 10.0


class Api:
    """One API process as its supervisor sees it."""

    def __init__(self, process: asyncio.subprocess.Process, ready: asyncio.Task[bool]) -> None:
        self.process = process
        self.ready = ready
        self.began = monotonic()

    def signal(self, number: signal.Signals) -> None:
        """Harmless when it is gone."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, number)

    async def leave(self) -> None:
        """Let it drain, for a while."""
        self.signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self.process.wait()), LEAVE_WITHIN_S)
        self.signal(signal.SIGKILL)
        await self.process.wait()


class Supervisor:
    """Keeps N of them."""

    def __init__(self, settings: Settings, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        self._settings = settings
        self._listener = listener
        self._on_ready = on_ready
        self._slots: list[Api | None] = [None] * settings.processes
        self._leaving = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._leaving.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        keepers = [asyncio.create_task(self._keep(slot)) for slot in range(len(self._slots))]
        announcing = asyncio.create_task(self._announce())
        await self._leaving.wait()
        announcing.cancel()
        await asyncio.gather(*(api.leave() for api in self._slots if api is not None))
        for task in (*keepers, *self._tasks):
            task.cancel()
        await asyncio.gather(announcing, *keepers, *self._tasks, return_exceptions=True)

    def pids(self) -> list[int]:
        """Of the processes that serve."""
        return [api.process.pid for api in self._slots if api is not None]

    async def _announce(self) -> None:
        """Once, when each slot has had a process that takes requests."""
        waiting = set(range(len(self._slots)))
        while waiting:
            for slot in tuple(waiting):
                api = self._slots[slot]
                if api is not None and await api.ready:
                    waiting.discard(slot)
            await asyncio.sleep(0.02 if waiting else 0)
        self._on_ready()

    async def _keep(self, slot: int) -> None:
        """Start a process in a slot, and another when it dies."""
        deaths = 0
        while not self._leaving.is_set():
            await asyncio.sleep(RESTART_PAUSE_S[min(deaths, len(RESTART_PAUSE_S) - 1)])
            try:
                api = self._slots[slot] = await self._start()
            except OSError as error:  # no memory, process id or file descriptor just now
                log.error("api.not_started", error=type(error).__name__, errno=error.errno)
                deaths += 1
                continue
            while await api.process.wait() is not None and (now := self._slots[slot]) is not api:
                assert now is not None
                api = now  # it was replaced on purpose
            if self._leaving.is_set():
                return
            deaths = deaths + 1 if monotonic() - api.began < EARLY_S else 1
            log.warning("api.died", pid=api.process.pid, exit_status=api.process.returncode)

    async def _start(self) -> Api:
        read_end, write_end = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "reposto.app.api_process",
                str(self._listener.fileno()),
                str(write_end),
                stdin=asyncio.subprocess.PIPE,  # settings, which hold secrets; and its end tells that we are gone
                pass_fds=(self._listener.fileno(), write_end),
                env=environment(),
                start_new_session=True,  # Ctrl-C in the terminal is for us, who let them drain
            )
        except OSError:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        assert process.stdin is not None
        process.stdin.write(orjson.dumps(self._settings.model_dump(mode="json")) + b"\n")
        return Api(process, asyncio.create_task(_hear_ready(read_end)))

    def _reload(self) -> None:
        task = asyncio.create_task(self._reload_in_turn())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reload_in_turn(self) -> None:
        """Each gets a successor, which takes requests before its predecessor stops to."""
        async with self._reloading:
            for slot in range(len(self._slots)):
                new = await self._start()
                with contextlib.suppress(TimeoutError):
                    if await asyncio.wait_for(asyncio.shield(new.ready), READY_WITHIN_S):
                        old, self._slots[slot] = self._slots[slot], new  # it may have died and been replaced meanwhile
                        if old is not None:
                            await old.leave()
                        continue
                log.error("api.reload_failed", slot=slot)
                await new.leave()
                return
            log.warning("api.reloaded", processes=len(self._slots))


async def _hear_ready(read_end: int) -> bool:
    """Whether it got ready, rather than died before."""
    reader = asyncio.StreamReader()
    pipe: Any = os.fdopen(read_end, "rb")
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    try:
        return bool(await reader.read(1))
    finally:
        transport.close()


def supervise(settings: Settings, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Run the API processes until told to stop."""
    asyncio.run(_supervise(settings, listener, on_ready))


async def _supervise(settings: Settings, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    await Supervisor(settings, listener, on_ready).run()
