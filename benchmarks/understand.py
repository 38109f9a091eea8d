"""How fast and how right product names are found, beside the obvious alternatives.

    python -m benchmarks.understand [--sizes 100,1500,10000,100000] [--queries 200]

Catalogues are synthetic: heads, attributes, measures and brands combined, half of them abbreviated as ERPs do. A
query is a whole name with its accents gone, its words reordered (two in five) and two letters swapped. Every contender
runs in a process of its own and sees the same queries. Times are wall-clock; build is given as CPU time too, which
other load on the machine does not stretch.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

from rapidfuzz import fuzz, process

from reposto.language.normalise import fold
from reposto.language.understand import Understander
from reposto.model.request import NamedProduct

HEADS = """
    Parafuso Arruela Porca Bucha Rebite Abraçadeira Tubo Joelho Luva Registro Torneira Sifão Cabo Disjuntor
    Tomada Interruptor Lâmpada Painel Tinta Verniz Selador Lixa Trincha Rolo Broca Disco Martelo Chave Alicate
    Trena Nível Serrote Cola Argamassa Rejunte Cimento Filtro Pastilha Amortecedor Correia Bateria Vela Óleo
    Graxa Detergente Desinfetante Sabão Papel Saco Copo Arroz Feijão Macarrão Café Açúcar Biscoito Leite Cerveja
    Suco Caderno Caneta Grampo Tecido Espuma Couro Zíper Linha Botão Dobradiça Corrediça Puxador Rodízio
    Compensado Sarrafo Prego Telha Vergalhão
""".split()
ATTRIBUTES = """
    Sextavado Francês Allen Zincado Inox Galvanizado Soldável Roscável Flexível Rígido Reforçado Bipolar
    Tripolar Acrílica Esmalte Brilhante Fosca Acetinada Branco Preto Vermelho Azul Verde Amarelo Cinza
    Industrial Residencial Dianteiro Traseiro Esquerdo Direito Sintético Mineral Integral Natural Concentrado
    Neutro Lavanda Limão Dupla Simples Extra Premium Tradicional Parboilizado Invisível Decorativo Pesado Leve
    Telescópico Redondo Quadrado Longo Curto
""".split()
UNITS = ("mm", "cm", "g", "kg", "ml", "L", "V", "W", "A", "m")
SYLLABLES = """
    ba be bi bo ca ce co da de do fa fi go la le li lo ma me mi mo na ne no pa pe po ra re ri ro sa se so ta te
    to va vi
