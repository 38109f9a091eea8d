"""What a server needs of those who do the analyses, wherever they are: `pool.Pool` beside it, `nudge.CeleryWorkers`."""

from __future__ import annotations

from typing import Protocol


class Workers(Protocol):
    """Job state lives in the table. This only says that there may be work, and what must stop."""

    typical_seconds: float | None  # of an analysis, until there are real runs
    restarts: int  # of workers that this server keeps
    sent: int  # nudges that a broker took
    failed: int  # nudges that it did not; the next round of the reaper sends new ones
    spared: int  # nudges that were not sent, because enough of them wait at the broker

    async def start(self) -> None:
        """Begin."""

    async def close(self) -> None:
        """Let what runs here finish, or hand it back."""

    def nudge(self) -> None:
        """A question waits."""

    def nudge_all(self) -> None:
        """Something waits, and wake-ups may have been lost."""

    def stop_job(self, job_id: str) -> None:
        """A cancelled job's worker must stop."""

    def hear(self, note: dict[str, str]) -> None:
        """A note from another process."""

    def kill_overdue(self) -> None:
        """Take back the slot of an analysis that runs away."""

    def pids(self) -> list[int]:
        """Of the workers beside this server."""

    def alive(self) -> int:
        """How many worker processes can take a job, as far as is known here."""

    @property
    def ready(self) -> bool:
        """Whether at least one worker can take a job."""
