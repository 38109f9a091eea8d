"""Defects to put into a running server, one function each: a fault test that passes with one of them proves nothing.

`slow`, `switchable` and `few_calls` are no defects: one stretches an analysis, so that a kill at a random moment hits
one; one lets a test hold it where it wants to look; one lets it reach a limit within seconds.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

FEW_CALLS = 200


def put(owner: object, name: str, value: object) -> None:
    """Replace something that is there, past the type checker, which rightly objects."""
    assert hasattr(owner, name), f"{owner} has no {name}: this change would do nothing"
    setattr(owner, name, value)


def forget_analyses() -> None:
    """What was analysed before is analysed again: a look-up has no steps in which anything could happen."""
    from reposto.app import remembered

    put(remembered, "recall", lambda *_: None)


def slow() -> None:
    """Every step of an analysis takes 60 ms longer, and none is spared."""
    from reposto.app.analysis import Progress

    forget_analyses()
    before = Progress.step

    def step(self: Progress, name: str, state: str) -> None:
        before(self, name, state)
        if state == "running":
            time.sleep(0.06)

    put(Progress, "step", step)


def endless() -> None:
    """The second analyst never comes back, and does not look whether it should stop."""
    from reposto.app.analysis import Progress

    before = Progress.step

    def step(self: Progress, name: str, state: str) -> None:
        before(self, name, state)
        if name == "prices":
            print('{"event": "test.endless"}', file=sys.stderr, flush=True)
            time.sleep(600)

    put(Progress, "step", step)


def forgets_the_dead() -> None:
    """Nobody takes up again what a dead worker held."""
    from reposto.conversation import work

    for name in ("hand_back_all", "hand_back_orphans", "reap"):
        put(work, name, lambda *_args, **_kwargs: [])


def no_fence() -> None:
    """Any attempt may end a job, however old it is and whatever became of the job."""
    from sqlalchemy import Integer, and_, bindparam

    from reposto.storage import endings, jobs
    from reposto.storage.tables import jobs as table

    anybody = and_(table.c.id == bindparam("of_job"), bindparam("of_attempt", type_=Integer) > 0)
    put(endings, "_AT_ONCE", endings.statement(anybody))
    for name in ("_SAVE_PROGRESS", "_FINISH", "_FINISH_WITH_NEXT"):
        statement = getattr(jobs, name)._generate()
        statement._where_criteria = (anybody,)
        put(jobs, name, statement)
    put(jobs, "_owned", lambda job_id, _attempt: table.c.id == job_id)


def tells_before_commit() -> None:
    """What a client is told is committed a quarter of a second later."""
    from reposto.storage.engine import Store

    before = Store.write

    @contextmanager
    def write(self: Store, *, lasting: bool = True) -> Iterator[Connection]:
        transaction = before(self, lasting=lasting)
        connection = transaction.__enter__()
        try:
            yield connection
        except BaseException as error:
            transaction.__exit__(type(error), error, error.__traceback__)
            raise
        timer = threading.Timer(0.25, transaction.__exit__, (None, None, None))
        timer.daemon = True
        timer.start()

    put(Store, "write", write)


def forgets_cursors() -> None:
    """A client that comes back is served from the present on, whatever it has missed."""
    from reposto.app import gateway

    put(gateway, "_cursor", lambda _websocket: (None, None))


def never_sweeps() -> None:
    """A wake-up that was lost is lost for good."""
    from reposto.delivery import hub

    put(hub, "SWEEP_EVERY_S", 3600.0)


def unbounded() -> None:
    """A tab that doesn't read is kept, whatever waits for it."""
    from reposto.app.direct import DirectOutbox

    put(DirectOutbox, "check", lambda _self, _now: True)
    before = DirectOutbox.__init__

    def init(self: DirectOutbox, protocol: Any, **_kwargs: Any) -> None:
        before(self, protocol, max_unsent=1 << 40)

    put(DirectOutbox, "__init__", init)


def leaves_rudely() -> None:
    """A server that is told to go drops its sockets and its workers as they are."""
    from reposto.app.pool import Pool, _kill
    from reposto.app.runtime import Runtime

    def leave(self: Runtime) -> None:
        for members in list(self.hub._by_session.values()):
            for connection in list(members):
                connection.outbox._socket.abort()  # type: ignore[attr-defined]

    async def close(self: Pool) -> None:
        self._leaving = True
        for child in self._children:
            if child is not None:
                _kill(child)

    put(Runtime, "leave", leave)
    put(Pool, "close", close)


