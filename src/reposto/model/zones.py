"""The time zone of a company that has not said otherwise."""

from zoneinfo import ZoneInfo

DEFAULT_ZONE = ZoneInfo("America/Sao_Paulo")
