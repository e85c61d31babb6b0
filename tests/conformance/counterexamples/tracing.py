"""Services in which a request loses its id (TRC)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled
from conformance.counterexamples.logs import WITHOUT_HEADERS

_REQUEST_LOG = "{place[middleware]}/request_log.py"
_TESTS = "tests/integration/test_application.py"
_SERVED = "tests/e2e/test_observability.py"
_TRACING = "{src}/core/tracing.py"

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "TRC-01": (WITHOUT_HEADERS,),
    "TRC-06": (
        Spoiled(
            Edit("pyproject.toml", '    "opentelemetry-sdk>=1.45",\n', ""),
            says="nothing makes traces",
        ),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_TESTS}::test_correlation_id_of_the_caller_is_kept": {
        "TRC-01": Spoiled(
            Edit(
                _REQUEST_LOG,
                "given.decode() if _ACCEPTED.fullmatch(given) else request_id",
                "request_id",
            )
        )
    },
    f"{_TESTS}::test_correlation_id_that_could_forge_a_log_is_replaced": {
        "TRC-01": Spoiled(
            Edit(
                _REQUEST_LOG,
                "given.decode() if _ACCEPTED.fullmatch(given) else request_id",
                "given.decode()",
            )
        )
    },
    "tests/unit/test_outbound.py::test_call_is_a_span_of_the_trace": {
        "TRC-04": Spoiled(
            Edit(
                "{src}/core/outbound.py",
                "_tracer.start_as",
                "trace.NoOpTracer().start_as",
            )
        )
    },
    "tests/unit/test_outbound.py::test_call_takes_its_ids_along": {
        "TRC-02": Spoiled(
            Edit("{src}/core/outbound.py", "        inject(request.headers)\n", "")
        )
    },
    "tests/integration/test_outbound_calls.py"
    "::test_correlation_id_goes_along_and_secrets_stay_out_of_the_log": {
        "TRC-02": Spoiled(
            Edit("{src}/core/outbound.py", '["x-correlation-id"]', '["x-id"]')
        ),
        "LOG-22": Spoiled(
            Edit("{src}/core/outbound.py", "request.url.host", "str(request.url)")
        ),
    },
    f"{_SERVED}::test_trace_of_the_caller_goes_on_to_the_database": {
        "TRC-03": Spoiled(
            Edit("{place[main]}.py", "telemetry=settings.otel.telemetry,", "")
        ),
        "TRC-04": Spoiled(Edit(_TRACING, ".end()", "")),
        "TRC-06": Spoiled(Edit(_TRACING, 'record.__dict__["trace_id"] = ', "_ = ")),
    },
    f"{_SERVED}::test_share_of_the_traces_is_kept": {
        "TRC-03": Spoiled(Edit(_TRACING, "settings.otel.traces_sampler_arg", "1")),
    },
    "tests/e2e/test_order_traces.py"
    "::test_creation_of_an_order_is_a_span_between_request_and_queries": {
        "TRC-05": Spoiled(
            Edit(
                "{orders[service]}.py",
                '    @tracer.start_as_current_span("create order")\n',
                "",
            )
        ),
    },
}
