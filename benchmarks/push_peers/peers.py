"""Who is measured: how each is started, how a tab joins a session, and what another process publishes to reach it."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.homes import Seat
from benchmarks.push_peers.load import FIRST_SEQ, MARK, SEQ, STAMP
from benchmarks.sockets import HANDSHAKE_S, TEXT, client_frame, take_frames
from reposto.delivery.bus import Wake
from reposto.delivery.wakes import ORIGIN_BYTES, Channels, pack_wake

TEXT_CHARS = 1_240  # with what is around it a message of about 1,480 bytes, as an answer without its analysis
PEERS_FOLDER = Path(__file__).parent
NODE_PACKAGES = ("ws@8", "ioredis@5", "socket.io@4", "@socket.io/redis-adapter@8")


@dataclass(frozen=True, slots=True)
class Peer:
    """A server, and how to speak with it."""

    name: str
    command: Callable[[str], list[str]]  # arguments, from Redis' URL; the first one a module of ours or `node`
    path: Callable[[Seat], str]
    publish: Callable[[int], tuple[bytes, bytes]]  # session -> channel and payload
    speaks_engine_io: bool = False
    subprotocol: str = ""


def message(session_id: int, seq: int = 0) -> dict[str, Any]:
    """What a buyer's tab gets, with the mark that the client looks for."""
    return {
        "id": 1_000_000 + session_id,
        "session_id": session_id,
        "seq": seq,
        "sender": "ai",
        "content": MARK + STAMP + " " + ("Compre 480 cadeiras até 12/12: é o que falta. " * 40)[:TEXT_CHARS],
        "criado_em": "2026-11-22T22:08:00.123456-03:00",
        "metadata": {"type": "answer", "sku": "84903501", "in_reply_to": 2, "job_id": str(uuid.UUID(int=session_id))},
    }


def text_of(session_id: int, seq: int = 0) -> bytes:
    """As JSON, the way orjson writes it."""
    return json.dumps(message(session_id, seq), ensure_ascii=False, separators=(",", ":")).encode()


def redis_command(channel: bytes, payload: bytes) -> bytes:
    """PUBLISH, as Redis reads it."""
    return b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (len(channel), channel, len(payload), payload)


def plain_channel(session_id: int) -> tuple[bytes, bytes]:
    """A channel per session, JSON as it is."""
    return f"session:{session_id}".encode(), text_of(session_id)


def reposto_channel(lineage: str) -> Callable[[int], tuple[bytes, bytes]]:
    """A wake with a copy of the message, as the worker's bus packs it."""

    def publish(session_id: int) -> tuple[bytes, bytes]:
        wake = Wake(session_id, ((SEQ, text_of(session_id, SEQ)),), at=1.0)
        return Channels(lineage).session(session_id), pack_wake(b"\0" * ORIGIN_BYTES, wake)

    return publish


def socketio_channel(session_id: int) -> tuple[bytes, bytes]:
    """What a write-only `AsyncRedisManager.emit` publishes."""
    event = {
        "method": "emit",
        "event": "message",
        "binary": False,
        "data": [message(session_id)],
        "namespace": "/",
        "room": str(session_id),
        "skip_sid": None,
        "callback": None,
        "host_id": uuid.UUID(int=1).hex,
    }
    return b"socketio", json.dumps(event).encode()


def node_socketio_channel(session_id: int) -> tuple[bytes, bytes]:
    """What `@socket.io/redis-emitter` publishes."""
    import msgpack

    room = str(session_id)
    packet = {"type": 2, "data": ["message", message(session_id)], "nsp": "/"}
    packed: bytes = msgpack.packb(["emitter", packet, {"rooms": [room], "flags": {}, "except": []}])
    return f"socket.io#/#{room}#".encode(), packed


def channels_channel(session_id: int) -> tuple[bytes, bytes]:
    """What `channel_layer.group_send` publishes."""
    import msgpack

    packed: bytes = msgpack.packb({"type": "chat.message", "message": message(session_id)})
    return f"asgi__group__session_{session_id}".encode(), packed


def plain_path(seat: Seat) -> str:
    """Of most."""
    return f"/ws/{seat.session_id}"


def all_peers(lineage: str, home: Path, node: Path | None) -> list[Peer]:
    """reposto first, then the naive manager, then the others."""
    module = "benchmarks.push_peers."
    engine = "?EIO=4&transport=websocket"
    peers = [
        Peer(
            "reposto",
            lambda _url: ["reposto.app.cli", "serve", "--home", str(home), "--port", "0"],
            lambda seat: f"/api/chat/ws/{seat.session_id}",
            reposto_channel(lineage),
            subprotocol="reposto.v1",
        ),
        Peer("naive", lambda url: [module + "naive", url], plain_path, plain_channel),
        Peer(
            "python-socketio",
            lambda url: [module + "python_socketio", url],
            lambda _seat: f"/socket.io/{engine}",
            socketio_channel,
            speaks_engine_io=True,
        ),
        Peer("Django Channels", lambda url: [module + "django_channels", url], plain_path, channels_channel),
    ]
    if node is not None:
        peers += [
            Peer("Node ws", lambda url: ["node", str(node / "ws.js"), url], plain_path, plain_channel),
            Peer(
                "Socket.IO (Node)",
                lambda url: ["node", str(node / "socketio.js"), url],
                lambda _seat: f"/socket.io/{engine}",
                node_socketio_channel,
                speaks_engine_io=True,
            ),
        ]
    return peers


def install_node_peers(folder: Path) -> Path | None:
    """Node's servers in a folder that is thrown away; None where there is no npm, or it gets nothing."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    target = folder / "node"
    shutil.copytree(PEERS_FOLDER / "node", target)
    (target / "package.json").write_text('{"private": true}', encoding="utf-8")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", *NODE_PACKAGES]
    try:
        done = subprocess.run(command, cwd=target, capture_output=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return None
    return target if done.returncode == 0 else None


def join(tabs: Sequence[tuple[socket.socket, bytes, int]], peer: Peer) -> None:
    """Engine.IO and Socket.IO: say hello, and ask to be put into the session's room. (socket, what came, session)."""
    if not peer.speaks_engine_io:
        return
    for one, _came, _session in tabs:
        one.setblocking(True)
        one.settimeout(HANDSHAKE_S)
        one.sendall(client_frame(TEXT, b"40"))
    for one, came, session_id in tabs:
        buffer = bytearray(came)
        _until(one, buffer, b"40{")
        one.sendall(client_frame(TEXT, b'420["join","%d"]' % session_id))
        _until(one, buffer, b"430")


def _until(one: socket.socket, buffer: bytearray, start: bytes) -> None:
    while True:
        for _opcode, payload in take_frames(buffer):
            if payload.startswith(start):
                return
        data = one.recv(4096)
        if not data:
            raise SystemExit("a server hung up while a tab joined its session")
        buffer += data


__all__ = ["FIRST_SEQ", "Peer", "all_peers", "install_node_peers", "join", "redis_command"]
