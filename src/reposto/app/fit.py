"""Learn across the catalogue, in a process of its own: never waited for, repeated when the company's data change.

`python -m reposto.app.fit DATABASE_URL`: reads every product's sales, fits the forecast tables, stores them under the
data version they were made from. Analyses use the newest tables there are, and do without while there are none.
"""

from __future__ import annotations

import sys

import structlog

from reposto.app.beside import live_beside
from reposto.app.logs import configure_logs
from reposto.app.settings import handed_over
from reposto.model.clock import local_today, monotonic, utc_now
from reposto.storage import catalogue, company, facts
from reposto.storage.alone import Chore, alone
from reposto.storage.engine import Store

log = structlog.get_logger(__name__)


def needs_fit(store: Store) -> bool:
    """Whether the data have changed since the tables were fitted."""
    with store.read() as connection:
        version = catalogue.versions(connection)[0]
        return facts.fitted_version(connection, facts.FORECAST_TABLES) != version


def fit_forecasts(store: Store, *, learn: bool = True) -> bool:
    """Fit and store the tables if the data have changed since they were last fitted; `learn`: trees as well."""
    from reposto.analysts.forecast import PooledEngine  # the server imports this module, but never fits
    from reposto.analysts.histories import history_of

    began = monotonic()
    with store.read() as connection:
        version = catalogue.versions(connection)[0]
        if facts.fitted_version(connection, facts.FORECAST_TABLES) == version:
            return False
        today = local_today(company.zone(connection))
        histories = [history_of(product, sales, planned=False) for product, sales in facts.load_all_sales(connection)]
    if not histories:
        return False
    tables = PooledEngine.fit(histories, today=today, learn=learn)  # trees where LightGBM is installed
    with store.write() as connection:
        facts.save_fitted(
            connection, facts.FORECAST_TABLES, tables.to_bytes(), data_version=version, fitted_at=utc_now()
        )
    log.info("forecast.fitted", products=len(histories), seconds=round(monotonic() - began, 3), version=tables.version)
    return True


def main() -> None:
    """Arguments: database URL, log level, log format."""
    url, level, log_format = sys.argv[1:4]
    configure_logs(level, log_format)
    live_beside()
    store = Store(handed_over(url))
    with alone(store, Chore.FIT) as mine:
        if mine:
            fit_forecasts(store)
    store.close()


if __name__ == "__main__":
    main()
