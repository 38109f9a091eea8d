"""One tree of errors. The docstring of a class is its English message; `pt` is what a buyer reads.

RepostoError
├── InvalidInput            422
│   ├── TooLong             413
│   └── FileRefused         422  (carries the rows)
├── NotAuthenticated        401 / 4401
├── NotAllowed              403 / 4403
├── NotFound                404 / 4404
├── Conflict                409
│   └── StaleAttempt        409  (fencing: another attempt owns the job)
├── TooMany                 429 / 4429
├── StorageBusy             503  (retry)
├── StorageBroken           500  (a damaged file)
├── AnalysisCancelled       409
└── SettingInvalid          500  (start refused)
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import ClassVar, Literal, TypeAlias

Ask: TypeAlias = Literal["", "kind", "own_cnpj"]  # what a buyer can say so that his file is taken


class RepostoError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    close_code: ClassVar[int | None] = None
    retry: ClassVar[bool] = False
    pt: ClassVar[str] = "Algo deu errado."

    def __init__(self, pt: str | None = None, en: str | None = None, *, retry_after: float | None = None) -> None:
        self.message_pt = pt or self.pt
        self.message_en = en or (self.__doc__ or "").strip()
        self.retry_after = retry_after
        super().__init__(self.message_en)

    def message(self, locale: str = "pt-BR") -> str:
        """The sentence for a user of that language."""
        return self.message_en if locale.startswith("en") else self.message_pt


class InvalidInput(RepostoError):
    """What was sent can't be used as it is."""

    code = "invalid"
    http_status = 422
    pt = "O que foi enviado não pode ser usado assim."


class TooLong(InvalidInput):
    """The message is too long."""

    code = "too_long"
    http_status = 413
    pt = "A mensagem é longa demais."


@dataclass(frozen=True, slots=True)
class RowError:
    """One refused cell of a file: where, what was there, and why."""

    row: int
    column: str
    value: str
    reason: str


class FileRefused(InvalidInput):
    """The file was refused; nothing was stored."""

    code = "file_refused"
    pt = "O arquivo foi recusado; nada foi gravado."

    def __init__(
        self,
        pt: str | None = None,
        en: str | None = None,
        *,
        rows: tuple[RowError, ...] = (),
        more: int = 0,
        ask: Ask = "",
        kinds: tuple[str, ...] = (),
    ) -> None:
        super().__init__(pt, en)
        self.rows = rows
        self.more = more  # bad cells beyond those listed
        self.ask = ask  # what the buyer could say to have it taken; each way in has its own words for how
        self.kinds = kinds  # between which he may choose; none: any


class NotAuthenticated(RepostoError):
    """Log in first."""

    code = "not_authenticated"
    http_status = 401
    close_code = 4401
    pt = "Entre com seu usuário primeiro."


class NotAllowed(RepostoError):
    """That is not allowed."""

    code = "not_allowed"
    http_status = 403
    close_code = 4403
    pt = "Isso não é permitido."


class NotFound(RepostoError):
    """There is no such thing."""

    code = "not_found"
    http_status = 404
    close_code = 4404
    pt = "Não encontrado."


class Conflict(RepostoError):
    """That is no longer possible."""

    code = "conflict"
    http_status = 409
    pt = "Isso não é mais possível."


class StaleAttempt(Conflict):
    """Another attempt owns this job now."""

    code = "stale_attempt"
    pt = "Outra tentativa assumiu esta análise."


class AnalysisCancelled(Conflict):
    """The analysis was cancelled."""

    code = "cancelled"
    pt = "A análise foi cancelada."


class TooMany(RepostoError):
    """Too many requests; wait a little."""

    code = "too_many"
    http_status = 429
    close_code = 4429
    retry = True
    pt = "Muitas solicitações; espere um pouco."


class StorageBusy(RepostoError):
    """The database is busy; try again."""

    code = "storage_busy"
    http_status = 503
    retry = True
    pt = "O banco de dados está ocupado; tente de novo em instantes."


class StorageBroken(RepostoError):
    """The database file is damaged; put a copy back."""

    code = "storage_broken"
    pt = "O arquivo do banco de dados está danificado; restaure uma cópia."

    @classmethod
    def of(cls, file: str | None) -> StorageBroken:
        """With the file's name and what to do."""
        name = PurePath(file or "").name
        return cls(
            f"O banco de dados {name} está danificado. Guarde o arquivo e restaure uma cópia: reposto restore COPIA",
            f"The database {name} is damaged. Keep the file and put a copy back: reposto restore COPY",
        )


class SettingInvalid(RepostoError):
    """A setting is wrong."""

    code = "setting_invalid"
    pt = "Uma configuração está errada."
