"""Does the reading of questions generalise to a kind of company it was not written for?

    python -m benchmarks.understand_left_out FOLDER      (catalogo.csv, fornecedores.csv, questions_dev.jsonl)

For each kind of company in the catalogue, every entry of the abbreviation, synonym and noun tables that occurs in names
of that kind and of no other is taken out, as if nobody had ever seen such a catalogue; then the questions about that
company are read. Beside it the score with the whole tables. Kinds are told apart by how their codes are written.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reposto.app.understand_cli import predict, read_catalogue, read_suppliers
from reposto.language import lexicon, vocabulary
from reposto.language.normalise import Kind, fold, tokenise
from reposto.language.understand import Understander
from reposto.language.vocabulary import stem
from reposto.model.request import NamedProduct

KINDS = (
    ("pharmacy", re.compile(r"MED")),
    ("electrical", re.compile(r"ELT")),
    ("auto parts", re.compile(r"AP-")),
    ("grocery", re.compile(r"\d{5}$")),
    ("building and hardware", re.compile(r"\d{6}$")),
    ("furniture maker", re.compile(r"")),
)


def kind_of(sku: str) -> str:
    return next(name for name, pattern in KINDS if pattern.match(sku))


def words_by_kind(products: list[NamedProduct]) -> dict[str, set[str]]:
    words: dict[str, set[str]] = defaultdict(set)
    for product in products:
        tokens = tokenise(fold(product.name))
        words[kind_of(product.sku)] |= {stem(t.text) for t in tokens if t.kind is Kind.WORD}
    return words


@contextlib.contextmanager
def unlearnt(own: set[str]) -> Iterator[int]:
    """The word tables without the entries that only these words need; yields how many went."""
    tables: tuple[dict[str, tuple[str, ...]], ...] = (lexicon.ABBREVIATIONS, lexicon.SYNONYMS)
    kept = [dict(table) for table in tables]
    nouns = lexicon.NOUNISH
    gone = 0
    for table in tables:
        for short, fulls in list(table.items()):
            if stem(short) in own or any(stem(full) in own for full in fulls):
                del table[short]
                gone += 1
    lexicon.NOUNISH = frozenset(w for w in nouns if stem(w) not in own)
    gone += len(nouns) - len(lexicon.NOUNISH)
    try:
        yield gone
    finally:
        for table, entries in zip(tables, kept, strict=True):
            table.clear()
            table.update(entries)
        lexicon.NOUNISH = nouns


def score(understander: Understander, questions: list[dict[str, Any]]) -> tuple[int, int, int]:
    """Questions with everything right (intent, expectation, products), and those answered about another product."""
    right = wrong = 0
    for gold in questions:
        got = predict(understander, gold)
        intent = got["intent"] in (gold["intent"], *gold.get("also", ()))
        same = got["expect"] == gold["expect"] and set(got["skus"]) == set(gold["skus"])
        right += intent and same
        wrong += got["expect"] == "answer" and bool(set(got["skus"]) - set(gold["skus"]))
    return right, wrong, len(questions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    products = read_catalogue(folder / "catalogo.csv")
    suppliers = read_suppliers(folder / "fornecedores.csv")
    lines = (folder / "questions_dev.jsonl").read_text("utf-8").splitlines()
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for question in map(json.loads, lines):
        if skus := question["skus"] or question["candidates"]:
            by_kind[kind_of(skus[0])].append(question)
    words = words_by_kind(products)
    print("| kind left out | questions | entries taken out | right, whole tables | right, left out | silent wrong |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for kind, questions in by_kind.items():
        whole, _, count = score(Understander(products, suppliers), questions)
        own = words[kind] - set().union(*(w for other, w in words.items() if other != kind))
        vocabulary.stem.cache_clear()
        with unlearnt(own) as gone:
            left, wrong, _ = score(Understander(products, suppliers), questions)
        print(f"| {kind} | {count} | {gone} | {100 * whole / count:.0f} % | {100 * left / count:.0f} % | {wrong} |")


if __name__ == "__main__":
    main()
