"""The buy list over PostgreSQL, Redis and Celery: all hosts work on it, one is killed, a question overtakes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from reposto.conversation.demo import load_demo
from reposto.model.clock import local_today, utc_now
from reposto.storage import tables as t
from reposto.storage.engine import Store
from reposto.storage.schema import migrate
from tests.support.api import Api
from tests.support.checker import check_history
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.scaled import ScaledSystem

PATIENCE_S = 150.0


@pytest.mark.timeout(300)
def test_a_list_over_two_hosts_survives_one(
    tmp_path: Path, postgres_server: PostgresServer, redis_server: RedisServer
) -> None:
    # Two processes to a host: one of each stays free for questions.
    system = ScaledSystem(tmp_path, postgres_server, redis_server, apis=1, workers=2, concurrency=2)
    store = Store(system.database_url)
    try:
        migrate(store)
        load_demo(store, local_today(), utc_now())
        system.start()
        with Api(system.apis[0].url, system.token()) as api:
            session, other = api.open_session(), api.open_session()
            api.ask(session, "o que devo comprar hoje?")
            wait_for(store, 8)
            api.ask(other, "qual a demanda do produto 84903501 para 45 dias?")
            wait_for(store, 24)
            system.workers[0].kill9()
            history = wait_for_result(api, session)
            check_history(history)
            assert history[-1]["metadata"]["type"] == "analysis_result"
            assert history[-1]["metadata"]["list"]["products"] == 91
            assert history[-1]["metadata"]["list"]["counts"]["failed"] == 0
            answered = wait_for_result(api, other)[-1]
            assert answered["metadata"]["type"] == "analysis_result"
            assert answered["criado_em"] < history[-1]["criado_em"]
    finally:
        store.close()
        system.stop()


def wait_for(store: Store, products: int) -> None:
    """Until so many products have a result."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with store.read() as connection:
            if connection.execute(select(func.count()).select_from(t.product_results)).scalar_one() >= products:
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


def wait_for_result(api: Api, session: int) -> list[dict[str, Any]]:
    """The conversation, once its analysis has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while (history := api.history(session))[-1]["metadata"]["type"] == "analysis_started":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return history
