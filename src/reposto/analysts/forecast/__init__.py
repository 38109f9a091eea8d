"""The demand engine: a predictive distribution of what will be sold, per day and over any window."""

from reposto.analysts.forecast.engine import LocalEngine
from reposto.analysts.forecast.pooled import PooledTables, fit_tables
from reposto.analysts.forecast.pooled_engine import PooledEngine
from reposto.analysts.forecast.types import LEVELS, BackTest, Engine, Forecast, History

__all__ = [
    "LEVELS",
    "BackTest",
    "Engine",
    "Forecast",
    "History",
    "LocalEngine",
    "PooledEngine",
    "PooledTables",
    "fit_tables",
]
