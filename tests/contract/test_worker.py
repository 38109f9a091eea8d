"""A worker process's own loop when the database is away or the company's first product is beyond analysis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reposto.app import analysis
from reposto.app.child import Worker
from reposto.app.pipe import Channel
from reposto.model.clock import monotonic
from reposto.model.errors import StorageBusy
from reposto.storage.engine import Store
from tests.support.office import Office

NOBODY_LISTENS = "postgresql+psycopg://reposto:x@127.0.0.1:9/reposto"


@pytest.fixture
def away() -> Iterator[Store]:
    store = Store(NOBODY_LISTENS)
    yield store
    store.close()


def test_a_worker_without_a_database_waits_instead_of_spinning(away: Store) -> None:
    """It tried 3,000 times a second, on the core that the database needed to come back."""
    with Path(os.devnull).open("wb", buffering=0) as nobody:
        worker = Worker(away, "w", Channel(nobody))
        began, tries = monotonic(), 0
        while monotonic() - began < 1.5:
            assert worker._work_once()
            tries += 1
    assert 1 <= tries <= 6


def test_finished_work_survives_a_database_that_restarts(away: Store) -> None:
    """A connection that is refused at once used up all tries within a millisecond, and with them the attempt."""
    began = monotonic()

    def save() -> str:
        if monotonic() - began < 3.0:
            with away.write():
                pass
        return "saved"

    assert analysis._insist(save) == "saved"


def test_insisting_ends(away: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "INSIST_FOR_S", 0.5)

    def save() -> None:
        with away.write():
            pass

    with pytest.raises(StorageBusy):
        analysis._insist(save)


def test_a_database_that_goes_away_is_no_fault_of_the_analysis(
    store: Store, away: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The buyer was told of an internal error, or the worker died; the analysis must be taken up again."""
    monkeypatch.setattr(analysis, "INSIST_FOR_S", 0.5)
    office = Office(store)
    office.ask()
    with pytest.raises(analysis.Stopped):
        analysis.run_job(away, office.claim(), tell=lambda _wake: None, stopped=lambda: False)


def test_one_product_beyond_analysis_does_not_keep_workers_from_starting(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    Office(store)  # a company with products

    def fails(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(analysis, "analyse_request", fails)
    assert analysis.warm_up(store) is None
