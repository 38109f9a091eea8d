"""How well real product names are found when they are typed as people type.

    python -m benchmarks.understand_real FOLDER [--queries 1000]     (names/ and online_retail/ as in ../shared/data)

1. The Brazilian medicine price list as a catalogue (brand or substance, presentation, laboratory). A query is a real
   name with one or two of: accents dropped, words shortened as ERPs do, two letters swapped, words reordered, the
   laboratory left out. Several products may then fit: `top 1` counts the first one offered, `wrong` an answer about
   another product with nothing asked. Beside it rapidfuzz's WRatio over all names, which never asks.
2. A gift wholesaler's products that appear in the invoices under several descriptions: each other description is asked
   for; its product's catalogue name is what must be found.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from rapidfuzz import fuzz, process

from reposto.language.normalise import fold
from reposto.language.understand import Understander
from reposto.model.request import Expect, NamedProduct

TODAY = date(2026, 5, 18)
SHORTER = {
    "CLORIDRATO": "CLOR", "SULFATO": "SULF", "POTASSICA": "POT", "SODICA": "SOD", "CALCICA": "CALC",
    "SOLUCAO": "SOL", "COMPRIMIDO": "COMP", "BESILATO": "BES", "MALEATO": "MAL", "ACIDO": "AC",
}  # fmt: skip
WAYS = ("accents", "shorten", "swap", "reorder", "laboratory")


def corrupt(row: dict[str, Any], rng: random.Random) -> str:
    ways = rng.sample(WAYS, rng.choice((1, 2)))
    words = f"{row['produto']} {row['apresentacao']}".split()
    if "laboratory" not in ways:
        words.append(row["laboratorio"].split()[0])
    if "reorder" in ways:
        rest = words[1:]
        rng.shuffle(rest)
        words = [words[0], *rest]
    if "swap" in ways and (long := [i for i, w in enumerate(words) if len(w) >= 6 and w.isalpha()]):
        at = rng.choice(long)
        cut = rng.randrange(1, len(words[at]) - 2)
        words[at] = words[at][:cut] + words[at][cut + 1] + words[at][cut] + words[at][cut + 2 :]
    if "shorten" in ways:
        words = [SHORTER.get(fold(w).upper(), w) for w in words]
    query = " ".join(words)
    return fold(query) if "accents" in ways else query


class Tally:
    """Counts of one contender."""

    def __init__(self) -> None:
        self.top1 = self.top6 = self.wrong = self.none = 0
        self.times: list[float] = []

    def row(self, name: str) -> str:
        count = len(self.times)
        shares = (f"{100 * value / count:.1f} %" for value in (self.top1, self.top6, self.wrong, self.none))
        return f"| {name} | " + " | ".join(shares) + f" | {1000 * statistics.median(self.times):.1f} ms |"


def ask_ours(understander: Understander, query: str, meant: set[str], tally: Tally) -> None:
    start = time.perf_counter()
    request = understander.understand(f"preço do {query}", today=TODAY)
    tally.times.append(time.perf_counter() - start)
    offered = list(request.skus) or [option.sku for option in request.options]
    tally.top1 += bool(offered) and offered[0] in meant
    tally.top6 += bool(meant & set(offered[:6]))
    tally.wrong += bool(request.skus) and not set(request.skus) <= meant
    tally.none += request.expect is Expect.NOT_FOUND


def ask_rapidfuzz(folded: list[str], skus: list[str], query: str, meant: set[str], tally: Tally) -> None:
    start = time.perf_counter()
    best = [skus[at] for _, _, at in process.extract(fold(query), folded, scorer=fuzz.WRatio, limit=6)]
    tally.times.append(time.perf_counter() - start)
    tally.top1 += best[0] in meant
    tally.top6 += bool(meant & set(best))
    tally.wrong += best[0] not in meant


def compare(title: str, names: dict[str, str], queries: list[tuple[str, set[str]]]) -> None:
    understander = Understander([NamedProduct(sku, name) for sku, name in names.items()])
    folded, skus = [fold(name) for name in names.values()], list(names)
    ours, theirs = Tally(), Tally()
    for query, meant in queries:
        ask_ours(understander, query, meant, ours)
        ask_rapidfuzz(folded, skus, query, meant, theirs)
    print(f"\n{title}: {len(names)} names, {len(queries)} queries\n")
    print("| contender | top 1 | top 6 | wrong, not asked | said to be unknown | median |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    print(ours.row("reposto"))
    print(theirs.row("rapidfuzz WRatio"))


def medicines(folder: Path, count: int) -> None:
    rows = pq.read_table(folder / "names" / "cmed_2023_subset.parquet").to_pylist()
    names = {f"C{i:05d}": f"{r['produto']} {r['apresentacao']} {r['laboratorio']}" for i, r in enumerate(rows)}
    same: dict[str, set[str]] = {}
    for sku, name in names.items():
        same.setdefault(fold(name), set()).add(sku)
    rng = random.Random(7)
    picked = rng.sample(range(len(rows)), min(count, len(rows)))
    queries = [(corrupt(rows[i], rng), same[fold(names[f"C{i:05d}"])]) for i in picked]
    compare("Medicines", names, queries)


def variants(folder: Path, count: int) -> None:
    catalogue = pq.read_table(folder / "online_retail" / "catalogue.parquet").to_pylist()
    names = {row["sku"]: row["description"] for row in catalogue if row["description"]}
    other = pq.read_table(folder / "online_retail" / "name_variants.parquet").to_pylist()
    asked = [
        (row["description"], {row["sku"]})
        for row in other
        if row["sku"] in names and row["description"] and row["description"] != names[row["sku"]]
    ]
    compare("Other names of the same product", names, random.Random(7).sample(asked, min(count, len(asked))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--queries", type=int, default=1000)
    options = parser.parse_args()
    medicines(options.folder, options.queries)
    variants(options.folder, options.queries)


if __name__ == "__main__":
    main()
