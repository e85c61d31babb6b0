"""Services that measure too little, or too much (MET)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled
from conformance.counterexamples.alerts import NO_EXPORTER, NO_OBJECTIVES

_METRICS = "{place[middleware]}/metrics.py"
_TESTS = "tests/integration/test_metrics.py"
_BY_PATH = Edit(
    _METRICS,
    'getattr(route_of(scope), "path_format", "unmatched")',
    'str(scope["path"])',
)

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "MET-01": (
        Spoiled(Edit(_METRICS, '"/metrics"', '"/numbers"'), says="at /metrics"),
    ),
    "MET-11": (NO_EXPORTER, NO_OBJECTIVES),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_TESTS}::test_metrics_are_what_prometheus_reads": {
        "MET-01": Spoiled(Edit(_METRICS, '"/metrics"', '"/numbers"')),
        "MET-09": Spoiled(
            Edit(
                "{src}/core/metrics.py",
                "return make_asgi_app(collected())",
                "return make_asgi_app(CollectorRegistry())",
            )
        ),
    },
    f"{_TESTS}::test_request_is_counted_by_the_template_of_its_route": {
        "MET-02": Spoiled(Edit(_METRICS, "requests.inc()", "pass")),
        "MET-08": Spoiled(_BY_PATH),
    },
    f"{_TESTS}::test_duration_has_buckets_for_quantiles": {
        "MET-03": Spoiled(Edit(_METRICS, "observe(seconds)", "observe(0)")),
    },
    f"{_TESTS}::test_queries_are_timed": {
        "MET-04": Spoiled(
            Edit("{src}/core/database.py", "QUERY_SECONDS.observe(seconds)", "pass")
        ),
    },
    f"{_TESTS}::test_pool_tells_what_is_used_and_who_waits": {
        "MET-06": Spoiled(
            Edit("{src}/core/pool.py", "self.waiting += 1", "self.waiting += 0"),
            Edit("{src}/core/pool.py", "self.waiting -= 1", "self.waiting -= 0"),
        ),
    },
    "tests/integration/test_orders.py::test_orders_are_counted": {
        "MET-07": Spoiled(Edit("{orders[service]}.py", "ORDERS_PLACED.inc()", "pass")),
    },
    f"{_TESTS}::test_no_client_can_add_series": {"MET-08": Spoiled(_BY_PATH)},
}
