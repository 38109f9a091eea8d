"""What may go wrong on the way to a model, in one word each."""

from __future__ import annotations

from reposto.app.llm.line import Unavailable

LIMIT_PAUSE_S = 60.0  # whoever says "too many" is left alone for longer than one that stumbled


def unavailable(error: BaseException) -> Unavailable | None:
    """The failure of a model, its API or the way there; None when the error is none of theirs, but ours."""
    from pydantic_ai import exceptions as known

    if isinstance(error, Unavailable):
        return error
    if isinstance(error, known.ModelTimeoutError | known.ModelRequestTimeout | TimeoutError):
        return Unavailable("timeout")
    if isinstance(error, known.ModelRateLimitError | known.ModelQuotaExceededError):
        return Unavailable("limit", LIMIT_PAUSE_S)
    if isinstance(error, known.ModelRequestRejectedError):
        return Unavailable("refused")
    if isinstance(error, known.ModelHTTPError | known.ModelServerError | known.ModelUnavailableError):
        return Unavailable("server")
    if isinstance(error, known.ModelAPIError):
        return Unavailable("unreachable")
    if isinstance(error, known.AgentRunError | known.UserError):
        return Unavailable("nonsense")
    name = f"{type(error).__module__}.{type(error).__name__}"
    if name.startswith(("openai.", "anthropic.", "httpx2.", "httpcore2.", "httpx.", "httpcore.", "google.")):
        return Unavailable("timeout" if "Timeout" in name else "unreachable")
    if isinstance(error, OSError | ValueError | KeyError | TypeError | IndexError | AttributeError):
        return Unavailable("nonsense")  # their parsers, on what no parser expects
    return None
