"""What the process measures of itself, for Prometheus.

A metric belongs to the process, as a logger does: a module defines it at its top with
`prometheus_client`, and `/metrics` shows it. A label has few values, which no client
chooses. A gauge says by `multiprocess_mode` how several worker processes add up.
"""

import os

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Gauge,
    Histogram,
    disable_created_metrics,
    make_asgi_app,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.values import MutexValue, ValueClass
from starlette.types import ASGIApp

# Each counter would come with a second series that says when it began.
disable_created_metrics()  # type: ignore[no-untyped-call]

# Worker processes count in files of `PROMETHEUS_MULTIPROC_DIR`, which the library reads.
_SHARED = ValueClass is not MutexValue

QUERY_SECONDS = Histogram(
    "database_query_duration_seconds",
    "How long the database took for a statement.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
CONNECTIONS = Gauge(
    "database_connections",
    "Connections of the pool that are in_use or idle.",
    ["state"],
    multiprocess_mode="livesum",
)
CONNECTIONS_MAX = Gauge(
    "database_connections_max",
    "Connections that the pool may open.",
    multiprocess_mode="livesum",
)
CONNECTIONS_WAITING = Gauge(
    "database_connections_waiting",
    "Units of work that wait for a connection.",
    multiprocess_mode="livesum",
)
EVENT_LOOP_LAG = Histogram(
    "event_loop_lag_seconds",
    "By how much the event loop was late, measured twice a second.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)


def exposition() -> ASGIApp:
    """Return an application that answers with all metrics, of all worker processes."""
    if not _SHARED:
        return make_asgi_app(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return make_asgi_app(registry)


def forget_process() -> None:
    """Leave out the gauges of this process, which ends."""
    if _SHARED:
        mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]
