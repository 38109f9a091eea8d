"""The proxy that breaks the network for other tests: it must do what it says, and nothing else."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.fault_proxy import Direction, FaultProxy


class Echo:
    """Sends back what it gets, and remembers how its connections ended."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.ends: list[str] = []
        self.ended = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(65536):
                    connection.sendall(data)
                self.ends.append("end")
            except OSError:
                self.ends.append("reset")
            self.ended.set()


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.listener.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[FaultProxy]:
    with FaultProxy(echo.port) as proxy:
        yield proxy


@contextmanager
def connected(proxy: FaultProxy, timeout: float = 10.0) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=timeout) as client:
        client.sendall(b"hello")
        assert client.recv(16) == b"hello"
        yield client


def read(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += client.recv(size - len(data)) or pytest.fail(f"ended after {len(data)} bytes")
    return data


def round_trip(client: socket.socket, data: bytes = b"x") -> float:
    began = time.monotonic()
    threading.Thread(target=client.sendall, args=(data,), daemon=True).start()
    assert read(client, len(data)) == data
    return time.monotonic() - began


def silent(client: socket.socket, seconds: float = 0.3) -> bool:
    client.settimeout(seconds)
    try:
        client.recv(1)
    except TimeoutError:
        return True
    finally:
        client.settimeout(10)
    return False


def test_a_healthy_hop_passes_everything_and_the_goodbye(echo: Echo, proxy: FaultProxy) -> None:
    with connected(proxy) as client:
        round_trip(client, bytes(range(256)) * 8192)  # 2 MB
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
    assert echo.ended.wait(10)
    assert echo.ends == ["end"]


def test_latency_is_added_in_both_directions_and_goes_away(proxy: FaultProxy) -> None:
    with connected(proxy) as client:
        proxy.set(latency_s=0.1, jitter_s=0.02)
        slow = round_trip(client)
        proxy.heal()
        assert slow >= 0.2
        assert min(round_trip(client) for _ in range(5)) < 0.1


def test_jitter_keeps_the_order(proxy: FaultProxy) -> None:
    with connected(proxy) as client:
        proxy.set(jitter_s=0.05)
        sent = b"".join(bytes([n]) * 7 for n in range(60))
        for n in range(60):
            client.sendall(sent[n * 7 : n * 7 + 7])
        assert read(client, len(sent)) == sent


def test_a_narrow_hop_takes_its_time(proxy: FaultProxy) -> None:
    with connected(proxy) as client:
        proxy.set(bytes_per_s=200_000)
        assert round_trip(client, bytes(100_000)) >= 0.4


@pytest.mark.parametrize("directions", [(), ("up",), ("down",)])
def test_a_black_hole_holds_bytes_and_goodbyes_until_it_heals(
    echo: Echo, proxy: FaultProxy, directions: tuple[Direction, ...]
) -> None:
    with connected(proxy) as client:
        proxy.go_dark(*directions)
        client.sendall(b"lost?")
        assert silent(client)
        proxy.heal()
        assert read(client, 5) == b"lost?"
        proxy.go_dark(*directions)
        client.shutdown(socket.SHUT_WR)
        assert silent(client)
        proxy.heal()
        assert client.recv(1) == b""


def test_a_cut_is_a_reset_on_both_sides(echo: Echo, proxy: FaultProxy) -> None:
    with connected(proxy) as client:
        assert proxy.cut() == 1
        with pytest.raises(ConnectionResetError):
            client.recv(1)
        assert echo.ended.wait(10)
        assert echo.ends == ["reset"]
    with connected(proxy) as client:  # others may come
        assert proxy.open == 1


def test_a_reset_passes_through(echo: Echo, proxy: FaultProxy) -> None:
    with connected(proxy) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert echo.ended.wait(10)
    assert echo.ends == ["reset"]


def test_down_refuses_until_it_heals(proxy: FaultProxy) -> None:
    with connected(proxy) as client:
        assert proxy.go_down() == 1
        with pytest.raises(ConnectionResetError):
            client.recv(1)
        with pytest.raises((ConnectionResetError, AssertionError, BrokenPipeError)), connected(proxy):
            pass
        proxy.heal()
        with connected(proxy):
            pass


def test_a_forgotten_connection_is_known_to_the_client_only(echo: Echo, proxy: FaultProxy) -> None:
    with connected(proxy) as client:
        proxy.forget()
        assert echo.ended.wait(10)
        assert echo.ends == ["reset"]
        client.sendall(b"anybody there?")
        assert silent(client)


def test_a_trip_cuts_behind_the_bytes_it_waited_for(echo: Echo, proxy: FaultProxy) -> None:
    with connected(proxy) as client:
        proxy.set(trip=lambda direction, data: direction == "up" and b"COMMIT" in data)
        round_trip(client)
        client.sendall(b"COMMIT")
        with pytest.raises(ConnectionResetError):
            while client.recv(16):
                pass
    assert proxy.tripped == 1


def test_nobody_listening_behind_it_is_a_reset() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with FaultProxy(port) as proxy, pytest.raises((ConnectionResetError, BrokenPipeError)), connected(proxy):
        pass
