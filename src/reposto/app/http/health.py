"""Is the process alive, and can it take requests?"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from reposto.app.http.common import RuntimeDep
from reposto.conversation import work
from reposto.model.clock import monotonic

router = APIRouter()
REAPER_SILENT_S = 15.0  # it runs every second; silent for this long, crashed jobs would wait


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The event loop turns."""
    return {"status": "ok"}


@router.get("/health/ready")
async def ready(runtime: RuntimeDep, response: Response) -> dict[str, Any]:
    """The database answers, a worker is ready, the safety nets run, and we are not leaving."""
    checks = {"accepting": not runtime.stopping, "workers": runtime.pool.ready}
    checks["reaper"] = monotonic() - runtime.last_reap < REAPER_SILENT_S
    try:
        await runtime.in_thread(work.has_queued, runtime.store)
        checks["database"] = True
    except Exception:
        checks["database"] = False
    good = all(checks.values())
    if not good:
        response.status_code = 503
    return {"status": "ok" if good else "not ready", "checks": checks}
