"""Is the process alive, does all that a buyer needs work, and should a load balancer send requests here?

Three questions, because they have different answers. Most of what makes `ready` red is the same for every process
(the database, the queue, the workers, the bus): a load balancer that obeyed it would take away all of them at once,
and with them the page, the history and the open tabs, which need less. So `accepting` turns red only for what another
process would do better: one that is stopping, or has not begun.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from fastapi import APIRouter, Response

from reposto.app.http.common import RuntimeDep
from reposto.app.runtime import Runtime
from reposto.model.clock import monotonic

router = APIRouter()
REAPER_SILENT_S = 15.0  # it runs every second; silent for this long, crashed jobs would wait
DATABASE_SLOW_S = 1.0  # for one row by its key; a question reads some twenty times as much
DATABASE_SILENT_S = 8.0  # it is probed every 2 s, and SQLite's writers may hold a turn for 5 s
QUESTION_WAITS_S = 60.0  # an analysis takes a second: this is a queue that nobody serves, or far too few workers
PART_WAITS_S = 1800.0  # of a run over the catalogue, which stands back behind every question
BUS_SILENT_S = 15.0  # it hears itself every few seconds


class Check(NamedTuple):
    """Something that must be so, and what to say when it isn't."""

    name: str
    good: bool
    reason: str


@router.get("/health/live")
@router.get("/healthz", include_in_schema=False)
async def live() -> dict[str, str]:
    """The event loop turns. Restart what doesn't answer this."""
    return {"status": "ok"}


@router.get("/health/accepting")
async def accepting(runtime: RuntimeDep, response: Response) -> dict[str, str]:
    """For load balancers: whether this process takes requests, not whether the system is well."""
    if runtime.stopping:
        response.status_code = 503
    return {"status": "stopping" if runtime.stopping else "ok"}


@router.get("/health/ready")
@router.get("/readyz", include_in_schema=False)
async def ready(runtime: RuntimeDep, response: Response) -> dict[str, Any]:
    """For people, alarms and deployments: whether a question asked now would be answered, and if not, why."""
    checks = list(judge(runtime))
    bad = {check.name: check.reason for check in checks if not check.good}
    if bad:
        response.status_code = 503
    answers = {check.name: check.good for check in checks}
    return {"status": "not ready" if bad else "ok", "checks": answers, "reasons": bad}


def judge(runtime: Runtime) -> Iterator[Check]:
    """Every check, from what the process knows already: nothing here waits for anything."""
    vitals = runtime.vitals
    yield Check("accepting", not runtime.stopping, "o servidor está parando")
    yield Check("workers", runtime.pool.ready, "nenhum processo de análise está pronto")
    silent = monotonic() - runtime.last_reap
    yield Check("reaper", silent < REAPER_SILENT_S, f"a ronda das análises não passa há {silent:.0f} s")
    yield judge_database(vitals.database_seconds, vitals.database_silent_seconds)
    yield Check("schema", not vitals.schema_behind, "faltam migrações no banco de dados: reinicie o servidor")
    waits = vitals.waiting
    yield Check("queue", waits.question < QUESTION_WAITS_S, f"uma pergunta espera há {waits.question:.0f} s")
    yield Check("bulk_queue", waits.part < PART_WAITS_S, f"uma lista geral espera há {waits.part:.0f} s")
    bus = runtime.bus.state()
    heard = bus.connected and bus.silent_seconds < BUS_SILENT_S
    yield Check("bus", heard, f"o barramento {bus.kind} está mudo há {bus.silent_seconds:.0f} s")


def judge_database(seconds: float | None, silent: float | None) -> Check:
    """Away, slow, or well."""
    if seconds is None or silent is None:
        return Check("database", False, "o banco de dados ainda não respondeu")
    if silent > DATABASE_SILENT_S:
        return Check("database", False, f"o banco de dados não responde há {silent:.0f} s")
    return Check("database", seconds < DATABASE_SLOW_S, f"o banco de dados leva {seconds:.1f} s para uma linha")
