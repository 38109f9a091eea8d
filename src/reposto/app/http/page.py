"""The built page and its files."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from reposto.model.errors import NotFound

router = APIRouter(include_in_schema=False)
STATIC = Path(__file__).resolve().parent.parent / "static"
ASSET_NAME = re.compile(r"[A-Za-z0-9_.-]+")
NOT_BUILT = "A página não foi construída: rode `make run` (ou `npm run build` em frontend/)."


def page() -> Response:
    """The page itself; always asked for again, so that a new version is seen at once."""
    index = STATIC / "index.html"
    if not index.is_file():
        return HTMLResponse(f"<!doctype html><title>reposto</title><p>{html.escape(NOT_BUILT)}", status_code=503)
    return FileResponse(index, headers={"Cache-Control": "no-cache"})


@lru_cache(maxsize=256)
def _asset(name: str) -> Path | None:
    path = STATIC / "assets" / name
    return path if ASSET_NAME.fullmatch(name) and path.is_file() else None


@router.get("/")
async def root() -> Response:
    """The product is at /agents."""
    return RedirectResponse("/agents", status_code=307)


@router.get("/agents")
@router.get("/agents/")
async def agents() -> Response:
    """The chat page."""
    return page()


@router.get("/agents/assets/{name}")
async def asset(name: str) -> Response:
    """A hashed file of the page: its name changes with its content, so it may be kept for ever."""
    path = _asset(name)
    if path is None:
        raise NotFound
    return FileResponse(path, headers={"Cache-Control": "public, max-age=31536000, immutable"})


@router.get("/agents/{path:path}")
async def agents_session(path: str) -> Response:
    """The chat page, opened at a conversation; or one of the page's few unhashed files."""
    if path.isascii() and path.isdigit():
        return page()
    file = STATIC / path
    if ASSET_NAME.fullmatch(path) and file.is_file():
        return FileResponse(file, headers={"Cache-Control": "no-cache"})
    raise NotFound
