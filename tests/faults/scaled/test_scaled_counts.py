"""G9 over two API processes: one person's tabs are counted over both, those of a killed process soon no longer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from websockets.sync.client import ClientConnection

from reposto.delivery.hub import MAX_TABS
from reposto.delivery.wire import CloseCode
from tests.faults.test_server_process import eventually
from tests.support.hops import Breakable
from tests.support.logins import PASSWORD, close_code, log_in, open_socket, run
from tests.support.mutants.changes import FEW_CALLS
from tests.support.processes import ServerProcess
from tests.support.soak import note

Changed = Callable[..., Breakable]


class Person:
    """Somebody in a browser, with as many tabs as he gets."""

    def __init__(self, breakable: Breakable, client: httpx.Client) -> None:
        self.apis = breakable.system.apis
        self.client = client
        self.session_id = int(client.post("/api/chat/sessions").json()["id"])
        self.tabs = ExitStack()

    def open_tab(self, api: ServerProcess) -> ClientConnection | None:
        """None when it is refused as one too many."""
        headers = {"Origin": api.url, "Cookie": f"reposto_session={self.client.cookies['reposto_session']}"}
        socket = open_socket(api, self.session_id, headers)
        if '"ready"' in str(first := _first(socket)):
            self.tabs.callback(socket.close)
            return socket
        assert first == CloseCode.TOO_MANY
        return None

    def open_tabs(self, number: int) -> int:
        """Over the processes in turn; how many he got."""
        return sum(self.open_tab(self.apis[n % len(self.apis)]) is not None for n in range(number))


def _first(socket: ClientConnection) -> str | bytes | int | None:
    try:
        return socket.recv(timeout=20)
    except Exception:  # closed instead
        return close_code(socket)


@contextmanager
def person(breakable: Breakable, name: str) -> Iterator[Person]:
    assert run(breakable.system.home, "user", "add", name, stdin=f"{PASSWORD}\n").returncode == 0
    with log_in(breakable.system.apis[0], name) as client:
        somebody = Person(breakable, client)
        with somebody.tabs:
            yield somebody


def test_a_person_has_twenty_tabs_over_both_processes(breakable: Breakable) -> None:
    with person(breakable, "rita") as rita:
        assert rita.open_tabs(MAX_TABS + 6) == MAX_TABS
        with person(breakable, "raul") as raul:
            assert raul.open_tabs(2) == 2
        began = time.monotonic()
        breakable.system.apis[1].kill9()
        # Half of them were there; the other half goes on counting.
        freed = 0

        def all_free() -> bool:
            nonlocal freed
            freed += rita.open_tab(breakable.system.apis[0]) is not None
            return freed == MAX_TABS // 2

        assert eventually(all_free, within=60)
        note("G9", freed_after_s=time.monotonic() - began)
        assert rita.open_tab(breakable.system.apis[0]) is None


def test_without_redis_a_person_is_let_in(breakable: Breakable) -> None:
    with person(breakable, "rosa") as rosa:
        breakable.system.redis.kill9()
        assert rosa.open_tabs(MAX_TABS + 6) == MAX_TABS + 6  # half of the places of each process
        assert rosa.client.get("/api/me").status_code == 200
        breakable.system.redis.start()


@pytest.mark.soak
def test_who_counts_alone_is_found_out(changed: Changed) -> None:
    alone = changed("counts_alone", apis=2)
    with person(alone, "rita") as rita:
        assert rita.open_tabs(MAX_TABS + 6) == MAX_TABS + 6


@pytest.mark.soak
def test_who_counts_the_dead_is_found_out(changed: Changed) -> None:
    breakable = changed("counts_the_dead", apis=2)
    with person(breakable, "rita") as rita:
        assert rita.open_tabs(MAX_TABS) == MAX_TABS
        breakable.system.apis[1].kill9()
        assert not eventually(lambda: rita.open_tab(breakable.system.apis[0]) is not None, within=15)


@pytest.mark.soak
def test_a_persons_calls_are_counted_over_both_processes(changed: Changed) -> None:
    breakable = changed("few_calls", apis=2)
    with person(breakable, "ruth") as ruth:
        first, second = (httpx.Client(base_url=api.url, cookies=ruth.client.cookies) for api in ruth.apis)
        with first, second:
            taken = 0
            while 429 not in (answers := [client.get("/api/me").status_code for client in (first, second)]):
                taken += answers.count(200)
                assert taken < 2 * FEW_CALLS
            assert eventually(lambda: first.get("/api/me").status_code == 429, within=10)
            assert eventually(lambda: second.get("/api/me").status_code == 429, within=10)
        note("calls of one person", limit=FEW_CALLS, taken=taken)
