"""A language model that is slow, cut, poisoned, refusing, silent or away: the answer that was ready is given."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from reposto.app.llm.config import ModelConfig
from reposto.app.llm.line import Breaker, Line
from reposto.app.llm.phraser import Phrased, Phraser
from reposto.language import prose
from reposto.language.phrasing import Gate
from reposto.language.prose import split_fold
from reposto.model.clock import monotonic
from reposto.model.request import Expect, Intent, Request
from tests.support import analyses
from tests.support.model_server import ModelServer, model_server

pytestmark = pytest.mark.faults
ANALYSIS = analyses.approve()
REQUEST = Request(
    "Qual a demanda?", Intent.DEMAND_FORECAST, Expect.ANSWER, (ANALYSIS.sku,), params={}, today=analyses.TODAY
)
READY = prose.write_analysis(ANALYSIS, REQUEST, "pt-BR")
GOOD = (
    "Espero vender 419 UN nos próximos 30 dias, ",
    "e o estoque não cobre isso.\n\n",
    "Recomendo a compra de 480 ",
    "UN: o preço está bom. ",
    "Faça isso logo.",
)
SECONDS = 2.0


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server


class Run:
    """One phrasing, with what tabs would have been shown."""

    def __init__(self, server: ModelServer, breaker: Breaker | None = None, seconds: float = SECONDS) -> None:
        self.line = Line()
        config = ModelConfig("openai", "test", url=server.url, key="k-9471", seconds=seconds)
        self.phraser = Phraser(config, self.line, breaker)
        self.shown: list[str] = []
        self.checks = 0

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.phraser.close()

    def check(self) -> None:
        self.checks += 1

    def phrase(self, **changes: Any) -> Phrased:
        given = {"emit": self.shown.append, "check": self.check} | changes
        return self.phraser.phrase(READY, ANALYSIS, REQUEST, "pt-BR", **given)


def note(phrased: Phrased) -> dict[str, Any]:
    model: dict[str, Any] = phrased.metadata["model"]
    return model


def test_a_good_text_takes_the_place_of_the_lead_and_nothing_else(server: ModelServer) -> None:
    script = server.play(pieces=GOOD)
    with Run(server) as run:
        phrased = run.phrase()
    assert note(phrased)["used"] is True
    assert phrased.content.startswith("Espero vender 419 UN")
    assert split_fold(phrased.content)[1] == split_fold(READY)[1]
    card = READY[READY.index("- **Demanda:**") : READY.index("\n\n---\n\n")]
    assert split_fold(phrased.content)[0].endswith(card)
    assert "Pedindo hoje" not in phrased.content  # the lead that was there
    assert all(later.startswith(earlier) for earlier, later in pairwise(run.shown))
    assert "".join(GOOD) == run.shown[-1]
    assert len(run.shown) > 1  # it streamed
    (seen,) = script.seen
    assert seen["key"] == "Bearer k-9471"
    assert "k-9471" not in f"{phrased} {run.phraser._config!r}"


POISONED = {
    "a number of its own": ("Vão sair 419 UN. ", "Serão 5.000 UN no mês que vem, com certeza. ", "Compre já."),
    "a number in words": ("Vão sair 419 UN. ", "Guarde setecentos para o Natal. ", "Pronto."),
    "a link": ("Vão sair 419 UN. ", "Veja [aqui](https://mal.example/x) o resto. ", "Pronto."),
    "an image": ("Vão sair 419 UN. ", "![x](//mal.example/y) e mais. ", "Pronto."),
    "HTML": ("Vão sair 419 UN. ", "<img src=x onerror=alert(1)> e mais. ", "Pronto."),
    "a claim": ("Vão sair 419 UN. ", "Já aprovei o pedido para você. ", "Pronto."),
    "a hidden sign": ("Vão sair 419 UN. ", "Tudo \u202ecerto\u202c. ", "Pronto."),
    "the opposite": ("Vão sair 419 UN. ", "Não é preciso comprar agora. ", "Pronto."),
}


@pytest.mark.parametrize("pieces", POISONED.values(), ids=POISONED)
def test_a_poisoned_stream_shows_nothing_of_its_poison(server: ModelServer, pieces: tuple[str, ...]) -> None:
    server.play(pieces=pieces)
    with Run(server) as run:
        phrased = run.phrase()
    assert phrased.content == READY
    assert note(phrased)["used"] is False
    assert note(phrased)["reason"] in ("numbers", "markup", "action", "contradiction")
    assert set(run.shown) <= {"Vão sair 419 UN. "}


def test_without_the_gate_the_poison_would_be_shown(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant that the test above must notice."""
    monkeypatch.setattr(Gate, "_check", lambda *_: None)
    for pieces in POISONED.values():
        server.play(pieces=pieces)
        with Run(server) as run:
            phrased = run.phrase()
        assert note(phrased)["used"] is True
        assert "".join(pieces) == run.shown[-1]


