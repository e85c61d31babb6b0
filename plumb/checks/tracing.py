"""Following a request through services (TRC)."""

from collections.abc import Mapping

from plumb.check import Check
from plumb.checks.logs import correlates
from plumb.kinds import shipped

_TESTS = "tests/integration/test_application.py"

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
}
