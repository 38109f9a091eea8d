"""Headers that keep a browser on our side, a body limit, and the host check: around everything, WebSocket aside."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reposto.app.access import Gate
from reposto.conversation.uploads import MAX_BYTES, too_large
from reposto.model.errors import NotAllowed

MAX_BODY = 1024 * 1024  # bytes; questions and button data are far smaller
UPLOADS = "/api/uploads"  # takes files, in pieces that never are in memory together
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Shield:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, gate: Gate, count: Callable[[int], None]) -> None:
        self._app = app
        self._gate = gate
        self._count = count  # is told the status of every answer of the API

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, pass on, and add the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                if scope["path"].startswith("/api/"):  # a health check that says no is no failure of ours
                    self._count(message["status"])
                present = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    present.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    present.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            self._gate.check_host(headers.get("host"))
        except NotAllowed as error:
            refusal = JSONResponse({"detail": error.message()}, status_code=error.http_status)
            await refusal(scope, receive, send_with_headers)
            return
        length = headers.get("content-length", "0")
        most = MAX_BYTES if scope["path"] == UPLOADS and scope["method"] == "POST" else MAX_BODY
        if most == MAX_BYTES and length.isdigit() and int(length) > most:
            refusal = JSONResponse({"detail": too_large().message()}, status_code=413)
            await refusal(scope, receive, send_with_headers)
            return
        if not length.isdigit() or int(length) > most or "chunked" in headers.get("transfer-encoding", "").lower():
            refusal = JSONResponse({"detail": "É grande demais."}, status_code=413)
            await refusal(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)
