"""What a service counts and times (MET)."""

import ast
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check, with_file
from plumb.checks.alerts import MONITORED, exporters, objectives
from plumb.checks.caching import with_cache
from plumb.kinds import shipped
from plumb.service import Service

_LIBRARIES = frozenset(
    {
        "aioprometheus",
        "opentelemetry-sdk",
        "prometheus-client",
        "prometheus-fastapi-instrumentator",
        "starlette-exporter",
    }
)
_TESTS = "tests/integration/test_metrics.py"
_ORDERS = "tests/integration/test_orders.py"


@check("ast", "an address shows metrics by a library for them")
def _shown(service: Service) -> Iterator[Finding]:
    if not _LIBRARIES & service.requirements.keys():
        yield Finding("measures nothing: prometheus-client does", "pyproject.toml")
    texts = {
        node.value
        for module in service.modules
        for node in module.nodes
        if isinstance(node, ast.Constant)
    }
    if "/metrics" not in texts:
        yield Finding("nothing answers at /metrics")


_exposed = shipped(
    f"{_TESTS}::test_metrics_are_what_prometheus_reads",
    "Prometheus's own parser reads requests, pool, queries, memory and collections",
)
_by_template = shipped(
    f"{_TESTS}::test_request_is_counted_by_the_template_of_its_route",
    "requests are counted and timed by method, template and status, failed ones, too",
)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "MET-01": (_shown, _exposed),
    "MET-02": (_by_template,),
    "MET-03": (
        shipped(
            f"{_TESTS}::test_duration_has_buckets_for_quantiles",
            "a slow request is counted in the buckets of its duration",
        ),
    ),
    "MET-04": (
        shipped(f"{_TESTS}::test_queries_are_timed", "each statement is timed"),
    ),
    "MET-05": (
        shipped(
            "tests/integration/test_cache.py"
            "::test_value_is_loaded_once_and_is_then_in_redis_for_all_processes",
            "hits, misses and reads without Redis are counted",
        ).when(with_cache),
    ),
    "MET-06": (
        shipped(
            f"{_TESTS}::test_pool_tells_what_is_used_and_who_waits",
            "connections in use, idle, waited for and possible are shown",
        ),
    ),
    "MET-07": (
        shipped(
            f"{_ORDERS}::test_orders_are_counted",
            "orders are counted when they are stored, and only then",
        ).when(with_file(_ORDERS)),
    ),
    "MET-08": (
        _by_template,
        shipped(
            f"{_TESTS}::test_no_client_can_add_series",
            "a thousand paths and methods of a client add no series",
        ),
    ),
    "MET-09": (_exposed,),
    "MET-11": (exporters.when(MONITORED), objectives.when(MONITORED)),
}
