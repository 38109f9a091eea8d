"""What the push path counts for operators: plain numbers, no locks, no library. The metrics read them."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

# Seconds. From a tenth of what a push takes on a quiet machine to where promise G7 (2 s) is long broken.
PUSH_BOUNDS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)


class Histogram:
    """How many values fell below each bound, and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...] = PUSH_BOUNDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)  # the last one: above every bound
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


@dataclass(slots=True)
class Counters:
    """Of one hub, since its process began."""

    deliveries: int = 0
    gaps_healed: int = 0
    too_slow: int = 0
    refused: int = 0
    opened: int = 0
    closed: int = 0
    cut: dict[int, int] = field(default_factory=dict)  # connections that we closed, by close code
    by_wake: Histogram = field(default_factory=Histogram)  # commit -> handed to every tab, told by the bus
    by_table: Histogram = field(default_factory=Histogram)  # the same where a live tab had to read the table

    def count_cut(self, code: int) -> None:
        """A connection was closed by us."""
        self.cut[code] = self.cut.get(code, 0) + 1
