"""Phrasing an answer that is ready: the model's words if they pass the gate in time, else the words there are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from reposto.app.llm.config import ModelConfig, build_model
from reposto.app.llm.failures import unavailable
from reposto.app.llm.line import Breaker, Line, Unavailable
from reposto.language import phrasing
from reposto.language.phrasing import Gate, Refused
from reposto.model.clock import monotonic
from reposto.model.findings import Analysis
from reposto.model.request import Request

log = structlog.get_logger(__name__)
MAX_TOKENS = 600  # of the answer: the gate lets through fewer
FIRST_SHARE = 0.6  # of the time: who has shown nothing by then won't finish


@dataclass(frozen=True, slots=True)
class Phrased:
    """The text to store, and what to say of the model in its metadata."""

    content: str
    metadata: dict[str, Any]


class Phraser:
    """One model, asked for one text at a time."""

    def __init__(self, config: ModelConfig, line: Line | None = None, breaker: Breaker | None = None) -> None:
        from pydantic_ai import Agent

        self._config = config
        self._line = line or Line()
        self._breaker = breaker or Breaker()
        self._model = build_model(config)
        self._agent: Any = Agent(self._model)

    def phrase(
        self,
        content: str,
        analysis: Analysis,
        request: Request,
        locale: str,
        *,
        emit: Callable[[str], None],
        check: Callable[[], None],
    ) -> Phrased:
        """`emit` gets the text so far whenever more of it may be shown; `check` raises when nobody waits any more."""
        began = monotonic()
        gate = Gate(analysis, request, locale, content)
        try:
            self._breaker.check()
            self._let_through(gate, content, request, locale, emit, check)
        except Refused as refusal:
            reason = refusal.reason
        except Unavailable as error:
            reason = error.reason
            if reason != "resting":
                self._breaker.failed(error.pause)
        else:
            self._breaker.worked()
            seconds = round(monotonic() - began, 2)
            return Phrased(phrasing.assemble(content, gate.passed, analysis), self._note(used=True, seconds=seconds))
        log.info("llm.not_used", reason=reason, model=self._config.title, seconds=round(monotonic() - began, 2))
        return Phrased(content, self._note(used=False, reason=reason))

    def _let_through(
        self,
        gate: Gate,
        content: str,
        request: Request,
        locale: str,
        emit: Callable[[str], None],
        check: Callable[[], None],
    ) -> None:
        began = monotonic()
        stream = self._line.stream(lambda: self._ask(content, request, locale))
        try:
            for piece in stream:
                check()
                spent = monotonic() - began
                if spent > self._config.seconds or (not gate.passed and spent > FIRST_SHARE * self._config.seconds):
                    raise Unavailable("timeout")
                if piece and gate.feed(piece):
                    emit(gate.passed)
        except (Refused, Unavailable):
            raise
        except Exception as error:
            failed = unavailable(error)
            if failed is None:
                raise
            raise failed from None
        finally:
            stream.close()  # type: ignore[attr-defined]
        gate.finish()
        emit(gate.passed)

    async def _ask(self, content: str, request: Request, locale: str) -> AsyncIterator[str]:
        settings = {"max_tokens": MAX_TOKENS, "temperature": 0.3, "timeout": self._config.seconds}
        prompt = phrasing.brief(content, request, locale)
        asked = self._agent.run_stream(prompt, instructions=phrasing.instructions(locale), model_settings=settings)
        async with asked as answer:
            async for piece in answer.stream_text(delta=True, debounce_by=None):
                yield piece
            if getattr(answer.response, "finish_reason", None) in ("length", "content_filter", "error"):
                raise Unavailable("cut")

    def close(self) -> None:
        """Let go of the connections."""
        self._line.close(self._model)

    def _note(self, *, used: bool, **more: Any) -> dict[str, Any]:
        return {"model": {"part": "prose", "name": self._config.title, "used": used, **more}}