def commits_by_batch() -> None:
    """An import stores what it has so far every few thousand rows."""
    from reposto.conversation import load
    from reposto.storage.load import Changes
    from reposto.storage.load_sales import SalesSpool

    def merge(connection: Connection, spool: SalesSpool) -> Changes:
        total, flags = spool.add_up()
        rows = list(spool.daily(flags))
        for start in range(0, total, 5_000):
            cursor: Any = connection.connection.cursor()
            cursor.executemany(
                "INSERT INTO daily_sales (sku, day, quantity) VALUES (?, ?, ?)", rows[start : start + 5_000]
            )
            cursor.execute("COMMIT")
            time.sleep(0.02)
            cursor.execute("BEGIN IMMEDIATE")
        return Changes(inserted=total)

    put(load, "merge_sales", merge)


def never_gives_up() -> None:
    """A job may be attempted as often as it kills its worker."""
    from reposto.model.message import Job

    put(Job, "most_attempts", property(lambda _self: 1_000_000))


def compares_clocks() -> None:
    """A lease ends when its time stamp, made by the worker's clock, is past by the watcher's."""
    from reposto.conversation import work
    from reposto.model.clock import utc_now

    put(work.Watch, "find_dead", lambda _self, leases, *, at: [one for one in leases if one.until < utc_now()])


def queues_after_commit() -> None:
    """A question's jobs are queued a fifth of a second after the question was stored."""
    from reposto.storage import jobs

    before = jobs.insert_job

    def insert_later(connection: Connection, job: Any, **given: Any) -> None:
        def insert() -> None:
            later = connection.engine.connect().execution_options(reposto_writes=True)
            with later, later.begin():
                before(later, job, **given)

        timer = threading.Timer(0.2, insert)
        timer.daemon = True
        timer.start()

    put(jobs, "insert_job", insert_later)


def patient_with_the_dead() -> None:
    """Nobody looks whether a peer is still there."""
    from reposto.app import patience, server

    put(server, "PING_INTERVAL_S", None)
    put(patience, "REQUEST_WITHIN_S", 3600.0)


def switchable() -> None:
    """No defect: while a file of that name exists in TEST_SWITCHES, analyses stand still in their second step
    (`hold`), or sockets are refused as by a proxy that doesn't know them (`no-sockets`)."""
    from reposto.app.analysis import PROGRESS_EVERY_S, Progress
    from reposto.app.http.shield import Shield

    forget_analyses()
    switches = Path(os.environ["TEST_SWITCHES"])
    step_before, call_before = Progress.step, Shield.__call__

    def step(self: Progress, name: str, state: str) -> None:
        held = name == "prices" and state == "running" and (switches / "hold").exists()
        if held:
            time.sleep(PROGRESS_EVERY_S)  # so that this step is shown
        step_before(self, name, state)
        while held and (switches / "hold").exists():
            time.sleep(0.02)

    async def call(self: Shield, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket" and (switches / "no-sockets").exists():
            await receive()
            await send({"type": "websocket.close"})
        else:
            await call_before(self, scope, receive, send)

    put(Progress, "step", step)
    put(Shield, "__call__", call)


def counts_alone() -> None:
    """Each API process counts a person's tabs for itself."""
    from reposto.app.shared import SharedCounts

    put(SharedCounts, "take_place", lambda _self, _person: True)
    put(SharedCounts, "give_back_place", lambda _self, _person: None)


def counts_the_dead() -> None:
    """The tabs of a process that is gone count for an hour."""
    from reposto.app import places

    before = places.Places.__init__

    def init(self: places.Places, *given: Any, **named: Any) -> None:
        before(self, *given, **named | {"life_s": 3600})

    put(places.Places, "__init__", init)


def few_calls() -> None:
    """No defect: a person may call FEW_CALLS times a minute."""
    from reposto.app import access

    put(access, "CALLS_BY_COOKIE", FEW_CALLS)


def page_of_the_test() -> None:
    """No defect: the page is served from a folder of the test's, which may put another one there."""
    from reposto.app.http import page

    put(page, "STATIC", Path(os.environ["TEST_SWITCHES"]) / "static")
