"""How fast and how right product names are found, beside the obvious alternatives.

    python -m benchmarks.understand [--sizes 100,1500,10000,100000] [--queries 200]

Catalogues are synthetic: heads, attributes, measures and brands combined, half of them abbreviated as ERPs do. A query
is a whole name with its accents gone, its words reordered (two in five), two letters of a word swapped, and a long word
cut short (one in four). One query in ten asks for a size that does not exist: nothing is right there but to say so or
to ask. Every contender runs in a process of its own and sees the same queries.

`wrong`: a product given as the answer that is not the one meant. The alternatives have no way to ask; so that they are
not judged by that alone, `wrong, best case` lets them refuse below the score that keeps nine in ten of their right
answers, a threshold chosen in hindsight on these very queries. Times are wall-clock; CPU time is given too, which other
load on the machine does not stretch (PostgreSQL works in its own process: not counted there, nor in the memory).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import resource
import statistics
import subprocess
import sys
import time

from benchmarks.understand_peers import BUILDERS, SERVERS, SURE, Find, Scored
from reposto.language.normalise import fold

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


def shorten(words: list[str], rng: random.Random) -> list[str]:
    long = [i for i, w in enumerate(words) if len(w) >= 8 and w.isalpha()]
    if not long:
        return words
    at = rng.choice(long)
    return [*words[:at], words[at][:5], *words[at + 1 :]]


def corrupt(name: str, rng: random.Random) -> str:
    words = fold(name).split()
    if rng.random() < 0.4:
        middle = words[1:]
        rng.shuffle(middle)
        words = [words[0], *middle]
    if rng.random() < 0.25:
        words = shorten(words, rng)
    long = [i for i, w in enumerate(words) if len(w) >= 6 and w.isalpha()]
    if long:
        at = rng.choice(long)
        cut = rng.randrange(1, len(words[at]) - 2)
        words[at] = words[at][:cut] + words[at][cut + 1] + words[at][cut] + words[at][cut + 2 :]
    return " ".join(words)


def queries(names: list[str], count: int) -> list[tuple[str, int]]:
    """(query, index of the product meant); -1 where the size exists in no name."""
    rng = random.Random(3)
    picked = rng.sample(range(len(names)), min(count, len(names)))
    asked = []
    for number, i in enumerate(picked):
        query = corrupt(names[i], rng)
        absent = number % 10 == 9
        asked.append((SIZE.sub(ABSENT, query, count=1), -1) if absent else (query, i))
    return asked


SIZE = re.compile(r"\d+(?:,\d+)?(?=(?:mm|cm|g|kg|ml|l|v|w|a|m)\b)")
ABSENT = "7777"


def measure(contender: str, size: int, count: int) -> dict[str, float | str | int]:
    names = catalogue(size)
    asked = queries(names, count)
    with SERVERS.get(contender, contextlib.nullcontext)() as server:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start, cpu = time.perf_counter(), time.process_time()
        with BUILDERS[contender](names, server) as find:
            built, built_cpu = time.perf_counter() - start, time.process_time() - cpu
            find(asked[0][0])
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            seen = ask_all(find, asked)
    times = sorted(wall for wall, _, _, _ in seen)
    return {
        "contender": contender,
        "products": size,
        "queries": len(seen),
        "build_s": round(built, 2),
        "build_cpu_s": round(built_cpu, 2),
        "memory_mb": round(memory / 1024),
        "median_ms": round(statistics.median(times) * 1000, 2),
        "p95_ms": round(times[int(len(times) * 0.95) - 1] * 1000, 2),
        "cpu_ms": round(statistics.median(spent for _, spent, _, _ in seen) * 1000, 2),
        **judge([(found, wanted) for _, _, found, wanted in seen], asks=contender == "reposto"),
    }


Seen = tuple[float, float, Scored, int]  # wall seconds, CPU seconds, found, wanted


def ask_all(find: Find, asked: list[tuple[str, int]]) -> list[Seen]:
    seen: list[Seen] = []
    deadline = time.perf_counter() + 60  # a contender that needs minutes is measured on fewer queries
    for query, wanted in asked:
        start, cpu = time.perf_counter(), time.process_time()
        found = find(query)
        seen.append((time.perf_counter() - start, time.process_time() - cpu, found, wanted))
        if time.perf_counter() > deadline:
            break
    return seen


def judge(seen: list[tuple[Scored, int]], *, asks: bool) -> dict[str, float]:
    """Shares in percent: top 1 and 6 of the products that exist, wrong answers of all questions."""
    there = [(found, wanted) for found, wanted in seen if wanted >= 0]
    answered = [(found[0], wanted) for found, wanted in seen if found and (not asks or found[0][1] == SURE)]
    right = sorted(score for (at, score), wanted in answered if at == wanted)
    floor = right[len(right) // 10] if right else 0.0
    wrong = [score for (at, score), wanted in answered if at != wanted]
    return {
        "top1": share(sum(bool(found) and found[0][0] == wanted for found, wanted in there), len(there)),
        "top6": share(sum(wanted in [at for at, _ in found[:6]] for found, wanted in there), len(there)),
        "wrong": share(len(wrong), len(seen)),
        "wrong_best": share(len(wrong) if asks else sum(score >= floor for score in wrong), len(seen)),
    }


def share(part: int, whole: int) -> float:
    return round(100 * part / max(whole, 1), 1)


COLUMNS = {
    "build_s": "build s",
    "build_cpu_s": "CPU s",
    "memory_mb": "memory MB",
    "median_ms": "median ms",
    "p95_ms": "p95 ms",
    "cpu_ms": "CPU ms",
    "top1": "top 1 %",
    "top6": "top 6 %",
    "wrong": "wrong %",
    "wrong_best": "wrong, best case %",
    "queries": "queries",
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
    print("| products | contender | " + " | ".join(COLUMNS.values()) + " |")
    print("| ---: | --- |" + " ---: |" * len(COLUMNS))
    for size in map(int, options.sizes.split(",")):
        for contender in BUILDERS:
            command = [sys.executable, "-m", "benchmarks.understand", "--one", f"{contender}:{size}"]
            run = subprocess.run(
                [*command, "--queries", str(options.queries)], check=False, capture_output=True, text=True
            )
            if run.returncode:  # one that isn't installed here is left out, and said so
                print(f"| {size:,} | {contender} | not measured: {run.stderr.strip().splitlines()[-1]} |", flush=True)
                continue
            row = json.loads(run.stdout)
            print(f"| {size:,} | {contender} | " + " | ".join(str(row[cell]) for cell in COLUMNS) + " |", flush=True)


if __name__ == "__main__":
    main()
