"""A conversation of thirty turns with the demo company, as a buyer would have it, printed as it came.

    python -m benchmarks.thirty_turns [--write docs/topics/thirty-turns.md]

What the page folds is left out. `--write` replaces everything below the line `## The conversation` of the file.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import time
from pathlib import Path

import structlog

from reposto.model.message import Message
from reposto.storage.engine import Store, sqlite_url
from tests.support.demo_talk import Talk, head, kind, load_demo_at

QUESTIONS = (
    "oi, bom dia",
    "oq eu compro hj?",
    "me explica o suede bege",
    "por que 1000 e não 500?",
    "e se a demanda cair 10%?",
    "quanto vendi dele em outubro?",
    "e em setembro?",
    "e a previsão pra dezembro?",
    "qual fornecedor entrega mais rápido?",
    "prazo da vale textil",
    "tem pedido atrasado?",
    "cadê a OC-01324?",
    "kd o estoq do tnt preto e do thinner??",
    "o thinner dura até o natal?",
    "faz um pedido de 200 l",
    "sim, pode fazer",
    "a cadeira serena ta sobrando?",
    "a de linho",
    "compara com a de suede",
    "dobradiça caneco reta: a partir de quantas cai o preço?",
    "R$ 6,20 nela tá caro?",
    "pede cotação dela e da curva",
    "telefone da fixa joinville",
    "parafuzo sestavado m8 x 60 tem?",
    "e o de 80?",
    "posso confiar na previsão dele?",
    "e se o fornecedor atrasar e levar 20 dias?",
    "contei 900, não é o que tá no sistema",
    "o que eu perguntei hoje?",
    "valeu!",
)
MARK = "## The conversation"


def converse(folder: Path) -> tuple[list[tuple[str, list[Message]]], list[float]]:
    """Every question with what was answered, and the seconds that each took."""
    load_demo_at(folder / "reposto.sqlite")
    talk = Talk(Store(sqlite_url(folder / "reposto.sqlite")))
    turns, seconds = [], []
    for question in QUESTIONS:
        began = time.perf_counter()
        turns.append((question, talk.ask(question)))
        seconds.append(time.perf_counter() - began)
    talk.store.close()
    return turns, seconds


def as_markdown(turns: list[tuple[str, list[Message]]]) -> str:
    """Questions as headings, answers as quotations; acknowledgements shortened to their first sentence."""
    parts = []
    for number, (question, answers) in enumerate(turns, start=1):
        parts.append(f"### {number}. {question}")
        for answer in answers:
            text = head(answer)
            if kind(answer) == "analysis_started":
                text = f"*{text.partition('. ')[0].replace('**', '')}…*"
            parts.append("\n".join(f"> {line}".rstrip() for line in text.split("\n")))
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        turns, seconds = converse(Path(folder))
    text = as_markdown(turns)
    if given.write is None:
        print(text)
    else:
        before = given.write.read_text(encoding="utf-8").partition(MARK)[0]
        given.write.write_text(f"{before}{MARK}\n\n{text}\n", encoding="utf-8")
    print(f"{len(turns)} turns, median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s, one process")


if __name__ == "__main__":
    main()
