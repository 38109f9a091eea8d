"""The obvious ways to find a product by its name, each as its documentation would have one do it.

Each builder gets the names and gives a function from a query to (index, score) pairs, best first, at most six. None of
them ever asks back or says that there is no such product; reposto's own reader does both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from rapidfuzz import fuzz, process

from reposto.language.normalise import fold
from reposto.language.understand import Understander
from reposto.model.request import Expect, NamedProduct
from tests.support.postgres import run_postgres

TODAY = date(2026, 5, 18)
SURE, ASKS = 1.0, 0.0  # of reposto's answers: given as the answer, or offered in a choice


Scored = list[tuple[int, float]]
Find = Callable[[str], Scored]


@contextmanager
def reposto(names: list[str], _server: Any) -> Iterator[Find]:
    """Ours: words, measures and codes in an inverted index; answers, asks, or says that there is none."""
    understander = Understander([NamedProduct(f"S{i:06d}", name) for i, name in enumerate(names)])

    def find(query: str) -> Scored:
        request = understander.understand("preço do " + query, today=TODAY)
        if request.expect is Expect.ANSWER and request.skus:
            return [(int(sku[1:]), SURE) for sku in request.skus]
        return [(int(option.sku[1:]), ASKS) for option in request.options]

    yield find


@contextmanager
def rapidfuzz_wratio(names: list[str], _server: Any) -> Iterator[Find]:
    """WRatio against every name."""
    folded = [fold(name) for name in names]
    yield lambda query: [(at, score) for _, score, at in process.extract(query, folded, scorer=fuzz.WRatio, limit=6)]


@contextmanager
def sqlite_trigram(names: list[str], _server: Any) -> Iterator[Find]:
    """FTS5 with the trigram tokenizer, any trigram of the query, ranked by BM25."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE names USING fts5(name, tokenize='trigram')")
    db.executemany("INSERT INTO names(rowid, name) VALUES (?, ?)", ((i, fold(n)) for i, n in enumerate(names)))

    def find(query: str) -> Scored:
        grams = {query[i : i + 3] for i in range(len(query) - 2)}
        match = " OR ".join('"' + gram.replace('"', '""') + '"' for gram in sorted(grams))
        rows = db.execute(
            "SELECT rowid, -bm25(names) FROM names WHERE names MATCH ? ORDER BY bm25(names) LIMIT 6", (match,)
        )
        return [(int(at), float(score)) for at, score in rows]

    yield find
    db.close()


@contextmanager
def postgres_trigram(names: list[str], server: Any) -> Iterator[Find]:
    """pg_trgm with a GIN index, similarity of 0.3 and more (its default), most similar first."""
    import psycopg

    with psycopg.connect(server.conninfo_of("postgres"), autocommit=True) as db:
        db.execute("CREATE EXTENSION pg_trgm")
        db.execute("CREATE TABLE names (id int PRIMARY KEY, name text NOT NULL)")
        with db.cursor().copy("COPY names FROM STDIN") as copy:
            for row in enumerate(names):
                copy.write_row((row[0], fold(row[1])))
        db.execute("CREATE INDEX ON names USING gin (name gin_trgm_ops)")
        db.execute("ANALYZE names")

        def find(query: str) -> Scored:
            rows = db.execute(
                "SELECT id, similarity(name, %(q)s) AS s FROM names WHERE name %% %(q)s ORDER BY s DESC, id LIMIT 6",
                {"q": query},
            )
            return [(int(at), float(score)) for at, score in rows]

        yield find


@contextmanager
def tantivy_fuzzy(names: list[str], _server: Any) -> Iterator[Find]:
    """A full-text index in memory: any word of the query, one slip allowed in words of five letters and more."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("name", stored=False)
    builder.add_integer_field("at", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=64_000_000, num_threads=1)
    for at, name in enumerate(names):
        writer.add_document(tantivy.Document(name=fold(name), at=at))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def word_query(word: str) -> tantivy.Query:
        if len(word) >= 5 and word.isalpha():
            return tantivy.Query.fuzzy_term_query(schema, "name", word, distance=1, transposition_cost_one=True)
        return tantivy.Query.term_query(schema, "name", word)

    def find(query: str) -> Scored:
        words = "".join(c if c.isalnum() else " " for c in query).split()
        either = tantivy.Query.boolean_query([(tantivy.Occur.Should, word_query(word)) for word in words])
        return [(searcher.doc(at)["at"][0], score) for score, at in searcher.search(either, 6).hits]

    yield find


BUILDERS = {
    "reposto": reposto,
    "rapidfuzz WRatio": rapidfuzz_wratio,
    "SQLite FTS5 trigram": sqlite_trigram,
    "PostgreSQL pg_trgm": postgres_trigram,
    "tantivy, fuzzy words": tantivy_fuzzy,
}
SERVERS = {"PostgreSQL pg_trgm": run_postgres}  # started before the clock
