"""The conversation so far as the language layer takes it, derived from the stored messages and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from reposto.model.message import Message
from reposto.model.request import Turn


def recent_turns(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """Messages as turns, oldest first."""
    return tuple(_turn(message) for message in messages)


def _turn(message: Message) -> Turn:
    metadata = message.metadata or {}
    sku = metadata.get("sku")
    options = tuple(option["sku"] for option in metadata.get("options", ()) if isinstance(option, dict))
    role = "human" if message.sender == "human" else "agent"
    return Turn(role, message.content, (sku,) if isinstance(sku, str) else (), options)
