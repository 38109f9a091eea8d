"""Celery, as far as both sides need it: it carries the nudge "there may be work", and nothing else.

The job is a row in our table; whoever is nudged claims the next one there. A nudge that is lost, repeated or late is
harmless, so Celery is set for promptness and against surprises (each measured on 5.7, see the decision record).
"""

from __future__ import annotations

import socket
from typing import Any

from celery import Celery
from kombu.entity import Exchange, Queue

from reposto.app.settings import BUSES

INTERACTIVE, BULK = "interactive", "bulk"  # questions; parts of runs over the whole catalogue
QUEUES = (INTERACTIVE, BULK)
TASK = "reposto.work"
SOFT_LIMIT_S, HARD_LIMIT_S = 60, 75  # one analysis: an honest message, then the slot comes back by force
VISIBILITY_S = 120  # Redis hands a nudge out again after that; longer than any analysis may take
CONNECT_WITHIN_S = 2.0


def queue_name(kind: str) -> str:
    """On the broker, which others may use too."""
    return f"reposto.{kind}"


def make_celery(broker_url: str) -> Celery:
    """An app without results, events, gossip or remote control: fewer keys, fewer ways to stall."""
    celery = Celery("reposto", broker=broker_url, set_as_current=False)
    exchange = Exchange("reposto", type="direct")  # type: ignore[no-untyped-call]
    queues = [Queue(queue_name(kind), exchange, routing_key=kind) for kind in QUEUES]  # type: ignore[no-untyped-call]
    celery.conf.update(
        task_queues=queues,
        task_default_queue=queue_name(INTERACTIVE),
        task_default_exchange="reposto",
        task_default_routing_key=INTERACTIVE,
        task_default_delivery_mode="transient",  # the table remembers
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_acks_on_failure_or_timeout=True,
        task_soft_time_limit=SOFT_LIMIT_S,
        task_time_limit=HARD_LIMIT_S,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,  # claimed is claimed; a second nudge finds nothing
        worker_proc_alive_timeout=60.0,  # a new process beside busy ones
        broker_connection_timeout=CONNECT_WITHIN_S,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_heartbeat=10,
        broker_pool_limit=2,
        broker_transport_options=_transport_options(broker_url),
        enable_utc=True,
    )
    return celery


def _transport_options(broker_url: str) -> dict[str, Any]:
    if not broker_url.startswith(BUSES):
        return {"read_timeout": 10, "write_timeout": 5}
    return {
        "visibility_timeout": VISIBILITY_S,
        "socket_connect_timeout": CONNECT_WITHIN_S,
        "socket_timeout": 5.0,
        **_keepalive(broker_url),
        "health_check_interval": 10,
        "queue_order_strategy": "priority",  # questions before parts of a run
    }


def _keepalive(broker_url: str) -> dict[str, Any]:
    """A consumer only waits: without this it would not notice for two hours that the broker's machine is gone."""
    if broker_url.startswith("unix"):
        return {}
    options = {socket.TCP_KEEPIDLE: 10, socket.TCP_KEEPINTVL: 5, socket.TCP_KEEPCNT: 3, socket.TCP_USER_TIMEOUT: 15_000}
    return {"socket_keepalive": True, "socket_keepalive_options": options}
