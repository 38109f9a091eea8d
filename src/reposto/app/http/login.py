"""Logging in and out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from reposto.app.access import COOKIE, COOKIE_LIFE, csrf_token
from reposto.app.http.common import RuntimeDep, UserDep, locale_of
from reposto.app.http.page import page
from reposto.app.runtime import Runtime
from reposto.model.errors import NotAuthenticated
from reposto.storage.engine import Store
from reposto.storage.users import User, hash_token, set_locale

router = APIRouter()


class Credentials(BaseModel):
    """Name and password."""

    name: str = Field(min_length=1, max_length=120)
    password: str = Field(min_length=1, max_length=1000)


class Preferences(BaseModel):
    """What a user may change about himself."""

    model_config = ConfigDict(extra="forbid")

    locale: Literal["pt-BR", "en"]


@router.get("/login", include_in_schema=False)
async def login_page(request: Request, runtime: RuntimeDep, code: str | None = None) -> Response:
    """With a one-time code: log in and go to the page. Without: the page, which asks for name and password."""
    if code is None:
        return page()
    try:
        cookie = await runtime.in_writer(runtime.gate.redeem, code)
    except NotAuthenticated as error:
        if await _is_logged_in(runtime, request):  # the same link, opened again by somebody who is in already
            return RedirectResponse("/agents", status_code=303)
        return Response(error.message(locale_of(request)), status_code=401, media_type="text/plain; charset=utf-8")
    response = RedirectResponse("/agents", status_code=303)
    _set_cookie(response, runtime, cookie)
    return response


@router.post("/api/login", status_code=204)
async def log_in(request: Request, runtime: RuntimeDep, given: Credentials) -> Response:
    """Name and password become a cookie. Needs no CSRF token: there is no session to ride on yet."""
    if "origin" in request.headers:
        runtime.gate.check_origin(request.headers["origin"], request.headers.get("host"), by_token=False)
    client = request.client.host if request.client else "?"
    cookie = await runtime.in_writer(runtime.gate.log_in, given.name, given.password, client)
    response = Response(status_code=204)
    _set_cookie(response, runtime, cookie)
    return response


@router.get("/api/me")
async def who_am_i(request: Request, user: UserDep) -> dict[str, Any]:
    """The user, and the token that state-changing calls must show."""
    return _describe(request, user)


@router.put("/api/me")
async def change_me(request: Request, runtime: RuntimeDep, user: UserDep, wanted: Preferences) -> dict[str, Any]:
    """Choose the language of the answers, from the next question on, on every device."""
    await runtime.in_writer(_store_locale, runtime.store, user.id, wanted.locale)
    return _describe(request, replace(user, locale=wanted.locale))


@router.post("/api/logout", status_code=204)
async def log_out(request: Request, runtime: RuntimeDep, _user: UserDep) -> Response:
    """Make the cookie void and close its sockets."""
    cookie = request.cookies.get(COOKIE, "")
    await runtime.in_writer(runtime.gate.log_out, cookie)
    runtime.hub.cut_credential(hash_token(cookie))
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


def _describe(request: Request, user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "role": user.role,
        "locale": user.locale,
        "csrf": csrf_token(request.cookies.get(COOKIE, "")),
    }


def _store_locale(store: Store, user_id: int, locale: str) -> None:
    with store.write() as connection:
        set_locale(connection, user_id, locale)


async def _is_logged_in(runtime: Runtime, request: Request) -> bool:
    try:
        await runtime.in_thread(runtime.gate.identify, request.cookies, None)
    except NotAuthenticated:
        return False
    return True


def _set_cookie(response: Response, runtime: Runtime, cookie: str) -> None:
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=int(COOKIE_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=runtime.settings.secure_cookie,
        path="/",
    )