""".split()


def catalogue(size: int, seed: int = 11) -> list[str]:
    rng = random.Random(seed)
    brands = ["".join(rng.choice(SYLLABLES) for _ in range(3)).title() for _ in range(max(40, size // 100))]
    names: dict[str, None] = {}
    while len(names) < size:
        words = [rng.choice(HEADS), *rng.sample(ATTRIBUTES, rng.choice((1, 2, 2, 3)))]
        measure = (
            f"{rng.choice((1, 2, 2.5, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32, 40, 50, 60, 80, 100, 150, 250, 500, 900)):g}"
        )
        words.append(measure.replace(".", ",") + rng.choice(UNITS))
        if rng.random() < 0.3:
            words.append(f"{rng.choice((3, 4, 6, 8, 10))}x{rng.choice((16, 20, 25, 40, 60))}")
        words.append(rng.choice(brands))
        name = " ".join(words)
        if rng.random() < 0.5:
            name = " ".join(w[:5] if len(w) > 7 and w.isalpha() else w for w in words).upper()
        names.setdefault(name)
    return list(names)


def corrupt(name: str, rng: random.Random) -> str:
    words = fold(name).split()
    if rng.random() < 0.4:
        middle = words[1:]
        rng.shuffle(middle)
        words = [words[0], *middle]
    long = [i for i, w in enumerate(words) if len(w) >= 6 and w.isalpha()]
    if long:
        at = rng.choice(long)
        cut = rng.randrange(1, len(words[at]) - 2)
        words[at] = words[at][:cut] + words[at][cut + 1] + words[at][cut] + words[at][cut + 2 :]
    return " ".join(words)


def queries(names: list[str], count: int) -> list[tuple[str, int]]:
    rng = random.Random(3)
    picked = rng.sample(range(len(names)), min(count, len(names)))
    return [(corrupt(names[i], rng), i) for i in picked]


Find = Callable[[str], list[int]]


def build_reposto(names: list[str]) -> Find:
    understander = Understander([NamedProduct(f"S{i:06d}", name) for i, name in enumerate(names)])
    today = date(2026, 5, 18)

    def find(query: str) -> list[int]:
        request = understander.understand("preço do " + query, today=today)
        return [int(s[1:]) for s in request.skus] or [int(o.sku[1:]) for o in request.options]

    return find


def build_rapidfuzz(names: list[str]) -> Find:
    folded = [fold(name) for name in names]
    return lambda query: [at for _, _, at in process.extract(query, folded, scorer=fuzz.WRatio, limit=6)]


def build_fts5(names: list[str]) -> Find:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE names USING fts5(name, tokenize='trigram')")
    db.executemany("INSERT INTO names(rowid, name) VALUES (?, ?)", ((i, fold(n)) for i, n in enumerate(names)))

    def find(query: str) -> list[int]:
        grams = {query[i : i + 3] for i in range(len(query) - 2)}
        match = " OR ".join('"' + gram.replace('"', '""') + '"' for gram in sorted(grams))
        rows = db.execute("SELECT rowid FROM names WHERE names MATCH ? ORDER BY bm25(names) LIMIT 6", (match,))
        return [int(row[0]) for row in rows]

    return find


BUILDERS: dict[str, Callable[[list[str]], Find]] = {
    "reposto": build_reposto,
    "rapidfuzz WRatio": build_rapidfuzz,
    "SQLite FTS5 trigram": build_fts5,
}


def measure(contender: str, size: int, count: int) -> dict[str, float | str | int]:
    names = catalogue(size)
    asked = queries(names, count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, cpu = time.perf_counter(), time.process_time()
    find = BUILDERS[contender](names)
    built, built_cpu = time.perf_counter() - start, time.process_time() - cpu
    find(asked[0][0])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    times, top1, top6 = [], 0, 0
    deadline = time.perf_counter() + 60  # a contender that needs minutes is measured on fewer queries
    for query, wanted in asked:
        start = time.perf_counter()
        found = find(query)
        times.append(time.perf_counter() - start)
        top1 += found[:1] == [wanted]
        top6 += wanted in found[:6]
        if time.perf_counter() > deadline:
            break
    times.sort()
    return {
        "contender": contender,
        "products": size,
        "queries": len(times),
        "build_s": round(built, 2),
        "build_cpu_s": round(built_cpu, 2),
        "memory_mb": round(memory / 1024),
        "median_ms": round(statistics.median(times) * 1000, 2),
        "p99_ms": round(times[int(len(times) * 0.99) - 1] * 1000, 2),
        "top1": round(100 * top1 / len(times), 1),
        "top6": round(100 * top6 / len(times), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100,1500,10000,100000")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        contender, size = options.one.rsplit(":", 1)
        print(json.dumps(measure(contender, int(size), options.queries)))
        return
    print("| products | contender | build s | CPU s | memory MB | median ms | p99 ms | top 1 % | top 6 % | queries |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for size in map(int, options.sizes.split(",")):
        for contender in BUILDERS:
            command = [
                sys.executable,
                "-m",
                "benchmarks.understand",
                "--one",
                f"{contender}:{size}",
                "--queries",
                str(options.queries),
            ]
            row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            cells = ("build_s", "build_cpu_s", "memory_mb", "median_ms", "p99_ms", "top1", "top6", "queries")
            print(f"| {size:,} | {contender} | " + " | ".join(str(row[cell]) for cell in cells) + " |", flush=True)


if __name__ == "__main__":
    main()
