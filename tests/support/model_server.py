"""A local server that speaks OpenAI's chat completions, as well or as badly as a test wants."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FIRST = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "test"}


@dataclass(slots=True)
class Script:
    """What the server does with the next requests. `answer` is a whole reply to a request that doesn't stream."""

    pieces: Sequence[str] = ()
    gap: threading.Event | None = None  # waited for before the last piece
    status: int = 200
    cut_after: int | None = None  # pieces, then the connection is reset
    silent: bool = False  # takes the request and never answers
    raw: bytes | None = None  # sent as it is
    finish: str = "stop"
    answer: Any = None
    seen: list[dict[str, Any]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)  # ends what is silent


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        script: Script = self.server.script  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        script.seen.append({"path": self.path, "body": body, "key": self.headers.get("Authorization")})
        if script.silent:
            script.over.wait(30)
            self.close_connection = True
        elif script.raw is not None:
            self._send(script.status, "text/event-stream", script.raw)
        elif script.status != 200:
            self._send(script.status, "application/json", b'{"error":{"message":"no"}}')
        elif body.get("stream"):
            self._stream(script)
        else:
            answer = script.answer(body) if callable(script.answer) else script.answer
            self._send(200, "application/json", json.dumps(answer).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, script: Script) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for number, piece in enumerate(script.pieces):
            if script.cut_after == number:
                return
            if script.gap is not None and number == len(script.pieces) - 1:
                script.gap.wait(30)
            self._event({"delta": {"role": "assistant", "content": piece}, "index": 0, "finish_reason": None})
        self._event({"delta": {}, "index": 0, "finish_reason": script.finish})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, choice: dict[str, Any]) -> None:
        self.wfile.write(b"data: " + json.dumps({**FIRST, "choices": [choice]}).encode() + b"\n\n")
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    script: Script

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up in the middle is what several tests are about."""


@dataclass(slots=True)
class ModelServer:
    """A running one; set `script` before asking."""

    url: str
    _server: _Server

    def play(self, **script: Any) -> Script:
        """Do this from now on."""
        self._server.script = Script(**script)
        return self._server.script


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """Serves until the end of the block."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.script = Script(pieces=["Certo."])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield ModelServer(f"http://127.0.0.1:{server.server_address[1]}/v1", server)
    finally:
        server.script.over.set()
        if server.script.gap is not None:
            server.script.gap.set()
        server.shutdown()
        thread.join()
        server.server_close()


def completion(
    arguments: dict[str, Any] | None = None, *, tool: str = "final_result", text: str = ""
) -> dict[str, Any]:
    """A whole reply: a call of a tool, or text."""
    message: dict[str, Any] = {"role": "assistant", "content": text or None}
    if arguments is not None:
        call = {"id": "t1", "type": "function", "function": {"name": tool, "arguments": json.dumps(arguments)}}
        message["tool_calls"] = [call]
    reason = "tool_calls" if arguments is not None else "stop"
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return {**FIRST, "object": "chat.completion", "choices": [choice]}
