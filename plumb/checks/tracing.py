"""Following a request through services (TRC)."""

from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check, with_file
from plumb.checks.logs import correlates
from plumb.kinds import shipped
from plumb.service import Service

_TESTS = "tests/integration/test_application.py"
_SERVED = "tests/e2e/test_observability.py"
_ORDERS = "tests/e2e/test_order_traces.py"
_PILLARS = {
    "logs": ("loguru", "python-json-logger", "structlog"),
    "metrics": ("opentelemetry-sdk", "prometheus-client", "prometheus-fastapi"),
    "traces": ("ddtrace", "logfire", "opentelemetry-sdk"),
}


@check("toml", "logs, metrics and traces each have a library")
def _pillars(service: Service) -> Iterator[Finding]:
    for pillar, libraries in _PILLARS.items():
        if not any(name.startswith(libraries) for name in service.requirements):
            yield Finding(f"nothing makes {pillar}, such as {libraries[-1]}")


_followed = shipped(
    f"{_SERVED}::test_trace_of_the_caller_goes_on_to_the_database",
    "a caller's trace goes on in a span of the request, and its id is in the log",
)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "TRC-01": (
        correlates,
        shipped(
            f"{_TESTS}::test_correlation_id_of_the_caller_is_kept",
            "the id that a request brings is kept",
        ),
        shipped(
            f"{_TESTS}::test_correlation_id_that_could_forge_a_log_is_replaced",
            "a request without a sane id gets one",
        ),
    ),
    "TRC-02": (
        shipped(
            "tests/unit/test_outbound.py::test_call_takes_its_ids_along",
            "a call of another service has the ids of the request and of its trace",
        ),
        shipped(
            "tests/integration/test_outbound_calls.py"
            "::test_correlation_id_goes_along_and_secrets_stay_out_of_the_log",
            "the id that a request brings reaches the other service",
        ),
    ),
    "TRC-03": (
        _followed,
        shipped(
            f"{_SERVED}::test_share_of_the_traces_is_kept",
            "a setting says how many traces are kept; a caller's decision counts",
        ),
    ),
    "TRC-04": (
        shipped(
            f"{_SERVED}::test_trace_of_the_caller_goes_on_to_the_database",
            "a query is a span of the request's trace",
        ),
        shipped(
            "tests/unit/test_outbound.py::test_call_is_a_span_of_the_trace",
            "so is a call of another service",
        ),
    ),
    "TRC-05": (
        shipped(
            f"{_ORDERS}"
            "::test_creation_of_an_order_is_a_span_between_request_and_queries",
            "what a service does is a span between the request and its queries",
        ).when(with_file(_ORDERS)),
    ),
    "TRC-06": (_pillars, _followed),
}
