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
}
