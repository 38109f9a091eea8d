"""The reader of a server process, if a language model is configured; its packages are imported only then."""

from __future__ import annotations

from reposto.app.llm.config import ModelConfig
from reposto.conversation.reading import Reader


def make_reader(config: ModelConfig | None) -> Reader | None:
    """Raises SettingInvalid, with what to install, when the model's packages are missing."""
    if config is None:
        return None
    from reposto.app.settings import optional_packages

    with optional_packages("llm"):
        from reposto.app.llm.reader import ModelReader

        return ModelReader(config)
