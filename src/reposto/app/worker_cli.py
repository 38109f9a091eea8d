"""`reposto worker`: what its options mean."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reposto.app.logs import configure_logs
from reposto.app.settings import calm_numeric_threads, load_settings, optional_packages, share_model
from reposto.model.errors import SettingInvalid


def run_worker_command(home: Path | None, given: dict[str, Any], more: Sequence[str]) -> None:
    """`given` are the options that were set; `more` go to Celery as they are. Raises SettingInvalid."""
    settings = load_settings(home)
    if not settings.broker_url:
        raise SettingInvalid(
            "`reposto worker` precisa de REPOSTO_BROKER_URL; sem ele, as análises correm dentro de `reposto serve`.",
            "`reposto worker` needs REPOSTO_BROKER_URL; without it analyses run inside `reposto serve`.",
        )
    configure_logs(settings.log_level, settings.log_format)
    share_model(settings)
    calm_numeric_threads()  # before anything loads numpy
    with optional_packages():
        from reposto.app.celery_app import QUEUES
        from reposto.app.celery_worker import Options, run_worker
    queues = tuple(name.strip() for name in (given.pop("queues", None) or ",".join(QUEUES)).split(","))
    if not queues or not set(queues) <= set(QUEUES):
        raise SettingInvalid("--queues: interactive, bulk ou ambas.", "--queues: interactive, bulk or both.")
    _check_autoscale(given.get("autoscale"))
    concurrency = given.pop("concurrency", None) or settings.workers
    run_worker(
        settings,
        Options(concurrency=concurrency, queues=queues, more=tuple(more), **given),
        say=lambda line: print(line, flush=True),
    )


def _check_autoscale(text: str | None) -> None:
    if text is None:
        return
    most, _, least = text.partition(",")
    if not (most.isdigit() and least.isdigit() and 0 < int(least) <= int(most)):
        raise SettingInvalid("--autoscale: máximo,mínimo, como 8,2.", "--autoscale: most,least, such as 8,2.")