def test_what_to_buy_stays_in_the_lead_when_the_model_leaves_it_out(server: ModelServer) -> None:
    server.play(pieces=("Este produto vende bem nas sextas. ", "O estoque não dura até a próxima entrega."))
    with Run(server) as run:
        phrased = run.phrase()
    assert note(phrased)["used"] is True
    head = split_fold(phrased.content)[0].partition("- **Demanda:**")[0]
    assert head.startswith("Este produto vende bem")
    assert "**Compre 480 UN de" in head
    assert "419 UN" not in head


def test_a_number_split_over_pieces_is_judged_whole(server: ModelServer) -> None:
    server.play(pieces=("Espero vender 4", "1", "9 UN nos próximos 30 di", "as. Compre 480 UN."))
    with Run(server) as run:
        assert note(run.phrase())["used"] is True
    server.play(pieces=("Espero vender 419", "9 UN nos próximos 30 dias. Compre 480 UN."))
    with Run(server) as run:
        assert note(run.phrase())["reason"] == "numbers"
        assert run.shown == []


BROKEN: dict[str, tuple[dict[str, Any], set[str]]] = {
    "too many": ({"status": 429}, {"limit"}),
    "an error": ({"status": 500}, {"server"}),
    "a wrong key": ({"status": 401}, {"refused"}),
    "no such model": ({"status": 404}, {"refused"}),
    "nonsense": ({"raw": b"data: {{{{\n\n"}, {"nonsense", "empty", "unreachable"}),
    "a web page": ({"raw": b"<html>proxy</html>"}, {"nonsense", "empty", "unreachable"}),
    "nothing": ({"raw": b""}, {"nonsense", "empty", "unreachable"}),
    "an empty text": ({"pieces": ["", " "]}, {"empty", "nonsense"}),
    "a cut in a sentence": ({"pieces": GOOD, "cut_after": 3}, {"cut", "unreachable", "nonsense"}),
    "a text that ends at its limit": ({"pieces": GOOD, "finish": "length"}, {"cut"}),
    "without end": ({"pieces": ["Vão sair 419 UN. "] * 400}, {"too_long"}),
}


@pytest.mark.parametrize(("script", "reasons"), BROKEN.values(), ids=BROKEN)
def test_whatever_breaks_the_ready_answer_is_given_and_marked(
    server: ModelServer, script: dict[str, Any], reasons: set[str]
) -> None:
    server.play(**script)
    with Run(server) as run:
        began = monotonic()
        phrased = run.phrase()
    assert phrased.content == READY
    assert (note(phrased)["used"], note(phrased)["reason"] in reasons) == (False, True), note(phrased)
    assert monotonic() - began < SECONDS + 1


def test_silence_costs_no_more_than_the_time_allowed(server: ModelServer) -> None:
    script = server.play(silent=True)
    with Run(server, seconds=1.0) as run:
        began = monotonic()
        phrased = run.phrase()
        assert monotonic() - began < 2.0
        assert (phrased.content, note(phrased)["reason"]) == (READY, "timeout")
        began = monotonic()
        assert note(run.phrase())["reason"] == "resting"  # and the next buyer doesn't wait at all
        assert monotonic() - began < 0.1
    script.over.set()


def test_a_stream_that_stalls_is_given_up_with_what_was_shown_taken_back(server: ModelServer) -> None:
    gap = threading.Event()
    server.play(pieces=GOOD, gap=gap)
    with Run(server, seconds=1.0) as run:
        phrased = run.phrase()
    gap.set()
    assert (phrased.content, note(phrased)["reason"]) == (READY, "timeout")
    assert run.shown  # tabs had seen sentences, each of them true


def test_a_server_that_is_away_is_asked_less_and_less() -> None:
    with model_server() as gone:
        pass
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    reasons = []
    with Run(gone, breaker) as run:
        for minute in range(60):
            now[0] = minute * 60.0
            reasons.append(note(run.phrase())["reason"])
    assert set(reasons) == {"unreachable", "resting"}
    assert 5 < reasons.count("unreachable") < 20


def test_it_is_asked_again_once_it_is_back(server: ModelServer) -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    with Run(server, breaker) as run:
        server.play(status=503)
        assert note(run.phrase())["reason"] == "server"
        server.play(pieces=GOOD)
        assert note(run.phrase())["reason"] == "resting"
        now[0] = 30.0
        assert note(run.phrase())["used"] is True


class Cancelled(Exception):
    """The buyer pressed stop."""


def test_a_cancel_ends_it_at_once_even_in_silence(server: ModelServer) -> None:
    script = server.play(silent=True)
    began = monotonic()

    def check() -> None:
        if monotonic() - began > 0.3:
            raise Cancelled

    with Run(server, seconds=20.0) as run:
        with pytest.raises(Cancelled):
            run.phrase(check=check)
        assert monotonic() - began < 1.0
    script.over.set()
