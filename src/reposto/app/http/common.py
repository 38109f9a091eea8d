"""What every route shares: the runtime, the user, and errors in the user's language."""

from __future__ import annotations

from typing import Annotated, Any

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from reposto.app.access import CSRF_HEADER, bearer, check_may_change
from reposto.app.runtime import Runtime
from reposto.model.errors import RepostoError, StorageBusy
from reposto.storage.users import User

log = structlog.get_logger(__name__)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_ID = 2**53  # what JavaScript counts exactly


def get_runtime(request: Request) -> Runtime:
    """The server's runtime."""
    runtime: Runtime = request.app.state.runtime
    return runtime


async def get_user(request: Request, runtime: Annotated[Runtime, Depends(get_runtime)]) -> User:
    """The user behind the request; state-changing calls by cookie must come from our own page."""
    authorization = request.headers.get("authorization")
    by_token = bearer(authorization) is not None
    user = await runtime.in_thread(runtime.gate.identify, request.cookies, authorization)
    request.state.locale = user.locale
    if request.method not in SAFE_METHODS:
        check_may_change(user, request.scope["path"])  # the one that was routed; a URL has the Host header in it
    if request.method not in SAFE_METHODS and not by_token:
        if "origin" in request.headers:
            runtime.gate.check_origin(request.headers["origin"], request.headers.get("host"), by_token=False)
        runtime.gate.check_csrf(request.cookies, request.headers.get(CSRF_HEADER))
    runtime.gate.count_call(user.id, by_token=by_token)
    return user


RuntimeDep = Annotated[Runtime, Depends(get_runtime)]
UserDep = Annotated[User, Depends(get_user)]
# An id that no database has is as absent as any other.
KnownId = Annotated[int, AfterValidator(lambda number: number if 0 < number <= MAX_ID else 0)]


def locale_of(request: Request) -> str:
    """The user's language if known, else what the browser prefers, else Portuguese."""
    known = getattr(request.state, "locale", None)
    if known is not None:
        return str(known)
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "pt-BR"


def add_error_handlers(app: FastAPI) -> None:
    """Every error becomes {"detail": sentence}; never a stack trace."""

    @app.exception_handler(RepostoError)
    async def on_known(request: Request, error: RepostoError) -> JSONResponse:
        return _answer(error.http_status, error.message(locale_of(request)), error.retry_after)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return _answer(422, _explain(error, locale_of(request)))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> JSONResponse:
        pt, en = _STATUS.get(error.status_code, ("Não foi possível.", "That was not possible."))
        return _answer(error.status_code, en if locale_of(request) == "en" else pt)

    @app.exception_handler(Exception)
    async def on_unknown(request: Request, error: Exception) -> JSONResponse:
        log.error("http.failed", path=request.url.path, error=type(error).__name__, exc_info=error)
        return _answer(500, RepostoError().message(locale_of(request)))


_STATUS = {
    404: ("Não encontrado.", "Not found."),
    405: ("Este endereço não aceita esse método.", "This address doesn't take that method."),
    413: ("É grande demais.", "It is too large."),
}


def _answer(status: int, detail: str, retry_after: float | None = None) -> JSONResponse:
    headers = {}
    if status == StorageBusy.http_status or retry_after is not None:
        headers["Retry-After"] = str(max(1, round(retry_after or 1)))
    return JSONResponse({"detail": detail}, status_code=status, headers=headers)


def _explain(error: RequestValidationError, locale: str) -> str:
    first: dict[str, Any] = dict(error.errors()[0])
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path")) or "body"
    if locale == "en":
        return f"Field {where!r} is wrong: {first['msg']}."
    return f"O campo {where!r} está errado ou falta."
