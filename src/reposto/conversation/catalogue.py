"""The language layer's index of the company's products, rebuilt when the catalogue changes."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from reposto.language.understand import Understander
from reposto.model.request import NamedProduct
from reposto.storage import aliases, catalogue
from reposto.storage.engine import Store

if TYPE_CHECKING:
    from reposto.conversation.reading import Reader


@dataclass(frozen=True, slots=True)
class Index:
    """An index and what it was built from."""

    version: int
    understander: Understander
    products: dict[str, NamedProduct]


class Catalogue:
    """Hands out the index of the present catalogue; safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self.reader: Reader | None = None  # a language model for what the rules are unsure of, where there is one
        self._store = store
        self._lock = threading.Lock()
        self._index: Index | None = None
        self._words: int | None = None  # version of the company's own words that the index knows

    def current(self, connection: Connection) -> Index:
        """The index for the catalogue as this connection sees it."""
        known = catalogue.read_meta(connection)
        version, words = int(known.get("catalogue_version", 0)), aliases.version(known)
        index = self._index
        if index is not None and index.version == version and self._words == words:
            return index
        with self._lock:
            if self._index is None or self._index.version != version:
                fresh = _build(connection, version)
                self._words = None  # first: with the old mark beside it, the new index would seem to know the words
                self._index = fresh
            if self._words != words:  # learnt or forgotten, here or in another process: cheap beside an index
                self._index.understander.teach(aliases.read_aliases(connection))
                self._words = words
            return self._index

    def warm(self) -> None:
        """Build it before the first question needs it."""
        with self._store.read() as connection:
            self.current(connection)


def _build(connection: Connection, version: int) -> Index:
    products = catalogue.list_named_products(connection)
    suppliers = catalogue.list_named_suppliers(connection)
    return Index(version, Understander(products, suppliers), {product.sku: product for product in products})
