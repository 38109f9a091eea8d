"""Learn across the catalogue, in a process of its own: never waited for, repeated when the company's data change.

`python -m reposto.app.fit DATABASE_URL`: reads every product's sales, fits the forecast tables, stores them under the
data version they were made from. Analyses use the newest tables there are, and do without while there are none.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading

import structlog

from reposto.app.logs import configure_logs
from reposto.app.settings import Settings, environment, hand_over, handed_over
from reposto.model.clock import local_today, monotonic, utc_now
from reposto.model.quantities import is_counted
from reposto.storage import catalogue, company, facts
from reposto.storage.alone import Chore, alone
from reposto.storage.engine import Store

log = structlog.get_logger(__name__)
NICE = 10  # a question's analysis goes first


def needs_fit(store: Store) -> bool:
    """Whether the data have changed since the tables were fitted."""
    with store.read() as connection:
        version = catalogue.versions(connection)[0]
        return facts.fitted_version(connection, facts.FORECAST_TABLES) != version


def fit_forecasts(store: Store, *, learn: bool = True) -> bool:
    """Fit and store the tables if the data have changed since they were last fitted; `learn`: trees as well."""
    from reposto.analysts.forecast import History, PooledEngine  # the server imports this module, but never fits

    began = monotonic()
    with store.read() as connection:
        version = catalogue.versions(connection)[0]
        if facts.fitted_version(connection, facts.FORECAST_TABLES) == version:
            return False
        today = local_today(company.zone(connection))
        histories = [
            History(
                start=sales.start,
                quantity=sales.quantity,
                censored=sales.out_of_stock & (sales.quantity == 0),
                excluded=sales.one_off,
                promotion=sales.promotion,
                integer=is_counted(product.unit),
                group=product.category,
            )
            for product, sales in facts.load_all_sales(connection)
        ]
    if not histories:
        return False
    tables = PooledEngine.fit(histories, today=today, learn=learn)  # trees where LightGBM is installed
    with store.write() as connection:
        facts.save_fitted(
            connection, facts.FORECAST_TABLES, tables.to_bytes(), data_version=version, fitted_at=utc_now()
        )
    log.info("forecast.fitted", products=len(histories), seconds=round(monotonic() - began, 3), version=tables.version)
    return True


async def run_fit(settings: Settings) -> None:
    """Run `main` in a process of its own and wait for its end; cancelled, it is killed."""
    url, secret = hand_over(settings.url)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "reposto.app.fit",
        url,
        settings.log_level,
        settings.log_format,
        stdin=asyncio.subprocess.PIPE,  # its end tells that the server is gone
        env={**environment(), **secret, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
    )
    try:
        if await process.wait() != 0:
            log.warning("forecast.fit_failed", exit_status=process.returncode)
    finally:
        if process.returncode is None:
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()  # else its pipes outlive the event loop


def main() -> None:
    """Arguments: database URL, log level, log format."""
    url, level, log_format = sys.argv[1:4]
    configure_logs(level, log_format)
    threading.Thread(target=_end_with_server, daemon=True).start()
    os.nice(NICE)
    store = Store(handed_over(url))
    with alone(store, Chore.FIT) as mine:
        if mine:
            fit_forecasts(store)
    store.close()


def _end_with_server() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
