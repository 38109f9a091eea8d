"""Settings, from the environment (`REPOSTO_…`) and from `reposto.toml` in the home. Nobody else reads either."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from reposto.app.llm.config import KINDS, ModelConfig
from reposto.model.errors import SettingInvalid
from reposto.storage.engine import sqlite_url

PREFIX = "REPOSTO_"
HANDED_OVER = "HANDED_OVER_URL"
MODEL = "MODEL_OF_REPOSTO"  # in the environment of the processes that we start
DEFAULT_HOME = Path("reposto-data")
BUSES = ("redis://", "rediss://", "unix://")
TRACES_TO, TRACES_SHARE = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER_ARG"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Settings(BaseSettings):
    """What can be set; the descriptions are shown when a value is refused."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid")

    home: Path = Field(DEFAULT_HOME, description="a folder for the database and uploads")
    host: str = Field("127.0.0.1", description="an address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="a port, 0 to 65535 (0 = any free one)")
    workers: int = Field(2, ge=1, le=64, description="worker processes, 1 to 64")
    prepare: bool = Field(True, description="true to analyse every product before anybody asks, else false")
    processes: int = Field(1, ge=1, le=64, description="API processes on one port, 1 to 64")
    database_url: str = Field("", description="postgresql+psycopg://user:password@host/name, or empty for SQLite")
    redis_url: str = Field("", description="redis://host:6379/0 or rediss://…, or empty for a single process")
    broker_url: str = Field("", description="redis://host:6379/1 or amqp://user:password@host//, or empty")
    allowed_origins: tuple[str, ...] = Field(
        (), description='a JSON list of further origins, such as ["https://compras.example.com"]'
    )
    secure_cookie: bool = Field(False, description="true behind TLS, else false")
    locale: Literal["pt-BR", "en"] = Field("pt-BR", description="pt-BR or en")
    metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="a port; each process shows its numbers on the first free one from there, 0: none",
    )
    metrics_host: str = Field("127.0.0.1", description="an address for those ports")
    llm: str = Field("", description="openai:NAME, anthropic:NAME, google:NAME or ollama:NAME, or empty for none")
    llm_url: str = Field("", description="http(s)://… of a server that speaks OpenAI's API, or empty for the usual one")
    llm_key: SecretStr = Field(SecretStr(""), description="the key of the model's API, or empty")
    llm_seconds: float = Field(6.0, gt=0, le=30, description="seconds that a model may take for a text, up to 30")
    otlp_endpoint: str = Field("", description="http://collector:4318, where traces are sent, or empty")
    otlp_share: float = Field(1.0, ge=0, le=1, description="the share of questions that are traced, 0 to 1")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="debug, info, warning or error")
    log_format: Literal["auto", "console", "json"] = Field("auto", description="auto, console or json")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("postgresql+psycopg://", "postgresql://", "sqlite:///")):
            raise ValueError("not a database we speak")
        return value.replace("postgresql://", "postgresql+psycopg://", 1) if value.startswith("postgresql:") else value

    @field_validator("llm")
    @classmethod
    def _known_model(cls, value: str) -> str:
        kind, _, name = value.partition(":")
        if value and (kind not in KINDS or not name.strip()):
            raise ValueError("not a model we speak to")
        return value

    @field_validator("llm_url")
    @classmethod
    def _known_model_url(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("not an address")
        return value

    @property
    def model(self) -> ModelConfig | None:
        """The language model, if there is one."""
        if not self.llm:
            return None
        kind, _, name = self.llm.partition(":")
        return ModelConfig(kind, name, self.llm_url, self.llm_key.get_secret_value(), self.llm_seconds)

    @field_validator("redis_url")
    @classmethod
    def _known_bus(cls, value: str) -> str:
        if value and not value.startswith(BUSES):
            raise ValueError("not a bus we speak")
        return value

    @field_validator("broker_url")
    @classmethod
    def _known_broker(cls, value: str) -> str:
        if value and not value.startswith((*BUSES, "amqp://", "amqps://")):
            raise ValueError("not a broker we speak")
        return value

    @field_validator("otlp_endpoint")
    @classmethod
    def _known_collector(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("not a collector we speak to")
        return value

    @property
    def bus_url(self) -> str:
        """The Redis between processes; a broker on Redis serves as both."""
        return self.redis_url or (self.broker_url if self.broker_url.startswith(BUSES) else "")

    @property
    def url(self) -> str:
        """The database's URL; by default a SQLite file in the home."""
        return self.database_url or sqlite_url(self.home.resolve() / "reposto.sqlite")

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK


def load_settings(home: Path | None = None, **given: Any) -> Settings:
    """Settings from what was given on the command line, else the environment, else `reposto.toml`, else defaults.

    Raises SettingInvalid, naming the setting and what it may be, never its value: it may be a secret.
    """
    base = home or Path(os.environ.get(f"{PREFIX}HOME") or DEFAULT_HOME)
    from_file = _read_toml(base / "reposto.toml")
    chosen = {name: value for name, value in given.items() if value is not None}
    if "otlp_endpoint" not in from_file and os.environ.get(TRACES_TO):
        chosen.setdefault("otlp_endpoint", os.environ.get(f"{PREFIX}OTLP_ENDPOINT") or os.environ[TRACES_TO])
    in_environment = {name for name in from_file if f"{PREFIX}{name.upper()}" in os.environ}
    values = {name: value for name, value in from_file.items() if name not in in_environment}
    try:
        settings = Settings(**{**values, **chosen, "home": base})
    except ValidationError as error:
        raise SettingInvalid(*_explain(str(error.errors()[0]["loc"][0]))) from None
    except SettingsError as error:  # not even JSON, where JSON is expected
        name = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "")
        raise SettingInvalid(*_explain(name)) from None
    _check_together(settings)
    return settings


def _check_together(settings: Settings) -> None:
    """What each setting allows, but not with the others."""
    on_sqlite = settings.url.startswith("sqlite")
    if settings.broker_url and on_sqlite:
        raise SettingInvalid(
            f"{PREFIX}BROKER_URL precisa de PostgreSQL em {PREFIX}DATABASE_URL: com SQLite só um servidor trabalha.",
            f"{PREFIX}BROKER_URL needs PostgreSQL in {PREFIX}DATABASE_URL: SQLite has one server only.",
        )
    if settings.broker_url and not settings.bus_url:
        raise SettingInvalid(
            f"{PREFIX}BROKER_URL por RabbitMQ precisa também de {PREFIX}REDIS_URL, por onde os processos se avisam.",
            f"{PREFIX}BROKER_URL on RabbitMQ needs {PREFIX}REDIS_URL too: processes tell each other over it.",
        )
    if settings.processes > 1 and on_sqlite:
        raise SettingInvalid(
            f"Mais de um processo (--processes) precisa de PostgreSQL em {PREFIX}DATABASE_URL.",
            f"More than one process (--processes) needs PostgreSQL in {PREFIX}DATABASE_URL.",
        )
    if settings.processes > 1 and not settings.bus_url:
        raise SettingInvalid(
            f"Mais de um processo (--processes) precisa de {PREFIX}REDIS_URL, por onde os processos se avisam.",
            f"More than one process (--processes) needs {PREFIX}REDIS_URL: they tell each other over it.",
        )


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingInvalid(
            f"{path.name} não pode ser lido: {error}", f"{path.name} cannot be read: {error}"
        ) from None


def _explain(name: str) -> tuple[str, str]:
    field = Settings.model_fields.get(name)
    shown = f"{PREFIX}{name.upper()}"
    if field is None:
        known = ", ".join(sorted(Settings.model_fields))
        return f"{shown} não existe; existem: {known}.", f"{shown} is unknown; there are: {known}."
    return (
        f"{shown} está errado; pode ser: {field.description}.",
        f"{shown} is wrong; it may be: {field.description}.",
    )


@contextmanager
def optional_packages(extra: str = "scaled") -> Iterator[None]:
    """Around the import of what only some need."""
    try:
        yield
    except ImportError as error:
        raise SettingInvalid(
            f"Falta o pacote {error.name}: instale reposto[{extra}].",
            f"{error.name} is missing: install reposto[{extra}].",
        ) from None


def calm_numeric_threads() -> None:
    """Of this process and those it forks: threads of a numeric library would only get in other workers' way."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")


def share_traces(settings: Settings) -> None:
    """Tell the processes that we start where traces go; by the names that OpenTelemetry has for it."""
    os.environ.update({TRACES_TO: settings.otlp_endpoint, TRACES_SHARE: str(settings.otlp_share)})


def shared_traces() -> tuple[str, float]:
    """Where traces go and which share of them, as the process that started us said."""
    return os.environ.get(TRACES_TO, ""), float(os.environ.get(TRACES_SHARE) or 1)


def share_model(settings: Settings) -> None:
    """Tell the processes that we start which language model there is: its key must not stand among arguments."""
    model = settings.model
    os.environ.pop(MODEL, None)
    if model is not None:
        os.environ[MODEL] = json.dumps(asdict(model))


def shared_model() -> ModelConfig | None:
    """The language model, as the process that started us said."""
    shared = os.environ.get(MODEL)
    return ModelConfig(**json.loads(shared)) if shared else None


def hand_over(url: str) -> tuple[str, dict[str, str]]:
    """A database's URL for a process that we start: argument and environment. `ps` shows arguments to everybody."""
    return (url, {}) if url.startswith("sqlite") else (HANDED_OVER, {f"{PREFIX}{HANDED_OVER}": url})


def handed_over(argument: str) -> str:
    """The URL, in that process."""
    return os.environ.pop(f"{PREFIX}{HANDED_OVER}") if argument == HANDED_OVER else argument


def environment() -> dict[str, str]:
    """The environment for a process that we start: ours, without our settings, which it gets as arguments."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
