"""Read files that were sent from the page, in a process of its own: large or hostile, they cost the server nothing.

`python -m reposto.app.importing DATABASE_URL LOG_LEVEL LOG_FORMAT`: one job as a line of JSON on standard input, one
answer on standard output. It ends with the server, and then nothing is stored.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from typing import Any

import orjson
import structlog

from reposto.app.beside import ask_beside, live_beside
from reposto.app.logs import configure_logs
from reposto.app.settings import Settings, handed_over
from reposto.model.clock import utc_now
from reposto.model.encode import to_data
from reposto.model.errors import InvalidInput, NotFound, RepostoError, StorageBroken, StorageBusy
from reposto.model.imports import FileWish, ImportWish

log = structlog.get_logger(__name__)

AT_ONCE = 2  # such processes of one server; the next waits
WAIT_S = 120.0  # for a turn
_TOLD: dict[str, type[RepostoError]] = {kind.code: kind for kind in (NotFound, StorageBusy, StorageBroken)}


class Imports:
    """How a server has files looked at and loaded."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def run(self, job: dict[str, Any]) -> dict[str, Any]:
        """The answer to one job; what a buyer must be told is raised as it was over there."""
        try:
            await asyncio.wait_for(self._turns.acquire(), WAIT_S)
        except TimeoutError:
            raise StorageBusy(retry_after=5.0) from None
        try:
            status, written = await ask_beside("reposto.app.importing", self._settings, orjson.dumps(job))
        finally:
            self._turns.release()
        if status or not written:
            log.error("import.failed", exit_status=status)
            raise RepostoError
        told: dict[str, Any] = orjson.loads(written)
        if "error" in told:
            kind = _TOLD.get(told["error"], InvalidInput)
            raise kind(told["pt"], told["en"])
        return told


def carry_out(url: str, job: dict[str, Any]) -> dict[str, Any]:
    """One job: look, or load."""
    from reposto.conversation.load_uploads import Loader, load_uploads, look_at  # the server imports this module too
    from reposto.storage.engine import Store

    store = Store(url)
    try:
        wish = _wish(job)
        if job["task"] == "look":
            looked: dict[str, Any] = to_data(look_at(store, job["user"], wish, now=utc_now()))
            return looked
        loader = Loader(job["user"], job["locale"], job["session"], job["client_id"])
        loaded = load_uploads(store, loader, wish, now=utc_now())
        new = [] if loaded.change is None else [message.seq for message in loaded.change.messages]
        return {"seq": loaded.reply.seq, "new": new}
    except RepostoError as error:
        return {"error": error.code, "pt": error.message_pt, "en": error.message_en}
    finally:
        store.close()


def _wish(job: dict[str, Any]) -> ImportWish:
    files = tuple(FileWish(file["upload"], file["kind"], file["sheet"]) for file in job["files"])
    received = job["received_on"]
    return ImportWish(files, job["own_cnpj"], date.fromisoformat(received) if received else None)


def main() -> None:
    """Arguments: database URL, log level, log format."""
    url, level, log_format = sys.argv[1:4]
    configure_logs(level, log_format)
    job = orjson.loads(sys.stdin.buffer.readline())
    live_beside(nice=False)  # somebody waits for it
    sys.stdout.buffer.write(orjson.dumps(carry_out(handed_over(url), job)))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
