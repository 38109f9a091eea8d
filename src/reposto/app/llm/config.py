"""Which language model, where, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reposto.model.errors import SettingInvalid

KINDS = ("openai", "anthropic", "google", "ollama")
OLLAMA_URL = "http://127.0.0.1:11434/v1"


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """`kind` says which API it speaks; any server that speaks OpenAI's is `openai` with its own URL."""

    kind: str
    name: str
    url: str = ""
    key: str = ""
    seconds: float = 6.0  # of a buyer's time, for a text that is ready without it

    def __repr__(self) -> str:
        return f"ModelConfig({self.kind}:{self.name})"  # never the key

    @property
    def title(self) -> str:
        """As it is written in settings."""
        return f"{self.kind}:{self.name}"


def build_model(config: ModelConfig) -> Any:
    """pydantic-ai's model; its packages are only imported when one is configured."""
    try:
        if config.kind in ("openai", "ollama"):
            return _openai(config)
        if config.kind == "anthropic":
            from pydantic_ai.models.anthropic import AnthropicModel
            from pydantic_ai.providers.anthropic import AnthropicProvider

            return AnthropicModel(config.name, provider=AnthropicProvider(api_key=config.key))
        from pydantic_ai.models.google import GoogleModel
        from pydantic_ai.providers.google import GoogleProvider

        return GoogleModel(config.name, provider=GoogleProvider(api_key=config.key))
    except ImportError as error:
        raise SettingInvalid(
            f"REPOSTO_LLM={config.title} precisa de mais pacotes: pip install 'reposto[llm]'.",
            f"REPOSTO_LLM={config.title} needs more packages: pip install 'reposto[llm]'.",
        ) from error


def _openai(config: ModelConfig) -> Any:
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    url = config.url or (OLLAMA_URL if config.kind == "ollama" else None)
    # no retries: the buyer waits, and the text without it is ready
    client = AsyncOpenAI(base_url=url, api_key=config.key or "none", max_retries=0, timeout=config.seconds)
    return OpenAIChatModel(config.name, provider=OpenAIProvider(openai_client=client))
