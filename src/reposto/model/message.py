"""Chat sessions, messages and jobs, as they travel between the layers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

Sender = Literal["human", "agent", "ai", "system"]
ANALYSIS, CATALOGUE, PART = "analysis", "catalogue", "part"  # kinds of jobs: one product, a run over all, a part of it
MAX_ATTEMPTS = 3  # G9: then a clear analysis_error
MAX_CONTENT = 4_000  # characters of a question: a long e-mail fits, a pasted spreadsheet does not


@dataclass(frozen=True, slots=True)
class Message:
    """A durable message; `seq` is 1, 2, 3 … within its session, in commit order."""

    id: int
    session_id: int
    seq: int
    sender: Sender
    content: str
    criado_em: datetime
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation and its summary for the list."""

    id: int
    criado_em: datetime
    last_seq: int
    message_count: int
    preview: str


class JobState(StrEnum):
    """queued -> running -> done | failed | cancelled; an expired lease goes back to queued."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Step:
    """One consultation of an analysis; state: waiting | running | done | failed."""

    name: str
    label: str
    state: str = "waiting"
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A background analysis. `attempt` fences: only the newest attempt may answer."""

    id: str
    session_id: int
    question_seq: int
    sku: str
    state: JobState
    attempt: int
    rev: int
    steps: tuple[Step, ...]
    request: dict[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    started_at: datetime | None = None
    correlation_id: str = ""
    locale: str = "pt-BR"
    result_seq: int | None = None
    kind: str = ANALYSIS
    parent_id: str | None = None  # of a part: the run over the catalogue that it belongs to
    forgiven: int = 0  # attempts that don't count
    done: int = 0  # products, of a run over the catalogue
    total: int = 0
    draft: str = ""  # of the answer that this attempt is writing: as much as may be shown
    partial: tuple[dict[str, Any], ...] = ()  # of a run: its most urgent lines so far

    @property
    def most_attempts(self) -> int:
        """A run is claimed twice in the best case: to be cut into parts, and to be put together."""
        return MAX_ATTEMPTS + self.forgiven + (1 if self.kind == CATALOGUE else 0)


# The four consultations, in the order in which they run, as the buyer reads them.
STEPS: tuple[tuple[str, str], ...] = (
    ("demand", "Previsão de demanda"),
    ("prices", "Preços e fornecedores"),
    ("logistics", "Prazos e frete"),
    ("recommendation", "Recomendação de compra"),
)
