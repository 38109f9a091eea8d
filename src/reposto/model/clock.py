"""The only place that asks the machine for the time."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from reposto.model.zones import DEFAULT_ZONE


def utc_now() -> datetime:
    """The instant, timezone-aware, in UTC."""
    return datetime.now(UTC)


def local_today(zone: ZoneInfo = DEFAULT_ZONE) -> date:
    """The company's calendar day."""
    return datetime.now(zone).date()


def wall_seconds() -> float:
    """The same instant as seconds since 1970, where making a datetime of it is too much for what it is for."""
    return time.time()


def monotonic() -> float:
    """Seconds that never jump, for durations."""
    return time.monotonic()
