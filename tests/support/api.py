"""A small HTTP client of the API for tests, with a token."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import httpx

from tests.support.processes import REPOSTO, clean_environment


def make_token(home: Path) -> str:
    """What `reposto token` prints."""
    done = subprocess.run(
        [str(REPOSTO), "token", "--home", str(home)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


class Api:
    """Calls with a bearer token."""

    def __init__(self, base: str, token: str) -> None:
        self.token = token
        self._client = httpx.Client(
            base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=20, trust_env=False
        )

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def call(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """Any call."""
        return self._client.request(method, path, **kwargs)

    def open_session(self) -> int:
        """A new conversation's id."""
        response = self.call("POST", "/api/chat/sessions")
        assert response.status_code == 201, response.text
        return int(response.json()["id"])

    def ask(self, session_id: int, content: str, client_id: str | None = None) -> httpx.Response:
        """Ask over HTTP."""
        body = {"content": content} | ({} if client_id is None else {"client_id": client_id})
        return self.call("POST", f"/api/chat/sessions/{session_id}/messages", json=body)

    def history(self, session_id: int) -> list[dict[str, Any]]:
        """The whole conversation, page by page."""
        messages: list[dict[str, Any]] = []
        while True:
            after = messages[-1]["seq"] if messages else 0
            page = self.call("GET", f"/api/chat/sessions/{session_id}/messages?after={after}&limit=200").json()
            messages += page
            if len(page) < 200:
                return messages
